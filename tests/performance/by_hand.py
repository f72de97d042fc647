"""The hand-written transaction: the same rows as one observation leaves, by a hand that checks nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

ITEM = "13:symptoms"
TABLES = (
    "matters_matter", "matters_request", "ledger_entry", "quarantine_stay", "quarantine_observation",
    "quarantine_done", "outbox_liveevent", "outbox_message",
)  # fmt: skip
ENTRY = """
INSERT INTO ledger_entry (id, recorded_at, occurred_at, jurisdiction, kind, matter_id, from_state, to_state, version,
  person_id, place_id, organ, actor_id, post, corrects, payload, sealed, mac)
VALUES (nextval('ledger_entry_id_seq'), %s, %s, %s, 'bench.by_hand', %s, %s, %s, %s, %s, %s, %s, NULL, 'site_nurse',
  NULL, %s, NULL, %s) RETURNING id
"""
EVENTS = """
WITH told AS (INSERT INTO outbox_liveevent (topic, payload)
  SELECT * FROM unnest(%s::text[], %s::jsonb[]) RETURNING *)
SELECT count(pg_notify('bihuan_live', json_build_object('id', id, 'topic', topic, 'payload', payload)::text)::text)
  FROM told
"""


def growth(work: Callable[[], object]) -> Counter[str]:
    """Do some work and return by how many rows each table grew that a step may write to."""
    before = _rows()
    work()
    return _rows() - before


def _rows() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in TABLES))
        return Counter(dict(cursor.fetchall()))


@dataclass(frozen=True)
class Hand:
    """A matter and all that its row in the ledger will say, known beforehand."""

    matter: UUID
    jurisdiction: str
    person: UUID
    place: UUID
    organ: str
    due: Any

    @classmethod
    def of(cls, matter: UUID) -> Hand:
        """Look up beforehand what the hand is to write."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT jurisdiction, person_id, place_id, organ_id, due FROM matters_matter WHERE id = %s",
                [matter],
            )
            jurisdiction, person, place, organ, due = cursor.fetchone()
        return cls(matter, jurisdiction, person, place, organ, due)

    def observe(self) -> None:
        """Write what an observation writes."""
        now = timezone.now()
        with transaction.atomic(), connection.cursor() as cursor:
            version = self._move(cursor, now)
            state = "observed"
            values: list[Any] = [
                now, now, self.jurisdiction, self.matter, state, state, version, self.person, self.place, self.organ,
                Jsonb({"item": ITEM}), bytes(32),
            ]  # fmt: skip
            cursor.execute(ENTRY, values)
            [entry] = cursor.fetchone()
            cursor.execute(
                "UPDATE quarantine_stay SET done = array_append(done, %s) WHERE matter_id = %s",
                [ITEM, self.matter],
            )
            cursor.execute(
                "INSERT INTO quarantine_observation (stay_id, item, mark, entry_id, occurred_at)"
                " VALUES (%s, %s, 'done', %s, %s)",
                [self.matter, ITEM, entry, now],
            )
            cursor.execute(
                "INSERT INTO quarantine_done (entry_id, stay_id, jurisdiction, item, occurred_at, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [entry, self.matter, self.jurisdiction, ITEM, now, now],
            )
            topics = [f"matter:{self.matter}", f"place:{self.place}", "worklist"]
            cursor.execute(EVENTS, [topics, ["{}"] * len(topics)])
            cursor.execute(
                "INSERT INTO matters_request (actor, key, fingerprint, result, at) VALUES (%s, %s, %s, '{}', %s)",
                [UUID(int=1), str(uuid4()), bytes(16), now],
            )

    def _move(self, cursor: Any, now: datetime) -> int:
        cursor.execute("SELECT version FROM matters_matter WHERE id = %s FOR NO KEY UPDATE", [self.matter])
        [version] = cursor.fetchone()
        cursor.execute(
            "UPDATE matters_matter SET version = version + 1, due_at = %s, due = %s WHERE id = %s AND version = %s",
            [now, self.due, self.matter, version],
        )
        return int(version) + 1
