"""Directives: what a higher or another body orders, signed for at once, worked by units, and fed back in time.

The issuing body sets the time limit (反馈时限) in the directive itself; where it grants more time or returns the feedback,
the limit moves there, and says so. A list of persons that comes with an epidemic-related directive is verified row by
row (`verification`, joined by `loops/directives.py`); lists of other directives are signed for only: whom another
inquiry concerns is nobody's business here.
"""

from __future__ import annotations

from typing import Any, Final

from bihuan.core.spec import (
    ANY_OPEN,
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
from bihuan.modules.directives import payloads as asks
from bihuan.modules.directives import rules

POLICE: Final = "police"
DESK = Post("directive_desk", "指令岗", "Directive desk", POLICE, reveals=True)
UNIT_OFFICER = Post(
    "directive_officer",
    "指令承办岗",
    "Directive officer of a unit",
    POLICE,
    bound_to_place=True,
    reveals=True,
)
DESKS = (DESK, REGISTRAR)
HOURS_TO_SPLIT: Final = 2
"""Hours from signing until a directive is given to units, where its own limit is not earlier (local rule)."""
# Kept no longer than the purpose needs: art. 19. How long that is, the county's retention rule says.
PRIVACY_LAW: Final = Law(
    "personal_information", "个人信息保护法", "Personal Information Protection Law", Counting.PLAIN
)
BY_DIRECTIVE = Within.set_by("receive", "due_at", consequence=Consequence.INTERNAL)

# ── the directive ────────────────────────────────────────────────────────
RECEIVED = State("received", "待签收", "To be signed for", tell=(Tell(DESK, "directives.arrived"),),
                 due=Within(1, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
SIGNED = State("signed", "待分工", "To be split among units", due=BY_DIRECTIVE)
WORKED = State("worked", "办理中", "Being worked", due=BY_DIRECTIVE)
FED_BACK = State("fed_back", "已反馈", "Fed back",
                 due=NoDeadline("已反馈,等下发单位认可或退回", "Fed back; the issuing body accepts it or sends it back"))  # fmt: skip
CLOSED = State("closed", "已办结", "Closed", closed=True)
WITHDRAWN = State("withdrawn", "已撤销", "Withdrawn", closed=True)

DIRECTIVE: MatterType[Any] = MatterType(
    "directives.directive", "合成作战指令", "Directive", organ=POLICE, initial=RECEIVED,
    states=(RECEIVED, SIGNED, WORKED, FED_BACK, CLOSED, WITHDRAWN),
    transitions=(
        Transition("sign", "签收", "Sign for", RECEIVED, to=SIGNED, by=DESKS, payload=asks.Signed, hidden=True, primary=True,
                   unless=(rules.adds_up,), paper="receipt",
                   consequence=Text("出回执给下发单位,名单逐人开立", "A receipt to the issuing body; every listed row is opened"),
                   says=Text("签收:名单 {listed} 人,重复 {repeated},退回 {rejected}",
                             "signed for: {listed} listed, {repeated} repeated, {rejected} sent back")),
        Transition("split", "分工", "Split among units", (SIGNED, WORKED), to=WORKED, by=DESKS, payload=asks.Split, hidden=True,
                   primary=True, unless=(rules.somebody_takes_it,), consequence=Text("各单位收到自己的一份,可以收回", "Each unit gets its part; it can be recalled"),
                   says=Text("分工", "split among units")),
        Transition("keep_whole", "不分工,本岗办理", "Keep it whole", SIGNED, to=WORKED, by=(*DESKS, SYSTEM),
                   consequence=Text("由指令岗直接办理和反馈", "The desk works and feeds back itself"), says=Text("不分工,本岗办理", "kept whole")),
        Transition("note_feedback", "登记反馈表", "Note feedback", ANY_OPEN, to=SAME, by=(*DESKS, SYSTEM), payload=asks.NotedFeedback,
                   hidden=True, says=Text("收到反馈 {rows} 行,其中逾期 {late} 行", "{rows} feedback rows came, {late} of them late")),
        Transition("amend", "更正", "Amend", ANY_OPEN, to=SAME, by=(*DESKS, SYSTEM), payload=asks.Amended, hidden=True,
                   says=Text("下发单位更正:{fields};新增 {added} 人,改动 {changed} 人,不再列出 {gone} 人",
                             "amended by the issuing body: {fields}; {added} added, {changed} changed, {gone} no longer listed")),
        Transition("ask_for_time", "申请延期", "Ask for more time", (SIGNED, WORKED), to=SAME, by=DESKS, payload=asks.AskedTime,
                   blocked_by=(rules.none_asked,), unless=(rules.later_than_due,),
                   consequence=Text("等下发单位答复,时限暂不变", "The issuing body decides; the limit stays until then"),
                   says=Text("申请延至 {until}({reason})", "asked for time until {until} ({reason})")),
        Transition("grant_time", "下发单位准予延期", "More time was granted", (SIGNED, WORKED), to=SAME, by=DESKS, payload=asks.GrantedTime,
                   blocked_by=(rules.was_asked,), unless=(rules.later_than_due,),
                   consequence=Text("反馈时限改到准予的时间,各单位的时限一并顺延", "The limit moves there, the units' limits with it"),
                   says=Text("准予延至 {until},{agreed_by} 同意", "granted until {until}, agreed by {agreed_by}")),
        Transition("refuse_time", "下发单位不准延期", "More time was refused", (SIGNED, WORKED), to=SAME, by=DESKS, payload=asks.RefusedTime,
                   blocked_by=(rules.was_asked,), unless=(rules.answer_is_given,),
                   consequence=Text("时限不变", "The limit stays"), says=Text("不准延期,{said_by} 答复:{reason}", "more time refused by {said_by}: {reason}")),
        Transition("feed_back_part", "先反馈已办的", "Feed back what is done", WORKED, to=SAME, by=DESKS, payload=asks.FedBack, hidden=True,
                   blocked_by=(rules.something_is_done,), says=Text("部分反馈 {answered} 人,未反馈 {missing} 人",
                                                                     "{answered} fed back, {missing} still missing")),
        Transition("feed_back", "反馈", "Feed back", WORKED, to=FED_BACK, by=(*DESKS, SYSTEM), payload=asks.FedBack, hidden=True, primary=True,
                   blocked_by=(rules.nothing_missing,), unless=(rules.says_what_was_done,), paper="feedback",
                   consequence=Text("按下发单位的表样出反馈表和反馈函", "The workbook in the issuing body's form, and a letter"),
                   says=Text("反馈 {answered} 人、{rows} 行,其中逾期 {late} 行", "{answered} persons fed back in {rows} rows, {late} of them late")),
        Transition("send_back", "下发单位退回重办", "Returned for rework", FED_BACK, to=WORKED, by=DESKS, payload=asks.Returned,
                   unless=(rules.new_limit_is_ahead,), consequence=Text("按新的时限重办", "Worked again by the new limit"),
                   says=Text("下发单位退回重办,{due_at} 前:{reason}", "returned for rework by {due_at}: {reason}")),
        Transition("accept", "下发单位认可,办结", "Accepted: close", FED_BACK, to=CLOSED, by=DESKS, primary=True,
                   consequence=Text("指令办结", "The directive is closed"), says=Text("下发单位认可,办结", "accepted and closed")),
        Transition("withdraw", "下发单位撤销", "Withdrawn by the issuing body", ANY_OPEN, to=WITHDRAWN, by=DESKS, payload=asks.Remark,
                   consequence=Text("指令作废,各单位的分工收回", "The directive is void; the units' parts are recalled"),
                   says=Text("下发单位撤销:{reason}", "withdrawn by the issuing body: {reason}")),
    ),
    opened_by=(*DESKS, SYSTEM), opening=asks.Received, opening_unless=(rules.named_and_limited,),
    opening_zh="登记指令", opening_en="Register a directive",
    seen_by=(DESK, REGISTRAR, REPORTER, SUPERVISOR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="令〔{year}〕{n:04d}号",
)  # fmt: skip

# ── a unit's part of it ──────────────────────────────────────────────────
GIVEN = State(
    "given", "承办中", "With the unit", due=BY_DIRECTIVE, tell=(Tell(UNIT_OFFICER, "directives.given"),)
)
REPORTED = State(
    "reported",
    "已报,待认可",
    "Reported, to be accepted",
    due=BY_DIRECTIVE,
    tell=(Tell(DESK, "directives.reported"),),
)
ACCEPTED = State("accepted", "已认可", "Accepted", closed=True)
RECALLED = State("recalled", "已收回", "Recalled", closed=True)

TASK: MatterType[Any] = MatterType(
    "directives.task", "指令分工", "Part of a directive", organ=POLICE, initial=GIVEN,
    states=(GIVEN, REPORTED, ACCEPTED, RECALLED),
    transitions=(
        Transition("answer", "登记核查结果", "Record a finding", GIVEN, to=SAME, by=(UNIT_OFFICER, DESK), payload=asks.Answer, hidden=True,
                   unless=(rules.in_words_of_the_form,), says=Text("登记一人的结果({method})", "a finding was recorded ({method})")),
        Transition("report", "报完成", "Report it done", GIVEN, to=REPORTED, by=(UNIT_OFFICER, DESK), payload=asks.Done, primary=True,
                   unless=(rules.all_answered,), consequence=Text("交指令岗认可", "The desk accepts it, or sends it back"),
                   says=Text("报完成", "reported done")),
        Transition("send_back_part", "退回承办单位", "Send back to the unit", REPORTED, to=GIVEN, by=DESKS, payload=asks.Remark,
                   says=Text("退回:{reason}", "sent back: {reason}")),
        Transition("accept_part", "认可", "Accept", REPORTED, to=ACCEPTED, by=(*DESKS, SYSTEM), primary=True, says=Text("认可", "accepted")),
        Transition("recall", "收回分工", "Recall", (GIVEN, REPORTED), to=RECALLED, by=(*DESKS, SYSTEM), payload=asks.Remark,
                   consequence=Text("名单回到指令岗,可以另分", "Its rows go back to the desk and can be given again"),
                   says=Text("收回:{reason}", "recalled: {reason}")),
        Transition("move_due", "时限随指令变动", "The limit moves", (GIVEN, REPORTED), to=SAME, by=(SYSTEM, *DESKS), payload=asks.Moved,
                   hidden=True, says=Text("时限改为 {due_at}", "now due {due_at}")),
    ),
    opened_by=(SYSTEM,), opening=asks.Given, opening_zh="分工", opening_en="Give a part",
    seen_by=(DESK, UNIT_OFFICER, REGISTRAR, REPORTER, SUPERVISOR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="令工〔{year}〕{n:05d}号",
)  # fmt: skip

MATTERS = (DIRECTIVE, TASK)
POSTS = (DESK, UNIT_OFFICER)
