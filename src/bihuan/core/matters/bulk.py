"""The same door for many: 100,000 matters with their history arrive by COPY, with the same checks as one.

What is refused is returned with its reason and does not stop the rest; what is accepted is written whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uuid_utils.compat as uuid
from django.db import transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.ledger.append import allocate, write
from bihuan.core.matters import store
from bihuan.core.matters.deadlines import opening_standing
from bihuan.core.matters.details import Applied, Details, Opening
from bihuan.core.matters.drafting import drafts
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.live import tell_screens
from bihuan.core.matters.once import once
from bihuan.core.matters.outcomes import BulkOutcome, Opened
from bihuan.core.matters.registry import details, followers, matter_type
from bihuan.core.matters.steps import begin, take
from bihuan.core.matters.telling import tell
from bihuan.core.matters.uncollected import uncollected
from bihuan.core.spec.matters import MatterType, Snapshot
from bihuan.core.spec.text import Text


@dataclass(slots=True)
class _New:
    opening: Opening
    snapshot: Snapshot
    steps: list[Applied]


def open_many(
    kind: MatterType[Any],
    openings: Sequence[Opening],
    *,
    actor: Actor,
    key: str | None = None,
    raising: bool = False,
) -> BulkOutcome:
    """Open matters with their histories, in one transaction.

    Refused ones are listed with their position; with `raising` the first refusal stops everything. With `key`
    the same request again changes nothing and brings the first one's outcome; without, the caller is inside a
    transaction that is idempotent itself (`engine.open`, what follows from a step).
    """
    with uncollected(), transaction.atomic():
        if key is None:
            return _open_many(kind, openings, actor, raising)
        mark = store.fingerprint(f"open_many {kind.code}", [[o.payload, o.person_id] for o in openings])
        return once(BulkOutcome, actor, key, mark, lambda: _open_many(kind, openings, actor, raising))


def _open_many(
    kind: MatterType[Any], openings: Sequence[Opening], actor: Actor, raising: bool
) -> BulkOutcome:
    holder, now = details(kind.code), timezone.now()
    outcome = BulkOutcome()
    fresh: list[_New] = []
    openings = [holder.arrange(opening) for opening in openings]
    prepared = holder.prepare(openings)
    for position, opening in enumerate(openings):
        try:
            fresh.append(_replay(kind, holder, opening, actor, now, prepared))
        except NotDone as refusal:
            if raising:
                raise
            outcome.refused.append((position, refusal))
    if fresh:
        _write_new(kind, holder, fresh, actor, now, outcome)
    return outcome


def _replay(
    kind: MatterType[Any], holder: Details[Any], opening: Opening, actor: Actor, now: datetime, prepared: Any
) -> _New:
    snapshot, applied = begin(kind, holder, opening.matter_id or uuid.uuid7(), opening, actor, now, prepared)
    steps = [applied]
    for step in opening.history:
        snapshot, applied = take(kind, holder, snapshot, step, actor, now)
        steps.append(applied)
    return _New(opening, snapshot, steps)


def _write_new(
    kind: MatterType[Any],
    holder: Details[Any],
    fresh: Sequence[_New],
    actor: Actor,
    now: datetime,
    outcome: BulkOutcome,
) -> None:
    organ = store.organ_of(kind.organ, actor.jurisdiction)
    for new in fresh:
        new.opening.organ = new.opening.organ or organ
    numbers = _numbers(kind, fresh, actor.jurisdiction)
    rows = []
    for new, number in zip(fresh, numbers, strict=True):
        rows.append(_matter_row(kind, holder, new, number, actor, now))
    store.insert(rows)
    steps = [step for new in fresh for step in new.steps]
    organs = [new.opening.organ for new in fresh for _ in new.steps]
    record(steps, organs, actor.jurisdiction)
    holder.write(steps)
    outcome.entries = len(steps)
    for new, number in zip(fresh, numbers, strict=True):
        outcome.opened.append(
            Opened(
                new.snapshot.id, number, new.snapshot.state, new.snapshot.version,
                new.steps[0].entry_id, new.opening.reference,
            )
        )  # fmt: skip
    # a history tells what happened elsewhere, and those concerned were told there
    follow_up(steps, actor, news=[new.steps[0] for new in fresh if not new.opening.history])


def record(steps: Sequence[Applied], organs: Sequence[str | None], jurisdiction: str) -> None:
    """Write the ledger entries of these steps, in their order, and note each step's number on it."""
    first = allocate(len(steps))
    for step, number in zip(steps, first, strict=True):
        step.entry_id = number
    write(list(zip(first, drafts(steps, jurisdiction, organs), strict=True)))


def _numbers(kind: MatterType[Any], fresh: Sequence[_New], jurisdiction: str) -> list[str]:
    """Return the matters' numbers: running in the year (and the place, where the pattern names it)."""
    keys = []
    for new in fresh:
        year = timezone.localtime(new.opening.occurred_at).year
        place = new.opening.number_place if "{place}" in kind.number else ""
        keys.append((year, place))
    first = store.numbers({f"{jurisdiction}/{kind.code}/{y}/{p}": n for (y, p), n in Counter(keys).items()})
    numbers = []
    for year, place in keys:
        series = f"{jurisdiction}/{kind.code}/{year}/{place}"
        numbers.append(kind.number.format(year=year, place=place, n=first[series]))
        first[series] += 1
    return numbers


def _matter_row(
    kind: MatterType[Any], holder: Details[Any], new: _New, number: str, actor: Actor, now: datetime
) -> tuple[Any, ...]:
    since = next((s.occurred_at for s in reversed(new.steps) if s.before != s.after), new.opening.occurred_at)
    deadline = opening_standing(kind, holder, new.snapshot, since, now)
    state = kind.state(new.snapshot.state)
    title = new.opening.title or Text(kind.zh, kind.en)
    return (
        new.snapshot.id, kind.code, number, actor.jurisdiction, new.opening.organ,
        state.code, new.snapshot.version, title.zh, title.en, deadline.rank, new.opening.occurred_at,
        deadline.due_at, None if deadline.explanation is None else Jsonb(deadline.explanation),
        since if state.closed else None, state.alarm, new.opening.disputed, None,
        new.opening.place_id, new.opening.person_id,
    )  # fmt: skip


def follow_up(steps: Sequence[Applied], actor: Actor, news: Sequence[Applied] | None = None) -> None:
    """Tell those concerned (of `news`, all of the steps by default), and open screens; open what follows.

    All in the same transaction; the matters that follow are opened in the system's name.
    """
    tell(steps if news is None else news)
    tell_screens(steps)
    by_type: dict[str, list[Opening]] = {}
    for code in dict.fromkeys(step.type for step in steps):
        of_type = [step for step in steps if step.type == code]
        for item in details(code).follow(of_type):
            by_type.setdefault(item.type, []).append(item.opening)
        for name in dict.fromkeys(step.transition for step in of_type):
            for follower in followers(f"{code}.{name}"):
                for item in follower([step for step in of_type if step.transition == name]):
                    by_type.setdefault(item.type, []).append(item.opening)
    for code, openings in by_type.items():
        open_many(matter_type(code), openings, actor=system_actor(actor.jurisdiction), raising=True)
