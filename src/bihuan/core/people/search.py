"""Finding people by what an officer types: a name or part of one, pinyin, initials, identifier, phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import visible
from bihuan.core.matters.models import Matter
from bihuan.core.people.blind import identifier_blind, phone_blind, query_tokens
from bihuan.core.people.masks import Masked, masked
from bihuan.core.people.models import Person
from bihuan.core.people.normal import normal_identifier, normal_name, normal_phone
from bihuan.core.people.pinyin import spellings
from bihuan.core.people.sealing import open_texts

CANDIDATES = 300  # opened to be checked again; a part of a name that more people share has to be made longer
_NUMBER = re.compile(r"\+?\d{7,}|\d{17}[\dX]|[A-Z]{1,3}\d{6,}")


@dataclass(frozen=True, slots=True)
class Found:
    """One person found, masked."""

    person_id: UUID
    masked: Masked


def search(text: str, actor: Actor, limit: int = 20) -> list[Found]:
    """Return people that what was typed means, masked; only those in a matter whose content the actor sees.

    Merged people come once, as whom they were merged into. What the keyed hashes find is checked again on the
    opened names, in memory.
    """
    text = text.strip()
    if not text:
        return []
    mine = Matter.objects.filter(visible(actor), person_id=OuterRef("pk"))
    people = Person.objects.filter(Exists(mine), jurisdiction=actor.jurisdiction, erased_at__isnull=True)
    if _NUMBER.fullmatch(normal_identifier(text)):
        number = Q(identifier_blind=identifier_blind(text))
        if normal_phone(text):
            number |= Q(phone_blind=phone_blind(text))
        rows = _rows(people.filter(number))
    else:
        rows = _named(text, _rows(people.filter(_like(text))))
    wanted = list(dict.fromkeys(row.merged_into_id or row.id for row in rows))[:limit]
    shown = masked(wanted)
    return [Found(person, shown[person]) for person in wanted if person in shown]


def _rows(people: QuerySet[Person]) -> list[Person]:
    return list(people.only("id", "merged_into_id", "name_sealed").order_by("id")[:CANDIDATES])


def _named(text: str, rows: list[Person]) -> list[Person]:
    """Return those whose own name (a merged one's may differ) is what was typed."""
    named = [(row, bytes(row.name_sealed)) for row in rows if row.name_sealed is not None]
    names = open_texts([(row.id, "name", box) for row, box in named])
    return [row for (row, _), name in zip(named, names, strict=True) if name and matches(name, text)]


def _like(text: str) -> Q:
    tokens = query_tokens(text)
    return Q(search__contains=tokens) if tokens else Q(pk__in=[])


def matches(name: str, text: str) -> bool:
    """Tell whether every word typed is a part of the name or one of the ways to type it in Latin letters."""
    plain = normal_name(name)
    known = spellings(plain)
    words = [normal_name(word) for word in text.split()]
    return bool(plain) and all(word in plain or word in known for word in words)
