"""Directives and verifications are one loop: what is found by a call is feedback, and what is taken back is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.loops.directives import reason_of
from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow
from bihuan.modules.directives.payloads import (
    Again,
    Answer,
    AskedTime,
    Finding,
    GrantedTime,
    Method,
    MoreTime,
    Returned,
)
from bihuan.modules.directives.tests.county import (
    EAST,
    County,
    build,
    directive,
    invented,
    rows,
    running,
    written,
)
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import Assigned, Confirmation, Measure, TakenBack
from bihuan.modules.verification.payloads import Method as ItemMethod

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def one(built: County, db: None, tmp_path: Path) -> Directive:
    made = running(91)
    built.take(written(tmp_path, made, feedback=False))
    return directive(made)


def give(county: County, item: UUID) -> None:
    assigned = Assigned(officer=county.officers["verifier"].pk)
    engine.perform(item, "assign_call", assigned, actor=county.actor("lead"), key=f"give/{item}")


def test_what_a_call_finds_is_feedback_and_a_slip_taken_back_is_none(built: County, one: Directive) -> None:
    row, verifier = rows(one)[0], built.actor("verifier")
    give(built, row.item_id)
    found = Confirmation(method=ItemMethod.PHONE, propose=Measure.NONE)
    done = engine.perform(row.item_id, "confirm", found, actor=verifier, key="found")
    line = FeedbackRow.objects.get(listed=row)
    assert (line.method, line.finding, line.unit, line.late, line.source) == (
        "phone",
        "true",
        "县公安局",
        False,
        "item",
    )
    assert ListedRow.objects.get(pk=row.pk).answered_at == line.at
    back = TakenBack(entry=done.entry_id, was="confirm")
    engine.perform(row.item_id, "call_again", back, actor=verifier, key="slip")
    assert (
        ListedRow.objects.get(pk=row.pk).answered_at is None
        and FeedbackRow.objects.get(listed=row).taken_back
    )
    at = Moment.of(timezone.now() + timedelta(seconds=1), settings.BIHUAN.jurisdiction)
    assert values(at, ["directives.feedback_rows"])["directives.feedback_rows"] == 0


def test_a_unit_s_finding_takes_the_person_off_the_call_sheet(built: County, one: Directive) -> None:
    part = built.split(one)[EAST]
    row = ListedRow.objects.filter(task_id=part.pk).first()
    assert row is not None
    give(built, row.item_id)
    built.do(part, "answer", Answer(row=row.pk, method=Method.IN_PERSON, finding=Finding.TRUE), by="east")
    assert Matter.objects.get(pk=row.item_id).state == "fed_back"
    assert FeedbackRow.objects.filter(listed=row).count() == 1, (
        "it comes back from the verification as no second line"
    )


def test_rework_is_no_new_row_of_the_list(built: County, db: None, tmp_path: Path) -> None:
    made = invented(92, number=92)
    built.take(written(tmp_path, made))
    at = Moment.of(timezone.now() + timedelta(seconds=5), settings.BIHUAN.jurisdiction)
    before = values(at, ["verification.items"])
    again = Returned(due_at=timezone.now() + timedelta(hours=5), again=Again.ALL, reason="全部重核")
    built.do(directive(made), "send_back", again)
    assert values(at, ["verification.items"]) == before
    assert all(row.answered_at is None for row in rows(directive(made)))


@pytest.mark.parametrize(
    ("subject", "reason"),
    [("关于核查核酸漏检人员的指令", "核查核酸漏检人员"), ("关于协查密切接触者的合成作战指令", "协查密切接触者"), ("加强值守", "加强值守"), ("指令", "指令")],
)  # fmt: skip
def test_the_reason_of_a_verification_is_what_the_subject_asks(subject: str, reason: str) -> None:
    assert reason_of(subject) == reason


def test_more_time_for_the_directive_is_more_time_for_whoever_is_verified(
    built: County, one: Directive
) -> None:
    until, row = one.due_at + timedelta(hours=9), rows(one)[0]
    part = built.split(one)[EAST]
    answered = ListedRow.objects.filter(task_id=part.pk).first()
    assert answered is not None
    built.do(part, "answer", Answer(row=answered.pk, method=Method.PHONE, finding=Finding.TRUE), by="east")
    built.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.MANY))
    built.do(one, "grant_time", GrantedTime(until=until, agreed_by="值班员"))
    left = [each.item_id for each in rows(one) if each.pk != answered.pk]
    assert set(Matter.objects.filter(id__in=left).values_list("due_at", flat=True)) == {until}
    assert Item.objects.get(pk=left[0]).due_at == until and row.directive_id == one.pk
    closed = Matter.objects.get(pk=answered.item_id)
    assert closed.due_at is None and closed.state == "fed_back"
