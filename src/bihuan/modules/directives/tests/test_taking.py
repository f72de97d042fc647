"""A directive's workbook is signed for whole, once; what a later one of its number says anew is taken in, and only that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from bihuan.core.intake.parcels import Fate
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.people.models import Person
from bihuan.core.spec import Text
from bihuan.modules.directives import keeping
from bihuan.modules.directives.drill_workbooks import Answer, Invention
from bihuan.modules.directives.models import FeedbackRow, ListedRow
from bihuan.modules.directives.payloads import Method
from bihuan.modules.directives.tests.county import County, directive, invented, rows, running, state, written

pytestmark = pytest.mark.django_db


def _entries() -> Counter[str]:
    return Counter(Entry.objects.exclude(kind__startswith="papers.").values_list("kind", flat=True))


def _items(made: Invention) -> Counter[str]:
    ids = [row.item_id for row in rows(directive(made))]
    return Counter(Matter.objects.filter(id__in=ids).values_list("state", flat=True))


def test_it_is_signed_for_with_a_numbered_dated_receipt(county: County, tmp_path: Path) -> None:
    made = running(2)
    (told,) = county.take(written(tmp_path, made, feedback=False))
    one = directive(made)
    assert told.fate is Fate.NEW and told.matter_id == one.pk and state(one) == "signed"
    assert told.counts["accepted"] == 12 and one.receipt is not None and one.receipt.number
    assert (one.matter.due_at, one.due_at) == (one.received_at + timedelta(hours=2), made.due)
    assert _items(made) == {"to_route": 12}
    assert Text("已签收:名单 12 人,反馈 0 行", "x").zh == told.says.zh


def test_imported_feedback_is_the_history_of_each_row(county: County, tmp_path: Path) -> None:
    made = invented(3, number=3, listed=20, missing=0.3, late=0.3)
    before = _entries()
    county.take(written(tmp_path, made))
    one, after = directive(made), _entries() - before
    assert after["verification.item.open"] == 20 and after["verification.item.record_feedback"] == len(
        made.answers
    )
    assert _items(made) == Counter({"fed_back": 20 - made.missing, "to_route": made.missing})
    told = Entry.objects.filter(
        kind="verification.item.record_feedback", matter_id__in=[r.item_id for r in rows(one)]
    )
    methods = Counter(told.values_list("payload__method", flat=True))
    assert methods == Counter(str(answer.method) for answer in made.answers)
    assert sorted(told.values_list("occurred_at", flat=True)) == sorted(answer.at for answer in made.answers)
    assert FeedbackRow.objects.filter(directive=one, late=True).count() == made.late
    assert not FeedbackRow.objects.filter(directive=one, recorded=False).exists()


def test_a_list_that_is_not_epidemic_related_is_signed_for_and_makes_no_work(
    county: County, tmp_path: Path
) -> None:
    made = invented(4, number=4, epidemic=False, missing=0.5)
    county.take(written(tmp_path, made))
    assert _items(made) == {"fed_back": 12}
    asked = Entry.objects.filter(kind="verification.item.open", payload__source_id=str(directive(made).pk))
    assert {entry.payload["epidemic"] for entry in asked} == {False}
    assert sum(row.answered_at is None for row in rows(directive(made))) == made.missing > 0


def test_one_that_is_over_and_whole_was_fed_back_one_that_runs_is_still_to_be_sent(
    county: County, tmp_path: Path
) -> None:
    over = invented(5, number=5)
    runs = invented(6, number=6, received=timezone.now() - timedelta(hours=20), hours=40)
    runs.answers = [Answer(n, Method.PHONE, "", timezone.now() - timedelta(hours=3), "") for n in range(12)]
    county.take(written(tmp_path, over), written(tmp_path, runs))
    assert (state(directive(over)), state(directive(runs))) == ("fed_back", "worked")
    sent = Entry.objects.get(kind="directives.directive.feed_back", matter_id=directive(over).pk)
    assert sent.occurred_at == max(answer.at for answer in over.answers)


@pytest.mark.parametrize("other", [5, 6, 7, 8])
def test_the_same_again_changes_nothing_in_whatever_dialect(
    county: County, tmp_path: Path, other: int
) -> None:
    made = invented(7, number=7, listed=15, missing=0.2)
    county.take(written(tmp_path, made, 5))
    before = _entries(), Person.objects.count(), ListedRow.objects.count(), FeedbackRow.objects.count()
    (told,) = county.take(written(tmp_path, made, other))
    assert told.fate is Fate.SAME and told.matter_id == directive(made).pk and "没有任何变化" in told.says.zh
    assert (
        _entries(),
        Person.objects.count(),
        ListedRow.objects.count(),
        FeedbackRow.objects.count(),
    ) == before
    assert [problem.kind.key for problem in told.problems] == ["same_directive"]


def test_two_equal_lines_of_feedback_are_two_and_stay_two(county: County, tmp_path: Path) -> None:
    made = invented(8, number=8, listed=4)
    made.answers += [made.answers[0], made.answers[0]]
    for seed in (5, 6):
        county.take(written(tmp_path, made, seed))
        assert FeedbackRow.objects.filter(directive=directive(made)).count() == len(made.answers)


def test_feedback_that_is_added_later_adds_only_that(county: County, tmp_path: Path) -> None:
    made = running(9)
    county.take(written(tmp_path, made, 5, feedback=False))
    first = [
        Answer(n, Method.PHONE, "情况属实", timezone.now() - timedelta(minutes=30), "东街街道派出所")
        for n in range(5)
    ]
    made.answers = first
    before = _entries()
    (told,) = county.take(written(tmp_path, made, 6))
    gained = _entries() - before
    assert "新增反馈 5 行" in told.says.zh and gained["directives.directive.note_feedback"] == 1
    assert gained["verification.item.record_feedback"] == 5 == gained["verification.item.close_fed_back"]
    assert not gained["verification.item.open"] and not gained["directives.directive.amend"]
    assert _items(made) == {"fed_back": 5, "to_route": 7} and state(directive(made)) == "worked"
    made.answers = [*first, *(replace(one, person=one.person + 4, method=Method.IN_PERSON) for one in first)]
    before = _entries()
    county.take(written(tmp_path, made, 7))
    gained = (
        _entries() - before
    )  # one of them was answered before: its second check is history of a closed verification
    assert (
        gained["verification.item.record_feedback"] == 5 and gained["verification.item.close_fed_back"] == 4
    )
    assert _items(made) == {"fed_back": 9, "to_route": 3}


def test_a_correction_is_recognised_and_says_what_changed(county: County, tmp_path: Path) -> None:
    made = running(10)
    county.take(written(tmp_path, made, 5, feedback=False))
    one, people = directive(made), list(made.people)
    made.due += timedelta(hours=10)
    made.issuer = "省疫情联防联控办" if made.issuer != "省疫情联防联控办" else "外省协查组"
    extra = invented(11, listed=2).people
    made.people = [replace(people[0], phone="19900009999"), *people[2:], *extra]
    path = written(tmp_path, made, 6, feedback=False)
    (seen,) = county.look(path)
    (told,) = county.take(path)
    assert seen.says.zh.startswith(f"{one.matter.number} 已有") and told.says == seen.says
    for word in ("更正反馈时限", "更正下发单位", "新增 2 人", "改动 1 人的信息", "不再列出 1 人"):
        assert word in told.says.zh
    assert [problem.kind.key for problem in told.problems] == ["directive_row_gone"]
    one = directive(made)
    assert (one.due_at, one.due_why, one.issuer) == (made.due, "amended", made.issuer)
    assert _items(made) == {"to_route": 14}, "who is no longer listed is not dropped by itself"
    entry = Entry.objects.get(kind="directives.directive.amend", matter_id=one.pk)
    assert set(entry.payload["fields"]) == {"issuer", "due_at"} and entry.payload["added"] == 2
    (again,) = county.take(written(tmp_path, made, 7, feedback=False))
    assert again.fate is Fate.SAME
    made.people = people
    (back,) = county.take(written(tmp_path, made, 8, feedback=False))
    assert (
        "新增 1 人" in back.says.zh
        and not ListedRow.objects.get(directive=one, person_id=rows(one)[1].person_id).gone
    )


def test_a_corrected_limit_was_always_the_limit(county: County, tmp_path: Path) -> None:
    made = invented(12, number=12, late=0.5)
    county.take(written(tmp_path, made, 5))
    assert made.late and FeedbackRow.objects.filter(directive=directive(made), late=True).count() == made.late
    made.due += timedelta(hours=40)
    county.take(written(tmp_path, made, 6))
    assert made.late == 0 == FeedbackRow.objects.filter(directive=directive(made), late=True).count()


def test_a_workbook_that_repeats_the_first_limit_does_not_take_back_what_was_granted(
    county: County, tmp_path: Path
) -> None:
    from bihuan.modules.directives.payloads import AskedTime, GrantedTime, MoreTime

    made = running(13)
    county.take(written(tmp_path, made, 5, feedback=False))
    one, until = directive(made), made.due + timedelta(hours=12)
    county.do(one, "ask_for_time", AskedTime(until=until, reason=MoreTime.MANY))
    county.do(one, "grant_time", GrantedTime(until=until, agreed_by="值班员"))
    (told,) = county.take(written(tmp_path, made, 6, feedback=False))
    assert told.fate is Fate.SAME and directive(made).due_at == until


def test_a_mistyped_identifier_in_the_feedback_is_whose_name_it_is(county: County, tmp_path: Path) -> None:
    made = running(14)
    made.answers = [
        Answer(0, Method.PHONE, "", timezone.now() - timedelta(minutes=9), ""),
        Answer(1, Method.PHONE, "", timezone.now(), ""),
    ]
    good = list(made.people)
    path = written(tmp_path, made, 5, feedback=False)
    county.take(path)
    made.people = [
        replace(good[0], identifier=good[0].identifier[:-2] + "00"),
        replace(good[1], identifier="620702199001019000", name="无此人"),
        *good[2:],
    ]
    only = written(
        tmp_path, made, 6, list_columns=["sequence", "phone"]
    )  # the feedback sheet alone names people
    (told,) = county.take(only)
    assert [problem.kind.key for problem in told.problems if problem.kind.key != "same_directive"] == [
        "feedback_not_listed"
    ]
    answered = [row for row in rows(directive(made)) if row.answered_at]
    assert len(answered) == 1 and directive(made).rows.filter(gone=True).count() == 0


def test_a_closed_directive_takes_nothing_any_more(county: County, tmp_path: Path) -> None:
    made = invented(15, number=15)
    county.take(written(tmp_path, made, 5))
    county.do(directive(made), "accept")
    made.due += timedelta(hours=5)
    before = _entries()
    (told,) = county.take(written(tmp_path, made, 6))
    assert [problem.kind.key for problem in told.problems] == ["directive_closed"] and _entries() == before


def test_one_bad_workbook_does_not_cost_the_others(county: County, tmp_path: Path) -> None:
    good, bad = invented(16, number=16), invented(17, number=17)
    bad.due = bad.received - timedelta(hours=1)
    told = county.take(written(tmp_path, bad, name="bad.xlsx"), written(tmp_path, good))
    assert [one.fate for one in told] == [Fate.UNREADABLE, Fate.NEW] and told[0].rejected == 1
    assert state(directive(good)) == "fed_back"


def test_two_workbooks_of_one_number_in_one_run_are_one_directive(county: County, tmp_path: Path) -> None:
    made = running(18)
    first = written(tmp_path, made, 5, feedback=False, name="1.xlsx")
    made.answers = [Answer(0, Method.PHONE, "", timezone.now() - timedelta(minutes=5), "")]
    told = county.take(first, written(tmp_path, made, 6, name="2.xlsx"))
    assert {one.matter_id for one in told} == {directive(made).pk} and "新增反馈 1 行" in told[1].says.zh


def test_who_is_on_several_lists_is_one_person(county: County, tmp_path: Path) -> None:
    one, two = running(19), running(20)
    two.people = one.people
    county.take(written(tmp_path, one, feedback=False), written(tmp_path, two, feedback=False))
    assert {row.person_id for row in rows(directive(one))} == {row.person_id for row in rows(directive(two))}


def test_nothing_of_a_person_stands_in_the_open(county: County, tmp_path: Path) -> None:
    made = invented(21, number=21, listed=3)
    made.answers[0] = replace(made.answers[0], finding=f"{made.people[0].name}在家")
    county.take(written(tmp_path, made))
    one = directive(made)
    names = {person.name for person in made.people} | {person.identifier for person in made.people}
    ids = [one.pk, *(row.item_id for row in rows(one))]
    for entry in Entry.objects.filter(matter_id__in=ids):
        assert not any(name in str(entry.payload) for name in names)
    for row in rows(one):
        assert keeping.opened({bytes(row.identity): keeping.rows_of(one.pk)[bytes(row.identity)]})
        assert not any(name.encode() in bytes(row.sealed) for name in names)
    assert FeedbackRow.objects.get(directive=one, finding="other").sealed is not None
