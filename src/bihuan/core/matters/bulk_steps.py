"""Many steps on many matters at once, with the same checks as one; what is refused does not stop the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import bulk, store
from bihuan.core.matters.deadlines import Standing, standing_after
from bihuan.core.matters.details import Applied, Step
from bihuan.core.matters.errors import NotDone, Stale, UnknownMatter
from bihuan.core.matters.once import once
from bihuan.core.matters.outcomes import BulkOutcome
from bihuan.core.matters.registry import details, matter_type
from bihuan.core.matters.steps import reaches_organ, refuse_wrong_correction, take
from bihuan.core.matters.uncollected import uncollected
from bihuan.core.spec.matters import Snapshot


def perform_many(
    steps: Sequence[tuple[UUID, Step]], *, actor: Actor, key: str | None = None, raising: bool = False
) -> BulkOutcome:
    """Take many steps on many matters, in their order, in one transaction; refused ones are listed.

    Several steps of one matter may follow each other. `key` as in `open_many`.
    """
    with uncollected(), transaction.atomic():
        if key is None:
            return _perform_many(steps, actor, raising)
        mark = store.fingerprint("perform_many", [[str(m), s.transition, s.payload] for m, s in steps])
        return once(BulkOutcome, actor, key, mark, lambda: _perform_many(steps, actor, raising))


def _perform_many(steps: Sequence[tuple[UUID, Step]], actor: Actor, raising: bool) -> BulkOutcome:
    outcome, now = BulkOutcome(), timezone.now()
    with transaction.atomic():
        rows = store.lock_many({matter_id for matter_id, _ in steps})
        snapshots = _snapshots(rows)
        since: dict[UUID, datetime] = {}
        deadlines = {matter_id: row.standing for matter_id, row in rows.items()}
        for position, (matter_id, step) in enumerate(steps):
            try:
                row = rows.get(matter_id)
                if (
                    row is None
                    or row.jurisdiction != actor.jurisdiction
                    or not reaches_organ(actor, row.organ_id)
                ):
                    raise UnknownMatter(matter_id)
                kind = matter_type(row.type)
                refuse_wrong_correction(kind, matter_id, step)
                snapshots[matter_id], applied = take(
                    kind, details(row.type), snapshots[matter_id], step, actor, now
                )
            except NotDone as refusal:
                if raising:
                    raise
                outcome.refused.append((position, refusal))
                continue
            deadlines[matter_id] = standing_after(
                kind, details(row.type), snapshots[matter_id], kind.transition(step.transition),
                (str(applied.before), deadlines[matter_id]), step.payload, step.occurred_at, now,
            )  # fmt: skip
            if applied.before != applied.after:
                since[matter_id] = step.occurred_at
            outcome.done.append(applied)
        _write_steps(outcome.done, rows, snapshots, deadlines, since, actor)
    outcome.entries = len(outcome.done)
    return outcome


def _snapshots(rows: dict[UUID, store.Locked]) -> dict[UUID, Snapshot]:
    by_type: dict[str, list[UUID]] = {}
    for matter_id, row in rows.items():
        by_type.setdefault(row.type, []).append(matter_id)
    facts: dict[UUID, Any] = {}
    for code, ids in by_type.items():
        facts.update(details(code).load(ids))
    return {
        matter_id: Snapshot(
            matter_id, row.type, row.state, row.version, row.opened_at, row.person_id, row.place_id,
            facts.get(matter_id),
        )
        for matter_id, row in rows.items()
    }  # fmt: skip


def _write_steps(
    done: Sequence[Applied],
    rows: dict[UUID, store.Locked],
    snapshots: dict[UUID, Snapshot],
    deadlines: dict[UUID, Standing],
    moved: dict[UUID, datetime],
    actor: Actor,
) -> None:
    if not done:
        return
    changes = []
    for matter_id in dict.fromkeys(step.matter_id for step in done):
        row, snapshot = rows[matter_id], snapshots[matter_id]
        kind = matter_type(row.type)
        deadline = deadlines[matter_id]
        closed = moved.get(matter_id) if kind.state(snapshot.state).closed else None
        changes.append((matter_id, row, snapshot, deadline, closed, kind.state(snapshot.state).alarm))
    if store.move_many(changes) != len(changes):
        raise Stale(0, 0)
    bulk.record(done, [rows[step.matter_id].organ_id for step in done], actor.jurisdiction)
    for code in dict.fromkeys(step.type for step in done):
        details(code).write([step for step in done if step.type == code])
    bulk.follow_up(done, actor)
