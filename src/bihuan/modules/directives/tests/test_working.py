"""From signing to closing: split among units, answered by them, more time, rework, withdrawal; who may what."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.errors import NotAllowed, NotFromHere, Refused, Stale, UnknownMatter
from bihuan.core.matters.models import Matter
from bihuan.modules.directives import sending
from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow, Part
from bihuan.modules.directives.payloads import (
    Again,
    Answer,
    AskedTime,
    Done,
    Finding,
    GrantedTime,
    Method,
    MoreTime,
    RefusedTime,
    Remark,
    Returned,
    Split,
)
from bihuan.modules.directives.payloads import Part as Share
from bihuan.modules.directives.tests.county import (
    EAST,
    WEST,
    County,
    directive,
    invented,
    rows,
    running,
    state,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(county: County, tmp_path: Path) -> Directive:
    """A directive that came an hour ago with twelve people listed."""
    made = running(31)
    county.take(written(tmp_path, made, feedback=False))
    return directive(made)


def answered(county: County, part: Part, *, by: str, but: int = 0) -> None:
    for row in list(ListedRow.objects.filter(task_id=part.pk, answered_at__isnull=True))[but:]:
        county.do(part, "answer", Answer(row=row.pk, method=Method.PHONE, finding=Finding.TRUE), by=by)


# ── split ────────────────────────────────────────────────────────────────
def test_a_list_is_split_among_units_and_each_sees_its_own(county: County, one: Directive) -> None:
    parts = county.split(one)
    assert set(parts) == {EAST, WEST} and sum(part.rows for part in parts.values()) == 12
    assert state(one) == "worked" and all(row.task_id for row in rows(one))
    due = set(
        Matter.objects.filter(id__in=[part.pk for part in parts.values()]).values_list("due_at", flat=True)
    )
    assert due == {one.due_at}


def test_a_unit_answers_its_rows_reports_and_is_accepted(county: County, one: Directive) -> None:
    parts = county.split(one)
    east = parts[EAST]
    answered(county, east, by="east", but=1)
    with pytest.raises(Refused):
        county.do(east, "report", Done(), by="east")
    answered(county, east, by="east")
    county.do(east, "report", Done(), by="east")
    county.do(east, "send_back_part", Remark(reason="补一人的方式"))
    assert state(east) == "given"
    county.do(east, "report", Done(statement="已补"), by="east")
    county.do(east, "accept_part")
    mine = ListedRow.objects.filter(task_id=east.pk)
    assert state(east) == "accepted" and mine.filter(answered_at__isnull=True).count() == 0
    closed = Matter.objects.filter(id__in=mine.values("item_id")).values_list("state", flat=True)
    assert set(closed) == {"fed_back"}, "what the unit found is the verification's history"
    assert set(FeedbackRow.objects.filter(listed__in=mine).values_list("unit", flat=True)) == {EAST}


def test_another_unit_neither_sees_nor_answers_a_part(county: County, one: Directive) -> None:
    parts = county.split(one)
    row = ListedRow.objects.filter(task_id=parts[EAST].pk).first()
    assert row is not None
    wrong = Answer(row=row.pk, method=Method.PHONE, finding=Finding.TRUE)
    with pytest.raises(NotAllowed):
        county.do(parts[EAST], "answer", wrong, by="west")
    with pytest.raises(Refused):  # its own part, another's row
        county.do(parts[WEST], "answer", wrong, by="west")
    assert not FeedbackRow.objects.filter(directive=one).exists()


@pytest.mark.parametrize("who", ["verifier", "supervisor", "nurse", "east"])
def test_only_the_desk_splits_feeds_back_and_asks_for_time(county: County, one: Directive, who: str) -> None:
    with pytest.raises((NotAllowed, UnknownMatter)):
        county.do(one, "split", Split(parts=(Share(unit=EAST, townships=(), rows=0),)), by=who)
    with pytest.raises((NotAllowed, UnknownMatter)):
        county.do(
            one,
            "ask_for_time",
            AskedTime(until=one.due_at + timedelta(hours=2), reason=MoreTime.MANY),
            by=who,
        )
    with pytest.raises((NotAllowed, UnknownMatter, NotFromHere)):
        sending.feed_back(one.pk, actor=county.actor(who), key="x")
    assert state(one) == "signed"


def test_a_recalled_part_is_the_desk_s_again_and_can_be_given_anew(county: County, one: Directive) -> None:
    parts = county.split(one)
    county.do(parts[EAST], "recall", Remark(reason="另分"))
    left = [row for row in rows(one) if row.task_id is None]
    assert left and state(parts[EAST]) == "recalled"
    again = county.split(one)
    assert all(row.task_id for row in rows(one)) and len(again) > 1


def test_two_officers_at_once_one_is_told(county: County, one: Directive) -> None:
    seen = Matter.objects.get(pk=one.pk).version
    share = Split(parts=(Share(unit=EAST, townships=("东街街道",), rows=1),))
    engine.perform(one.pk, "split", share, actor=county.actor("desk"), key="a", version=seen)
    with pytest.raises(Stale):
        engine.perform(one.pk, "split", share, actor=county.actor("second"), key="b", version=seen)
    assert Part.objects.filter(directive=one).count() == 1


def test_a_double_click_is_one(county: County, one: Directive) -> None:
    share = Split(parts=(Share(unit=EAST, townships=("东街街道",), rows=1),))
    for _ in range(2):
        county.do(one, "split", share, key="same")
    part = county.split(one)[WEST]
    row = ListedRow.objects.filter(task_id=part.pk).first()
    assert row is not None
    found = Answer(row=row.pk, method=Method.IN_PERSON, finding=Finding.ELSEWHERE)
    assert [county.do(part, "answer", found, by="west", key="press").repeated for _ in range(2)] == [
        False,
        True,
    ]
    assert FeedbackRow.objects.filter(listed=row).count() == 1


def test_a_split_that_gives_nobody_anything_is_refused(county: County, one: Directive) -> None:
    for parts in ((), (Share(unit=" ", townships=(), rows=0),),
                  (Share(unit=EAST, townships=("东街街道",), rows=1), Share(unit=WEST, townships=("东街街道",), rows=1))):  # fmt: skip
        with pytest.raises(Refused):
            county.do(one, "split", Split(parts=parts))


# ── more time ────────────────────────────────────────────────────────────
def test_more_time_that_is_granted_moves_every_limit_and_says_why(county: County, one: Directive) -> None:
    parts, until = county.split(one), one.due_at + timedelta(hours=12)
    county.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.UNREACHED))
    assert Matter.objects.get(pk=one.pk).due_at == one.due_at, "asking moves nothing"
    with pytest.raises(Refused):
        county.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.MANY), by="second")
    county.do(one, "grant_time", GrantedTime(until=until, agreed_by="省专班王处"))
    matter = Matter.objects.get(pk=one.pk)
    assert matter.due_at == until and "准予延期（省专班王处 同意）" in matter.due["zh"]
    assert set(
        Matter.objects.filter(id__in=[p.pk for p in parts.values()]).values_list("due_at", flat=True)
    ) == {until}


def test_more_time_that_is_refused_moves_nothing(county: County, one: Directive) -> None:
    until = one.due_at + timedelta(hours=12)
    with pytest.raises(Refused):
        county.do(one, "refuse_time", RefusedTime(said_by="市专班", reason="来不及"))
    county.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.MANY))
    county.do(one, "refuse_time", RefusedTime(said_by="市专班", reason="疫情紧急,按原时限"))
    matter = Matter.objects.get(pk=one.pk)
    assert Directive.objects.get(pk=one.pk).asked_until is None
    assert matter.due_at == one.received_at + timedelta(hours=2), (
        "still to be split, by the time it was to be split"
    )
    county.do(one, "keep_whole")
    assert Matter.objects.get(pk=one.pk).due_at == one.due_at


@pytest.mark.parametrize("hours", [-5, 0, 24 * 90])
def test_time_that_is_none_or_without_end_is_refused(county: County, one: Directive, hours: int) -> None:
    with pytest.raises(Refused):
        county.do(
            one, "ask_for_time", AskedTime(until=one.due_at + timedelta(hours=hours), reason=MoreTime.MANY)
        )


# ── feedback, rework, end ────────────────────────────────────────────────
def test_returned_feedback_is_worked_again_by_the_new_limit(county: County, tmp_path: Path) -> None:
    made = invented(32, number=32)
    county.take(written(tmp_path, made))
    one = directive(made)
    items, due = {row.item_id for row in rows(one)}, timezone.now() + timedelta(hours=8)
    signed_only = len({a.person for a in made.answers}) - len(
        {a.person for a in made.answers if a.method is not Method.SIGNED_ONLY}
    )
    county.do(one, "send_back", Returned(due_at=due, again=Again.SIGNED_ONLY, reason="只签收的要补核查"))
    matter, again = Matter.objects.get(pk=one.pk), [row for row in rows(one) if row.answered_at is None]
    assert (matter.state, matter.due_at, len(again)) == ("worked", due, signed_only) and signed_only
    fresh = Matter.objects.filter(id__in=[row.item_id for row in again])
    assert set(fresh.values_list("state", flat=True)) == {"to_route"} and not {m.pk for m in fresh} & items
    assert set(Entry.objects.filter(matter_id__in=[m.pk for m in fresh], kind="verification.item.open").values_list(
        "payload__source", flat=True)) == {"rework"}  # fmt: skip
    with pytest.raises(Refused):
        county.do(one, "feed_back", _whole(12))
    parts = county.split(one)
    for unit, who in ((EAST, "east"), (WEST, "west")):
        if unit in parts:
            answered(county, parts[unit], by=who)
            county.do(parts[unit], "report", Done(), by=who)
            county.do(parts[unit], "accept_part")
    sending.feed_back(one.pk, actor=county.actor("desk"), key="again")
    county.do(one, "accept")
    assert state(one) == "closed" and Directive.objects.get(pk=one.pk).returned == 1


def _whole(listed: int) -> object:
    from bihuan.modules.directives.payloads import FedBack

    return FedBack(listed=listed, answered=listed, rows=listed, late=0, missing=0)


def test_rework_of_the_form_alone_checks_nobody_again(county: County, tmp_path: Path) -> None:
    made = invented(33, number=33)
    county.take(written(tmp_path, made))
    one = directive(made)
    county.do(
        one,
        "send_back",
        Returned(due_at=timezone.now() + timedelta(hours=2), again=Again.FORM, reason="表头不对"),
    )
    assert all(row.answered_at for row in rows(one))
    assert (
        sending.feed_back(one.pk, actor=county.actor("desk"), key="form").whole and state(one) == "fed_back"
    )


def test_rework_that_is_due_already_is_refused(county: County, tmp_path: Path) -> None:
    made = invented(34, number=34)
    county.take(written(tmp_path, made))
    for due, reason in (
        (timezone.now() - timedelta(hours=1), "重办"),
        (timezone.now() + timedelta(hours=1), " "),
    ):
        with pytest.raises(Refused):
            county.do(directive(made), "send_back", Returned(due_at=due, again=Again.ALL, reason=reason))


def test_whole_feedback_waits_for_everybody_and_for_the_units(county: County, one: Directive) -> None:
    parts = county.split(one)
    with pytest.raises(Refused):
        sending.feed_back(one.pk, actor=county.actor("desk"), key="none")
    for unit, who in ((EAST, "east"), (WEST, "west")):
        answered(county, parts[unit], by=who)
    with pytest.raises(Refused) as refused:
        sending.feed_back(one.pk, actor=county.actor("desk"), key="early")
    assert "2 个单位" in refused.value.text.zh
    for unit, who in ((EAST, "east"), (WEST, "west")):
        county.do(parts[unit], "report", Done(), by=who)
        county.do(parts[unit], "accept_part")
    assert sending.feed_back(one.pk, actor=county.actor("desk"), key="whole").whole


def test_a_withdrawn_directive_recalls_its_parts(county: County, one: Directive) -> None:
    parts = county.split(one)
    county.do(one, "withdraw", Remark(reason="下发单位来电撤销"))
    assert state(one) == "withdrawn" and {state(part) for part in parts.values()} == {"recalled"}


def test_without_a_list_the_feedback_says_what_was_done(county: County) -> None:
    from bihuan.modules.directives.registering import Entered, register

    now = timezone.now()
    entered = Entered(
        "HC-无名单",
        "县指挥部",
        "关于加强值守的指令",
        False,
        now - timedelta(hours=1),
        now + timedelta(hours=5),
    )
    made = register(entered, None, actor=county.actor("desk"))
    assert made.known is not None and state(made.known) == "signed" and made.known.receipt is not None
    with pytest.raises(Refused):
        sending.feed_back(made.known.pk, actor=county.actor("desk"), key="silent")
    sent = sending.feed_back(
        made.known.pk, actor=county.actor("desk"), key="said", statement="已加派值守 6 人"
    )
    assert sent.whole and not sent.sha256 and state(made.known) == "fed_back"
