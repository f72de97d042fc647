"""Dates in every form an office writes them, and the period that resolves a missing year.

Of a register's dates only the day counts; a clock time behind it is read over.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bihuan.core.intake.kinds import UNREADABLE_DATE
from bihuan.core.intake.problems import UnreadableError, masked
from bihuan.core.intake.text import Cell, arabic, fold, is_blank

CUTOFF_MONTH, CUTOFF_DAY = 11, 15
"""The registers' own convention where a title names only a year: they close on 15 November."""

_EPOCH: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 … 2119; smaller numbers are no dates of a register
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YEAR_AHEAD: Final = timedelta(days=180)

_CLOCK = (  # anything a time of day is written with; it is read over
    r"(?:[T\s]*(?:上午|下午|晚上|早上|中午|凌晨|夜间|早|晚|约|左右|am|pm|星期|周"
    r"|[\d:：.时点分秒许zZ+()一二三四五六日天\s])*)"
)
_MARK, _MONTH_MARK = r"\s*[年./\-·—_]\s*", r"\s*[月./\-·—_]\s*"
_DAY_END = rf"\s*[日号]?(?!\d){_CLOCK}"
_YMD: Final = re.compile(rf"(\d{{4}}){_MARK}(\d{{1,2}}){_MONTH_MARK}(\d{{1,2}}){_DAY_END}", re.I)
_YYMD: Final = re.compile(rf"'?(\d{{2}})\s*[年./\-]\s*(\d{{1,2}})\s*[月./\-]\s*(\d{{1,2}}){_DAY_END}", re.I)
_MDY: Final = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}})(?!\d){_CLOCK}", re.I)
_MD: Final = re.compile(rf"(\d{{1,2}})\s*(?:月份?|[/\-])\s*(\d{{1,2}}){_DAY_END}", re.I)
_MD_POINT: Final = re.compile(r"(\d{1,2})\.(\d{1,2})")
_COMPACT: Final = re.compile(
    rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:\d{{2}}|\d{{4}}|\d{{6}})?(?:\.0+)?(?!\d){_CLOCK}", re.I
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_MONTH_NAMES: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS: Final = {name: index for index, name in enumerate(_MONTH_NAMES.split(), 1)}
_ENGLISH: Final = re.compile(
    rf"(\d{{1,2}})[\s\-]([a-z]{{3}})[a-z]*\.?[\s\-,]*(\d{{4}}|\d{{2}})?{_CLOCK}", re.I
)
_STILL_HERE: Final = re.compile(
    r"(未|尚未|暂未|没有)?(解除|离点|离开|出院)?"
    r"(在隔|隔离中|至今|在住|未解除|未离点|未离开|待定|待解除)"
)

_FULL_DATE: Final = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})")
_MONTH_DAY: Final = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_YEAR: Final = re.compile(r"(?<!\d)(20\d{2})(?=\s*年)")


@dataclass(frozen=True, slots=True)
class Period:
    """What resolves the registers' dates: the year of dates written without one, and the last day covered."""

    year: int
    cutoff: date

    @classmethod
    def ending(cls, cutoff: date) -> "Period":
        """The period that ends on this day; dates without a year belong to its year."""
        return cls(cutoff.year, cutoff)

    def resolve(self, month: int, day: int) -> date:
        """The date meant by a month and day without a year.

        It belongs to the period's year; only around New Year, where that would lie half a year or more after
        the cut-off (28 December in a register of 5 January), it belongs to the year before.
        """
        day_meant = date(self.year, month, day)
        if day_meant - self.cutoff > _YEAR_AHEAD:
            return date(self.year - 1, month, day)
        return day_meant


def period_in(titles: Iterable[str]) -> Period | None:
    """The period that titles name: a full date, else a year together with a month and day (`截至11月15日`).

    A year alone closes on 15 November, the registers' convention. None when no title names a year.
    """
    year = None
    titles = list(titles)
    for title in titles:
        text = arabic(fold(title))
        if full := _FULL_DATE.search(text):
            found = _safe(*(int(part) for part in full.groups()))
            if found:
                return Period.ending(found)
        if year is None and (match := _YEAR.search(text)):
            year = int(match.group(1))
    if year is None:
        return None
    month_day = cutoff_day_in(titles)
    cutoff = _safe(year, *month_day) if month_day else None
    return Period.ending(cutoff or date(year, CUTOFF_MONTH, CUTOFF_DAY))


def cutoff_day_in(titles: Iterable[str]) -> tuple[int, int] | None:
    """The month and day that titles name without a year (`截至11月15日`), or None."""
    for title in titles:
        if match := _MONTH_DAY.search(arabic(fold(title))):
            return int(match[1]), int(match[2])
    return None


def period_of(cells: Iterable[Cell], titles: Sequence[str], today: date) -> Period | None:
    """The period that dates written with their year suggest, where no title names one: their commonest year.

    It ends on the day a title names without a year, else today. None when no cell holds a full date.
    """
    years = Counter(day.year for cell in cells if (day := full_date(cell)))
    if not years:
        return None
    year = years.most_common(1)[0][0]
    month_day = cutoff_day_in(titles)
    cutoff = _safe(year, *month_day) if month_day else None
    return Period(year, cutoff or today)


def full_date(cell: Cell) -> date | None:
    """The date of a cell that says its year itself, else None."""
    try:
        one, other = (parse_date(cell, Period.ending(date(year, 12, 31))) for year in (2000, 2004))
    except UnreadableError:
        return None
    return one if one == other else None


def parse_date(value: Cell, period: Period, *, from_1904: bool = False) -> date | None:
    """The day a cell means, or None where it says nothing (also 在隔, 未解除 for a day that has not come).

    Reads real dates, serial numbers (also as text and in workbooks that count from 1904), 20211103 as
    number or text, 2021.11.3, 2021/11/03 14:30, 2021年11月3日 14时, 11月3日, 十一月三日, 21-11-3,
    11/3/2021, 3-Nov-21.

    Raises UnreadableError(`unreadable_date`) for anything else; 11.3 as a number is ambiguous (3 or 30)
    and so unreadable.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool | time | timedelta):
        raise UnreadableError(UNREADABLE_DATE, value=masked(value))
    if is_blank(value):
        return None
    if isinstance(value, int | float):
        found = _from_number(value, from_1904)
    else:
        text = fold(value).strip("'‘’\"“”,，。;；")
        if _STILL_HERE.fullmatch(text):
            return None
        found = _from_text(text, period, from_1904)
    if found is None:
        raise UnreadableError(UNREADABLE_DATE, value=masked(value))
    return found


def _from_number(value: float, from_1904: bool) -> date | None:
    if float(value).is_integer() and _FIRST_YEAR * 10_000 < value < _LAST_YEAR * 10_000:
        number = int(value)
        return _safe(number // 10_000, number // 100 % 100, number % 100)
    # 1904 serials are 1,462 smaller; the same window serves both.
    if _FIRST_SERIAL <= value < _LAST_SERIAL:
        return (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=int(value))
    return None


def _from_text(text: str, period: Period, from_1904: bool) -> date | None:
    if _SERIAL.fullmatch(text):
        return _from_number(float(text), from_1904)
    spelled = arabic(text)
    return _written(text, period) or (_written(spelled, period) if spelled != text else None)


def _written(text: str, period: Period) -> date | None:
    if match := _YMD.fullmatch(text) or _COMPACT.fullmatch(text):
        return _safe(*(int(part) for part in match.groups()))
    if match := _MDY.fullmatch(text):
        return _safe(int(match[3]), int(match[1]), int(match[2]))
    if match := _YYMD.fullmatch(text):
        return _two_digit_year(int(match[1]), int(match[2]), int(match[3]), period)
    if match := _MD.fullmatch(text) or _MD_POINT.fullmatch(text):
        return _without_year(int(match[1]), int(match[2]), period)
    if match := _ENGLISH.fullmatch(text):
        return _english(match[1], match[2], match[3], period)
    return None


def _two_digit_year(first: int, second: int, third: int, period: Period) -> date | None:
    """21-11-3 is a year first; 11/3/21 (as Excel exports it) has the period's year last."""
    century = period.year // 100 * 100
    if first != period.year % 100 and third in (period.year % 100, period.year % 100 - 1) and first <= 12:
        return _safe(century + third, first, second)
    return _safe(century + first, second, third)


def _without_year(month: int, day: int, period: Period) -> date | None:
    try:
        return period.resolve(month, day)
    except ValueError:
        return None


def _english(day: str, month: str, year: str | None, period: Period) -> date | None:
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    if year is None:
        return _without_year(number, int(day), period)
    return _safe(int(year) if len(year) == 4 else period.year // 100 * 100 + int(year), number, int(day))


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _FIRST_YEAR <= year < _LAST_YEAR else None
    except ValueError:
        return None
