"""What time itself does: deadlines whose passing moves a matter, and clocks counted again when the rules change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from bihuan.core.access.actors import system_actor
from bihuan.core.ledger.append import Draft, append
from bihuan.core.matters import engine
from bihuan.core.matters.deadlines import Standing, recounted
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.registry import details, matter_type, matter_types
from bihuan.core.spec.deadlines import Within
from bihuan.core.spec.matters import Nothing, Snapshot

BATCH = 500


def sweep_overdue(jurisdiction: str, now: datetime | None = None) -> int:
    """Take the transition that a passed deadline brings (`Within(overdue=…)`), in the system's name.

    Conditional by compare-and-set, so two sweepers at once do it once. Returns how many matters moved.
    """
    now, moved = now or timezone.now(), 0
    for kind in matter_types().values():
        for state in kind.states:
            if not isinstance(state.due, Within) or not state.due.overdue:
                continue
            for matter_id in _passed(kind.code, state.code, jurisdiction, now):
                key = f"overdue/{matter_id}/{state.code}/{now:%Y%m%d%H%M}"
                try:
                    engine.perform(
                        matter_id, state.due.overdue, Nothing(), actor=system_actor(jurisdiction), key=key
                    )
                    moved += 1
                except NotDone:
                    continue  # somebody was first, or a guard holds it back: the worklist shows it overdue
    return moved


def _passed(kind: str, state: str, jurisdiction: str, now: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM matters_matter WHERE type = %s AND state = %s AND due_at < %s AND jurisdiction = %s"
            " AND closed_at IS NULL ORDER BY due_at LIMIT %s",
            [kind, state, now, jurisdiction, BATCH],
        )
        return [row[0] for row in cursor.fetchall()]


def recount_clocks(jurisdiction: str, now: datetime | None = None) -> int:
    """Count every open clock again with the rules and the calendar known now; returns how many changed.

    The old result stays in the ledger entry `clock.recounted`, beside the new one.
    """
    now, changed = now or timezone.now(), 0
    for batch in _open_clocks(jurisdiction):
        with transaction.atomic():
            for row in batch:
                changed += _recount(row, jurisdiction, now)
    return changed


def _open_clocks(jurisdiction: str) -> Iterator[list[tuple[Any, ...]]]:
    last = UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, type, state, version, opened_at, person_id, place_id, due_at, due, rank, organ_id"
                " FROM matters_matter WHERE closed_at IS NULL AND due ? 'clock' AND jurisdiction = %s AND id > %s"
                " ORDER BY id LIMIT %s",
                [jurisdiction, last, BATCH],
            )
            batch = cursor.fetchall()
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _recount(row: tuple[Any, ...], jurisdiction: str, now: datetime) -> int:
    matter_id, code, state, version, opened_at, person, place, due_at, due, rank, organ = row
    kept = json.loads(due) if isinstance(due, str) else due
    snapshot = Snapshot(matter_id, code, state, version, opened_at, person, place)
    old = Standing(due_at, kept, rank)
    new = recounted(matter_type(code), details(code), snapshot, old, now)
    if new.due_at == old.due_at:
        return 0
    values: list[Any] = [new.due_at, Jsonb(new.explanation), matter_id, state, version]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matters_matter SET due_at = %s, due = %s WHERE id = %s AND state = %s AND version = %s",
            values,
        )
        if cursor.rowcount == 0:
            return 0  # it moved meanwhile, and was counted with what is known now
    append(
        [
            Draft(
                kind="clock.recounted", occurred_at=now, recorded_at=now, jurisdiction=jurisdiction,
                matter_id=matter_id, from_state=state, to_state=state, version=version, person_id=person,
                place_id=place, organ=organ, actor_id=None, post="system", corrects=None,
                payload={
                    "old": old.due_at.isoformat() if old.due_at else None,
                    "new": new.due_at.isoformat() if new.due_at else None,
                },
                sealed=None,
            )
        ]
    )  # fmt: skip
    return 1
