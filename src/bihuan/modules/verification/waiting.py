"""Who waits to be routed: read in due order, a stretch at a time, with whether there is a number to dial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from bihuan.core.people.merging import canonical_many
from bihuan.core.people.models import Person
from bihuan.modules.verification.quickly import MICROSECONDS, at_microsecond
from bihuan.modules.verification.records import Asking, Found, look_up
from bihuan.modules.verification.routing import CALL, VISIT, Group

STRETCH = 2000
"""Verifications that are settled or given out in one transaction."""
Mark = tuple[datetime, UUID]
"""How far a pass has come: the due time and key of the last one it looked at."""
WAITING = f"""
SELECT i.matter_id, m.person_id, i.reason, {MICROSECONDS.format("i.pushed_at")}, {MICROSECONDS.format("i.due_at")},
       i.township, i.language, p.phone_sealed IS NOT NULL
  FROM verification_item i JOIN matters_matter m ON m.id = i.matter_id
  JOIN people_person o ON o.id = m.person_id JOIN people_person p ON p.id = coalesce(o.merged_into_id, o.id)
 WHERE i.stage = 'route' AND i.jurisdiction = %(jurisdiction)s
   AND (%(source)s::uuid IS NULL OR i.source_id = %(source)s)
   AND (%(due)s::timestamptz IS NULL OR (i.due_at, i.matter_id) > (%(due)s, %(item)s))
 ORDER BY i.due_at, i.matter_id LIMIT %(limit)s
"""  # noqa: S608 - constants
GROUPED = """
SELECT p.phone_sealed IS NOT NULL, i.township, i.language, count(*)
  FROM verification_item i JOIN matters_matter m ON m.id = i.matter_id
  JOIN people_person o ON o.id = m.person_id JOIN people_person p ON p.id = coalesce(o.merged_into_id, o.id)
 WHERE i.stage = 'route' AND i.jurisdiction = %(jurisdiction)s
   AND (%(source)s::uuid IS NULL OR i.source_id = %(source)s)
 GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One verification that waits to be routed."""

    item: UUID
    person: UUID
    reason: str
    pushed_at: datetime
    due_at: datetime
    township: str
    language: str
    has_phone: bool

    @property
    def group(self) -> Group:
        """Return how it is to be verified, where, in which language."""
        return (CALL if self.has_phone else VISIT, self.township, self.language)

    @property
    def mark(self) -> Mark:
        """Return its place in the order."""
        return self.due_at, self.item


def stretch(
    jurisdiction: str, source: UUID | None, after: Mark | None, limit: int = STRETCH
) -> list[Waiting]:
    """Return the next of those who wait, after a mark. One query."""
    due, item = after or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            WAITING,
            {"jurisdiction": jurisdiction, "source": source, "due": due, "item": item, "limit": limit},
        )
        return [
            Waiting(item, person, reason, at_microsecond(pushed), at_microsecond(due), *rest)
            for item, person, reason, pushed, due, *rest in cursor.fetchall()
        ]


def stretches(jurisdiction: str, source: UUID | None, limit: int = 20_000) -> Iterator[list[Waiting]]:
    """Yield all who wait, a stretch at a time."""
    after: Mark | None = None
    while found := stretch(jurisdiction, source, after, limit):
        yield found
        after = found[-1].mark


def same_persons(persons: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Return person → every id that is known to be the same person, its own among them. Two queries."""
    kept = canonical_many(persons)
    merged = Person.objects.filter(merged_into_id__in=set(kept.values())).values_list("id", "merged_into_id")
    others: dict[UUID, list[UUID]] = {}
    for other, into in merged:
        if into is not None:
            others.setdefault(into, []).append(other)
    return {person: tuple({person, one, *others.get(one, ())}) for person, one in kept.items()}


def settled_by(found: Sequence[Waiting], jurisdiction: str) -> dict[UUID, list[Found]]:
    """Return verification → the records that settle it; those that no record settles are left out."""
    same = same_persons({one.person for one in found})
    asked = [Asking(one.item, same[one.person], one.reason, one.pushed_at) for one in found]
    settling = {
        item: [record for record in records if record.settles]
        for item, records in look_up(asked, jurisdiction).items()
    }
    return {item: records for item, records in settling.items() if records}


def grouped(jurisdiction: str, source: UUID | None) -> Counter[Group]:
    """Count who waits, by how they are to be verified, where, in which language."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPED, {"jurisdiction": jurisdiction, "source": source})
        return Counter(
            {
                (CALL if has_phone else VISIT, township, language): number
                for has_phone, township, language, number in cursor.fetchall()
            }
        )
