"""The one way a matter changes.

permission → guards → compare-and-set → details → deadlines → ledger entry → what follows, in one transaction.
The web page, the API, the worker, the importer and the tests all come through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.ledger.append import write
from bihuan.core.matters import bulk, bulk_steps, store
from bihuan.core.matters.deadlines import standing_after
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.drafting import draft
from bihuan.core.matters.errors import Refused, Stale, UnknownMatter
from bihuan.core.matters.once import once
from bihuan.core.matters.outcomes import Outcome
from bihuan.core.matters.registry import details, matter_type
from bihuan.core.matters.steps import (
    permitted,
    reaches_organ,
    refuse_wrong_correction,
    standing_refusal,
    take,
)
from bihuan.core.spec.matters import SAME, MatterType, Nothing, Refusal, Snapshot, Transition

open_many = bulk.open_many
perform_many = bulk_steps.perform_many


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition that the actor's post has here, and why it may not be taken now, if so."""

    transition: Transition[Any]
    refusal: Refusal | None


def open(kind: MatterType[Any], opening: Opening, *, actor: Actor, key: str) -> Outcome:
    """Open a matter. Raises NotAllowed, Refused, KeyReused, Conflict; the same key again changes nothing."""
    mark = store.fingerprint(f"open {kind.code}", [opening.payload, opening.person_id, opening.place_id])
    return once(Outcome, actor, key, mark, lambda: _open(kind, opening, actor))


def _open(kind: MatterType[Any], opening: Opening, actor: Actor) -> Outcome:
    done = bulk.open_many(kind, [opening], actor=actor, raising=True).opened[0]
    return Outcome(done.matter_id, done.entry_id, done.version, done.state, done.number)


def perform(
    matter_id: UUID,
    transition: str,
    payload: Any = None,
    *,
    actor: Actor,
    key: str,
    version: int | None = None,
    occurred_at: datetime | None = None,
    corrects: int | None = None,
) -> Outcome:
    """Take one step on a matter.

    `version`: the one the actor looked at; where the matter has moved since, Stale says so (steps that only
    record, `to=SAME`, do not exclude each other). `occurred_at`: when it happened, default now.
    Raises UnknownMatter, NotAllowed, NotFromHere, Refused, Stale, KeyReused, Conflict, NotCorrectable.
    """
    payload = Nothing() if payload is None else payload
    mark = store.fingerprint(f"{matter_id} {transition}", [payload, corrects])
    return once(
        Outcome, actor, key, mark,
        lambda: _perform(matter_id, transition, payload, actor, version, occurred_at, corrects),
    )  # fmt: skip


def _perform(
    matter_id: UUID,
    code: str,
    payload: Any,
    actor: Actor,
    version: int | None,
    occurred_at: datetime | None,
    corrects: int | None,
) -> Outcome:
    row = store.lock(matter_id)
    if row is None or row.jurisdiction != actor.jurisdiction or not reaches_organ(actor, row.organ_id):
        raise UnknownMatter(matter_id)
    kind, holder = matter_type(row.type), details(row.type)
    now = timezone.now()
    if version is not None and version != row.version and kind.transition(code).to is not SAME:
        raise Stale(version, row.version)
    snapshot = Snapshot(
        matter_id, row.type, row.state, row.version, row.opened_at, row.person_id, row.place_id,
        holder.load([matter_id]).get(matter_id),
    )  # fmt: skip
    step = Step(code, payload, occurred_at or now, corrects)
    refuse_wrong_correction(kind, matter_id, step)
    after, applied = take(kind, holder, snapshot, step, actor, now)
    applied.entry_id = row.entry_id
    deadline = standing_after(
        kind, holder, after, kind.transition(code), (row.state, row.standing), payload, step.occurred_at, now
    )
    closed_at = step.occurred_at if kind.state(after.state).closed else None
    if not store.move(matter_id, row, kind.state(after.state), deadline, closed_at):
        raise Stale(row.version, row.version + 1)
    write([(row.entry_id, draft(applied, row.jurisdiction, row.organ_id))])
    holder.write([applied])
    bulk.follow_up([applied], actor)
    return Outcome(matter_id, row.entry_id, after.version, after.state, row.number)


def available(matter: Snapshot, actor: Actor, now: datetime) -> list[Offer]:
    """Return what the actor's post may do with the matter now; refused steps say why, primary ones first."""
    kind = matter_type(matter.type)
    offers = [
        Offer(t, standing_refusal(t, matter, now))
        for t in kind.transitions
        if not t.hidden
        and permitted(actor, t.posts, matter.place_id, matter.person_id)
        and t.leaves(matter.state, kind.open_states)
    ]
    return sorted(offers, key=lambda o: (o.refusal is not None, not o.transition.primary))


__all__ = [
    "Offer", "Opening", "Outcome", "Refused", "Step",
    "available", "open", "open_many", "perform", "perform_many",
]  # fmt: skip
