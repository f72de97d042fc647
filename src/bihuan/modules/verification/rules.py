"""What must hold before a step of a verification: pure functions of the matter, the payload and the time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.verification.facts import ItemFacts
from bihuan.modules.verification.payloads import (
    Asked,
    Confirmation,
    Finding,
    GivenUp,
    Method,
    Moved,
    Settling,
    TakenBack,
    Unsettled,
    Unverified,
)

TAKE_BACK = timedelta(minutes=30)
"""How long a result that was pressed may be taken back by whoever pressed it."""
CALLS_ENOUGH, VISITS_ENOUGH = 3, 1
"""Attempts after which somebody may be given up: three calls at different times of day, or a visit before this one."""


def has_rows(item: Snapshot, asked: Asked, now: datetime) -> Refusal | None:
    """Refuse a verification without a reason or without a row that asks for it."""
    if asked.rows > 0 and asked.reason.strip() and item.person_id is not None:
        return None
    return Refusal(Text("核查事项须写明对象、原因和条数", "A verification names its person, reason and rows"))


def somebody_was_asked(
    item: Snapshot, found: Confirmation | Finding | Moved, now: datetime
) -> Refusal | None:
    """Refuse a finding that nobody was asked for: by record it is settled with its records, not pressed."""
    if found.method in {Method.PHONE, Method.IN_PERSON}:
        return None
    return Refusal(
        Text("这里只登记电话或上门核实的结果", "Only what was verified by phone or in person is recorded here"),
        instead=Text("据记录核实的，由组长“核对记录并分派”", "What records settle is settled by the lead, with the records"),
    )  # fmt: skip


def says_how_it_is(item: Snapshot, found: Finding, now: datetime) -> Refusal | None:
    """Refuse “not as stated” without a word on how it is."""
    if found.remark.strip():
        return None
    return Refusal(Text("不属实的，请写一句实情", "Say in a sentence how it is instead"))


def county_is_named(item: Snapshot, moved: Moved, now: datetime) -> Refusal | None:
    """Refuse to forward without naming where to."""
    if moved.to.strip():
        return None
    return Refusal(Text("请写明现在所在的县（区）", "Name the county where the person is now"))


def tried_enough(item: Snapshot, given_up: GivenUp, now: datetime) -> Refusal | None:
    """Refuse to give somebody up whom hardly anybody tried to reach."""
    facts: ItemFacts = item.facts
    if (
        given_up.why is not Unverified.NOT_REACHED
        or facts.calls >= CALLS_ENOUGH
        or facts.visits >= VISITS_ENOUGH
    ):
        return None
    return Refusal(
        Text(
            f"只打过 {facts.calls} 次电话、没有上过门，还不能算联系不上",
            f"Only {facts.calls} calls and no visit yet: too early to say the person cannot be reached",
        ),
        instead=Text("换时段再打，或转上门核查", "Ring at another time of day, or ask for a visit"),
    )


def names_records(item: Snapshot, settling: Settling, now: datetime) -> Refusal | None:
    """Refuse to settle by record without naming the records."""
    if settling.kinds and settling.entries:
        return None
    return Refusal(Text("据记录核实的，须写明是哪些记录", "Name the records that settle it"))


def latest_and_fresh(item: Snapshot, back: TakenBack, now: datetime) -> Refusal | None:
    """Refuse to take back what is not the latest result, or was pressed long ago."""
    facts: ItemFacts = item.facts
    if back.entry != facts.last_entry or back.was != facts.last_step:
        return Refusal(
            Text(
                "这条结果之后已另有办理，不能撤回", "Something has been done since; it cannot be taken back"
            ),
            instead=Text("请在事项页按实际情况办理", "Take the step that fits on the matter's own page"),
        )
    if facts.last_at is not None and now - facts.last_at > TAKE_BACK:
        return Refusal(
            Text("已过 30 分钟，不能撤回", "More than 30 minutes have passed; it cannot be taken back"),
            instead=Text("请告知组长另立核查", "Tell the lead, who opens another verification"),
        )
    return None


def settled_by_it(item: Snapshot, unsettled: Unsettled, now: datetime) -> Refusal | None:
    """Refuse to take back another settling than the one that stands."""
    facts: ItemFacts = item.facts
    if unsettled.entry == facts.last_entry:
        return None
    return Refusal(Text("不是这一次核实，不能撤回", "It was not settled by this; it cannot be taken back"))
