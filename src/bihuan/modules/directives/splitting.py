"""A directive's list among units: who gets which townships, what goes back to the desk, limits that move along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection

from bihuan.core.access.actors import system_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import OPENED, Applied, FollowUp, Opening, Step
from bihuan.core.matters.statements import run_each
from bihuan.core.spec import Text
from bihuan.modules.directives import answers
from bihuan.modules.directives.matter import TASK
from bihuan.modules.directives.payloads import Given, Moved, Remark
from bihuan.modules.directives.units import make_units, unit_place

NEW_PART = """
INSERT INTO directives_part (matter_id, directive_id, unit, officer_id, due_at, rows) VALUES (%s, %s, %s, %s, %s, %s)
"""
GIVE = """
UPDATE directives_listedrow SET task_id = %s
 WHERE directive_id = %s AND task_id IS NULL AND answered_at IS NULL AND NOT gone AND township = ANY(%s)
"""
TAKE_BACK = "UPDATE directives_listedrow SET task_id = NULL WHERE task_id = %s"
WITHDRAWN = "指令已撤销"
MOVES = frozenset({"grant_time", "send_back", "amend", "withdraw"})


def give(step: Applied) -> Iterator[FollowUp]:
    """Yield the parts of a split; the unit is the place, so that its officers reach theirs and no other's.

    A part has the rows of its townships that nobody has and nobody answered yet, counted now, not when the form was seen.
    """
    parts = [(part.unit.strip(), part) for part in step.payload.parts]
    make_units(step.actor.jurisdiction, [unit for unit, _ in parts])
    reference = reference_of(step.matter_id)
    for unit, part in parts:
        task = uuid.uuid7()
        rows = _assign(step.matter_id, task, part.townships)
        given = Given(
            directive=step.matter_id, reference=reference, unit=unit, rows=rows, due_at=step.facts.due_at, officer=part.officer
        )  # fmt: skip
        title = Text(f"{reference} · {unit} {rows} 人", f"{reference}, {unit}: {rows} persons")
        place = unit_place(step.actor.jurisdiction, unit)
        yield FollowUp(
            TASK.code, Opening(given, step.occurred_at, place_id=place, matter_id=task, title=title)
        )


def _assign(directive: UUID, task: UUID, townships: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [task, directive, list(townships)])
        return int(cursor.rowcount)


def reference_of(directive: UUID) -> str:
    """Return the issuing body's number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM directives_directive WHERE matter_id = %s", [directive])
        row = cursor.fetchone()
    return "" if row is None else str(row[0])


def move_with(steps: Sequence[Applied]) -> None:
    """Move the open parts' limits with their directive's; recall them where it is withdrawn."""
    moved = [step for step in steps if step.transition in MOVES]
    if not moved:
        return
    todo: list[tuple[UUID, Step]] = []
    for step in moved:
        for part, due_at in _open_parts(step.matter_id):
            if step.transition == "withdraw":
                todo.append((part, Step("recall", Remark(reason=WITHDRAWN), step.occurred_at)))
            elif due_at != step.facts.due_at:
                todo.append((part, Step("move_due", Moved(due_at=step.facts.due_at), step.occurred_at)))
    if todo:
        engine.perform_many(todo, actor=system_actor(moved[0].actor.jurisdiction), raising=True)


def _open_parts(directive: UUID) -> list[tuple[UUID, object]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.matter_id, k.due_at FROM directives_part k JOIN matters_matter m ON m.id = k.matter_id"
            " WHERE k.directive_id = %s AND m.state IN ('given', 'reported')",
            [directive],
        )
        return list(cursor.fetchall())


def write(steps: Sequence[Applied]) -> None:
    """Write what these steps change of the parts' rows."""
    run_each(
        NEW_PART,
        [
            (s.matter_id, s.payload.directive, s.payload.unit, s.payload.officer, s.payload.due_at, s.payload.rows)
            for s in steps if s.transition == OPENED
        ],
    )  # fmt: skip
    answers.write_answers(steps)
    run_each(TAKE_BACK, [(s.matter_id,) for s in steps if s.transition == "recall"])
    run_each(
        "UPDATE directives_part SET due_at = %s WHERE matter_id = %s",
        [(s.payload.due_at, s.matter_id) for s in steps if s.transition == "move_due"],
    )
    run_each(
        "UPDATE directives_part SET statement = %s, reported_at = %s WHERE matter_id = %s",
        [(s.payload.statement, s.occurred_at, s.matter_id) for s in steps if s.transition == "report"],
    )
