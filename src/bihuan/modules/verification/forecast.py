"""Whether a list will be through in time at today's pace: pure, said in the morning while something can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

USUAL_PACE = 12.0
"""Verifications an officer closes in an hour as long as today has shown nothing else (five minutes each)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the last one will be through (None: never, nobody works), and how many hands more it would take."""

    through_at: datetime | None
    misses: bool
    short: int = 0
    """How many will still be open when it is due."""
    more: int = 0
    """How many officers more, at the usual pace, would bring it in time."""


def outlook(
    own: int,
    ahead: int,
    pace: float,
    due_at: datetime | None,
    now: datetime,
    shift_ends: datetime | None = None,
) -> Outlook:
    """Return the outlook of a list with `own` verifications open, and `ahead` of others that are due before.

    `pace`: closed in an hour by all on shift. Only the hours until the shift's end count: who is at home rings nobody.
    """
    if own <= 0 or due_at is None:
        return Outlook(now, misses=False)
    through = now + timedelta(hours=(ahead + own) / pace) if pace > 0 else None
    if due_at <= now:
        return Outlook(through, misses=True, short=own)
    until = due_at if shift_ends is None else min(due_at, shift_ends)
    hours = max(0.0, (until - now).total_seconds() / 3600)
    short = min(own, ahead + own - int(pace * hours))
    if short <= 0:
        return Outlook(through, misses=False)
    left = max(0.5, (due_at - now).total_seconds() / 3600)
    return Outlook(through, misses=True, short=short, more=ceil(short / (USUAL_PACE * left)))
