"""What is said of a workbook that is, or would be, taken in."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.intake.parcels import Fate, Parcelled
from bihuan.core.spec import Text
from bihuan.modules.directives.kinds import COVER_TEXTS
from bihuan.modules.directives.planning import Plan

UNREAD = Text("整份没有签收,原因见下", "It was not signed for; why is said below")
CLOSED = Text("指令已办结或撤销,没有收", "The directive is closed or withdrawn; nothing was taken")
LABELS = {
    **{name: Text(*words) for name, words in COVER_TEXTS.items()},
    "due_at": Text("反馈时限", "time limit"),
}


def told(plan: Plan, batch: UUID | None = None) -> Parcelled:
    """Return a file's part of the result: its numbers, its problems, and in one sentence what becomes of it."""
    book = plan.book
    one = Parcelled(book.name, Fate.NEW, _title(plan), UNREAD, problems=[*book.problems, *plan.problems])
    if book.unreadable:
        one.fate, one.counts = Fate.UNREADABLE, {"rows": 0, "accepted": 0, "duplicates": 0, "rejected": 0}
        return one
    one.counts = {
        "rows": book.rows, "accepted": len(book.listed), "duplicates": book.repeated, "rejected": book.rejected,
        "listed": len(book.listed), "feedback_rows": len(book.feedback), "feedback_new": len(plan.fed),
        "epidemic": int(bool(book.cover.epidemic)),
    }  # fmt: skip
    if plan.known is not None:
        one.matter_id, one.number = plan.known.matter_id, plan.number
    mine = plan.taken or (plan.known is not None and batch is not None and plan.known.batch_id == batch)
    if plan.over and not plan.taken:
        one.fate, one.says = Fate.SAME, CLOSED
    elif plan.known is not None and not plan.taken and not plan.wanted:
        one.fate, one.says = Fate.NEW if mine else Fate.SAME, _same(plan)
    else:
        one.says = _change(plan) if plan.before else _receipt(plan)
    return one


def _title(plan: Plan) -> Text:
    cover = plan.book.cover
    if not cover.reference:
        return Text(plan.book.name, plan.book.name)
    kind = Text("涉疫", "epidemic-related") if cover.epidemic else Text("其他", "other")
    return Text(
        f"{cover.reference} · {cover.issuer} · {kind.zh}",
        f"{cover.reference}, from {cover.issuer}, {kind.en}",
    )


def _receipt(plan: Plan) -> Text:
    book, done = plan.book, Text("已签收", "Signed for") if plan.taken else Text("将签收", "To be signed for")
    zh, en = f"{done.zh}:名单 {len(plan.fresh):,} 人", f"{done.en}: {len(plan.fresh):,} listed"
    if book.rejected or book.repeated:
        zh += f",重复 {book.repeated:,},退回 {book.rejected:,}"
        en += f", {book.repeated:,} repeated, {book.rejected:,} sent back"
    return Text(f"{zh},反馈 {len(plan.fed):,} 行", f"{en}, {len(plan.fed):,} rows of feedback")


def _change(plan: Plan) -> Text:
    """Say what a workbook of a known directive changes."""
    zh, en = [], []
    for name in plan.changes:
        zh.append(f"更正{LABELS[name].zh}")
        en.append(f"{LABELS[name].en} corrected")
    for count, what in (
        (len(plan.fresh) + len(plan.back), Text("新增 {n} 人", "{n} added")), (len(plan.altered), Text("改动 {n} 人的信息", "{n} changed")),
        (len(plan.gone), Text("不再列出 {n} 人", "{n} no longer listed")), (len(plan.fed), Text("新增反馈 {n} 行", "{n} rows of feedback added")),
    ):  # fmt: skip
        if count:
            zh.append(what.zh.format(n=f"{count:,}"))
            en.append(what.en.format(n=f"{count:,}"))
    number = plan.number
    return Text(
        f"{number} 已有,这份的改动:{'、'.join(zh)}",
        f"{number} is known; this workbook changes: {', '.join(en)}",
    )


def _same(plan: Plan) -> Text:
    return Text(f"与 {plan.number} 内容相同,没有任何变化", f"The same as {plan.number}; nothing changes")
