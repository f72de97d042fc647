"""The engine's SQL: few statements, each saying what it holds. Nothing else writes matters or their requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from bihuan.core.access.actors import Actor
from bihuan.core.matters.deadlines import Standing
from bihuan.core.matters.errors import KeyReused
from bihuan.core.matters.payloads import plain
from bihuan.core.spec.matters import Snapshot, State


@dataclass(frozen=True, slots=True)
class Locked:
    """A matter as read under its row lock, with the ledger number set aside for its next entry."""

    type: str
    state: str
    version: int
    opened_at: datetime
    person_id: UUID | None
    place_id: UUID | None
    jurisdiction: str
    organ_id: str
    number: str
    due: dict[str, Any] | None
    due_at: datetime | None
    rank: int
    entry_id: int

    @property
    def standing(self) -> Standing:
        """Return the deadline as the matter keeps it."""
        return Standing(self.due_at, self.due, self.rank)


LOCK = """
SELECT m.type, m.state, m.version, m.opened_at, m.person_id, m.place_id, m.jurisdiction, m.organ_id,
       m.number, m.due, m.due_at, m.rank, nextval('ledger_entry_id_seq')
  FROM matters_matter m WHERE m.id = %s FOR NO KEY UPDATE OF m
"""


def lock(matter_id: UUID) -> Locked | None:
    """Lock one matter until the transaction ends (never across requests) and set a ledger number aside."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [matter_id])
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    values[9] = json.loads(values[9]) if isinstance(values[9], str) else values[9]
    return Locked(*values)


STANDS = """
SELECT EXISTS (SELECT FROM ledger_entry e WHERE e.id = %s AND e.matter_id = %s AND e.kind = %s
                  AND NOT EXISTS (SELECT FROM ledger_entry c WHERE c.corrects = e.id))
"""


def stands(entry_id: int, matter_id: UUID, kind: str) -> bool:
    """Tell whether an entry of this kind is one of the matter's and has not been corrected. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [entry_id, matter_id, kind])
        row = cursor.fetchone()
    return bool(row and row[0])


def fingerprint(what: str, payload: Any) -> bytes:
    """Return a hash of what is asked for, so that the same key with another body is noticed."""
    body = json.dumps([what, plain(payload)], sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(body, digest_size=16).digest()


def earlier_result(actor: Actor, key: str, mark: bytes) -> dict[str, Any] | None:
    """Return what the same request brought earlier; raises KeyReused where the body was another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fingerprint, result FROM matters_request WHERE actor = %s AND key = %s",
            [actor.requester, key],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[0]) != mark:
        raise KeyReused
    result: dict[str, Any] = json.loads(row[1]) if isinstance(row[1], str) else row[1]
    return result


def remember(actor: Actor, key: str, mark: bytes, result: dict[str, Any], at: datetime) -> None:
    """Keep the result under its key; a concurrent twin of the request fails here and reads the winner's."""
    with connection.cursor() as cursor:
        values: list[Any] = [actor.requester, key, mark, Jsonb(result), at]
        cursor.execute(
            "INSERT INTO matters_request (actor, key, fingerprint, result, at) VALUES (%s, %s, %s, %s, %s)",
            values,
        )


MOVE = (
    "UPDATE matters_matter SET state = %s, version = version + 1, due_at = %s, due = %s, rank = %s,"
    " closed_at = CASE WHEN state = %s THEN closed_at ELSE %s END, alarm = %s"
    " WHERE id = %s AND state = %s AND version = %s"
)


def move(
    matter_id: UUID, before: Locked, after: State, standing: Standing, closed_at: datetime | None
) -> bool:
    """Compare and set: move the matter from the state and version it was read at. False: somebody was first.

    `closed_at` counts where the state changes: what is told of a closed matter afterwards does not move it.
    """
    due = None if standing.explanation is None else Jsonb(standing.explanation)
    values: list[Any] = [
        after.code, standing.due_at, due, standing.rank, after.code, closed_at, after.alarm,
        matter_id, before.state, before.version,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MOVE, values)
        return bool(cursor.rowcount == 1)


def organ_of(kind: str, jurisdiction: str) -> str:
    """Return the organ of this kind that answers for the jurisdiction; LookupError names what to set up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM access_organ WHERE kind = %s AND jurisdiction = %s ORDER BY code LIMIT 1",
            [kind, jurisdiction],
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"jurisdiction {jurisdiction} has no organ of kind {kind!r}; add it under organs")
    return str(row[0])


MATTER_COLUMNS = (
    "id, type, number, jurisdiction, organ_id, state, version, title_zh, title_en, rank, opened_at, due_at,"
    " due, closed_at, alarm, disputed, assignee_id, place_id, person_id"
)


def insert(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write new matters: COPY, whatever their number."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY matters_matter ({MATTER_COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def numbers(series: dict[str, int]) -> dict[str, int]:
    """Set aside running numbers: series → how many; returns series → the first of each. Short row lock."""
    first: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name in sorted(series):
            cursor.execute(
                "INSERT INTO matters_number (series, last) VALUES (%s, %s)"
                " ON CONFLICT (series) DO UPDATE SET last = matters_number.last + EXCLUDED.last RETURNING last",
                [name, series[name]],
            )
            row = cursor.fetchone()
            assert row is not None
            first[name] = int(row[0]) - series[name] + 1
    return first


def move_many(changes: Sequence[tuple[UUID, Locked, Snapshot, Standing, datetime | None, bool]]) -> int:
    """Compare and set for many matters in one statement, as `move`; returns how many stood as they were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS matters_moving (id uuid, old_state text, old_version int,"
            " state text, version int, due_at timestamptz, due jsonb, rank smallint, closed_at timestamptz,"
            " alarm boolean)"
            " ON COMMIT DELETE ROWS"
        )
        with cursor.copy("COPY matters_moving FROM STDIN") as copy:
            for matter_id, before, after, deadline, closed_at, alarm in changes:
                copy.write_row(
                    (
                        matter_id, before.state, before.version, after.state, after.version, deadline.due_at,
                        None if deadline.explanation is None else Jsonb(deadline.explanation),
                        deadline.rank, closed_at, alarm,
                    )
                )  # fmt: skip
        cursor.execute(
            "UPDATE matters_matter m SET state = n.state, version = n.version, due_at = n.due_at, due = n.due,"
            " rank = n.rank, closed_at = CASE WHEN m.state = n.state THEN m.closed_at ELSE n.closed_at END,"
            " alarm = n.alarm"
            " FROM matters_moving n WHERE m.id = n.id AND m.state = n.old_state AND m.version = n.old_version"
        )
        moved = int(cursor.rowcount)
        cursor.execute("TRUNCATE matters_moving")
        return moved


def lock_many(ids: Iterable[UUID]) -> dict[UUID, Locked]:
    """Lock many matters in id order (so that two bulk writers cannot block each other)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.type, m.state, m.version, m.opened_at, m.person_id, m.place_id, m.jurisdiction,"
            " m.organ_id, m.number, m.due, m.due_at, m.rank, 0 FROM matters_matter m WHERE m.id = ANY(%s)"
            " ORDER BY m.id FOR NO KEY UPDATE OF m",
            [list(ids)],
        )
        found = {}
        for row in cursor.fetchall():
            values = list(row[1:])
            values[9] = json.loads(values[9]) if isinstance(values[9], str) else values[9]
            found[row[0]] = Locked(*values)
        return found
