"""Centralised quarantine: from the order that binds a person to the release that ends it, nothing skipped.

Legal basis of the measure: Law on the Prevention and Treatment of Infectious Diseases (传染病防治法), art. 39, 41;
its time limits are those of the protocol in force, kept as data (`protocol.py`).
"""

from __future__ import annotations

from typing import Any

from bihuan.core.spec import (
    ADMINISTRATOR,
    ANY_OPEN,
    PUBLIC,
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
from bihuan.core.spec.deadlines import DAYS, HOURS, LOCAL_RULE, Consequence
from bihuan.modules.quarantine import payloads as asks
from bihuan.modules.quarantine import plates, rules, site_rules
from bihuan.modules.quarantine.laws import DISEASE_LAW, PRIVACY_LAW

HEALTH = "health"
SITE_MANAGER = Post("site_manager", "隔离点负责人", "Site manager", HEALTH, bound_to_place=True, reveals=True)
SITE_NURSE = Post("site_nurse", "隔离点医护岗", "Site nurse", HEALTH, bound_to_place=True)
QUARANTINE_DESK = Post("quarantine_desk", "隔离管控岗", "Quarantine desk", HEALTH, reveals=True)
TRANSFER_DESK = Post("transfer_desk", "转运岗", "Transfer desk", HEALTH, reveals=True)
REVIEWER = Post("order_reviewer", "异议审查岗", "Order reviewer", "justice", reveals=True)

PREPARING = State("preparing", "筹备中", "Preparing", due=NoDeadline("按启用计划", "As planned"))
RUNNING = State("open", "启用", "Open", due=NoDeadline("启用至关闭决定", "Until closing is decided"))
CLOSED = State("closed", "已关闭", "Closed", closed=True)

SITE: MatterType[Any] = MatterType(
    "quarantine.site", "集中隔离点", "Quarantine site", organ=HEALTH, initial=PREPARING,
    states=(PREPARING, RUNNING, CLOSED),
    transitions=(
        Transition("open_site", "启用", "Open", PREPARING, to=RUNNING,
                   by=(QUARANTINE_DESK, REGISTRAR), primary=True, says=Text("启用", "opened")),
        Transition("close_site", "关闭", "Close", RUNNING, to=CLOSED, by=QUARANTINE_DESK,
                   payload=asks.Remark, blocked_by=(rules.people_present,), says=Text("关闭: {reason}", "closed: {reason}")),
        Transition("add_rooms", "增设房间", "Add rooms", (PREPARING, RUNNING), to=SAME, by=(QUARANTINE_DESK, REGISTRAR),
                   payload=asks.RoomsAdded, unless=(site_rules.rooms_are_new,),
                   says=Text("增设房间: {plan}", "rooms added: {plan}")),
        Transition("close_room", "停用房间", "Close a room", (PREPARING, RUNNING), to=SAME,
                   by=(QUARANTINE_DESK, SITE_MANAGER), payload=asks.RoomChange, unless=(site_rules.room_is_empty,),
                   says=Text("停用房间 {room}: {reason}", "room {room} closed: {reason}")),
        Transition("reopen_room", "恢复房间", "Reopen a room", (PREPARING, RUNNING), to=SAME,
                   by=(QUARANTINE_DESK, SITE_MANAGER), payload=asks.RoomReopened, unless=(site_rules.room_is_closed,),
                   says=Text("恢复房间 {room}: {reason}", "room {room} reopened: {reason}")),
        Transition("change_zone", "调整通风区", "Change a ventilation zone", (PREPARING, RUNNING), to=SAME,
                   by=QUARANTINE_DESK, payload=asks.ZoneChange, unless=(site_rules.zone_has_rooms,),
                   says=Text("{floor} 改为通风区 {zone}: {reason}", "{floor} is now zone {zone}: {reason}")),
    ),
    opened_by=(QUARANTINE_DESK, REGISTRAR), opening=asks.SiteRegistration, opening_unless=(site_rules.site_is_new, site_rules.site_is_whole),
    opening_zh="新设隔离点", opening_en="Set up a site",
    seen_by=(SITE_MANAGER, SITE_NURSE, QUARANTINE_DESK, TRANSFER_DESK, REGISTRAR, REPORTER, SUPERVISOR),
    retention=Retention(years=10), number="点〔{year}〕{n:03d}号",
)  # fmt: skip

ORDERED = State("ordered", "待入住", "Ordered", tell=(Tell(PUBLIC, "quarantine.ordered"),),
                due=Within(24, HOURS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
ADMITTED = State("admitted", "已入住", "Admitted", tell=(Tell(PUBLIC, "quarantine.admitted"),),
                 due=Within(4, HOURS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
OBSERVED = State("observed", "隔离观察中", "Under observation", listed_by="place",
                 due=Within.set_by("protocol", "next_item", consequence=Consequence.INTERNAL))  # fmt: skip
RELEASE_DUE = State("release_due", "待解除", "Release due",
                    due=Within.set_by("protocol", "release_due", consequence=Consequence.LEGAL))  # fmt: skip
ABSENT = State("absent", "擅自离点", "Left without leave", alarm=True,
               tell=(Tell((SITE_MANAGER, SITE_NURSE, QUARANTINE_DESK), "quarantine.absent"),),
               due=Within(2, HOURS, basis=LOCAL_RULE, consequence=Consequence.LEGAL))  # fmt: skip
RELEASED = State("released", "已解除", "Released", closed=True, tell=(Tell(PUBLIC, "quarantine.released"),))
TRANSFERRED = State("transferred", "转至其他隔离点", "Transferred to another site", closed=True)
HOSPITAL = State("hospital", "转定点医院", "Transferred to hospital", closed=True)
HOME = State("home", "转居家隔离", "Transferred to home quarantine", closed=True,
             tell=(Tell(PUBLIC, "quarantine.home"),))  # fmt: skip
DIED = State("died", "死亡", "Died", closed=True)
REVOKED = State("revoked", "已撤销", "Order revoked", closed=True, tell=(Tell(PUBLIC, "quarantine.revoked"),))
NOT_FOUND = State("handed_over", "离点后移交处置", "Handed over after absence", closed=True)

IN_SITE = (ADMITTED, OBSERVED, RELEASE_DUE)
ON_ROUND = (SITE_MANAGER, SITE_NURSE)

STAY: MatterType[Any] = MatterType(
    "quarantine.stay", "隔离记录", "Stay", organ=HEALTH, initial=ORDERED, has_person=True,
    states=(ORDERED, ADMITTED, OBSERVED, RELEASE_DUE, ABSENT,
            RELEASED, TRANSFERRED, HOSPITAL, HOME, DIED, REVOKED, NOT_FOUND),
    transitions=(
        Transition("admit", "办理入住", "Check in", ORDERED, to=ADMITTED, by=(*ON_ROUND, QUARANTINE_DESK, REGISTRAR),
                   payload=asks.Admission, primary=True, paper="observation_notice", basis=DISEASE_LAW[39],
                   consequence=Text("安置房间,送达告知书,开始计算观察天数", "Room, notice served, days begin to count"),
                   unless=(rules.site_is_open, plates.no_plate), says=Text("入住", "checked in")),
        Transition("begin", "开始观察", "Begin observation", ADMITTED, to=OBSERVED, by=(*ON_ROUND, REGISTRAR),
                   primary=True, consequence=Text("按方案每日测温、采样", "Daily temperature and tests by the protocol"),
                   says=Text("开始观察", "observation began")),
        Transition("observe", "记录观察", "Record observation", (ADMITTED, OBSERVED, RELEASE_DUE), to=SAME,
                   by=(*ON_ROUND, REGISTRAR), payload=asks.Observation,
                   unless=(rules.item_of_protocol, rules.not_recorded_twice, rules.heat_of_a_person),
                   corrects=True, hidden=True, says=Text("记录 {item}", "recorded {item}")),
        Transition("record_test", "登记核酸结果", "Record test result", (ADMITTED, OBSERVED, RELEASE_DUE), to=SAME,
                   by=(*ON_ROUND, QUARANTINE_DESK, REGISTRAR), payload=asks.TestResult, corrects=True,
                   unless=(rules.item_of_protocol, rules.not_recorded_twice),
                   consequence=Text("阳性即自动开出转运任务", "A positive opens a transfer task at once"),
                   says=Text("核酸 {item}: {result}", "test {item}: {result}")),
        Transition("waive", "免做", "Waive an item", (ADMITTED, OBSERVED, RELEASE_DUE), to=SAME, by=SITE_MANAGER,
                   payload=asks.Waiver, unless=(rules.item_still_open,),
                   consequence=Text("写明原因，不再催办", "With a reason; it is no longer asked for"),
                   says=Text("免做 {item}: {reason}", "waived {item}: {reason}")),
        Transition("move_room", "调房", "Move room", IN_SITE, to=SAME, by=(SITE_MANAGER,),
                   payload=asks.RoomMove,
                   consequence=Text("原房间随即腾出，调动留痕", "The old room becomes free; the move stays on record"),
                   says=Text("调房: {reason}", "moved room: {reason}")),
        Transition("change_protocol", "改用方案", "Change protocol", (ADMITTED, OBSERVED), to=SAME, restarts=True,
                   by=(QUARANTINE_DESK, SYSTEM), payload=asks.ProtocolChange,
                   says=Text("改用方案 {protocol}", "protocol changed to {protocol}")),
        Transition("reach_release", "到达解除日", "Release day reached", OBSERVED, to=RELEASE_DUE,
                   by=(SYSTEM, REGISTRAR), hidden=True, says=Text("到达解除日", "release day reached")),
        Transition("release", "解除隔离", "Release", RELEASE_DUE, to=RELEASED, by=(SITE_MANAGER,), primary=True,
                   payload=asks.Release, blocked_by=(rules.loop_still_open,), paper="release_notice",
                   basis=DISEASE_LAW[41], consequence=Text("出具解除通知,腾出房间", "Release notice; the room becomes free"),
                   says=Text("解除隔离", "released")),
        Transition("release_early", "提前解除", "Release early", OBSERVED, to=RELEASED, by=QUARANTINE_DESK,
                   payload=asks.Release, unless=(rules.approval_is_named,), says=Text("提前解除: {approval}",
                                                                                     "released early: {approval}")),
        Transition("release_as_registered", "据台账补录解除", "Release as registered", (OBSERVED, RELEASE_DUE),
                   to=RELEASED, by=REGISTRAR, payload=asks.Release, hidden=True,
                   says=Text("据台账补录解除", "released, as registered")),
        Transition("transfer_site", "转至其他隔离点", "Transfer to another site", IN_SITE, to=TRANSFERRED,
                   by=(SITE_MANAGER, QUARANTINE_DESK, REGISTRAR), payload=asks.Departure, unless=(plates.no_plate,),
                   consequence=Text("本记录到此结束，由接收点办理入住", "This stay ends; the receiving site checks in"),
                   says=Text("转至其他隔离点", "transferred to another site")),
        Transition("transfer_hospital", "转定点医院", "Transfer to hospital", IN_SITE, to=HOSPITAL,
                   by=(SITE_MANAGER, TRANSFER_DESK, QUARANTINE_DESK, REGISTRAR), payload=asks.Departure, unless=(plates.no_plate,),
                   consequence=Text("本记录到此结束，房间腾出", "This stay ends; the room becomes free"),
                   says=Text("转定点医院", "transferred to hospital")),
        Transition("transfer_home", "转居家隔离", "Transfer to home quarantine", IN_SITE, to=HOME,
                   by=(QUARANTINE_DESK, REGISTRAR), payload=asks.Departure, unless=(rules.home_is_approved, plates.no_plate),
                   says=Text("经批准转居家隔离", "transferred to home quarantine, approved")),
        Transition("report_absence", "报告擅自离点", "Report absence", IN_SITE, to=ABSENT, by=(*ON_ROUND, REGISTRAR),
                   payload=asks.Absence,
                   consequence=Text("立即报警，2 小时内找回或移交", "An alarm at once; to be found or handed over within two hours"),
                   says=Text("擅自离点", "left without leave")),
        Transition("come_back", "已找回", "Came back", ABSENT, to=OBSERVED, by=(*ON_ROUND, QUARANTINE_DESK),
                   payload=asks.Admission, primary=True, unless=(plates.no_plate,),
                   consequence=Text("重新安置房间，按方案继续观察", "A room again; observation goes on by the protocol"),
                   says=Text("返回隔离点", "came back")),
        Transition("hand_over", "移交处置", "Hand over", ABSENT, to=NOT_FOUND, by=QUARANTINE_DESK,
                   payload=asks.Departure, unless=(plates.no_plate,),
                   consequence=Text("本记录到此结束，由接收机关处置", "This stay ends; the receiving organ takes over"),
                   says=Text("移交 {to}", "handed over to {to}")),
        Transition("record_death", "登记死亡", "Record death", ANY_OPEN, to=DIED, by=(SITE_MANAGER, QUARANTINE_DESK),
                   payload=asks.Remark,
                   consequence=Text("本记录到此结束，房间腾出", "This stay ends; the room becomes free"),
                   says=Text("死亡", "died")),
        Transition("revoke", "撤销", "Revoke the order", ANY_OPEN, to=REVOKED, by=(QUARANTINE_DESK, REVIEWER),
                   payload=asks.Remark,
                   consequence=Text("隔离随即终止，告知本人", "The measure ends at once; the person is told"),
                   says=Text("撤销隔离决定: {reason}", "order revoked: {reason}")),
    ),
    opened_by=(QUARANTINE_DESK, SITE_MANAGER, REGISTRAR), opening=asks.Order, opening_unless=(rules.order_is_founded,),
    opening_zh="作出隔离决定", opening_en="Order quarantine",
    seen_by=(SITE_MANAGER, SITE_NURSE, QUARANTINE_DESK, TRANSFER_DESK, REVIEWER, REGISTRAR, SYSTEM),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="隔〔{year}〕{place}-{n:04d}",
)  # fmt: skip

TO_SEND = State("to_send", "待转运", "To be sent", alarm=True,
                tell=(Tell((TRANSFER_DESK, SITE_MANAGER), "quarantine.positive"),),
                due=Within(2, HOURS, basis=LOCAL_RULE, consequence=Consequence.LEGAL))  # fmt: skip
ON_THE_WAY = State("on_the_way", "转运中", "On the way",
                   due=Within(2, HOURS, basis=LOCAL_RULE, consequence=Consequence.LEGAL))  # fmt: skip
HANDED = State("handed", "已交接", "Handed over", closed=True)
CALLED_OFF = State("called_off", "已取消", "Called off", closed=True)
TRANSFER: MatterType[Any] = MatterType(
    "quarantine.transfer", "阳性转运", "Transfer of a positive", organ=HEALTH, initial=TO_SEND, has_person=True,
    states=(TO_SEND, ON_THE_WAY, HANDED, CALLED_OFF),
    transitions=(
        Transition("depart", "出发", "Depart", TO_SEND, to=ON_THE_WAY, by=(TRANSFER_DESK, SITE_MANAGER),
                   payload=asks.Departed, primary=True,
                   consequence=Text("2 小时内与定点医院交接", "To be handed over to the hospital within two hours"),
                   says=Text("车辆出发", "vehicle departed")),
        Transition("hand_over", "交接", "Hand over", ON_THE_WAY, to=HANDED, by=TRANSFER_DESK,
                   payload=asks.Arrived, primary=True,
                   consequence=Text("写明接收医院，转运办结", "Names the hospital; the transfer is closed"),
                   says=Text("交接至 {hospital}", "handed over to {hospital}")),
        Transition("call_off", "取消", "Call off", (TO_SEND, ON_THE_WAY), to=CALLED_OFF,
                   by=(QUARANTINE_DESK,), payload=asks.Remark, says=Text("取消: {reason}", "called off: {reason}")),
        Transition("settle_as_registered", "据台账补录", "As registered", TO_SEND, to=HANDED, by=(REGISTRAR, SYSTEM),
                   payload=asks.Arrived, hidden=True, says=Text("据台账补录已转运", "done, as registered")),
    ),
    opened_by=(SYSTEM, SITE_MANAGER), opening=asks.Task,
    seen_by=(SITE_MANAGER, SITE_NURSE, TRANSFER_DESK, QUARANTINE_DESK, REGISTRAR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="转〔{year}〕{n:04d}号",
)  # fmt: skip

ASKED = State("asked", "待答复", "Asked",
              due=Within(4, HOURS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
WORKED = State("worked", "办理中", "In hand",
               due=Within(24, HOURS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
ANSWERED = State("answered", "已答复", "Answered", closed=True, tell=(Tell(PUBLIC, "quarantine.answered"),))
WITHDRAWN = State("withdrawn", "本人撤回", "Withdrawn", closed=True)
REQUEST: MatterType[Any] = MatterType(
    "quarantine.request", "隔离人员诉求", "Request", organ=HEALTH, initial=ASKED, has_person=True,
    states=(ASKED, WORKED, ANSWERED, WITHDRAWN),
    transitions=(
        Transition("take_on", "受理", "Take on", ASKED, to=WORKED, by=ON_ROUND, primary=True,
                   consequence=Text("24 小时内答复本人", "To be answered within 24 hours"),
                   says=Text("受理", "taken on")),
        Transition("answer", "答复", "Answer", (ASKED, WORKED), to=ANSWERED, by=ON_ROUND, payload=asks.Answer,
                   consequence=Text("告知本人，诉求办结", "The person is told; the request is closed"),
                   says=Text("答复本人", "answered")),
        Transition("withdraw", "撤回", "Withdraw", (ASKED, WORKED), to=WITHDRAWN, by=PUBLIC,
                   says=Text("本人撤回", "withdrawn")),
    ),
    opened_by=(PUBLIC, SITE_NURSE, SITE_MANAGER), opening=asks.RequestForHelp, opening_zh="提出诉求", opening_en="Ask",
    seen_by=(SITE_MANAGER, SITE_NURSE, QUARANTINE_DESK, PUBLIC),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="诉〔{year}〕{n:05d}号",
)  # fmt: skip

RAISED = State("raised", "待审查", "Raised",
               due=Within(3, DAYS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
DECIDED = State("decided", "已决定", "Decided", closed=True, tell=(Tell(PUBLIC, "quarantine.decided"),))
OBJECTION: MatterType[Any] = MatterType(
    "quarantine.objection", "对隔离决定的异议", "Objection to the order", organ="justice", initial=RAISED,
    has_person=True, states=(RAISED, DECIDED, WITHDRAWN),
    transitions=(
        Transition("decide", "作出决定", "Decide", RAISED, to=DECIDED, by=REVIEWER, payload=asks.Decision, primary=True,
                   consequence=Text("告知本人，异议办结", "The person is told; the objection is closed"),
                   says=Text("作出决定", "decided")),
        Transition("withdraw", "撤回", "Withdraw", RAISED, to=WITHDRAWN, by=PUBLIC, says=Text("本人撤回", "withdrawn")),
    ),
    opened_by=(PUBLIC, SITE_MANAGER), opening=asks.ObjectionRaised, opening_zh="提出异议", opening_en="Object",
    seen_by=(REVIEWER, QUARANTINE_DESK, PUBLIC),
    retention=Retention(years=2), number="异〔{year}〕{n:04d}号",
)  # fmt: skip

UNSETTLED = State("unsettled", "待核定", "To be settled",
                  due=Within(24, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
SETTLED = State("settled", "已核定", "Settled", closed=True)
DISPUTE: MatterType[Any] = MatterType(
    "quarantine.dispute", "登记矛盾核定", "Contradicting records", organ="committee", initial=UNSETTLED,
    states=(UNSETTLED, SETTLED),
    transitions=(
        Transition("settle", "核定", "Settle", UNSETTLED, to=SETTLED, by=(REGISTRAR, QUARANTINE_DESK),
                   payload=asks.Decision, primary=True,
                   consequence=Text("核定意见记入台账，事项办结", "The decision is recorded; the matter is closed"),
                   says=Text("核定: {words}", "settled: {words}")),
    ),
    opened_by=(REGISTRAR, SYSTEM), opening=asks.Contradiction,
    seen_by=(REGISTRAR, QUARANTINE_DESK, SITE_MANAGER, SUPERVISOR),
    retention=Retention(years=2), number="核〔{year}〕{n:04d}号",
)  # fmt: skip

MATTERS = (SITE, STAY, TRANSFER, REQUEST, OBJECTION, DISPUTE)
POSTS = (SITE_MANAGER, SITE_NURSE, QUARANTINE_DESK, TRANSFER_DESK, REVIEWER, REGISTRAR, REPORTER, SUPERVISOR,
         ADMINISTRATOR)  # fmt: skip
