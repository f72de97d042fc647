"""What happens to a running clock: pauses, extensions, restarts; and the moments they are told in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.spec.deadlines import Unit
from bihuan.core.spec.text import Text

END_OF_DAY: Final = time(23, 59, 59, 999999)
_STOPPED: Final = Text("停止计算", "clock stopped")
_EXTENDED: Final = Text("批准延长", "extended")
_RESTARTED: Final = Text("重新起算", "counted afresh")


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from `start` to `end`; `end=None` while it still stands.

    By days: the day it stops is not counted, the day it goes on is; a stop on the very day of the start makes
    the day it goes on the new first day, which is not counted either. Each way it shifts by `end - start`.
    """

    start: datetime
    end: datetime | None
    reason: Text = _STOPPED


@dataclass(frozen=True, slots=True)
class Extension:
    """Time added on top of the period, counted from the origin and never from a date that was rolled.

    `unit=None` means the unit of the period itself.
    """

    amount: int
    unit: Unit | None = None
    reason: Text = _EXTENDED
    granted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The whole period begins anew at `at`; what was granted or paused before no longer counts."""

    at: datetime
    reason: Text = _RESTARTED


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """An organ's hours: on the last day the period ends when business stops (Civil Code, art. 203)."""

    opens: time
    closes: time


def moment(value: datetime | date) -> datetime:
    """Return an aware moment in Shanghai time; a bare date is its 00:00, a naive time is Shanghai's."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, SHANGHAI)
    return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def add_months(day: date, months: int) -> date:
    """Return the corresponding date, or the month's last day where there is none (Civil Code, art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_order(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Return the pauses in Shanghai time, in order, overlapping ones joined; ValueError if one ends early."""
    told = [Pause(moment(p.start), moment(p.end) if p.end else None, p.reason) for p in pauses]
    joined: list[Pause] = []
    for pause in sorted(told, key=lambda p: p.start):
        if pause.end is not None and pause.end < pause.start:
            raise ValueError("停止计算的期间不能先止后起 / a pause cannot end before it begins")
        before = joined[-1] if joined else None
        if before is None or (before.end is not None and before.end < pause.start):
            joined.append(pause)
        elif before.end is not None and (pause.end is None or pause.end > before.end):
            joined[-1] = Pause(before.start, pause.end, before.reason)
    return tuple(joined)
