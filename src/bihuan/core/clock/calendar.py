"""The working calendar of the PRC, as it was known at any moment.

Sources: the State Council General Office's yearly notices (`notices.toml`) and, for a year without one, the
Measures on Public Holidays (`statutes.toml`). Bitemporal: `WorkingCalendar.as_known_at(t)` answers as one
could have answered at `t`, and calls the dates of a year *provisional* while its notice is not out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bihuan.core.spec.text import Text

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
DATA: Final = Path(__file__).parent
ONE_DAY: Final = timedelta(days=1)
FIRST_YEAR: Final = 2019
LAST_YEAR: Final = 2100

_WEEKEND: Final = Text("周末", "weekend")
_WORKING_DAY: Final = Text("工作日", "working day")
_WORKING_WEEKEND: Final = Text("调休上班", "working weekend")


@dataclass(frozen=True, slots=True)
class Notice:
    """One holiday notice: what it makes rest, what it makes work, and from which day it was known."""

    year: int
    document: str
    dated: date
    published: date
    rest: tuple[tuple[date, date, Text], ...]
    working: frozenset[date]

    def covers(self) -> Iterator[tuple[date, Text | None]]:
        """Yield each date the notice names, with its holiday, or None where it makes the date work."""
        for first, last, holiday in self.rest:
            for offset in range((last - first).days + 1):
                yield first + timedelta(days=offset), holiday
        for day in self.working:
            yield day, None


@dataclass(frozen=True, slots=True)
class Statute:
    """A version of the Measures on Public Holidays: the days that rest by law from `effective` on."""

    document: str
    published: date
    effective: date
    fixed: tuple[tuple[int, int, Text], ...]
    lunar: tuple[tuple[str, int, Text], ...]

    def holidays(self, year: int, feasts: Mapping[str, date]) -> dict[date, Text]:
        """Return the statutory holidays of a year; lunar ones only where the feast's date is on file."""
        found = {date(year, month, day): holiday for month, day, holiday in self.fixed}
        for feast, offset, holiday in self.lunar:
            if feast in feasts:
                found[feasts[feast] + timedelta(days=offset)] = holiday
        return found


@dataclass(frozen=True, slots=True)
class Day:
    """One date: working or rest, why, and whether a notice may still change it."""

    date: date
    working: bool
    reason: Text
    document: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """Which calendar answered: the year, the number of notices known for it, and their documents."""

    year: int
    number: int
    documents: tuple[str, ...]

    @property
    def provisional(self) -> bool:
        """Tell whether the year has no notice yet."""
        return self.number == 0

    @property
    def label(self) -> Text:
        """Return the name used in explanations: 2026 年工作日历 第1版."""
        if self.provisional:
            return Text(
                f"{self.year} 年工作日历 暂定（尚无国务院办公厅通知）",
                f"Working calendar {self.year}, provisional (no State Council notice yet)",
            )
        return Text(
            f"{self.year} 年工作日历 第{self.number}版",
            f"Working calendar {self.year}, version {self.number}",
        )


class WorkingCalendar:
    """Which dates work and which rest, as known on one day. Immutable; look-ups are dictionary reads."""

    def __init__(
        self,
        notices: Iterable[Notice],
        statutes: Iterable[Statute],
        feasts: Mapping[int, Mapping[str, date]],
        known_on: date,
    ) -> None:
        self.known_on = known_on
        self.notices = tuple(
            sorted((n for n in notices if n.published <= known_on), key=lambda n: (n.published, n.dated))
        )
        self._statutes = tuple(s for s in statutes if s.published <= known_on)
        self._feasts = feasts
        self._versions: dict[int, CalendarVersion] = {}
        self._statutory: dict[int, dict[date, Text]] = {}

    @classmethod
    def as_known_at(
        cls, known_at: date | datetime | None = None, *, extra: tuple[Notice, ...] = ()
    ) -> WorkingCalendar:
        """Return the calendar as known at a date or moment (naive = Asia/Shanghai; None = now).

        A notice counts as known from 00:00 of the day on which it was made public. `extra` are notices that
        were entered since this file was written.
        """
        return _known_on(known_day(known_at), extra)

    @cached_property
    def _named(self) -> dict[date, tuple[Text | None, str]]:
        named: dict[date, tuple[Text | None, str]] = {}
        for notice in self.notices:
            named.update((day, (holiday, notice.document)) for day, holiday in notice.covers())
        return named

    def is_working(self, day: date) -> bool:
        """Tell whether the date is a working day."""
        named = self._named.get(day)
        if named is not None:
            return named[0] is None
        if day.weekday() >= 5:
            return False
        return not (self.version(day.year).provisional and day in self._by_statute(day.year))

    def is_provisional(self, day: date) -> bool:
        """Tell whether a notice that is not out yet may still change the date."""
        return day not in self._named and self.version(day.year).provisional

    def day(self, day: date) -> Day:
        """Return the date with its reason and source."""
        named = self._named.get(day)
        if named is not None:
            holiday, document = named
            reason = holiday or (_WORKING_WEEKEND if day.weekday() >= 5 else _WORKING_DAY)
            return Day(day, holiday is None, reason, document, provisional=False)
        version = self.version(day.year)
        statutory = self._by_statute(day.year).get(day) if version.provisional else None
        if statutory is not None:
            return Day(day, False, statutory, self._statute(day.year), provisional=True)
        weekend = day.weekday() >= 5
        document = "" if version.provisional else version.documents[-1]
        return Day(day, not weekend, _WEEKEND if weekend else _WORKING_DAY, document, version.provisional)

    def version(self, year: int) -> CalendarVersion:
        """Return which version of the year's calendar this is; number 0 while there is no notice."""
        found = self._versions.get(year)
        if found is None:
            documents = tuple(n.document for n in self.notices if n.year == year)
            found = self._versions[year] = CalendarVersion(year, len(documents), documents)
        return found

    def days(self, year: int) -> list[Day]:
        """Return every date of the year; ValueError for years before 2019, whose notices are not on file."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"no calendar for {year}: years {FIRST_YEAR} to {LAST_YEAR} are on file")
        first = date(year, 1, 1)
        length = (date(year + 1, 1, 1) - first).days
        return [self.day(first + timedelta(days=n)) for n in range(length)]

    def on_or_after(self, day: date) -> date:
        """Return the date itself if it is a working day, else the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start: date, amount: int, excluded: frozenset[date] = frozenset()) -> date:
        """Return the `amount`-th working day after `start`; before it if `amount` is negative."""
        step = ONE_DAY if amount >= 0 else -ONE_DAY
        left, day = abs(amount), start
        while left:
            day += step
            if day not in excluded and self.is_working(day):
                left -= 1
        return day

    def _by_statute(self, year: int) -> dict[date, Text]:
        found = self._statutory.get(year)
        if found is None:
            statute = self._statute_in_force(year)
            found = statute.holidays(year, self._feasts.get(year, {})) if statute else {}
            self._statutory[year] = found
        return found

    def _statute_in_force(self, year: int) -> Statute | None:
        in_force = [s for s in self._statutes if s.effective <= date(year, 12, 31)]
        return max(in_force, key=lambda s: s.effective) if in_force else None

    def _statute(self, year: int) -> str:
        statute = self._statute_in_force(year)
        return statute.document if statute else ""


def known_day(known_at: date | datetime | None) -> date:
    """Return the Shanghai date of a moment; None means now, a naive moment is Shanghai time."""
    if known_at is None:
        return datetime.now(SHANGHAI).date()
    if isinstance(known_at, datetime):
        return known_at.astimezone(SHANGHAI).date() if known_at.tzinfo else known_at.date()
    return known_at


@lru_cache(maxsize=64)
def _known_on(known_on: date, extra: tuple[Notice, ...]) -> WorkingCalendar:
    notices, statutes, feasts = official_data()
    return WorkingCalendar((*notices, *extra), statutes, feasts, known_on)


@lru_cache(maxsize=1)
def official_data() -> tuple[tuple[Notice, ...], tuple[Statute, ...], Mapping[int, Mapping[str, date]]]:
    """Return the notices, statutes and lunar dates on file; read once."""
    law = tomllib.loads((DATA / "statutes.toml").read_text("utf-8"))
    issued = tomllib.loads((DATA / "notices.toml").read_text("utf-8"))
    holidays = {key: Text(**words) for key, words in law["holidays"].items()}
    notices = tuple(_notice(entry, holidays) for entry in issued["notice"])
    statutes = tuple(_statute(entry, holidays) for entry in law["statute"])
    feasts = {int(year): dict(dates) for year, dates in law["feasts"].items()}
    return notices, statutes, feasts


def _notice(entry: Mapping[str, Any], holidays: Mapping[str, Text]) -> Notice:
    rest = tuple((r["from"], r["to"], holidays[r["holiday"]]) for r in entry["rest"])
    return Notice(
        entry["year"],
        entry["document"],
        entry["dated"],
        entry["published"],
        rest,
        frozenset(entry["working"]),
    )


def _statute(entry: Mapping[str, Any], holidays: Mapping[str, Text]) -> Statute:
    fixed = tuple((f["month"], f["day"], holidays[f["holiday"]]) for f in entry["fixed"])
    lunar = tuple((f["feast"], n, holidays[f["holiday"]]) for f in entry["lunar"] for n in f["offsets"])
    return Statute(entry["document"], entry["published"], entry["effective"], fixed, lunar)
