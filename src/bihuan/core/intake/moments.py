"""Moments in the dialects that offices write them: to the second, in the county's local time.

`dates.py` reads days; this reads the clock behind them too. A day without a clock is told from midnight, for a time
limit written as a day runs to the end of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bihuan.core.intake.text import Cell, arabic, fold

LOCAL: Final = ZoneInfo("Asia/Shanghai")
_EPOCHS: Final = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_051  # 1990 … 2100; other numbers are no moments of a register
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_CLOCK: Final = r"(?:[ T]*(\d{1,2})[:：时点](?:(\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?)?)?[分秒]?)?"
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d)(\d\d)(\d\d)?)?(?:\.0+)?")
_COMPACT_DAY: Final = re.compile(rf"(\d{{4}})(\d\d)(\d\d){_CLOCK}")
_WRITTEN: Final = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{_CLOCK}")
_WITHOUT_YEAR: Final = re.compile(rf"(\d{{1,2}})(?:月|[-/.])(\d{{1,2}})[日号]?{_CLOCK}")
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")


class Moment(NamedTuple):
    """What a cell says: when; whether it names a time of day; whether it names its year itself."""

    at: datetime
    clock: bool
    year: bool


def read_moment(value: Cell, year: int | None = None, *, from_1904: bool = False) -> Moment | None:
    """Return the moment a cell means, None where it says none that can be read.

    A spreadsheet's own moments and numbers, `2021.10.28 03:05`, `20211026 03:00`, `2021年10月28日3时5分`, and where `year`
    is given also `10月27日 11:22`. A spreadsheet's day without a clock is midnight as it stands there.
    """
    if isinstance(value, datetime):
        return Moment(_local(value), True, True)
    if isinstance(value, date):
        return Moment(datetime(value.year, value.month, value.day, tzinfo=LOCAL), True, True)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(float(value), from_1904)
    text = fold(value).strip("'‘’\"“”")
    return _from_text(text, year, from_1904) or (
        None if text.isascii() else _from_text(arabic(text), year, from_1904)
    )


def year_among(cells: Iterable[Cell], *, from_1904: bool = False) -> int | None:
    """Return the year that most of these cells name themselves: what the others are taken to mean."""
    found = (read_moment(cell, from_1904=from_1904) for cell in cells)
    years = Counter(one.at.year for one in found if one is not None)
    return years.most_common(1)[0][0] if years else None


def _local(value: datetime) -> datetime:
    """Return a spreadsheet's moment in local time, to the second: it counts in parts of a day, and misses by a hair."""
    whole = value + timedelta(microseconds=500_000)
    return whole.replace(microsecond=0, tzinfo=LOCAL)


def _from_number(number: float, from_1904: bool) -> Moment | None:
    if _FIRST_SERIAL <= number < _LAST_SERIAL:
        at = _EPOCHS[from_1904] + timedelta(seconds=round(number * 86_400))
        return Moment(at.replace(tzinfo=LOCAL), True, True)
    return (
        _from_text(str(int(number)), None, from_1904)
        if number.is_integer() and number > _LAST_SERIAL
        else None
    )


def _from_text(text: str, year: int | None, from_1904: bool) -> Moment | None:
    found = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if found is not None:
        return _moment(found.groups(), True)
    if _SERIAL.fullmatch(text):
        return _from_number(float(text), from_1904)
    found = _WITHOUT_YEAR.fullmatch(text)
    return None if found is None or year is None else _moment((str(year), *found.groups()), False)


def _moment(parts: tuple[str | None, ...], named: bool) -> Moment | None:
    numbers = [int(part or 0) for part in parts]
    if not _FIRST_YEAR <= numbers[0] < _LAST_YEAR:
        return None
    try:
        return Moment(datetime(*numbers, tzinfo=LOCAL), parts[3] is not None, named)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
