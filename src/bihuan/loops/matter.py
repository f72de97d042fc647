"""What a verification proposes: observation or a test. Somebody who may decides, naming the legal basis; nothing is automatic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bihuan.core.spec import (
    REGISTRAR,
    SYSTEM,
    MatterType,
    Refusal,
    Retention,
    Snapshot,
    State,
    Text,
    Transition,
    Within,
    asked,
)
from bihuan.core.spec.deadlines import HOURS, LOCAL_RULE, Consequence
from bihuan.modules.quarantine.laws import DISEASE_LAW, PRIVACY_LAW
from bihuan.modules.quarantine.matter import HEALTH, QUARANTINE_DESK
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.verification.matter import LEAD
from bihuan.modules.verification.payloads import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is proposed and by which finding: the verification and its ledger entry."""

    measure: Measure = asked("建议", "Proposed")
    item: UUID = asked("核查事项", "Verification")
    entry: int = asked("核查结果的台账编号", "Ledger entry of the finding")
    reason: str = asked("推送原因", "Reason", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The order that was decided on: where, why, on what legal basis."""

    site: UUID = asked("隔离点", "Site", choices="sites_open")
    category: Category = asked("人员类别", "Category")
    legal_basis: str = asked("法律依据", "Legal basis")
    reason: str = asked("事由", "Reason", long=True, sealed=True)
    last_exposure: date | None = asked("末次暴露", "Last exposure", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingArranged:
    """Where and when the person is to be sampled."""

    where: str = asked("采样点", "Test point")
    at: datetime | None = asked("时间", "When", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Why the proposal is not followed."""

    reason: str = asked("理由", "Reason", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FellAway:
    """The finding was taken back, so there is nothing to decide."""

    entry: int


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What was proposed, and by which verification."""

    measure: str
    item: UUID
    entry: int


def for_observation(proposal: Snapshot, now: datetime) -> Refusal | None:
    """Refuse an order where a test was proposed."""
    facts: ProposalFacts = proposal.facts
    if facts.measure == Measure.OBSERVATION:
        return None
    return Refusal(Text("这是采样建议，不能据此作出隔离决定", "A test was proposed; no order can rest on it"))


def for_test(proposal: Snapshot, now: datetime) -> Refusal | None:
    """Refuse a test where observation was proposed: decline, and propose again."""
    facts: ProposalFacts = proposal.facts
    if facts.measure == Measure.TEST:
        return None
    return Refusal(
        Text(
            "这是医学观察建议；只需采样的，请不采纳并说明",
            "Observation was proposed; if a test is enough, decline and say so",
        )
    )


def basis_is_named(proposal: Snapshot, ordered: Ordered, now: datetime) -> Refusal | None:
    """Refuse an order without legal basis or reason."""
    if ordered.legal_basis.strip() and ordered.reason.strip():
        return None
    return Refusal(Text("隔离决定须写明法律依据和事由", "An order names its legal basis and its reason"))


PROPOSED = State("proposed", "待决定", "To be decided",
                 due=Within(12, HOURS, basis=LOCAL_RULE, consequence=Consequence.RIGHTS))  # fmt: skip
ORDERED = State("ordered", "已作出隔离决定", "Order made", closed=True)
ARRANGED = State("arranged", "已安排采样", "Test arranged", closed=True)
DECLINED = State("declined", "未采纳", "Declined", closed=True)
FELL_AWAY = State("fell_away", "结果已撤回", "Finding taken back", closed=True)

PROPOSAL: MatterType[Any] = MatterType(
    "verification.proposal", "核查建议", "Proposal after verification", organ=HEALTH, initial=PROPOSED, has_person=True,
    states=(PROPOSED, ORDERED, ARRANGED, DECLINED, FELL_AWAY),
    transitions=(
        Transition("order", "作出隔离决定", "Make the order", PROPOSED, to=ORDERED, by=QUARANTINE_DESK, payload=Ordered, primary=True,
                   blocked_by=(for_observation,), unless=(basis_is_named,), basis=DISEASE_LAW[39],
                   consequence=Text("以您的岗位作出决定，本人可提异议", "The order is made in your post's name; the person may contest it"),
                   says=Text("作出隔离决定：{category}", "order made: {category}")),
        Transition("arrange_test", "安排采样", "Arrange a test", PROPOSED, to=ARRANGED, by=QUARANTINE_DESK, payload=SamplingArranged,
                   blocked_by=(for_test,), consequence=Text("写明采样点和时间", "Names test point and time"),
                   says=Text("安排采样：{where}", "test arranged: {where}")),
        Transition("decline", "不采纳", "Decline", PROPOSED, to=DECLINED, by=QUARANTINE_DESK, payload=Declined,
                   consequence=Text("写明理由，建议办结", "With the reason; the proposal is closed"),
                   says=Text("不采纳：{reason}", "declined: {reason}")),
        Transition("fall_away", "结果已撤回", "Finding taken back", PROPOSED, to=FELL_AWAY, by=SYSTEM, payload=FellAway, hidden=True,
                   says=Text("核查结果已撤回，无须决定", "the finding was taken back; nothing to decide")),
    ),
    opened_by=(SYSTEM,), opening=Proposed, opening_zh="提出建议", opening_en="Propose",
    seen_by=(QUARANTINE_DESK, LEAD, REGISTRAR),
    retention=Retention(days=180, basis=PRIVACY_LAW[19]), number="议〔{year}〕{n:05d}号",
)  # fmt: skip

MATTERS = (PROPOSAL,)
