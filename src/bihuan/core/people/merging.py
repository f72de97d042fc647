"""Two records, one person: proposed by intake, decided by an officer, undoable, and never asked twice.

Nothing is copied: the merged record points to the kept one (`merged_into`, always in one hop), entries and
sealed values stay with the id they were written under, and its key. Undoing only takes the pointer away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone
from psycopg.types.json import Jsonb

from bihuan.core.access.actors import Actor
from bihuan.core.access.errors import Denied
from bihuan.core.access.recording import record
from bihuan.core.people.models import Merge, MergeCandidate, Person
from bihuan.core.spec.payload import Choice
from bihuan.core.spec.posts import REGISTRAR, SYSTEM
from bihuan.core.spec.text import Text

unmerged = Signal()
"""Sent in the undoing transaction with `people` (ids: kept, taken apart, carried) and `actor`: what rested on it goes now."""
MERGING = frozenset({REGISTRAR.code, SYSTEM.code})
"""Posts that decide which records are one person."""


class Agreement(Choice):
    """How well two records agree in a field; all that the queue keeps of the values."""

    SAME = ("same", "相同", "Same")
    SIMILAR = ("similar", "相近", "Similar")
    SOUNDS_ALIKE = ("sounds_alike", "同音", "Sounds alike")
    ONE_PLACE = ("one_place", "一位不同", "Differs in one place")
    SWAPPED = ("swapped", "两位互换", "Two places swapped")
    DIFFERENT = ("different", "不同", "Different")
    ONE_MISSING = ("one_missing", "一方缺失", "Missing in one")
    BOTH_MISSING = ("both_missing", "双方缺失", "Missing in both")


AGREEMENTS = {str(member): str(member) for member in Agreement}


class NotMergeable(Denied):
    """The two cannot be merged (the same record, another county's, already one), or not be taken apart."""

    def __init__(self) -> None:
        super().__init__(
            Text("这两条记录不能合并,或已处理过", "These two records cannot be merged, or were dealt with")
        )


def canonical(person_id: UUID) -> UUID:
    """Return the record a person is known under: what it was merged into, or itself."""
    return canonical_many([person_id])[person_id]


def canonical_many(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return id → the id it is known under; unknown ids stay as they are. One query."""
    ids = list(person_ids)
    merged = dict(
        Person.objects.filter(id__in=ids, merged_into__isnull=False).values_list("id", "merged_into_id")
    )
    return {i: merged.get(i) or i for i in ids}


def same_person(person_id: UUID) -> list[UUID]:
    """Return all ids that are this person: the canonical one first, then those merged into it."""
    kept = canonical(person_id)
    return [kept, *Person.objects.filter(merged_into_id=kept).order_by("id").values_list("id", flat=True)]


def propose(person_a: UUID, person_b: UUID, evidence: Mapping[str, str]) -> bool:
    """Put a pair on the merge queue; False where it is there, or was decided, already.

    `evidence`: field → `Agreement` value. KeyError for anything else: no personal value enters.
    """
    return propose_many([(person_a, person_b, evidence)]) == 1


def propose_many(
    pairs: Sequence[tuple[UUID, UUID, Mapping[str, str]]], weights: Sequence[float | None] | None = None
) -> int:
    """Put many pairs on the queue and return how many are new.

    `weights`: the pairs' match weights, where a model weighed them. Who is not registered (yet) is left out.
    """
    now = timezone.now()
    rows = {}
    weighed = {}
    for (a, b, evidence), weight in zip(pairs, weights or [None] * len(pairs), strict=True):
        first, second = sorted((a, b))
        if first == second:
            continue
        rows[first, second] = {field: AGREEMENTS[code] for field, code in evidence.items()}
        weighed[first, second] = weight
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_mergecandidate"
            " (first_id, second_id, jurisdiction, evidence, weight, proposed_at, post)"
            " SELECT a.id, b.id, a.jurisdiction, n.evidence, n.weight, %s, ''"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::jsonb[], %s::float8[])"
            " AS n (first, second, evidence, weight)"
            " JOIN people_person a ON a.id = n.first JOIN people_person b ON b.id = n.second"
            " AND b.jurisdiction = a.jurisdiction"
            " AND coalesce(a.merged_into_id, a.id) <> coalesce(b.merged_into_id, b.id)"
            " ON CONFLICT (first_id, second_id) DO NOTHING",
            [
                now,
                [k[0] for k in rows],
                [k[1] for k in rows],
                [Jsonb(e) for e in rows.values()],
                list(weighed.values()),
            ],
        )
        return int(cursor.rowcount)


def waiting(jurisdiction: str, limit: int = 50, after: int = 0) -> list[MergeCandidate]:
    """Return the pairs that wait for a decision, the oldest first; `after`: those that come after this one."""
    pairs = MergeCandidate.objects.filter(jurisdiction=jurisdiction, same__isnull=True, id__gt=after)
    return list(pairs.order_by("id")[:limit])


def decide(candidate_id: int, same: bool, *, actor: Actor) -> Merge | None:
    """Decide a pair: merge the two, or keep them apart for good. Raises Denied, NotMergeable."""
    _may(actor)
    now = timezone.now()
    with transaction.atomic():
        candidate = (
            MergeCandidate.objects.select_for_update()
            .filter(id=candidate_id, jurisdiction=actor.jurisdiction, same__isnull=True)
            .first()
        )
        if candidate is None:
            raise NotMergeable
        candidate.same, candidate.decided_at = same, now
        candidate.decided_by, candidate.post = actor.officer_id, actor.post
        candidate.save()
        if same:
            return merge(candidate.first_id, candidate.second_id, actor=actor)
        payload = {"other": str(candidate.second_id), "evidence": candidate.evidence}
        record("people.kept_apart", actor=actor, person_id=candidate.first_id, payload=payload)
        return None


def reconsider(candidate_id: int, *, actor: Actor) -> None:
    """Take back that two are apart: the pair waits for a decision again. Raises Denied, NotMergeable."""
    _may(actor)
    with transaction.atomic():
        candidate = (
            MergeCandidate.objects.select_for_update()
            .filter(id=candidate_id, jurisdiction=actor.jurisdiction, same=False)
            .first()
        )
        if candidate is None:
            raise NotMergeable
        candidate.same = candidate.decided_at = candidate.decided_by = None
        candidate.post = ""
        candidate.save()
        payload = {"other": str(candidate.second_id)}
        record("people.kept_apart_undone", actor=actor, person_id=candidate.first_id, payload=payload)


def merge(kept_id: UUID, merged_id: UUID, *, actor: Actor) -> Merge:
    """Make `merged_id` known as `kept_id` from now on (as whom either is known already).

    Raises Denied, NotMergeable.
    """
    _may(actor)
    now = timezone.now()
    with transaction.atomic():
        kept, merged = _locked_pair(kept_id, merged_id, actor)
        carried = list(Person.objects.filter(merged_into=merged).order_by("id").values_list("id", flat=True))
        Person.objects.filter(id__in=[merged.id, *carried]).update(merged_into=kept)
        done = Merge.objects.create(kept=kept, merged=merged, carried=carried, at=now, by=actor.officer_id)
        payload = {"into": str(kept.id), "carried": [str(i) for i in carried]}
        record("people.merged", actor=actor, person_id=merged.id, payload=payload, at=now)
    return done


def _locked_pair(kept_id: UUID, merged_id: UUID, actor: Actor) -> tuple[Person, Person]:
    ids = canonical_many([kept_id, merged_id])
    rows = Person.objects.select_for_update().filter(
        id__in=ids.values(), jurisdiction=actor.jurisdiction, merged_into__isnull=True
    )
    locked = {person.id: person for person in rows.order_by("id")}
    if len(locked) != 2:
        raise NotMergeable
    return locked[ids[kept_id]], locked[ids[merged_id]]


def undo(merge_id: int, *, actor: Actor) -> Merge:
    """Take a merge back: the record stands for itself again, with those that had pointed to it.

    The pair is not proposed again; who wants it merged again says so. Raises Denied, NotMergeable.
    """
    _may(actor)
    now = timezone.now()
    with transaction.atomic():
        done = (
            Merge.objects.select_for_update(of=("self",))
            .filter(id=merge_id, undone_at__isnull=True, merged__jurisdiction=actor.jurisdiction)
            .select_related("merged")
            .first()
        )
        if done is None or done.merged.merged_into_id is None:
            raise NotMergeable
        known_as = done.merged.merged_into_id
        Person.objects.filter(id=done.merged_id).update(merged_into=None)
        Person.objects.filter(id__in=done.carried, merged_into=known_as).update(merged_into=done.merged_id)
        _mark_undone(done, actor, now)
        payload = {"from": str(known_as), "carried": [str(i) for i in done.carried]}
        record("people.unmerged", actor=actor, person_id=done.merged_id, payload=payload, at=now)
        unmerged.send(sender=Merge, people=[known_as, done.merged_id, *done.carried], actor=actor)
    return done


def _mark_undone(done: Merge, actor: Actor, now: datetime) -> None:
    done.undone_at, done.undone_by = now, actor.officer_id
    done.save(update_fields=["undone_at", "undone_by"])
    first, second = sorted((done.kept_id, done.merged_id))
    MergeCandidate.objects.filter(first_id=first, second_id=second).update(
        same=False, decided_at=now, decided_by=actor.officer_id, post=actor.post
    )


def _may(actor: Actor) -> None:
    if actor.post not in MERGING:
        raise Denied
