"""When to ring again: at another time of day than before, while people may be rung, and before it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.spec import Text

FIRST, LAST = time(8), time(21)
"""Between these people are rung; before and after, only who asked for it."""
PAUSE: Final = timedelta(hours=1)
"""Nobody is rung twice within this time."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of day: people who are out in one are often at home in another."""

    bit: int
    begins: time
    label: Text


SLOTS: Final = (
    Slot(1, time(8), Text("上午", "morning")),
    Slot(2, time(12), Text("下午", "afternoon")),
    Slot(4, time(18), Text("傍晚", "evening")),
)


def slot_of(moment: datetime) -> Slot:
    """Return the time of day of a moment."""
    local = moment.astimezone(SHANGHAI).time()
    return next(slot for slot in reversed(SLOTS) if local >= slot.begins or slot is SLOTS[0])


def again_at(now: datetime, used: int, due_at: datetime) -> datetime:
    """Return from when somebody who was not reached now (time of day `used`, bits) is to be rung again.

    The next time of day that was not tried; where the feedback is due before it, half the time that is left, but
    not within an hour; where nothing is left, in an hour.
    """
    soonest = now + PAUSE
    wanted = _next_unused(now, used | slot_of(now).bit)
    if wanted < due_at:
        return max(wanted, soonest)
    half = now + (due_at - now) / 2
    return _waking(max(soonest, half) if due_at > now else soonest)


def _next_unused(now: datetime, used: int) -> datetime:
    today = now.astimezone(SHANGHAI).date()
    for days in (0, 1):
        for slot in SLOTS:
            at = datetime.combine(today + timedelta(days=days), slot.begins, SHANGHAI)
            if at > now and not slot.bit & used:
                return at
    return datetime.combine(today + timedelta(days=1), time(9), SHANGHAI)


def _waking(moment: datetime) -> datetime:
    local = moment.astimezone(SHANGHAI)
    if local.time() < FIRST:
        return local.replace(hour=FIRST.hour, minute=0, second=0, microsecond=0)
    if local.time() >= LAST:
        return datetime.combine(local.date() + timedelta(days=1), FIRST, SHANGHAI)
    return local
