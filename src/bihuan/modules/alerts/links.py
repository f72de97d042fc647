"""Whose each row of the lists is, and by what that was decided; merges and a clerk's decisions included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

AT_ONCE = 10_000
LINKS = """
WITH waiting AS (
  SELECT first_id AS person FROM people_mergecandidate WHERE same IS NULL AND jurisdiction = %(jurisdiction)s
  UNION SELECT second_id FROM people_mergecandidate WHERE same IS NULL AND jurisdiction = %(jurisdiction)s
)
SELECT l.name, r.line, coalesce(p.merged_into_id, p.id, r.person_id),
       CASE WHEN p.merged_into_id IS NOT NULL THEN 'clerk'
            WHEN r.decided_by = 'pending' AND w.person IS NULL THEN 'clerk'
            ELSE r.decided_by END
  FROM alerts_alertlist l
  JOIN alerts_alertrow r ON r.list_id = l.matter_id AND r.fate <> 'rejected'
  LEFT JOIN people_person p ON p.id = r.person_id
  LEFT JOIN waiting w ON w.person = p.id
 WHERE l.jurisdiction = %(jurisdiction)s
 ORDER BY l.received_at, l.name, r.sheet, r.line
"""


class Link(NamedTuple):
    """One row: the file as it was given, its line, the person's id, and exact, linked, clerk or pending."""

    file: str
    line: int
    person: UUID
    decided_by: str


def links(jurisdiction: str) -> Iterator[Link]:
    """Yield every row that was not sent back, repeated ones too. A merged record goes by the one that was kept."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(LINKS, {"jurisdiction": jurisdiction})
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield Link(*row)
