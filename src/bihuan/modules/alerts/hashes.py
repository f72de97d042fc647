"""What makes a row the same row: keyed hashes of its eight fields and of its number, nothing that can be read back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bihuan.core.intake.text import fold
from bihuan.core.people.blind import keyed_hash
from bihuan.modules.alerts.reading import NUMBER, PUSHED_AT

OTHER: Final = "其他"
LONGEST_REASON: Final = 20
_PERSONAL: Final = re.compile(r"\d{5}")


def said(cells: list[str], pushed: datetime | None) -> bytes:
    """Return the hash of all eight fields: the moment as such, so that another dialect of it is no other row."""
    parts = [cell.strip() for cell in cells]
    if pushed is not None:
        parts[PUSHED_AT] = pushed.isoformat()
    return keyed_hash("alerts row", fold("\x1f".join(parts)))


def number(cells: list[str]) -> bytes | None:
    """Return the hash of the alert's number; None where it has none."""
    text = fold(cells[NUMBER])
    return keyed_hash("alerts number", text) if text else None


def reason(text: str) -> str:
    """Return why a row was pushed as it may stand in the open: the sender's word for it, never a sentence on somebody."""
    plain = "".join(fold(text).split())
    if not plain or len(plain) > LONGEST_REASON or _PERSONAL.search(plain):
        return OTHER
    return plain
