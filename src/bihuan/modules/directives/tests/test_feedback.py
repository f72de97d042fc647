"""Feedback goes back in the issuing body's own form, from the records, once, sealed, with a numbered letter."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from bihuan.core.ledger.models import Entry
from bihuan.core.messages.models import Message
from bihuan.core.papers import services
from bihuan.modules.directives import feedback_file, sending
from bihuan.modules.directives.drill_workbooks import Answer
from bihuan.modules.directives.models import Issuer, Sent
from bihuan.modules.directives.payloads import Method
from bihuan.modules.directives.tests.county import County, directive, invented, running, state, written

pytestmark = pytest.mark.django_db


def _answered(seed: int, whole: bool = True):  # type: ignore[no-untyped-def]
    made = running(seed)
    at = timezone.now().replace(microsecond=0) - timedelta(minutes=20)
    made.answers = [
        Answer(n, Method.PHONE, "情况属实", at, "东街街道派出所") for n in range(12 if whole else 7)
    ]
    made.answers.append(Answer(0, Method.IN_PERSON, "不在本区", at + timedelta(minutes=5), "西街街道派出所"))
    return made


def _sheet(content: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_object(io.BytesIO(content))
    return book.get_sheet_by_name(book.sheet_names[0]).to_python()


def test_the_workbook_has_the_issuing_body_s_headings_order_and_sheet(county: County, tmp_path: Path) -> None:
    made = _answered(51)
    path = written(tmp_path, made, 9)
    theirs = CalamineWorkbook.from_path(str(path))
    county.take(path)
    sent = sending.feed_back(directive(made).pk, actor=county.actor("desk"), key="k")
    content = sending.content(sent, actor=county.actor("desk"))
    ours = CalamineWorkbook.from_object(io.BytesIO(content))
    assert ours.sheet_names == ["反馈情况"] == theirs.sheet_names[-1:]
    own, their = _sheet(content), theirs.get_sheet_by_name("反馈情况").to_python()
    assert [str(h).replace(" ", "") for h in own[0]] == [str(h).replace(" ", "") for h in their[0]] and len(
        own
    ) == len(their)
    column = {name: n for n, (name, _) in enumerate(feedback_file.headings(directive(made).form))}
    told = {
        (row[column["identifier"]], row[column["method"]], row[column["finding"]], row[column["unit"]])
        for row in own[1:]
    }
    assert told == {
        (made.people[a.person].identifier, a.method.text.zh, a.finding, a.unit) for a in made.answers
    }


def test_without_a_form_of_theirs_the_usual_one_is_used(county: County, tmp_path: Path) -> None:
    made = running(52)
    county.take(written(tmp_path, made, 5, feedback=False))
    form = directive(made).form
    assert "feedback" not in form
    named = feedback_file.headings(form)
    assert named[0][0] == "sequence" and [heading for _, heading in named[3:]] == [
        "核查方式",
        "核查结果",
        "反馈时间",
        "核查单位",
    ]
    assert dict(named)["identifier"] == dict(form["list"])["identifier"], "in the list's own words"


def test_what_went_out_taken_in_again_changes_nothing(county: County, tmp_path: Path) -> None:
    made = _answered(53)
    county.take(written(tmp_path, made, 5))
    one = directive(made)
    content = feedback_file.build(one.form, sending.prepare(one).told)
    from bihuan.modules.directives import registering

    book = registering.read_list(content, "own.xlsx")
    assert len(book.feedback) == 13
    before = Entry.objects.count()
    assert not registering.attach(one, book, actor=county.actor("desk")).taken
    assert Entry.objects.count() == before


def test_a_part_goes_first_and_the_whole_follows_each_with_its_letter(county: County, tmp_path: Path) -> None:
    made = _answered(54, whole=False)
    county.take(written(tmp_path, made, 5))
    one, desk = directive(made), county.actor("desk")
    part = sending.feed_back(one.pk, actor=desk, key="part")
    assert (part.whole, part.answered, part.missing, state(one)) == (False, 7, 5, "worked")
    at = timezone.now() - timedelta(minutes=1)
    made.answers += [Answer(n, Method.PHONE, "", at, "") for n in range(7, 12)]
    county.take(written(tmp_path, made, 6))
    whole = sending.feed_back(one.pk, actor=desk, key="whole")
    assert (whole.whole, whole.missing, state(one)) == (True, 0, "fed_back")
    assert part.paper.number != whole.paper.number and services.read(whole.paper).startswith(b"%PDF")
    entry = Entry.objects.get(pk=whole.entry_id)
    assert entry.kind == "directives.directive.feed_back" and entry.payload["sha256"] == whole.sha256


def test_pressed_twice_it_is_sent_once(county: County, tmp_path: Path) -> None:
    made = _answered(55)
    county.take(written(tmp_path, made, 5))
    sent = [sending.feed_back(directive(made).pk, actor=county.actor("desk"), key="press") for _ in range(2)]
    assert sent[0].pk == sent[1].pk and Sent.objects.filter(directive=directive(made)).count() == 1


def test_the_workbook_is_kept_sealed_and_taking_it_out_is_recorded(county: County, tmp_path: Path) -> None:
    made = _answered(56)
    county.take(written(tmp_path, made, 5))
    sent = sending.feed_back(directive(made).pk, actor=county.actor("desk"), key="k")
    kept = Sent.objects.get(pk=sent.pk)
    assert not bytes(kept.content or b"").startswith(b"PK")
    sending.content(kept, actor=county.actor("second"))
    taken = Entry.objects.filter(kind="directives.feedback_given_out", matter_id=sent.directive_id)
    assert [entry.actor_id for entry in taken] == [county.officers["second"].pk]


def test_a_formula_in_a_name_is_text_in_the_form(tmp_path: Path) -> None:
    told = feedback_file.Told(["=1+1", "@x", "", ""], "电话核查", "=HYPERLINK(1)", timezone.now(), "+1")
    book = feedback_file.build({}, [told])
    assert _sheet(book)[1][1] == "=1+1"
    assert b"<f>" not in book


def test_the_issuing_body_is_told_at_its_office_where_the_county_knows_it(
    county: County, tmp_path: Path
) -> None:
    made, unknown = _answered(57), running(58)
    made.issuer, unknown.issuer = "市疾控流调组", "外省协查组"
    Issuer.objects.create(
        jurisdiction=county.actor("desk").jurisdiction, name=made.issuer, mail="zhb@example.cn"
    )
    county.take(written(tmp_path, made, 5), written(tmp_path, unknown, 5, feedback=False))
    one = directive(made)
    sending.feed_back(one.pk, actor=county.actor("desk"), key="k")
    told = Message.objects.filter(matter_id=one.pk, to_office="zhb@example.cn")
    assert {message.template for message in told} == {"directives.receipt", "directives.fed_back"}
    assert not Message.objects.filter(matter_id=directive(unknown).pk).exclude(to_office="").exists()
    for message in told:
        assert not any(person.name in str(message.params) for person in made.people)


def test_nobody_is_told_now_of_what_was_signed_for_long_ago(county: County, tmp_path: Path) -> None:
    made = invented(59, number=59)
    Issuer.objects.get_or_create(
        jurisdiction=county.actor("desk").jurisdiction, name=made.issuer, defaults={"mail": "a@example.cn"}
    )
    county.take(written(tmp_path, made))
    assert (
        directive(made).receipt is not None
        and not Message.objects.filter(matter_id=directive(made).pk).exists()
    )
