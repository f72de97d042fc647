"""Rows of lists as they are kept: one COPY a list, contents sealed, and what is known of rows that came before."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from bihuan.core.ledger.copying import copy
from bihuan.core.ledger.encoding import blob, microseconds, text
from bihuan.core.people.models import Person
from bihuan.core.people.sealing import open_bytes, open_many, seal_bytes, seal_many

PURPOSE: Final = "verification"
"""For what a row's content is kept: to verify and to answer. It goes when the person's verifications have ended."""
OF_LIST: Final = "alerts"
"""The purpose of a list's own key, under which lines lie that name nobody."""
ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"
PENDING: Final = "pending"
COLUMNS: Final = (
    "list_id, jurisdiction, sheet, line, fate, reason, township, pushed_at, corrects, decided_by, standing,"
    " person_id, item_id, said, number, sealed"
)
_HEAD: Final = struct.Struct(">hi16s").pack
_PLACE: Final = struct.Struct(">ihii").pack
_NULL: Final = struct.pack(">i", -1)
_ID: Final = struct.Struct(">i16s").pack
_TIME: Final = struct.Struct(">iq").pack
_TRUTH: Final = (struct.pack(">i?", 1, False), struct.pack(">i?", 1, True))


@dataclass(frozen=True, slots=True)
class Kept:
    """An accepted row as it stands: whose it is, by what that was decided, its verification."""

    person: UUID
    item: UUID | None
    decided_by: str


@dataclass(slots=True)
class Portion:
    """What is written of one list. Accepted rows by place in their columns; repeated ones with the row they repeat.

    `keys`: by whom (merged records are one) and why each row is verified; rows with the same are one verification.
    """

    list_id: UUID
    jurisdiction: str
    places: list[tuple[int, int]] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    numbers: list[bytes | None] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    townships: list[str] = field(default_factory=list)
    pushed: list[datetime | None] = field(default_factory=list)
    corrects: list[bool] = field(default_factory=list)
    decided_by: list[str] = field(default_factory=list)
    persons: list[UUID] = field(default_factory=list)
    items: list[UUID] = field(default_factory=list)
    keys: list[tuple[UUID, str]] = field(default_factory=list)
    repeated: list[tuple[tuple[int, int], bytes, datetime | None, str, Kept]] = field(default_factory=list)
    rejected: list[tuple[tuple[int, int], str]] = field(default_factory=list)


def write(portion: Portion) -> None:
    """Write all rows of a list, inside the caller's transaction."""
    copy("alerts_alertrow", COLUMNS, _rows(portion))


def _rows(portion: Portion) -> Iterator[bytes]:
    head = _HEAD(16, 16, portion.list_id.bytes) + text(portion.jurisdiction)
    boxes = seal_many(
        [(p, PURPOSE, {"said": c}) for p, c in zip(portion.persons, portion.cells, strict=True)]
    )
    known: dict[str, bytes] = {}

    def word(value: str) -> bytes:
        if value not in known:
            known[value] = text(value)
        return known[value]

    accepted, pending = text(ACCEPTED), text(PENDING)
    columns = zip(
        portion.places, portion.reasons, portion.townships, portion.pushed, portion.corrects, portion.decided_by,
        portion.persons, portion.items, portion.hashes, portion.numbers, boxes, strict=True,
    )  # fmt: skip
    for (sheet, line), why, town, at, corrects, by, person, item, said, number, box in columns:
        yield b"".join(
            (
                head, _PLACE(2, sheet, 4, line), accepted, word(why), word(town), _moment(at), _TRUTH[corrects],
                word(by), pending, _ID(16, person.bytes), _ID(16, item.bytes), blob(said), blob(number), blob(box),
            )
        )  # fmt: skip
    yield from _without_content(portion, head)


def _without_content(portion: Portion, head: bytes) -> Iterator[bytes]:
    """Yield the repeated rows, whose content stands in the row they repeat, and the malformed lines."""
    duplicate, rejected, nothing = text(DUPLICATE), text(REJECTED), text("")
    for (sheet, line), said, at, why, kept in portion.repeated:
        item = _NULL if kept.item is None else _ID(16, kept.item.bytes)
        yield b"".join(
            (
                head, _PLACE(2, sheet, 4, line), duplicate, text(why), nothing, _moment(at), _TRUTH[False],
                text(kept.decided_by), nothing, _ID(16, kept.person.bytes), item, blob(said), _NULL, _NULL,
            )
        )  # fmt: skip
    for (sheet, line), raw in portion.rejected:
        box = seal_bytes(portion.list_id, OF_LIST, _line_name(sheet, line), raw.encode("utf-8", "replace"))
        yield b"".join(
            (
                head, _PLACE(2, sheet, 4, line), rejected, nothing, nothing, _NULL, _TRUTH[False],
                nothing, nothing, _NULL, _NULL, _NULL, _NULL, blob(box),
            )
        )  # fmt: skip


def _moment(at: datetime | None) -> bytes:
    return _NULL if at is None else _TIME(8, microseconds(at))


def _line_name(sheet: int, line: int) -> str:
    return f"line/{sheet}/{line}"


def opened_line(list_id: UUID, sheet: int, line: int, box: bytes) -> str:
    """Return what stands on a malformed line. Raises ErasedError once the list's key is gone."""
    return open_bytes(list_id, OF_LIST, _line_name(sheet, line), box).decode()


def opened_rows(boxes: Sequence[tuple[UUID, bytes]]) -> list[list[str] | None]:
    """Return the cells of accepted rows from (person, sealed); None where the person's key is gone."""
    opened = open_many([(person, PURPOSE, box) for person, box in boxes])
    return [None if one is None else one["said"] for one in opened]


def known_rows(jurisdiction: str, contents: Sequence[bytes]) -> dict[bytes, Kept]:
    """Return, of rows with these contents, those that were accepted before. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT said, person_id, item_id, decided_by FROM alerts_alertrow"
            " WHERE jurisdiction = %s AND fate = 'accepted' AND said = ANY(%s::bytea[])",
            [jurisdiction, _hexed(contents)],
        )
        return {bytes(said): Kept(person, item, by) for said, person, item, by in cursor.fetchall()}


def known_numbers(jurisdiction: str, numbers: Sequence[bytes | None]) -> set[bytes]:
    """Return which of these alert numbers came before."""
    wanted = _hexed([number for number in numbers if number is not None])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT number FROM alerts_alertrow WHERE jurisdiction = %s AND number = ANY(%s::bytea[])",
            [jurisdiction, wanted],
        )
        return {bytes(row[0]) for row in cursor.fetchall()}


def merges(jurisdiction: str) -> dict[UUID, UUID]:
    """Return the county's merged records, each with the one it is known under."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, merged_into_id FROM people_person WHERE merged_into_id IS NOT NULL AND jurisdiction = %s",
            [jurisdiction],
        )
        return dict(cursor.fetchall())


def identifiers(persons: Sequence[UUID]) -> dict[bytes, UUID]:
    """Return these records by the keyed hash of their identifier."""
    found = Person.objects.filter(id__in=persons, identifier_blind__isnull=False)
    return {bytes(blind or b""): person for person, blind in found.values_list("id", "identifier_blind")}


def open_items(persons: Iterable[UUID]) -> list[tuple[UUID, str, UUID]]:
    """Return the verifications of these records that are still open: person, reason, verification; the oldest first."""
    wanted = "{" + ",".join([person.hex for person in persons]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person_id, reason, item_id FROM alerts_alertrow"
            " WHERE person_id = ANY(%s::uuid[]) AND fate = 'accepted' AND standing = 'pending' ORDER BY item_id",
            [wanted],
        )
        return list(cursor.fetchall())


def _hexed(values: Sequence[bytes]) -> str:
    """Return values as an array's literal: a hundred thousand of them are not adapted one by one."""
    return "{" + ",".join(['"\\\\x' + value.hex() + '"' for value in values]) + "}"
