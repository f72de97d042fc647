"""Records that the county lawfully holds already and that settle a verification, as other modules' readers find them.

A module does not know the others; `loops/verification.py` registers a reader for each kind of record (`reads`). Declared
readers are all there is: nothing outside Bihuan is asked, and nobody is located.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bihuan.core.matters.registry import declared
from bihuan.core.spec import Text
from bihuan.modules.verification.quickly import uuid_array


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is looked up: the verification, the person and every record merged with them, since when it matters."""

    item: UUID
    persons: tuple[UUID, ...]
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A record on the person: its kind, matter and ledger entry; `settles`: nobody need be asked any more."""

    kind: str
    matter_id: UUID
    entry_id: int
    at: datetime
    settles: bool = True


Reader = Callable[[Sequence[Asking], str], Mapping[UUID, Sequence[Found]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: what it is called, and how records of many people are read at once."""

    code: str
    text: Text
    read: Reader


_kinds: dict[str, Kind] = {}


def reads(code: str, text: Text) -> Callable[[Reader], Reader]:
    """Decorator: this function finds the records of a kind for many verifications, in a fixed number of queries."""

    def register(reader: Reader) -> Reader:
        _kinds[code] = Kind(code, text, reader)
        return reader

    return register


def kinds() -> Mapping[str, Kind]:
    """Return the kinds of records by code, in the order they were declared."""
    declared("follow")
    return _kinds


def kind_text(code: str) -> Text:
    """Return what a kind of record is called."""
    known = kinds().get(code)
    return Text(code, code) if known is None else known.text


def by_person(
    query: str, asked: Sequence[Asking], jurisdiction: str
) -> Iterator[tuple[Asking, tuple[Any, ...]]]:
    """Run a reader's query (jurisdiction, persons as text) and yield each record with every verification on its person.

    The query's first column is the person; the others come back as a tuple.
    """
    of: dict[UUID, list[Asking]] = {}
    for asking in asked:
        for person in asking.persons:
            of.setdefault(person, []).append(asking)
    with connection.cursor() as cursor:
        cursor.execute(query, [jurisdiction, uuid_array(of)])
        for person, *record in cursor.fetchall():
            for asking in of[person]:
                yield asking, tuple(record)


def look_up(asked: Sequence[Asking], jurisdiction: str) -> dict[UUID, list[Found]]:
    """Return verification → records on its person, the settling ones first; each kind is read once for all."""
    found: dict[UUID, list[Found]] = {}
    for kind in kinds().values():
        for item, records in kind.read(asked, jurisdiction).items():
            found.setdefault(item, []).extend(records)
    for records in found.values():
        records.sort(key=lambda one: (not one.settles, one.at))
    return found
