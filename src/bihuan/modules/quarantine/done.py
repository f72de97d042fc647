"""The narrow copy of the entries that settle an item, written with them, so that millions are counted at once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from bihuan.core.ledger.copying import copy
from bihuan.core.ledger.encoding import microseconds, text
from bihuan.core.matters.details import Applied
from bihuan.core.matters.statements import run_each
from bihuan.modules.quarantine.payloads import Observation, Result, TestResult, Waiver

COLUMNS = "entry_id, stay_id, jurisdiction, item, occurred_at, recorded_at"
INSERT = f"INSERT INTO quarantine_done ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608 - constants
A_FEW = 8  # up to here an INSERT is quicker than COPY's three exchanges
_keys = struct.Struct(">hiqi16s").pack  # how many columns; then each value after its length
_times = struct.Struct(">iqiq").pack


def settles(payload: Any) -> bool:
    """Tell whether a record settles its item: done or waived, not a door nobody answered or a useless sample."""
    if isinstance(payload, Observation):
        return not payload.no_answer
    if isinstance(payload, TestResult):
        return payload.result is not Result.INVALID
    return isinstance(payload, Waiver)


def write(steps: Sequence[Applied]) -> None:
    """Write the copies of these steps' entries; mark those that a step replaced."""
    settled = [step for step in steps if settles(step.payload)]
    if len(settled) > A_FEW:
        copy("quarantine_done", COLUMNS, map(_row, settled))
    else:
        run_each(INSERT, [_values(step) for step in settled])
    replaced = [(step.recorded_at, step.corrects) for step in steps if step.corrects is not None]
    run_each("UPDATE quarantine_done SET replaced_at = %s WHERE entry_id = %s", replaced)


def _values(step: Applied) -> tuple[Any, ...]:
    return (
        step.entry_id, step.matter_id, step.actor.jurisdiction, step.payload.item, step.occurred_at,
        step.recorded_at,
    )  # fmt: skip


def _row(step: Applied) -> bytes:
    return b"".join(
        (
            _keys(6, 8, step.entry_id, 16, step.matter_id.bytes),
            text(step.actor.jurisdiction),
            text(step.payload.item),
            _times(8, microseconds(step.occurred_at), 8, microseconds(step.recorded_at)),
        )
    )
