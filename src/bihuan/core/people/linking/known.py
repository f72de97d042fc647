"""The people of the register that a list may mean, found by keyed hashes; only those few are opened, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q

from bihuan.core.people.blind import identifier_blind, link_keys, name_blind, phone_blind
from bihuan.core.people.identity import FIELDS, shown
from bihuan.core.people.linking import addresses, identifiers, names, telephones
from bihuan.core.people.linking.records import NOWHERE, Records, comparable
from bihuan.core.people.models import MergeCandidate, Person
from bihuan.core.people.sealing import open_texts

SHARED = 50
"""People at most under one key: a hotel's telephone is in many rows and tells nothing of whose they are."""

COUNTED = 20_000
ABOUT = "SELECT reltuples FROM pg_class WHERE oid = 'people_person'::regclass"
BY_IDENTIFIER = """
SELECT p.identifier_blind, coalesce(p.merged_into_id, p.id)
  FROM (SELECT decode(part, 'hex') AS blind FROM regexp_split_to_table(%s, ',') AS part) asked
  JOIN people_person p ON p.jurisdiction = %s AND p.identifier_blind = asked.blind
"""
ALIKE = """
SELECT 'phone', encode(phone_blind, 'hex'), id FROM people_person
 WHERE phone_blind = ANY(%(phones)s) AND jurisdiction = %(here)s AND erased_at IS NULL
UNION ALL SELECT 'tail', identifier_tail::text, id FROM people_person
 WHERE identifier_tail = ANY(%(tails)s) AND jurisdiction = %(here)s AND erased_at IS NULL
UNION ALL SELECT 'head', named_head::text, id FROM people_person
 WHERE named_head = ANY(%(heads)s) AND jurisdiction = %(here)s AND erased_at IS NULL
"""
UNIDENTIFIED = """
SELECT id FROM people_person
 WHERE jurisdiction = %(here)s AND identifier_blind IS NULL AND erased_at IS NULL
   AND (phone_blind = ANY(%(phones)s) OR identifier_tail = ANY(%(tails)s) OR named_head = ANY(%(heads)s))
"""
NAMESAKES = """
SELECT p.id
  FROM (SELECT decode(split_part(part, ' ', 1), 'hex') AS phone, decode(split_part(part, ' ', 2), 'hex') AS name
          FROM regexp_split_to_table(%s, ',') AS part) asked
  JOIN people_person p ON p.phone_blind = asked.phone AND p.name_blind = asked.name
 WHERE p.jurisdiction = %s AND p.erased_at IS NULL
"""


WITH_WHOM_THEY_ARE = """
WITH meant AS (
  SELECT id FROM people_person WHERE id = ANY(%(people)s)
   UNION SELECT merged_into_id FROM people_person WHERE id = ANY(%(people)s) AND merged_into_id IS NOT NULL)
SELECT p.id, coalesce(p.merged_into_id, p.id), p.name_sealed, p.identifier_sealed, p.phone_sealed, p.address_sealed
  FROM meant JOIN people_person p ON p.id = meant.id WHERE p.erased_at IS NULL ORDER BY p.id
"""


def by_identifier(numbers: Collection[str], jurisdiction: str) -> dict[str, UUID]:
    """Return whom these identifiers belong to (merged people: whom they are known as)."""
    if not numbers:
        return {}
    blinds = {identifier_blind(number): number for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(BY_IDENTIFIER, [",".join(map(bytes.hex, blinds)), jurisdiction])
        return {blinds[bytes(blind)]: person for blind, person in cursor.fetchall()}


def alike(records: Records, loose: Sequence[int], strangers: Sequence[int], jurisdiction: str) -> list[UUID]:
    """Return the people that records may mean.

    `loose`: records without an identifier to trust; anybody may be meant who shares a key. `strangers`: records whose
    identifier nobody has; somebody may be meant who is registered without one, or with another and the same name and
    telephone.
    """
    found = _sharing_a_key(records, loose, jurisdiction)
    found.update(_unidentified(records, strangers, jurisdiction))
    found.update(_namesakes(records, strangers, jurisdiction))
    return sorted(found)


def _keys(records: Records, chosen: Iterable[int]) -> dict[str, list[object]]:
    phones, tails, heads = set(), set(), set()
    for record in chosen:
        if records.phone[record]:
            phones.add(phone_blind(records.phone[record]))
        if comparable(records.identifier[record]):
            tail, head = link_keys(records.name[record], records.identifier[record])
            tails.add(tail)
            heads.add(head)
    return {"phones": list(phones), "tails": list(tails), "heads": list(heads - {None})}


def _sharing_a_key(records: Records, loose: Sequence[int], jurisdiction: str) -> set[UUID]:
    if not loose:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {**_keys(records, loose), "here": jurisdiction})
        rows = cursor.fetchall()
    shared = Counter((kind, key) for kind, key, _ in rows)
    return {person for kind, key, person in rows if shared[kind, key] <= SHARED}


def _unidentified(records: Records, strangers: Sequence[int], jurisdiction: str) -> set[UUID]:
    nobody = Q(jurisdiction=jurisdiction, identifier_blind__isnull=True, erased_at__isnull=True)
    if not strangers or not Person.objects.filter(nobody).exists():
        return set()
    with connection.cursor() as cursor:
        cursor.execute(UNIDENTIFIED, {**_keys(records, strangers), "here": jurisdiction})
        return {row[0] for row in cursor.fetchall()}


def _namesakes(records: Records, strangers: Sequence[int], jurisdiction: str) -> set[UUID]:
    asked = {
        f"{phone_blind(records.phone[record]).hex()} {name_blind(records.name[record]).hex()}"
        for record in strangers
        if records.phone[record] and records.name[record]
    }
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(NAMESAKES, [",".join(asked), jurisdiction])
        return {row[0] for row in cursor.fetchall()}


def add_to(records: Records, people: Sequence[UUID]) -> dict[int, UUID]:
    """Add these people's records and return whose each is (merged people: whom they are known as).

    Of merged people the own words count, as they were registered, and those of whom they are known as.
    """
    with connection.cursor() as cursor:
        cursor.execute(WITH_WHOM_THEY_ARE, {"people": list(people)})
        rows = cursor.fetchall()
    boxes = [
        (row[0], field, box)
        for row in rows
        for field, box in zip(FIELDS, row[2:], strict=True)
        if box is not None
    ]
    texts: dict[UUID, dict[str, str]] = {row[0]: {} for row in rows}
    for (person, field, _), text in zip(boxes, open_texts(boxes), strict=True):
        if text is not None:
            texts[person][field] = shown(field, text)
    return {_add(records, texts[person]): known_as for person, known_as, *_ in rows}


def _add(records: Records, fields: Mapping[str, str]) -> int:
    number, trusted = identifiers.read(fields.get("identifier", ""))
    return records.add(
        number if trusted or comparable(number) else "",
        names.normal(fields.get("name", "")),
        telephones.normal(fields.get("phone", "")),
        addresses.parse(fields["address"]) if fields.get("address") else NOWHERE,
        trusted=trusted,
    )


def told_apart(people: Collection[UUID]) -> set[frozenset[UUID]]:
    """Return the pairs among these people that a clerk found to be two."""
    if len(people) < 2:
        return set()
    pairs = MergeCandidate.objects.filter(same=False, first__in=people, second__in=people)
    return {frozenset(pair) for pair in pairs.values_list("first_id", "second_id")}


def how_many(jurisdiction: str) -> int:
    """Return how many people the county knows; of many, about how many: twice as many weigh one point more."""
    with connection.cursor() as cursor:
        cursor.execute(ABOUT)
        about = int(cursor.fetchone()[0])
    if about > COUNTED:
        return about
    return Person.objects.filter(jurisdiction=jurisdiction, merged_into__isnull=True).count()
