"""The situation report as a matter: drafted from the ledger, frozen when issued, withdrawn only by a new entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.core.spec import (
    REPORTER,
    SIGNATORY,
    SUPERVISOR,
    MatterType,
    Retention,
    State,
    Text,
    Transition,
    Within,
    asked,
)
from bihuan.core.spec.deadlines import HOURS, LOCAL_RULE, Consequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """For which moment the report speaks."""

    cutoff: datetime = asked("截止时刻", "Cut-off")
    known_at: datetime | None = asked("已知至", "As known at", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Why an issued report no longer stands."""

    reason: str = asked("撤回理由", "Reason", long=True)


DRAFTED = State("drafted", "起草中", "Draft",
                due=Within(4, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
SUBMITTED = State("submitted", "送审稿", "For signature",
                  due=Within(2, HOURS, basis=LOCAL_RULE, consequence=Consequence.INTERNAL))  # fmt: skip
ISSUED = State("issued", "已签发", "Issued", closed=True)
WITHDRAWN = State("withdrawn", "已撤回", "Withdrawn", closed=True)

REPORT: MatterType[Any] = MatterType(
    "command.report", "疫情防控日报", "Situation report", organ="committee", initial=DRAFTED,
    states=(DRAFTED, SUBMITTED, ISSUED, WITHDRAWN),
    transitions=(
        Transition("submit", "送领导签发", "Send for signature", DRAFTED, to=SUBMITTED, by=REPORTER, primary=True,
                   consequence=Text("数字冻结,此后只能更正,不能改写", "The numbers freeze; from here on only corrections"),
                   says=Text("送审,数字冻结", "sent for signature, numbers frozen")),
        Transition("issue", "签发", "Issue", SUBMITTED, to=ISSUED, by=SIGNATORY, primary=True,
                   consequence=Text("编文号,出具正式文件", "Document number, official file"), paper="situation_report",
                   says=Text("签发", "issued")),
        Transition("send_back", "退回修改", "Send back", SUBMITTED, to=DRAFTED, by=SIGNATORY, payload=Withdrawal,
                   says=Text("退回: {reason}", "sent back: {reason}")),
        Transition("withdraw", "作废", "Withdraw", DRAFTED, to=WITHDRAWN, by=REPORTER, payload=Withdrawal,
                   says=Text("作废: {reason}", "withdrawn: {reason}")),
    ),
    opened_by=(REPORTER,), opening=Draft, opening_zh="起草", opening_en="Draft",
    seen_by=(REPORTER, SIGNATORY, SUPERVISOR),
    retention=Retention(years=30), number="〔{year}〕第 {n} 期",
)  # fmt: skip

MATTERS = (REPORT,)
