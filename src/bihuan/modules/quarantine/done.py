"""The narrow copy of the entries that settle an item, written with them, so that millions are counted at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from bihuan.core.matters.details import Applied
from bihuan.modules.quarantine.payloads import Observation, Result, TestResult, Waiver

COLUMNS = "entry_id, stay_id, jurisdiction, item, occurred_at, recorded_at"


def settles(payload: Any) -> bool:
    """Tell whether a record settles its item: done or waived, not a door nobody answered or a useless sample."""
    if isinstance(payload, Observation):
        return not payload.no_answer
    if isinstance(payload, TestResult):
        return payload.result is not Result.INVALID
    return isinstance(payload, Waiver)


def write(steps: Sequence[Applied]) -> None:
    """Write the copies of these steps' entries; mark those that a step replaced."""
    rows = [_row(step) for step in steps if settles(step.payload)]
    replaced = [(step.recorded_at, step.corrects) for step in steps if step.corrects is not None]
    with connection.cursor() as cursor:
        if rows:
            with cursor.copy(f"COPY quarantine_done ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        if replaced:
            cursor.executemany("UPDATE quarantine_done SET replaced_at = %s WHERE entry_id = %s", replaced)


def _row(step: Applied) -> tuple[Any, ...]:
    return (
        step.entry_id, step.matter_id, step.actor.jurisdiction, step.payload.item, step.occurred_at,
        step.recorded_at,
    )  # fmt: skip
