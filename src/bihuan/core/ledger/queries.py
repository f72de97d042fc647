"""What pages read of the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page shows it. `sealed`: the personal part, encrypted; `seal`: its seal, None: waiting.

    `corrected_by`: the entry that replaces this one.
    """

    id: int
    recorded_at: datetime
    occurred_at: datetime
    kind: str
    from_state: str | None
    to_state: str | None
    version: int | None
    person_id: UUID | None
    place_id: UUID | None
    organ: str | None
    actor_id: UUID | None
    post: str
    corrects: int | None
    payload: dict[str, Any]
    sealed: bytes | None
    seal: int | None
    corrected_by: int | None


_TIMELINE = """
SELECT e.id, e.recorded_at, e.occurred_at, e.kind, e.from_state, e.to_state, e.version, e.person_id,
       e.place_id, e.organ, e.actor_id, e.post, e.corrects, e.payload, e.sealed,
       (SELECT s.number FROM ledger_seal s WHERE s.numbers @> e.id LIMIT 1),
       (SELECT max(c.id) FROM ledger_entry c WHERE c.corrects = e.id)
  FROM ledger_entry e WHERE e.matter_id = %s ORDER BY e.id DESC LIMIT %s
"""


def timeline(matter_id: UUID, limit: int = 500) -> list[Line]:
    """Return what happened to a matter: its newest `limit` entries, ascending. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [matter_id, limit])
        found = cursor.fetchall()
    return [_line(values) for values in reversed(found)]


def _line(values: tuple[Any, ...]) -> Line:
    known = list(values)
    known[13] = json.loads(known[13]) if isinstance(known[13], str) else known[13]
    known[14] = None if known[14] is None else bytes(known[14])
    return Line(*known)
