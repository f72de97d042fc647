"""The detail rows of verifications, written by the step that changes them: one, or a hundred thousand by COPY."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bihuan.core.ledger.copying import copy
from bihuan.core.ledger.encoding import NULL, microseconds, text
from bihuan.core.matters.details import OPENED, Applied
from bihuan.modules.verification.facts import STAGES, ItemFacts
from bihuan.modules.verification.payloads import Missed, Why
from bihuan.modules.verification.quickly import MICROSECONDS
from bihuan.modules.verification.townships import make_places

KNOWN = (
    "source, source_id, reason, rows, township, epidemic, pushed_at, due_at, language, officer_id, calls, visits,"
    " slots, again_at, run_id, method, last_entry, last_at, last_step, last_by"
)
_NO_MOMENTS = KNOWN.replace(" pushed_at, due_at,", "")
FACTS = (
    f"SELECT matter_id, {MICROSECONDS.format('pushed_at')}, {MICROSECONDS.format('due_at')}, {_NO_MOMENTS}"  # noqa: S608
    " FROM verification_item WHERE matter_id = ANY(%s::uuid[])"
)
COLUMNS = f"matter_id, jurisdiction, stage, outcome, {KNOWN}"
WIDTH = 24
CHANGED = (
    "rows", "due_at", "language", "officer_id", "calls", "visits", "slots", "again_at", "run_id", "method",
    "last_entry", "last_at", "last_step", "last_by", "stage", "outcome",
)  # fmt: skip
SET = ", ".join(f"{name} = n.{name}" for name in CHANGED)
STAGE_TABLE = (
    "CREATE TEMP TABLE IF NOT EXISTS verification_moving (LIKE verification_item) ON COMMIT DELETE ROWS"
)
# more rows that ask for the same do not take somebody off the screen of whoever is speaking to them
STAYS = "(i.last_entry IS NOT DISTINCT FROM {0} AND i.stage = {1} AND i.officer_id IS NOT DISTINCT FROM {2})"
LET_GO = "claimed_by = CASE WHEN {stays} THEN i.claimed_by END, claimed_until = CASE WHEN {stays} THEN i.claimed_until END"
MOVE = (
    f"UPDATE verification_item i SET {SET}, "  # noqa: S608 - constants
    + LET_GO.format(stays=STAYS.format("n.last_entry", "n.stage", "n.officer_id"))
    + " FROM verification_moving n WHERE i.matter_id = n.matter_id"
)
MOVE_ONE = (
    f"UPDATE verification_item i SET {', '.join(f'{name} = %({name})s' for name in CHANGED)}, "  # noqa: S608
    + LET_GO.format(stays=STAYS.format("%(last_entry)s", "%(stage)s", "%(officer_id)s"))
    + " WHERE i.matter_id = %(matter)s"
)
A_FEW = 8
ATTEMPTS = frozenset(
    {
        "miss_call",
        "miss_visit",
        "confirm",
        "find_otherwise",
        "forward",
        "give_up",
        "ask_for_visit",
        "hand_to_lead",
    }
)
NOTED = frozenset({"settle_by_record", "record_feedback"})
UNANSWERED = frozenset({Why.NO_ANSWER, Why.WRONG_NUMBER, Why.NO_NUMBER})


def is_attempt(step: Applied) -> bool:
    """Tell whether somebody was called or visited in this step (a referral from the desk is none)."""
    return step.transition in ATTEMPTS and step.payload.method is not None


def reached(step: Applied) -> bool:
    """Tell whether the person, or somebody in the household, was spoken to."""
    if step.transition in {"miss_call", "miss_visit", "give_up"}:
        return False
    return getattr(step.payload, "why", None) not in UNANSWERED


def result_of(step: Applied) -> str:
    """Return what came of an attempt: the code of the step, of the miss, or of the referral's reason."""
    payload = step.payload
    code = getattr(payload, "result", None) or getattr(payload, "why", None)
    return str(code) if isinstance(code, Missed | Why) else step.transition


def write(steps: Sequence[Applied]) -> None:
    """Write the rows of these steps, and their attempts."""
    last: dict[UUID, Applied] = {}
    fresh: set[UUID] = set()
    for step in steps:
        last[step.matter_id] = step
        if step.transition == OPENED:
            fresh.add(step.matter_id)
        if is_attempt(step) or step.transition in NOTED:
            _note(step)
    new = [step for matter_id, step in last.items() if matter_id in fresh]
    if new:
        make_places(new[0].actor.jurisdiction, {step.facts.township for step in new})
        copy("verification_item", COLUMNS, map(_row, new))
    _move([step for matter_id, step in last.items() if matter_id not in fresh])
    _write_attempts(steps)


def _note(step: Applied) -> None:
    """Keep which entry the latest attempt is; its number is known only now."""
    facts: ItemFacts = step.facts
    facts.last_entry, facts.last_at = step.entry_id, step.occurred_at
    facts.last_step, facts.last_by = step.transition, step.actor.officer_id


def _stood(step: Applied) -> tuple[str, str]:
    stage = STAGES.get(step.after, "")
    return stage, "" if stage else step.after


def _values(step: Applied) -> list[Any]:
    f: ItemFacts = step.facts
    return [
        f.rows, f.due_at, f.language, f.officer, f.calls, f.visits, f.slots, f.again_at, f.run, f.method,
        f.last_entry, f.last_at, f.last_step, f.last_by, *_stood(step),
    ]  # fmt: skip


def _move(steps: Sequence[Applied]) -> None:
    with connection.cursor() as cursor:
        if len(steps) <= A_FEW:
            for step in steps:
                cursor.execute(
                    MOVE_ONE, {**dict(zip(CHANGED, _values(step), strict=True)), "matter": step.matter_id}
                )
            return
        cursor.execute(STAGE_TABLE)
        copy("verification_moving", COLUMNS, map(_row, steps))
        cursor.execute(MOVE)
        cursor.execute("TRUNCATE verification_moving")


_uuid = struct.Struct(">i16s").pack
_int2 = struct.Struct(">ih").pack
_int4 = struct.Struct(">ii").pack
_int8 = struct.Struct(">iq").pack
_WIDTH = struct.pack(">h", WIDTH)
_TRUE, _FALSE = struct.pack(">i?", 1, True), struct.pack(">i?", 1, False)


def _moment(value: datetime | None) -> bytes:
    return NULL if value is None else _int8(8, microseconds(value))


def _key(value: UUID | None) -> bytes:
    return NULL if value is None else _uuid(16, value.bytes)


def _row(step: Applied) -> bytes:
    """Return the row as COPY BINARY takes it, in the order of `COLUMNS`."""
    f: ItemFacts = step.facts
    stage, outcome = _stood(step)
    return b"".join(
        (
            _WIDTH, _uuid(16, step.matter_id.bytes), text(step.actor.jurisdiction), text(stage), text(outcome),
            text(f.source), _uuid(16, f.source_id.bytes), text(f.reason), _int4(4, f.rows), text(f.township),
            _TRUE if f.epidemic else _FALSE, _moment(f.pushed_at), _moment(f.due_at), text(f.language),
            _key(f.officer), _int2(2, f.calls), _int2(2, f.visits), _int2(2, f.slots), _moment(f.again_at),
            _key(f.run), text(f.method), NULL if f.last_entry is None else _int8(8, f.last_entry),
            _moment(f.last_at), text(f.last_step), _key(f.last_by),
        )
    )  # fmt: skip


# ── attempts ─────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Back:
    entry: int
    at: datetime


TRY = (
    "INSERT INTO verification_tried (entry_id, item_id, source_id, jurisdiction, officer_id, method, result, reached, at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def _write_attempts(steps: Sequence[Applied]) -> None:
    tried = [_attempt(step) for step in steps if step.transition != OPENED and is_attempt(step)]
    back = list(_taken_back(steps))
    if not tried and not back:
        return
    with connection.cursor() as cursor:
        for values in tried:
            cursor.execute(TRY, values)
        for one in back:
            cursor.execute(
                "UPDATE verification_tried SET taken_back_at = %s WHERE entry_id = %s", [one.at, one.entry]
            )


def _attempt(step: Applied) -> list[Any]:
    return [
        step.entry_id, step.matter_id, step.facts.source_id, step.actor.jurisdiction, step.actor.officer_id,
        str(step.payload.method), result_of(step), reached(step), step.occurred_at,
    ]  # fmt: skip


def _taken_back(steps: Sequence[Applied]) -> Iterator[_Back]:
    for step in steps:
        if step.transition in {"call_again", "visit_again"}:
            yield _Back(step.payload.entry, step.recorded_at)
