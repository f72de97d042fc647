"""Verification: who stands on a list is verified by record, by phone or in person, and the sender is told.

By record means: by what the county's organs lawfully hold in Bihuan already (a stay, a test, an earlier verification),
and nothing else. Nobody is located, scored or watched; whoever does not wish to answer is not pressed.
"""

from __future__ import annotations

from typing import Any

from bihuan.core.spec import (
    ANY_OPEN,
    REGISTRAR,
    REPORTER,
    SAME,
    SUPERVISOR,
    SYSTEM,
    MatterType,
    Post,
    Retention,
    State,
    Text,
    Transition,
    Within,
)
from bihuan.core.spec.deadlines import Consequence, Counting, Law
from bihuan.modules.verification import payloads as asks
from bihuan.modules.verification import rules

POLICE, STREET = "police", "street"
LEAD = Post("verification_lead", "核查组长岗", "Verification lead", POLICE, reveals=True)
VERIFIER = Post("verifier", "核查岗", "Verifier", POLICE, reveals=True)
VISITOR = Post("visitor", "上门核查岗", "Visitor", STREET, reveals=True)
AT_WORK = (VERIFIER, VISITOR, LEAD)

PRIVACY_LAW = Law(
    "personal_information", "个人信息保护法", "Personal Information Protection Law", Counting.PLAIN
)

BY_FEEDBACK = Within.set_by("asked", "due_at", consequence=Consequence.INTERNAL)
TO_ROUTE = State("to_route", "待分派", "To be routed", due=BY_FEEDBACK, listed_by="place")
TO_CALL = State("to_call", "待电话核查", "To be called", due=BY_FEEDBACK, listed_by="place")
TO_VISIT = State("to_visit", "待上门核查", "To be visited", due=BY_FEEDBACK, listed_by="place")
WITH_LEAD = State("with_lead", "待组长处理", "With the lead", due=BY_FEEDBACK)
CONFIRMED = State("confirmed", "属实", "As stated", closed=True)
OTHERWISE = State("otherwise", "不属实", "Not as stated", closed=True)
BY_RECORD = State("by_record", "据记录核实", "Settled by record", closed=True)
FORWARDED = State("forwarded", "已转外县", "Forwarded to another county", closed=True)
UNREACHABLE = State("unreachable", "无法核实", "Could not be verified", closed=True)
FED_BACK = State("fed_back", "已反馈", "Fed back", closed=True)

IN_HAND = (TO_CALL, TO_VISIT)
OPEN = (TO_ROUTE, TO_CALL, TO_VISIT, WITH_LEAD)

ITEM: MatterType[Any] = MatterType(
    "verification.item", "核查事项", "Verification", organ=POLICE, initial=TO_ROUTE, has_person=True,
    states=(*OPEN, CONFIRMED, OTHERWISE, BY_RECORD, FORWARDED, UNREACHABLE, FED_BACK),
    transitions=(
        Transition("assign_call", "派给电话核查", "Give to a caller", (TO_ROUTE, WITH_LEAD), to=TO_CALL, by=LEAD,
                   payload=asks.Assigned, primary=True, consequence=Text("进入该员的呼叫单", "Goes on the officer's call sheet"),
                   says=Text("派给电话核查", "given to a caller")),
        Transition("assign_visit", "派给上门核查", "Give to a visitor", (TO_ROUTE, WITH_LEAD), to=TO_VISIT, by=LEAD,
                   payload=asks.Assigned, consequence=Text("进入该员的上门单", "Goes on the officer's list of visits"),
                   says=Text("派给上门核查", "given to a visitor")),
        Transition("miss_call", "没有打通", "Not reached by phone", TO_CALL, to=SAME, by=(VERIFIER, LEAD), payload=asks.Attempt,
                   primary=True, hidden=True, says=Text("电话未通: {result}", "not reached by phone: {result}")),
        Transition("miss_visit", "上门无人", "Nobody there", TO_VISIT, to=SAME, by=(VISITOR, VERIFIER), payload=asks.Attempt,
                   primary=True, hidden=True, says=Text("上门未遇: {result}", "nobody there: {result}")),
        Transition("confirm", "属实", "As stated", (TO_CALL, TO_VISIT, WITH_LEAD), to=CONFIRMED, by=AT_WORK,
                   payload=asks.Confirmation, unless=(rules.somebody_was_asked,), consequence=Text("核查办结", "The verification is closed"),
                   says=Text("属实（{method}）", "as stated ({method})")),
        Transition("find_otherwise", "不属实", "Not as stated", (TO_CALL, TO_VISIT, WITH_LEAD), to=OTHERWISE, by=AT_WORK,
                   payload=asks.Finding, unless=(rules.somebody_was_asked, rules.says_how_it_is),
                   consequence=Text("写明实情，核查办结", "With how it is; the verification is closed"),
                   says=Text("不属实（{method}）", "not as stated ({method})")),
        Transition("forward", "已离开本县，转出", "Moved: forward", (TO_CALL, TO_VISIT, WITH_LEAD), to=FORWARDED, by=AT_WORK,
                   payload=asks.Moved, unless=(rules.somebody_was_asked, rules.county_is_named), paper="forward_letter",
                   consequence=Text("出具转办函，由对方县核查", "A letter to the other county, which verifies"),
                   says=Text("转 {to} 核查", "forwarded to {to}")),
        Transition("ask_for_visit", "转上门核查", "Ask for a visit", (TO_CALL, WITH_LEAD), to=TO_VISIT, by=(VERIFIER, LEAD),
                   payload=asks.Referred, says=Text("转上门核查: {why}", "to be visited: {why}")),
        Transition("hand_to_lead", "转组长", "Hand to the lead", IN_HAND, to=WITH_LEAD, by=(VERIFIER, VISITOR),
                   payload=asks.Referred, says=Text("转组长: {why}", "to the lead: {why}")),
        Transition("give_up", "无法核实", "Could not be verified", (TO_CALL, TO_VISIT, WITH_LEAD), to=UNREACHABLE, by=(VISITOR, VERIFIER, LEAD),
                   payload=asks.GivenUp, unless=(rules.tried_enough,), consequence=Text("写明原因，核查办结", "With the reason; the verification is closed"),
                   says=Text("无法核实: {why}", "could not be verified: {why}")),
        Transition("settle_by_record", "据记录核实", "Settle by record", OPEN, to=BY_RECORD, by=(LEAD, SYSTEM),
                   payload=asks.Settling, unless=(rules.names_records,), hidden=True,
                   says=Text("据本县已有记录核实: {kinds}", "settled by the county's own records: {kinds}")),
        Transition("reassign", "改派", "Give to another", IN_HAND, to=SAME, by=LEAD, payload=asks.Assigned,
                   says=Text("改派", "given to another")),
        Transition("unassign", "收回分派", "Take back from the officer", IN_HAND, to=TO_ROUTE, by=LEAD, payload=asks.Unassigned,
                   says=Text("收回分派: {reason}", "taken back: {reason}")),
        Transition("attach", "并入再次推送", "Attach a repeated push", ANY_OPEN, to=SAME, by=(SYSTEM, REGISTRAR, LEAD),
                   payload=asks.Attached, hidden=True, says=Text("再次推送 {rows} 条", "{rows} rows pushed again")),
        Transition("move_due", "时限随来源变动", "The source set another limit", OPEN, to=SAME, by=(SYSTEM, LEAD), payload=asks.Postponed,
                   hidden=True, says=Text("反馈时限改为 {due_at}", "feedback is now due {due_at}")),
        Transition("call_again", "撤回，仍待电话核查", "Take back: still to be called",
                   (TO_CALL, TO_VISIT, WITH_LEAD, CONFIRMED, OTHERWISE, FORWARDED, UNREACHABLE), to=TO_CALL, by=(VERIFIER, LEAD),
                   payload=asks.TakenBack, unless=(rules.latest_and_fresh,), hidden=True, reopens=True,
                   says=Text("撤回刚才的结果", "the last result was taken back")),
        Transition("visit_again", "撤回，仍待上门核查", "Take back: still to be visited",
                   (TO_VISIT, WITH_LEAD, CONFIRMED, OTHERWISE, FORWARDED, UNREACHABLE), to=TO_VISIT, by=(VISITOR, VERIFIER, LEAD),
                   payload=asks.TakenBack, unless=(rules.latest_and_fresh,), hidden=True, reopens=True,
                   says=Text("撤回刚才的结果", "the last result was taken back")),
        Transition("unsettle", "撤回据记录核实", "Take back the settling", BY_RECORD, to=TO_ROUTE, by=LEAD, payload=asks.Unsettled,
                   unless=(rules.settled_by_it,), hidden=True, reopens=True, says=Text("撤回据记录核实: {reason}", "settling taken back: {reason}")),
        Transition("record_feedback", "登记反馈", "Record feedback", ANY_OPEN, to=SAME, by=(SYSTEM, REGISTRAR, LEAD),
                   payload=asks.Feedback, hidden=True, says=Text("反馈: {method} {finding}", "feedback: {method} {finding}")),
        Transition("close_fed_back", "据反馈办结", "Close as fed back", OPEN, to=FED_BACK, by=(SYSTEM, REGISTRAR, LEAD),
                   hidden=True, says=Text("据反馈办结", "closed as fed back")),
    ),
    opened_by=(SYSTEM, REGISTRAR, LEAD), opening=asks.Asked, opening_unless=(rules.has_rows,),
    opening_zh="开立核查", opening_en="Open a verification",
    seen_by=(LEAD, VERIFIER, VISITOR, REGISTRAR, REPORTER, SUPERVISOR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="查〔{year}〕{n:06d}号",
)  # fmt: skip

MATTERS = (ITEM,)
POSTS = (LEAD, VERIFIER, VISITOR)
