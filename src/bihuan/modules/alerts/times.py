"""When a row was pushed, in the dialects that senders write: exact to the second, in the county's local time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bihuan.core.intake.text import arabic, fold

LOCAL: Final = ZoneInfo("Asia/Shanghai")
_EPOCH: Final = datetime(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_051  # 2000 … 2100; other numbers are no times of a list
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d)(\d\d)(\d\d)?)?(?:\.0+)?")
_CLOCK: Final = r"(?:[ T]*(\d{1,2})[:：时点](?:(\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?)?)?[分秒]?)?"
_WRITTEN: Final = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{_CLOCK}")
_WITHOUT_YEAR: Final = re.compile(rf"(\d{{1,2}})(?:月|[-/.])(\d{{1,2}})[日号]?{_CLOCK}")
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_SOON: Final = timedelta(days=2)
"""How far ahead of the reading a push may lie: clocks differ, and lists are dated to the day they are meant for."""


def parse(text: str, year: int | None = None, now: datetime | None = None) -> datetime | None:
    """Return the moment a cell means, None where it says none that can be read.

    `2021/10/24 06:00`, `20211025060000`, `2021-11-11 06:00:00`, `2021年11月11日6时5分`, a spreadsheet's day number,
    and without a year `11-11 06:00`, `11月11日 6时`: those belong to `year`, else to the latest year in which they do not lie
    ahead of `now`.
    """
    if len(text) == 14 and text.isdigit():
        return _moment(text[:4], text[4:6], text[6:8], text[8:10], text[10:12], text[12:])
    found = _read(fold(text), year, now)
    return found if found is not None or text.isascii() else _read(arabic(fold(text)), year, now)


def year_of(moments: list[datetime | None]) -> int | None:
    """Return the year in which most of these lie: what dates written without one are taken to mean."""
    years = [moment.astimezone(LOCAL).year for moment in moments if moment is not None]
    return max(set(years), key=years.count) if years else None


def _read(text: str, year: int | None, now: datetime | None) -> datetime | None:
    found = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is not None:
        return _moment(*found.groups())
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text))
    found = _WITHOUT_YEAR.fullmatch(text)
    if found is None:
        return None
    if year is not None:
        return _moment(str(year), *found.groups())
    seen = now or datetime.now(UTC)
    this = _moment(str(seen.astimezone(LOCAL).year), *found.groups())
    if this is not None and this > seen + _SOON:
        return _moment(str(this.year - 1), *found.groups())
    return this


def _from_serial(days: float) -> datetime | None:
    if not _FIRST_SERIAL <= days < _LAST_SERIAL:
        return None
    return (_EPOCH + timedelta(seconds=round(days * 86_400))).replace(tzinfo=LOCAL)


def _moment(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None
) -> datetime | None:
    if not _FIRST_YEAR <= int(year) < _LAST_YEAR:
        return None
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=LOCAL
        )
    except ValueError:
        return None
