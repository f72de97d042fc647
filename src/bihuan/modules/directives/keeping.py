"""Listed rows and feedback as they are kept: contents sealed with the person's key, in the open where, how and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection

from bihuan.core.matters.statements import run_each
from bihuan.core.people.linking.addresses import parse as parse_address
from bihuan.core.people.sealing import open_many, seal_many
from bihuan.modules.directives import hashes
from bihuan.modules.directives.payloads import Finding
from bihuan.modules.directives.reading import Fed, Listed

PURPOSE: Final = "verification"
"""For what a row's content is kept: to verify and to answer. It goes when the person's verifications have ended."""
COPY_ROWS: Final = "COPY directives_listedrow (directive_id, sheet, row, township, person_id, item_id, identity, said, sealed) FROM STDIN"
COPY_FEEDBACK: Final = (
    "COPY directives_feedbackrow (directive_id, listed_id, source, sheet, row, method, finding, at, unit, late, said, sealed)"
    " FROM STDIN"
)
ANSWERED: Final = """
UPDATE directives_listedrow r SET answered_at = f.at
  FROM (SELECT listed_id, min(at) AS at FROM directives_feedbackrow WHERE directive_id = %s AND NOT taken_back AND NOT recorded
         GROUP BY 1) f
 WHERE r.id = f.listed_id AND r.answered_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A listed row as it stands."""

    id: int
    person: UUID
    said: bytes
    sealed: bytes
    gone: bool


def rows_of(directive: UUID) -> dict[bytes, KeptRow]:
    """Return a directive's rows by identity. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity, id, person_id, said, sealed, gone FROM directives_listedrow WHERE directive_id = %s",
            [directive],
        )
        return {
            bytes(whom): KeptRow(i, who, bytes(said), bytes(box), gone)
            for whom, i, who, said, box, gone in cursor.fetchall()
        }


def lines_of(directive: UUID) -> set[bytes]:
    """Return the hashes of a directive's lines of feedback that came in workbooks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT said FROM directives_feedbackrow WHERE directive_id = %s AND said IS NOT NULL",
            [directive],
        )
        return {bytes(row[0]) for row in cursor.fetchall()}


def opened(kept: Mapping[bytes, KeptRow]) -> dict[bytes, list[str]]:
    """Return what rows say; those whose person's key is gone are left out."""
    boxes = open_many([(row.person, PURPOSE, row.sealed) for row in kept.values()])
    return {whom: box["said"] for whom, box in zip(kept, boxes, strict=True) if box is not None}


def write_rows(directive: UUID, fresh: Sequence[tuple[Listed, bytes]], persons: Sequence[UUID]) -> None:
    """Write new listed rows, each with a verification to be opened for it, inside the caller's transaction."""
    boxes = seal_many(
        [(who, PURPOSE, {"said": one.cells}) for (one, _), who in zip(fresh, persons, strict=True)]
    )
    with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
        for (one, whom), person, box in zip(fresh, persons, boxes, strict=True):
            township = parse_address(one.address).township[:40]
            copy.write_row(
                (directive, one.sheet[:40], one.row, township, person, uuid.uuid7(), whom, hashes.said(one), box)
            )  # fmt: skip


def write_altered(altered: Iterable[tuple[Listed, KeptRow]]) -> None:
    """Write what rows say now that said something else before: another telephone, another address."""
    pairs = list(altered)
    boxes = seal_many([(row.person, PURPOSE, {"said": one.cells}) for one, row in pairs])
    run_each(
        "UPDATE directives_listedrow SET said = %s, sealed = %s, sheet = %s, row = %s, township = %s WHERE id = %s",
        [
            (hashes.said(one), box, one.sheet[:40], one.row, parse_address(one.address).township[:40], row.id)
            for (one, row), box in zip(pairs, boxes, strict=True)
        ],
    )  # fmt: skip


def write_gone(gone: Sequence[int], back: Sequence[int]) -> None:
    """Mark rows that a corrected list names no more, and those it names again."""
    with connection.cursor() as cursor:
        if gone:
            cursor.execute("UPDATE directives_listedrow SET gone = true WHERE id = ANY(%s)", [list(gone)])
        if back:
            cursor.execute("UPDATE directives_listedrow SET gone = false WHERE id = ANY(%s)", [list(back)])


def write_feedback(directive: UUID, fed: Sequence[tuple[Fed, bytes, bytes]], due_at: datetime) -> int:
    """Write lines of feedback; return how many of them are late. Words that are in no table are kept sealed."""
    rows = rows_of(directive)
    other = [(rows[whom].person, one.words) for one, whom, _ in fed if one.finding is Finding.OTHER]
    boxes = iter(seal_many([(who, PURPOSE, {"finding": words}) for who, words in other]))
    late = 0
    with connection.cursor() as cursor:
        with cursor.copy(COPY_FEEDBACK) as copy:
            for one, whom, line in fed:
                late += one.at > due_at
                box = next(boxes) if one.finding is Finding.OTHER else None
                copy.write_row(
                    (
                        directive, rows[whom].id, "file", one.sheet[:40], one.row, str(one.method), str(one.finding), one.at,
                        one.unit, one.at > due_at, line, box,
                    )
                )  # fmt: skip
        cursor.execute(ANSWERED, [directive])
    return late
