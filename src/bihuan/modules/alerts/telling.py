"""What is said of a file that is, or would be, signed for."""

from __future__ import annotations

from pathlib import PurePosixPath
from uuid import UUID

from bihuan.core.intake.parcels import Fate, Parcelled
from bihuan.core.intake.problems import Problem, Source
from bihuan.core.spec.text import Text
from bihuan.modules.alerts import kinds
from bihuan.modules.alerts.planning import Plan

_UNREAD = Text("整份读不出来,没有签收", "It cannot be read and was not signed for")


def told(plan: Plan, batch: UUID | None = None) -> Parcelled:
    """Return a file's part of the result: its numbers, its malformed lines, and in one sentence what becomes of it."""
    pushed = plan.pushed
    one = Parcelled(pushed.name, Fate.NEW, _title(plan), _UNREAD, problems=pushed.problems())
    if pushed.unreadable is not None:
        one.fate = Fate.UNREADABLE

        return one
    if plan.twin is not None:  # counted with the file that it is
        first = plan.twin.same.matter.number if plan.twin.same else plan.twin.pushed.name
        one.counts, one.fate, one.says = _counts(0, 0, 0, 0), Fate.SAME, _nothing_new(first)
    elif plan.same is not None:
        known = plan.same
        one.counts = _counts(known.rows, known.accepted, known.duplicates, known.rejected)
        one.matter_id, one.number = known.matter_id, known.matter.number
        mine = batch is not None and known.batch_id == batch
        one.fate = Fate.NEW if mine else Fate.SAME
        one.says = _receipt(one.counts, one.number) if mine else _nothing_new(one.number)
    else:
        one.counts = _counts(pushed.rows, len(plan.fresh), len(plan.again), len(pushed.bad))
        one.says = _receipt(one.counts)
    if one.fate is Fate.SAME:
        source = Source(pushed.name)
        one.problems.append(Problem(kinds.SAME_LIST, source, params={"number": one.number or one.says.zh}))
    return one


def _title(plan: Plan) -> Text:
    name, sender = PurePosixPath(plan.pushed.name).stem, plan.pushed.sender
    return Text(f"{sender} · {name}" if sender else name, f"{name}, from {sender}" if sender else name)


def _counts(rows: int, accepted: int, duplicates: int, rejected: int) -> dict[str, int]:
    return {"rows": rows, "accepted": accepted, "duplicates": duplicates, "rejected": rejected}


def _receipt(counts: dict[str, int], number: str = "") -> Text:
    done_zh, done_en = (
        (f"已签收,{number}:", f"Signed for, {number}: ") if number else ("将签收:", "To be signed for: ")
    )
    rows, accepted, duplicates, rejected = (f"{counts[key]:,}" for key in _counts(0, 0, 0, 0))
    return Text(
        f"{done_zh}共 {rows} 条,待核查 {accepted},重复 {duplicates},退回 {rejected}",
        f"{done_en}{rows} rows, {accepted} accepted, {duplicates} repeated, {rejected} sent back",
    )


def _nothing_new(what: str) -> Text:
    return Text(f"内容与 {what} 完全相同,没有任何变化", f"The very same as {what}; nothing changes")
