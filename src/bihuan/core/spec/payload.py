"""How a payload's fields are asked for: label in both languages, whether personal, how long, what to choose from."""

from __future__ import annotations

from dataclasses import MISSING, Field, field, fields
from enum import StrEnum
from typing import Any

from bihuan.core.spec.text import Text


class Choice(StrEnum):
    """A closed list of values, each labelled in both languages: `CONTACT = ("contact", "密接", "Contact")`."""

    text: Text

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Choice:
        """Make a member whose value is the code and whose text is the label (never without both languages)."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.text = Text(zh, en)
        return member


def asked(
    zh: str,
    en: str,
    *,
    default: Any = MISSING,
    sealed: bool = False,
    long: bool = False,
    help: Text | None = None,
    choices: str = "",
) -> Any:
    """Declare a payload field that a person fills in.

    `sealed`: personal; it enters the ledger only encrypted with the person's own key. `long`: several lines.
    `choices`: name of a list the module's `forms.py` provides (`rooms_free`). Without `default` it is required.
    """
    metadata = {"label": Text(zh, en), "sealed": sealed, "long": long, "help": help, "choices": choices}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def fields_of(payload: type) -> tuple[Field[Any], ...]:
    """Return the fields of a payload type that a person fills in, in order; the others keep their defaults."""
    return tuple(one for one in fields(payload) if "label" in one.metadata)
