"""Showing cells of a register: names, identifiers and numbers masked, free words never shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from bihuan.core.intake.problems import masked
from bihuan.core.intake.register import DATE, SERIAL, Parser, Register
from bihuan.core.intake.text import BrokenCell, Cell, is_blank, squeeze
from bihuan.core.intake.values import (
    id_text,
    masked_id,
    masked_name,
    parse_id,
    parse_name,
    parse_phone,
    parse_text,
)


def show(register: Register[Any], key: str | None, cell: Cell) -> str:
    """Return a cell as a page may show it: names, identifiers and numbers masked, free words never."""
    field = register.field_named((key or "").partition(":")[0])
    if isinstance(cell, BrokenCell):
        return cell.reason
    if is_blank(cell) or (key == SERIAL and len(_text(cell)) < SERIAL_DIGITS):
        return _text(cell) if cell is not None else ""
    if field is None or field.key in FREE or (field.parse is parse_text and not field.identifying):
        return "…"
    mask = MASKS.get(field.parse)
    return mask(cell) if mask else masked(_text(cell), 24)


def _masked_identifier(cell: Cell) -> str:
    return masked_id(id_text(cell)) if isinstance(cell, str) else "…E+…"


def _masked_phone(cell: Cell) -> str:
    digits = re.sub(r"\D", "", _text(cell))
    return f"{digits[:3]}…{digits[-4:]}" if len(digits) > 7 else "…"


def _date(cell: Cell) -> str:
    """Return what stands in a column of dates; a spreadsheet's day number as its date; other digits masked."""
    if isinstance(cell, int | float) and 36_000 <= cell <= 60_000:
        return (date(1899, 12, 30) + timedelta(days=int(cell))).isoformat()
    text = _text(cell)
    return (
        text[:24] if sum(c.isdigit() for c in text) <= 14 and not re.search(r"\d{9}", text) else masked(text)
    )


SERIAL_DIGITS: Final = 6
FREE: Final = frozenset({"remark", "address"})
MASKS: Final[dict[Parser, Callable[[Cell], str]]] = {
    parse_name: lambda cell: masked_name(squeeze(cell)),
    parse_id: _masked_identifier,
    parse_phone: _masked_phone,
    DATE: _date,
}
"""How a cell of a field is shown, by what reads the field."""


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.hour == cell.minute == 0 else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
