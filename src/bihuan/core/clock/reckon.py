"""The reckoning itself: from an origin, a period and what happened, to the last day and the last instant.

Pure arithmetic on dates; which law, which calendar and in what words is decided by the callers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bihuan.core.clock.calendar import ONE_DAY, SHANGHAI, WorkingCalendar
from bihuan.core.clock.events import (
    END_OF_DAY,
    BusinessHours,
    Extension,
    Pause,
    Restart,
    add_months,
)
from bihuan.core.clock.rules import CountingRule, RuleVersion
from bihuan.core.spec.deadlines import Roll, Unit

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Given:
    """Everything a reckoning starts from; `origin` is the start, or the last restart."""

    version: RuleVersion
    counting: CountingRule
    calendar: WorkingCalendar
    start: datetime
    origin: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    restart: Restart | None = None
    custody: bool = False
    business_hours: BusinessHours | None = None
    travel_days: int = 0
    cutoff: time | None = None

    @property
    def terms(self) -> list[tuple[int, Unit]]:
        """Return the period and its extensions, each as an amount of a unit."""
        own = self.version.unit
        return [(self.version.amount, own), *((e.amount, e.unit or own) for e in self.extensions)]

    @property
    def may_roll(self) -> bool:
        """Tell whether a last day of rest gives way to the next working day by this law."""
        if self.version.amount == 0 or self.version.before or self.version.unit is Unit.HOURS:
            return False
        if self.version.roll is not None:
            return self.version.roll is Roll.NEXT_WORKING_DAY
        return self.counting.last is not None

    @property
    def held(self) -> bool:
        """Tell whether custody forbids the roll."""
        return self.custody and self.counting.custody


@dataclass(frozen=True)
class Reckoned:
    """The outcome: first day (never counted), last day before any roll, day and instant of expiry.

    `stopped` is the pause that still stands; `end` and `due_at` then say what they would be without it.
    `paused` are the dates left out of the count.
    """

    first: date
    last: date
    end: date
    due_at: datetime
    paused: frozenset[date] = frozenset()
    stopped: Pause | None = None
    provisional: bool = False


def reckon(given: Given) -> Reckoned:
    """Return when the period ends; ValueError for extensions in a unit the period cannot take."""
    return _by_hours(given) if given.version.unit is Unit.HOURS else _by_days(given)


def _by_hours(given: Given) -> Reckoned:
    begin = first_hour(given)
    total = timedelta(hours=sum(_hours(amount, unit) for amount, unit in given.terms))
    end = begin - total if given.version.before else begin + total
    stopped = None
    for pause in given.pauses:
        if pause.start >= end or (pause.end and pause.end <= begin):
            continue
        if pause.end is None:
            stopped = pause
            break
        end += pause.end - max(pause.start, begin)
    return Reckoned(given.origin.date(), end.date(), end.date(), end, stopped=stopped)


def first_hour(given: Given) -> datetime:
    """Return the moment from which hours are counted: the next full hour where the law excludes the first."""
    if not given.counting.next_hour or given.version.before:
        return given.origin
    return given.origin.replace(minute=0, second=0, microsecond=0) + _HOUR


def _by_days(given: Given) -> Reckoned:
    first = _first_day(given)
    if given.version.before:
        last = _backward(given, first)
        return Reckoned(
            first, last, last, _close(given, last), provisional=_provisional(given, first, last, last)
        )
    paused = _paused_dates(given.pauses, first)
    last = _forward(given, first, paused)
    end = given.calendar.on_or_after(last) if given.may_roll and not given.held else last
    standing = given.pauses[-1] if given.pauses and given.pauses[-1].end is None else None
    return Reckoned(
        first=first,
        last=last,
        end=end,
        due_at=_close(given, end),
        paused=paused,
        stopped=standing if standing and standing.start.date() <= end else None,
        provisional=_provisional(given, first, last, end),
    )


def _first_day(given: Given) -> date:
    day = given.origin.date()
    if given.cutoff and given.origin.time() > given.cutoff and not given.version.before:
        return given.calendar.on_or_after(day + ONE_DAY)
    return day


def _sums(terms: list[tuple[int, Unit]]) -> tuple[int, int, int]:
    """Return months, calendar days and working days of the period and its extensions."""
    months = days = working = 0
    for amount, unit in terms:
        if unit is Unit.HOURS:
            raise ValueError(
                "按日、月计算的期间不能按小时延长 / a period of days cannot be extended by hours"
            )
        months += amount * {Unit.MONTHS: 1, Unit.YEARS: 12}.get(unit, 0)
        days += amount if unit is Unit.DAYS else 0
        working += amount if unit is Unit.WORKING_DAYS else 0
    return months, days, working


def _forward(given: Given, first: date, paused: frozenset[date]) -> date:
    months, days, working = _sums(given.terms)
    last = base = add_months(first, months) + timedelta(days=days + given.travel_days)
    # A longer run may reach into the next pause, so shift until nothing more is left out.
    while (moved := base + timedelta(days=sum(first < day <= last for day in paused))) != last:
        last = moved
    return given.calendar.add_working_days(last, working, paused)


def _backward(given: Given, first: date) -> date:
    months, days, working = _sums([(given.version.amount, given.version.unit)])
    return given.calendar.add_working_days(add_months(first, -months) - timedelta(days=days), -working)


def _paused_dates(pauses: tuple[Pause, ...], first: date) -> frozenset[date]:
    dates: set[date] = set()
    for pause in pauses:
        if pause.end is None:
            continue
        begin, end = pause.start.date(), pause.end.date()
        if begin == first:
            begin, end = begin + ONE_DAY, end + ONE_DAY
        dates.update(begin + timedelta(days=n) for n in range((end - begin).days))
    return frozenset(dates)


def _close(given: Given, day: date) -> datetime:
    closes = given.business_hours.closes if given.business_hours else END_OF_DAY
    return datetime.combine(day, closes, SHANGHAI)


def _provisional(given: Given, first: date, last: date, end: date) -> bool:
    calendar = given.calendar
    if any(unit is Unit.WORKING_DAYS for _, unit in given.terms):
        years = range(min(first, end).year, max(first, end).year + 1)
        return any(calendar.version(year).provisional for year in years)
    return given.may_roll and (calendar.is_provisional(last) or calendar.is_provisional(end))


def _hours(amount: int, unit: Unit) -> int:
    if unit is Unit.HOURS:
        return amount
    if unit is Unit.DAYS:
        return amount * 24
    raise ValueError("按小时计算的期间只能按小时或日延长 / a period of hours takes hours or days only")
