"""Alert lists: big lists that other bodies push, signed for at once, verified row by row, and answered.

A list is one matter. Its people are not on it: each accepted row names a person's record, and what is to be verified is
a matter of its own (`verification`, joined by `loops/alerts.py`). Legal basis of the sender's request and its time limit
stand in the sender's own order; unless it says otherwise, feedback is due within 24 hours (local rule).
"""

from __future__ import annotations

from typing import Any, Final

from bihuan.core.spec import (
    REGISTRAR,
    REPORTER,
    SAME,
    SUPERVISOR,
    SYSTEM,
    MatterType,
    NoDeadline,
    Post,
    Retention,
    State,
    Tell,
    Text,
    Transition,
    Within,
)
from bihuan.core.spec.deadlines import HOURS, LOCAL_RULE, Consequence, Counting, Law
from bihuan.modules.alerts import payloads as asks
from bihuan.modules.alerts import rules

POLICE: Final = "police"
ALERT_DESK = Post("alert_desk", "预警签收岗", "Alert desk", POLICE, reveals=True)
DESKS = (ALERT_DESK, REGISTRAR)
HOURS_TO_ANSWER: Final = 24
"""Hours from signing to feedback where the sender set no other time (local rule)."""
# Kept no longer than the purpose needs: art. 19. How long that is, the county's retention rule says.
PRIVACY_LAW: Final = Law(
    "personal_information", "个人信息保护法", "Personal Information Protection Law", Counting.PLAIN
)

RECEIVED = State("received", "待签收", "To be signed for",
                 due=Within(2, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
SIGNED = State("signed", "核查中", "Being verified",
               due=Within(HOURS_TO_ANSWER, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
FED_BACK = State("fed_back", "已反馈", "Fed back",
                 due=NoDeadline("已按时反馈,留待来件单位要求更正,届时办结", "Answered; stays open for the sender's questions"))  # fmt: skip
TO_CORRECT = State("to_correct", "待更正反馈", "To be corrected", tell=(Tell(ALERT_DESK, "alerts.merge_undone"),),
                   due=Within(HOURS_TO_ANSWER, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
CLOSED = State("closed", "已办结", "Closed", closed=True)

CORRECTED = Text("已反馈的 {rows} 条有更正:所依据的合并已撤销,通知来件单位",
                 "{rows} rows fed back are corrected: the merge they rested on was undone; the sender is told")  # fmt: skip

LIST: MatterType[Any] = MatterType(
    "alerts.list", "预警名单", "Alert list", organ=POLICE, initial=RECEIVED,
    states=(RECEIVED, SIGNED, FED_BACK, TO_CORRECT, CLOSED),
    transitions=(
        Transition("sign", "签收", "Sign for", RECEIVED, to=SIGNED, by=DESKS, payload=asks.Signed, hidden=True, primary=True,
                   unless=(rules.adds_up,), paper="receipt",
                   consequence=Text("整份签收,出回执,逐条开立核查", "The whole list; a receipt; every row is to be verified"),
                   says=Text("签收 {rows} 条:待核查 {accepted},重复 {duplicates},退回 {rejected}",
                             "{rows} rows signed for: {accepted} accepted, {duplicates} repeated, {rejected} sent back")),
        Transition("extend", "延期", "Extend", SIGNED, to=SAME, by=DESKS, payload=asks.Extension, extends="hours",
                   unless=(rules.hours_make_sense,),
                   consequence=Text("反馈时限顺延,写明理由和同意人", "Feedback is due later; the reason and who agreed are kept"),
                   says=Text("延长 {hours} 小时({reason}),{agreed_by} 同意", "{hours} hours more ({reason}), agreed by {agreed_by}")),
        Transition("feed_back_part", "先反馈已核查的", "Feed back what is done", SIGNED, to=SAME, by=DESKS, payload=asks.FedBack,
                   hidden=True, blocked_by=(rules.something_is_done,), says=Text("部分反馈 {rows} 条,未核查 {pending} 条",
                                                                     "{rows} rows fed back, {pending} still open")),
        Transition("feed_back", "反馈", "Feed back", SIGNED, to=FED_BACK, by=DESKS, payload=asks.FedBack, hidden=True, primary=True,
                   blocked_by=(rules.nothing_pending,), consequence=Text("逐条按来件格式反馈", "Row by row, in the sender's form"),
                   says=Text("反馈 {rows} 条:核实 {verified},转外县 {forwarded},无法核实 {unreachable}",
                             "{rows} rows fed back: {verified} verified, {forwarded} forwarded, {unreachable} unreachable")),
        Transition("feed_back_again", "更正反馈", "Feed back again", (FED_BACK, TO_CORRECT), to=FED_BACK, by=DESKS, payload=asks.FedBack,
                   hidden=True, primary=True, blocked_by=(rules.nothing_pending,), consequence=Text("把有变化的各条再反馈一次", "The rows that changed are fed back again"),
                   says=Text("更正反馈 {rows} 条,其中有变化 {changed} 条", "{rows} rows fed back again, {changed} of them changed")),
        Transition("note_correction", "已反馈的有更正", "Part of the feedback is corrected", SIGNED, to=SAME, by=(SYSTEM, *DESKS),
                   payload=asks.Correction, hidden=True, says=CORRECTED),
        Transition("take_back", "撤回反馈,待更正", "Feedback no longer holds", (FED_BACK, CLOSED), to=TO_CORRECT, by=(SYSTEM, *DESKS),
                   payload=asks.Correction, hidden=True, reopens=True, says=CORRECTED),
        Transition("close", "办结", "Close", FED_BACK, to=CLOSED, by=DESKS, primary=True,
                   consequence=Text("来件单位再无疑问,事项办结", "The sender has no more questions; the matter is closed"), says=Text("办结", "closed")),
    ),
    opened_by=(*DESKS, SYSTEM), opening=asks.Received, opening_zh="收到名单", opening_en="Receive a list",
    seen_by=(ALERT_DESK, REGISTRAR, REPORTER, SUPERVISOR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="预〔{year}〕{n:04d}号",
)  # fmt: skip

MATTERS = (LIST,)
POSTS = (ALERT_DESK,)
