"""What a list says of somebody, as it stands there."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """One row's words on a person, raw: name, identifier, telephone, address; "" where the row says nothing.

    Printing one shows nothing of it.
    """

    name: str
    identifier: str
    phone: str
    address: str

    def __repr__(self) -> str:
        return "Said(…)"

    def __str__(self) -> str:
        return "Said(…)"
