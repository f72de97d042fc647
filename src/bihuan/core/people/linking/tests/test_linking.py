"""Who a row is when its identifier cannot be trusted: found by the rest, or asked about, or somebody new."""

from __future__ import annotations

import pytest

from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.tests.errands import COUNTY, ELSEWHERE, acting
from bihuan.core.people.identity import Identity
from bihuan.core.people.linking import Said, link
from bihuan.core.people.linking.identifiers import check_digit
from bihuan.core.people.masks import masked
from bihuan.core.people.merging import decide, undo, waiting
from bihuan.core.people.models import Merge, MergeCandidate, Person
from bihuan.core.people.people import register

pytestmark = pytest.mark.django_db

NAME, NUMBER, PHONE, HOME = "林晓", "110105199003070017", "13800005520", "青禾县城关镇东大街12号301室"
RIGHT = Said(NAME, NUMBER, PHONE, HOME)
TYPO = Said(NAME, "110105199008070017", PHONE, HOME)
NO_NUMBER = Said(NAME, "", PHONE, HOME)
REGISTRY = acting(REGISTRAR, "committee")


def right(body: str) -> str:
    """Return an identifier that passes the check."""
    return body + check_digit(body)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(TYPO, id="a wrong digit"),
        pytest.param(RIGHT._replace(identifier="110105199030070017"), id="two digits swapped"),
        pytest.param(RIGHT._replace(identifier="11010519900307017"), id="a digit left out"),
        pytest.param(RIGHT._replace(identifier="1.10105E+17"), id="destroyed by a spreadsheet"),
        pytest.param(RIGHT._replace(identifier="110105199003070000"), id="rounded by a spreadsheet"),
        pytest.param(NO_NUMBER, id="no identifier"),
        pytest.param(TYPO._replace(name="林小", address=""), id="a wrong digit and another character"),
        pytest.param(TYPO._replace(phone="13800005521", address=""), id="two numbers mistyped"),
        pytest.param(TYPO._replace(name="林曉"), id="a wrong digit and the old character"),
    ],
)
def test_a_mistyped_row_is_found_in_the_lists_and_in_the_register(row: Said) -> None:
    linking = link([RIGHT, row], COUNTY)
    assert linking.decided_by == ["exact", "linked"]
    first, second = linking.take_up([0, 1])
    assert first == second
    later = link([row], COUNTY)
    assert (later.decided_by, later.take_up([0])) == (["linked"], [first])
    assert Person.objects.count() == 1


def test_a_household_with_one_telephone_stays_three_people() -> None:
    son = Said("林勇", "110105201505050012", PHONE, HOME)
    wife = Said("于兰", "", PHONE, HOME)
    linking = link([RIGHT, son, wife], COUNTY)
    assert len(set(linking.take_up([0, 1, 2]))) == 3
    assert not MergeCandidate.objects.exists()


def test_two_right_identifiers_are_never_linked_but_asked_about_where_all_else_agrees() -> None:
    near = RIGHT._replace(identifier=right("11010519900307002"))
    linking = link([RIGHT, near], COUNTY)
    assert linking.decided_by == ["exact", "exact"]
    first, second = linking.take_up([0, 1])
    assert first != second
    [asked] = waiting(COUNTY)
    assert {asked.first_id, asked.second_id} == {first, second}
    assert asked.evidence["phone"] == asked.evidence["name"] == "same"
    assert asked.weight is not None


def test_a_look_alike_between_two_people_does_not_make_them_one() -> None:
    other = RIGHT._replace(identifier=right("11010519900307009"))
    between = RIGHT._replace(identifier="11010519900307009" + NUMBER[-1])
    linking = link([RIGHT, between, other], COUNTY)
    people = linking.take_up([0, 1, 2])
    assert people[0] != people[2]
    assert linking.decided_by[1] == "pending" and len(set(people)) == 3
    assert len(waiting(COUNTY)) >= 2


def test_what_is_not_sure_is_somebody_new_and_asked_about_once() -> None:
    heard = NO_NUMBER._replace(name="林小")
    link([RIGHT], COUNTY).take_up([0])
    first = link([heard], COUNTY)
    assert first.decided_by == ["pending"]
    [person] = first.take_up([0])
    [asked] = waiting(COUNTY)
    assert asked.evidence == {
        "name": "sounds_alike", "identifier": "one_missing", "phone": "same", "address": "same",
    }  # fmt: skip

    again = link([heard], COUNTY)
    assert (again.decided_by, again.take_up([0])) == (["linked"], [person])
    decide(asked.id, False, actor=REGISTRY)
    after = link([heard], COUNTY)
    assert after.take_up([0]) == [person]
    assert waiting(COUNTY) == []


def test_what_a_clerk_merged_is_one_person_in_the_next_list() -> None:
    heard = NO_NUMBER._replace(name="林小")
    known = link([RIGHT], COUNTY).take_up([0])[0]
    link([heard], COUNTY).take_up([0])
    [asked] = waiting(COUNTY)
    decide(asked.id, True, actor=REGISTRY)
    assert link([RIGHT], COUNTY).take_up([0]) == link([heard], COUNTY).take_up([0])
    assert masked([known])[known].name == "林*"
    assert waiting(COUNTY) == []


def test_somebody_without_identifier_who_comes_with_one_is_one_person_and_it_can_be_undone() -> None:
    before = link([TYPO], COUNTY).take_up([0])[0]
    later = link([RIGHT], COUNTY)
    assert later.take_up([0]) == [before] == later.take_up([0])
    merge = Merge.objects.get()
    assert (merge.kept_id, merge.by) == (before, None)
    undo(merge.id, actor=REGISTRY)
    assert link([RIGHT], COUNTY).take_up([0]) == [merge.merged_id]


def test_a_list_of_another_county_finds_nobody_of_ours() -> None:
    here = link([RIGHT], COUNTY).take_up([0])
    there = link([TYPO], ELSEWHERE)
    assert there.take_up([0]) != here
    assert Person.objects.count() == 2


def test_an_erased_person_is_not_found() -> None:
    known = link([RIGHT], COUNTY).take_up([0])[0]
    Person.objects.filter(id=known).update(
        erased_at="2026-01-01T00:00Z", identifier_blind=None, phone_blind=None, identifier_tail=None
    )
    assert link([TYPO], COUNTY).take_up([0]) != [known]


def test_a_telephone_that_half_the_county_gives_brings_nobody_in() -> None:
    for n in range(60):
        register(Identity(f"客{chr(0x4E00 + n)}", phone="09368215520"), COUNTY)
    linking = link([Said("客人", "", "0936-8215520", "")], COUNTY)
    assert linking.decided_by == ["linked"]
    linking.take_up([0])
    assert waiting(COUNTY) == []


def test_rows_that_tell_a_name_alone_are_everybody() -> None:
    people = link([Said(NAME, "", "", ""), Said(NAME, "", "", "")], COUNTY).take_up([0, 1])
    assert people[0] != people[1]


def test_the_person_is_registered_as_most_rows_say() -> None:
    wrong = RIGHT._replace(name="林小", phone="13800005521")
    [person, *_] = link([wrong, RIGHT, RIGHT._replace(address="东大街12号301")], COUNTY).take_up([0, 1, 2])
    assert masked([person])[person].phone == "138****5520"


def test_linking_takes_a_few_queries_however_many_rows(django_assert_max_num_queries: object) -> None:
    link([TYPO], COUNTY).take_up([0])
    rows = [
        RIGHT._replace(name=f"林{chr(0x4E00 + n)}", identifier="", phone=f"139{n:08d}") for n in range(300)
    ]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        link([RIGHT, *rows], COUNTY)
