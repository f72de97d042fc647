"""Feedback that is made here: units' findings and verifications' results, kept beside the lines of workbooks.

What a verification came to is a line of feedback; taken back, it is one no more. What came by another way (a workbook, a
unit) is handed to the verification once (`unrecorded`, `mark_recorded`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from bihuan.core.matters.details import Applied
from bihuan.core.matters.errors import Refused
from bihuan.core.spec import Refusal, Text
from bihuan.modules.directives.payloads import Finding, Method


class Wanted(NamedTuple):
    """A listed row that has no verification yet. `pushed_at`: when the directive came; `again`: rework."""

    row: int
    item: UUID
    person: UUID
    township: str
    again: bool


class About(NamedTuple):
    """What the verifications of one directive have in common."""

    directive: UUID
    subject: str
    epidemic: bool
    received_at: datetime
    due_at: datetime


class Line(NamedTuple):
    """A line of feedback that the verification does not have yet."""

    id: int
    item: UUID
    method: Method
    finding: Finding
    at: datetime
    unit: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a verification came to: its ledger entry, how, what, when; `unit`: the organ whose officer found it."""

    item: UUID
    entry: int
    method: Method
    finding: Finding
    at: datetime
    unit: str


WANTED = """
SELECT r.directive_id, r.id, r.item_id, r.person_id, r.township,
       EXISTS (SELECT FROM directives_feedbackrow f WHERE f.listed_id = r.id AND f.recorded)
  FROM directives_listedrow r LEFT JOIN matters_matter m ON m.id = r.item_id
 WHERE r.directive_id = ANY(%s) AND NOT r.gone AND m.id IS NULL ORDER BY r.id
"""
ABOUT = """
SELECT matter_id, subject, epidemic, received_at, due_at FROM directives_directive WHERE matter_id = ANY(%s)
"""
UNRECORDED = """
SELECT f.id, r.item_id, f.method, f.finding, f.at, f.unit
  FROM directives_feedbackrow f JOIN directives_listedrow r ON r.id = f.listed_id
 WHERE f.directive_id = ANY(%s) AND NOT f.recorded AND NOT f.taken_back ORDER BY f.at, f.id
"""
NEW_RESULT = """
INSERT INTO directives_feedbackrow (directive_id, listed_id, source, sheet, method, finding, at, unit, late, entry_id, recorded)
SELECT r.directive_id, r.id, 'item', '', %(method)s, %(finding)s, %(at)s, coalesce(t.unit, %(unit)s), %(at)s > d.due_at,
       %(entry)s, true
  FROM directives_listedrow r JOIN directives_directive d ON d.matter_id = r.directive_id
  LEFT JOIN directives_part t ON t.matter_id = r.task_id
 WHERE r.item_id = %(item)s
"""
NEW_ANSWER = """
INSERT INTO directives_feedbackrow (directive_id, listed_id, source, sheet, method, finding, at, unit, late)
SELECT r.directive_id, r.id, 'unit', '', %(method)s, %(finding)s, %(at)s, t.unit, %(at)s > d.due_at
  FROM directives_listedrow r JOIN directives_directive d ON d.matter_id = r.directive_id
  JOIN directives_part t ON t.matter_id = r.task_id
 WHERE r.id = %(row)s AND r.task_id = %(task)s AND NOT r.gone
"""
ANSWERED = """
UPDATE directives_listedrow r SET answered_at = %(at)s WHERE r.{column} = %(key)s AND r.answered_at IS NULL
"""
TAKE_BACK = """
WITH back AS (UPDATE directives_feedbackrow SET taken_back = true WHERE entry_id = ANY(%s) RETURNING listed_id)
UPDATE directives_listedrow r SET answered_at = (
  SELECT min(f.at) FROM directives_feedbackrow f WHERE f.listed_id = r.id AND NOT f.taken_back AND NOT f.entry_id = ANY(%s))
 WHERE r.id IN (SELECT listed_id FROM back)
"""
NOT_YOURS = Refusal(
    Text("这一人不在本单位的分工内", "This person is not in the unit's part"),
    instead=Text(
        "名单可能已收回或更正,请刷新后再看", "The list may have been recalled or corrected; look again"
    ),
)


def wanted(directives: Sequence[UUID]) -> dict[UUID, list[Wanted]]:
    """Return the rows of these directives that are to be opened, by directive. One query."""
    found: dict[UUID, list[Wanted]] = {}
    for directive, *row in _rows(WANTED, directives):
        found.setdefault(directive, []).append(Wanted(*row))
    return found


def about(directives: Sequence[UUID]) -> dict[UUID, About]:
    """Return what the verifications of each of these directives have in common. One query."""
    return {row[0]: About(*row) for row in _rows(ABOUT, directives)}


def unrecorded(directives: Sequence[UUID]) -> list[Line]:
    """Return the lines of feedback that the verifications do not have yet, the earliest first. One query."""
    return [
        Line(i, item, Method(how), Finding(what), at, unit)
        for i, item, how, what, at, unit in _rows(UNRECORDED, directives)
    ]


def mark_recorded(lines: Iterable[Line]) -> None:
    """Note that the verifications have these lines."""
    with connection.cursor() as cursor:
        ids = [line.id for line in lines]
        if ids:
            cursor.execute("UPDATE directives_feedbackrow SET recorded = true WHERE id = ANY(%s)", [ids])


def note_results(results: Sequence[Result]) -> None:
    """Keep what verifications came to as lines of feedback."""
    with connection.cursor() as cursor:
        for one in results:
            values: dict[str, Any] = {
                "item": one.item, "entry": one.entry, "method": str(one.method), "finding": str(one.finding), "at": one.at,
                "unit": one.unit[:80],
            }  # fmt: skip
            cursor.execute(NEW_RESULT, values)
            cursor.execute(ANSWERED.format(column="item_id"), {"at": one.at, "key": one.item})


def take_back(entries: Sequence[int]) -> None:
    """Strike the lines of results that were taken back; whoever has no other feedback has none."""
    if entries:
        with connection.cursor() as cursor:
            cursor.execute(TAKE_BACK, [list(entries), list(entries)])


def write_answers(steps: Sequence[Applied]) -> None:
    """Write the lines of what units found. Raises Refused where a row is none of the part's."""
    with connection.cursor() as cursor:
        for step in steps:
            if step.transition != "answer":
                continue
            payload = step.payload
            values: dict[str, Any] = {
                "method": str(payload.method), "finding": str(payload.finding), "at": step.occurred_at, "row": payload.row,
                "task": step.matter_id,
            }  # fmt: skip
            cursor.execute(NEW_ANSWER, values)
            if not cursor.rowcount:
                raise Refused(NOT_YOURS)
            cursor.execute(ANSWERED.format(column="id"), {"at": step.occurred_at, "key": payload.row})


def directives_of(parts: Sequence[UUID]) -> list[UUID]:
    """Return the directives that these parts belong to."""
    return [
        row[0]
        for row in _rows("SELECT DISTINCT directive_id FROM directives_part WHERE matter_id = ANY(%s)", parts)
    ]


def open_rows(directives: Sequence[UUID]) -> list[UUID]:
    """Return the verifications of these directives' rows that have no feedback yet."""
    query = "SELECT item_id FROM directives_listedrow WHERE directive_id = ANY(%s) AND answered_at IS NULL AND NOT gone"
    return [row[0] for row in _rows(query, directives)]


def _rows(query: str, ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [list(ids)])
        return list(cursor.fetchall())
