"""Erasure: when the purpose ends, the key is destroyed; counts, ledger and seals stay as they are.

Each matter type declares its retention (`core.spec.Retention`). The purpose of a module ends for a person
when none of its matters on them is open and the longest retention has passed; the identity goes with the last
purpose. A legal hold on a person stops both. Nothing is deleted from the ledger: what was sealed there can no
longer be opened by anybody, in the database or in a backup of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.access.recording import entry
from bihuan.core.ledger.append import Draft, append
from bihuan.core.matters.drafting import purpose_of
from bihuan.core.matters.registry import matter_types
from bihuan.core.people.models import Erasure, Person
from bihuan.core.people.sealing import IDENTITY
from bihuan.core.people.vault import vault

ANNOUNCED_BEFORE = timedelta(days=30)
ORPHAN_AFTER = timedelta(days=30)
"""A person registered for a matter that never came (an import given up) is erased after this time."""
AT_ONCE = 1000

erased = Signal()
"""Sent in the erasing transaction with `purpose` and `people` (ids): what is kept elsewhere goes now."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One purpose that ends for one person: which organ owned it last, and when."""

    person_id: UUID
    purpose: str
    organ: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """What one run erased: purposes of people, and whole identities."""

    purposes: int
    identities: int


ENDING = """
WITH kept AS (
  SELECT m.person_id, r.purpose, bool_or(m.closed_at IS NULL) AS open, max(m.closed_at) AS closed_at,
         max(m.closed_at + make_interval(years => r.years, days => r.days)) AS due_at,
         (array_agg(m.organ_id ORDER BY m.closed_at DESC))[1] AS organ
    FROM matters_matter m
    JOIN unnest(%(types)s::text[], %(purposes)s::text[], %(years)s::int[], %(days)s::int[])
         AS r (type, purpose, years, days) ON r.type = m.type
   WHERE m.jurisdiction = %(jurisdiction)s AND m.person_id IS NOT NULL
   GROUP BY 1, 2)
SELECT k.person_id, k.purpose, k.organ, k.due_at
  FROM kept k JOIN people_person p ON p.id = k.person_id
 WHERE NOT k.open AND k.due_at > %(after)s AND k.due_at <= %(until)s
   AND NOT EXISTS (SELECT 1 FROM people_erasure e WHERE e.person_id = k.person_id AND e.purpose = k.purpose
                   AND e.erased_at >= k.closed_at)
   AND NOT EXISTS (SELECT 1 FROM people_legalhold h JOIN people_person q ON q.id = h.person_id
                   WHERE coalesce(q.merged_into_id, q.id) = coalesce(p.merged_into_id, p.id)
                   AND h.lifted_at IS NULL AND h.until > %(now)s)
 ORDER BY k.due_at, k.person_id
"""

# whoever has no matter left that keeps a purpose alive, together with all records that are the same person
NAMELESS = """
WITH alive AS (
  SELECT coalesce(p.merged_into_id, p.id) AS who
    FROM matters_matter m JOIN people_person p ON p.id = m.person_id
   WHERE m.jurisdiction = %(jurisdiction)s AND (m.closed_at IS NULL OR NOT EXISTS (
         SELECT 1 FROM people_erasure e JOIN
                unnest(%(types)s::text[], %(purposes)s::text[]) AS r (type, purpose) ON r.purpose = e.purpose
          WHERE r.type = m.type AND e.person_id = m.person_id AND e.erased_at >= m.closed_at))
  UNION
  SELECT coalesce(p.merged_into_id, p.id) FROM people_legalhold h JOIN people_person p ON p.id = h.person_id
   WHERE h.lifted_at IS NULL AND h.until > %(now)s
  UNION
  SELECT coalesce(p.merged_into_id, p.id) FROM people_person p
   WHERE p.jurisdiction = %(jurisdiction)s AND p.created_at > %(fresh)s
     AND NOT EXISTS (SELECT 1 FROM matters_matter m WHERE m.person_id = p.id))
SELECT p.id FROM people_person p
 WHERE p.jurisdiction = %(jurisdiction)s AND p.erased_at IS NULL
   AND coalesce(p.merged_into_id, p.id) NOT IN (SELECT who FROM alive)
 ORDER BY p.id
"""


def ending(jurisdiction: str, after: datetime, until: datetime, now: datetime) -> list[Ending]:
    """Return the purposes that end in the time (`after`, `until`], and are not held or ended already."""
    with connection.cursor() as cursor:
        cursor.execute(ENDING, {**_retention(), **_at(jurisdiction, now), "after": after, "until": until})
        return [Ending(*row) for row in cursor.fetchall()]


def _retention() -> dict[str, Any]:
    kinds = sorted(matter_types().values(), key=lambda kind: kind.code)
    other = [kind.code for kind in kinds if kind.retention.after != "closed"]
    if other:
        raise ValueError(f"retention can only start when a matter is closed: {', '.join(other)}")
    return {
        "types": [kind.code for kind in kinds],
        "purposes": [purpose_of(kind.code) for kind in kinds],
        "years": [kind.retention.years for kind in kinds],
        "days": [kind.retention.days for kind in kinds],
    }


def _at(jurisdiction: str, now: datetime) -> dict[str, Any]:
    return {"jurisdiction": jurisdiction, "now": now, "fresh": now - ORPHAN_AFTER}


LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


def announce(jurisdiction: str, now: datetime) -> int:
    """Put what ends within 30 days on its owners' lists and return how many are new.

    An announced purpose that goes on after all (a new matter, a hold) is taken off the list.
    """
    coming = ending(jurisdiction, LONG_AGO, now + ANNOUNCED_BEFORE, now)
    with transaction.atomic():
        known = {
            (row.person_id, row.purpose): row
            for row in Erasure.objects.filter(person__jurisdiction=jurisdiction, erased_at__isnull=True)
        }
        wanted = {(e.person_id, e.purpose): e for e in coming}
        stale = [row.id for key, row in known.items() if key not in wanted]
        Erasure.objects.filter(id__in=stale).delete()
        new = [e for key, e in wanted.items() if key not in known]
        Erasure.objects.bulk_create(
            Erasure(
                person_id=e.person_id, purpose=e.purpose, organ=e.organ, due_at=e.due_at, announced_at=now
            )
            for e in new
        )
    return len(new)


def announced(actor: Actor) -> QuerySet[Erasure]:
    """Return what is about to be erased of the actor's organ, the nearest first."""
    return Erasure.objects.filter(
        Q(organ=actor.organ or ""), erased_at__isnull=True, person__jurisdiction=actor.jurisdiction
    ).order_by("due_at", "id")


def erase_due(jurisdiction: str, now: datetime) -> Erased:
    """Destroy the keys of all purposes that have ended, and the identities whose last purpose is gone.

    Safe to run again after being killed: a key may then be gone before the database says so, never after.
    """
    due = ending(jurisdiction, LONG_AGO, now, now)
    for start in range(0, len(due), AT_ONCE):
        _end(due[start : start + AT_ONCE], jurisdiction, now)
    people = _without_purpose(jurisdiction, now)
    for start in range(0, len(people), AT_ONCE):
        _forget(people[start : start + AT_ONCE], jurisdiction, now)
    return Erased(len(due), len(people))


def _without_purpose(jurisdiction: str, now: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(NAMELESS, {**_retention(), **_at(jurisdiction, now)})
        return [row[0] for row in cursor.fetchall()]


def _end(due: Sequence[Ending], jurisdiction: str, now: datetime) -> None:
    system = system_actor(jurisdiction)
    with transaction.atomic():
        locked = _locked({e.person_id for e in due})
        still = {(e.person_id, e.purpose) for e in ending(jurisdiction, LONG_AGO, now, now)}
        due = [e for e in due if e.person_id in locked and (e.person_id, e.purpose) in still]
        vault().destroy([(e.person_id, e.purpose) for e in due])
        Erasure.objects.filter(person_id__in=locked, erased_at__isnull=True, due_at__lte=now).delete()
        Erasure.objects.bulk_create(
            Erasure(person_id=e.person_id, purpose=e.purpose, organ=e.organ, due_at=e.due_at, erased_at=now)
            for e in due
        )
        append([_entry(system, e.person_id, e.purpose, now) for e in due])
        for purpose in sorted({e.purpose for e in due}):
            people = [e.person_id for e in due if e.purpose == purpose]
            erased.send(sender=Erasure, purpose=purpose, people=people)


def _forget(people: Sequence[UUID], jurisdiction: str, now: datetime) -> None:
    """Destroy the identities of these people: all keys they have left, sealed fields, hashes and tokens."""
    system = system_actor(jurisdiction)
    with transaction.atomic():
        locked = sorted(_locked(set(people)) & set(_without_purpose(jurisdiction, now)))
        keys = vault()
        keys.destroy(
            keys.living(locked)
        )  # also those of purposes that no matter type declares (messages, papers)
        Person.objects.filter(id__in=locked).update(
            name_sealed=None,
            identifier_sealed=None,
            phone_sealed=None,
            address_sealed=None,
            identifier_blind=None,
            phone_blind=None,
            name_blind=None,
            identifier_tail=None,
            named_head=None,
            search=[],
            erased_at=now,
        )
        append([_entry(system, person, IDENTITY, now) for person in locked])
        erased.send(sender=Person, purpose=IDENTITY, people=locked)


def _entry(system: Actor, person_id: UUID, purpose: str, now: datetime) -> Draft:
    return entry("people.erased", actor=system, person_id=person_id, payload={"purpose": purpose}, at=now)


def _locked(people: set[UUID]) -> set[UUID]:
    """Lock people until the transaction ends: a matter that is being opened on one waits, or comes first."""
    rows = Person.objects.select_for_update().filter(id__in=people).order_by("id")
    return set(rows.values_list("id", flat=True))
