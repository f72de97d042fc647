"""The deadline of a state: asked of the clock, or of the matter's details where they set it.

What the matter keeps (`Matter.due`) is enough to count again when a rule or a calendar changes: the state, the
start, the pauses and the extensions, beside the explanation that was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bihuan.core.clock.calendar import WorkingCalendar
from bihuan.core.clock.due import Extension, Pause, due
from bihuan.core.spec.deadlines import Clock, Consequence, Within
from bihuan.core.spec.matters import MatterType, Snapshot, State, Transition

if TYPE_CHECKING:
    from bihuan.core.matters.details import Details

Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the matter row keeps of its deadline: when, why (as JSON), and its rank on the worklist."""

    due_at: datetime | None
    explanation: Kept | None
    rank: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a clock counts from: when it started, when it stood still, what was granted on top."""

    start: datetime
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    extensions: tuple[tuple[int, datetime], ...] = ()

    def as_json(self) -> Kept:
        """Return the clock's data as the matter keeps them."""
        return {
            "start": self.start.isoformat(),
            "pauses": [[a.isoformat(), b.isoformat()] for a, b in self.pauses],
            "extensions": [[amount, at.isoformat()] for amount, at in self.extensions],
        }

    @classmethod
    def kept(cls, data: Kept) -> Counted:
        """Read what `as_json` wrote."""
        moment = datetime.fromisoformat
        return cls(
            moment(data["start"]),
            tuple((moment(a), moment(b)) for a, b in data.get("pauses", ())),
            tuple((int(amount), moment(at)) for amount, at in data.get("extensions", ())),
        )


def opening_standing(
    kind: MatterType[Any], details: Details[Any], after: Snapshot, since: datetime, now: datetime
) -> Standing:
    """Return the deadline of a matter that has just been opened (with the history it came with)."""
    return _standing(kind, details, after, Counted(since), now)


def standing_after(
    kind: MatterType[Any],
    details: Details[Any],
    after: Snapshot,
    transition: Transition[Any],
    before: tuple[str, Standing],
    payload: Any,
    at: datetime,
    now: datetime,
) -> Standing:
    """Return the deadline after a step: counted anew, gone on with, paused, resumed or extended.

    `before`: the state the matter stood in and its deadline there.
    """
    old_state, old = before
    state = kind.state(after.state)
    moved = after.state != old_state
    if _details_set(state):
        return _standing(kind, details, after, Counted(at), now)
    if state.clock is Clock.STOPPED and moved:
        return Standing(None, {"stopped_at": at.isoformat(), "resumes": _resumable(old_state, old)}, old.rank)
    if not moved and not transition.restarts and not transition.extends:
        return old
    clock = _clock_after(after.state, transition, old_state, old, payload, at)
    return _standing(kind, details, after, clock, now)


def recounted(
    kind: MatterType[Any], details: Details[Any], snapshot: Snapshot, old: Standing, now: datetime
) -> Standing:
    """Return the deadline counted again from the same start, with the rules and the calendar known now."""
    if old.explanation is None or "clock" not in old.explanation:
        return old
    return _standing(kind, details, snapshot, Counted.kept(old.explanation["clock"]), now)


def _details_set(state: State) -> bool:
    return isinstance(state.due, Within) and state.due.is_set_by_field


def _resumable(state: str, old: Standing) -> Kept | None:
    if old.explanation is None or "clock" not in old.explanation:
        return None
    return {"state": state, "clock": old.explanation["clock"]}


def _clock_after(
    state: str, transition: Transition[Any], old_state: str, old: Standing, payload: Any, at: datetime
) -> Counted:
    kept = old.explanation or {}
    if transition.restarts:
        return Counted(at)
    resumes = kept.get("resumes")
    if resumes and resumes["state"] == state:
        clock = Counted.kept(resumes["clock"])
        stopped = datetime.fromisoformat(kept["stopped_at"])
        return Counted(clock.start, (*clock.pauses, (stopped, at)), clock.extensions)
    if transition.extends and "clock" in kept and state == old_state:
        clock = Counted.kept(kept["clock"])
        amount = int(getattr(payload, transition.extends))
        return Counted(clock.start, clock.pauses, (*clock.extensions, (amount, at)))
    return Counted(at)


def _standing(
    kind: MatterType[Any], details: Details[Any], snapshot: Snapshot, clock: Counted, now: datetime
) -> Standing:
    state = kind.state(snapshot.state)
    within = state.due
    if state.closed or not isinstance(within, Within):
        return Standing(None, None, int(Consequence.INTERNAL))
    rank = int(within.consequence)
    if within.is_set_by_field:
        set_by = details.due(state, snapshot)
        return Standing(None, None, rank) if set_by is None else Standing(set_by.at, set_by.why, rank)
    counted = due(
        within,
        clock.start,
        calendar=WorkingCalendar.as_known_at(now),
        pauses=[Pause(a, b) for a, b in clock.pauses],
        extensions=[Extension(amount, granted_at=at) for amount, at in clock.extensions],
    )
    return Standing(counted.due_at, {**counted.as_json(), "clock": clock.as_json()}, rank)
