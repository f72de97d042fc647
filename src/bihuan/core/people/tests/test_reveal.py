"""Personal fields are shown for a stated purpose, on a matter of one's post, and each view is kept."""

from __future__ import annotations

from uuid import UUID

import pytest

from bihuan.core.access.errors import Denied
from bihuan.core.access.posts import AUDITOR, SUPERVISOR
from bihuan.core.access.recording import record
from bihuan.core.access.tests.errands import (
    CLERK,
    COUNTY,
    HELPER,
    JUDGE,
    KEEPER,
    acting,
    matter,
    officer,
    place,
)  # fmt: skip
from bihuan.core.ledger.models import Entry
from bihuan.core.people.identity import Identity
from bihuan.core.people.merging import merge
from bihuan.core.people.people import register
from bihuan.core.people.reveal import NotInMatter, UnknownPurpose, reveal, reveal_entry, told, view_log
from bihuan.core.people.sealing import ErasedError, seal
from bihuan.core.people.vault import vault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands")]

FIELDS = ("name", "phone")


@pytest.fixture
def person() -> UUID:
    return register(Identity("张晓岚", "resident", "622223199003071234", "13812345520"), COUNTY)


def test_a_view_returns_the_fields_and_is_in_the_ledger(person: UUID) -> None:
    errand, clerk = matter(person_id=person), acting(CLERK)
    assert reveal(person, FIELDS, "contact", errand.id, clerk) == {"name": "张晓岚", "phone": "13812345520"}
    entry = Entry.objects.get(kind="people.revealed")
    assert (entry.actor_id, entry.post, entry.person_id, entry.matter_id) == (
        clerk.officer_id, CLERK.code, person, errand.id,
    )  # fmt: skip
    assert entry.payload == {"fields": ["name", "phone"], "purpose": "contact"}


def test_without_a_stated_purpose_nothing_is_shown(person: UUID) -> None:
    errand = matter(person_id=person)
    for purpose in ("", "curiosity"):
        with pytest.raises(UnknownPurpose):
            reveal(person, FIELDS, purpose, errand.id, acting(CLERK))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("post", [HELPER, SUPERVISOR, AUDITOR])
def test_a_post_that_does_not_reveal_sees_nothing(person: UUID, post: object) -> None:
    errand = matter(person_id=person)
    with pytest.raises(Denied):
        reveal(person, FIELDS, "contact", errand.id, acting(post))  # type: ignore[arg-type]
    assert not Entry.objects.exists()


def test_a_matter_of_another_organ_or_place_gives_no_view(person: UUID) -> None:
    ours, theirs = place("1"), place("2")
    elsewhere = matter(person_id=person, at="health-2", where=theirs)
    for actor in (acting(CLERK, "health"), acting(KEEPER, "health", ours)):
        with pytest.raises(NotInMatter):
            reveal(person, FIELDS, "contact", elsewhere.id, actor)
    assert reveal(person, FIELDS, "contact", elsewhere.id, acting(KEEPER, "health", theirs))


def test_a_matter_of_somebody_else_gives_no_view(person: UUID) -> None:
    other = register(Identity("李四"), COUNTY)
    for errand in (matter(person_id=other), matter()):
        with pytest.raises(NotInMatter):
            reveal(person, FIELDS, "contact", errand.id, acting(CLERK))


def test_a_field_that_does_not_exist_is_refused(person: UUID) -> None:
    with pytest.raises(Denied):
        reveal(person, ["name", "search"], "contact", matter(person_id=person).id, acting(CLERK))


def test_a_merged_person_is_revealed_on_the_matters_of_either_record(person: UUID) -> None:
    from bihuan.core.access.posts import REGISTRAR

    other = register(Identity("张晓兰"), COUNTY)
    errand = matter(person_id=other)
    merge(person, other, actor=acting(REGISTRAR, "committee"))
    assert reveal(person, ["name"], "identify", errand.id, acting(CLERK)) == {"name": "张晓岚"}
    assert reveal(other, ["name"], "identify", errand.id, acting(CLERK)) == {"name": "张晓岚"}
    assert len(view_log(COUNTY, person_id=other)) == len(told(person, COUNTY)) == 2


def test_an_erased_person_cannot_be_revealed_and_the_log_stays(person: UUID) -> None:
    errand = matter(person_id=person)
    reveal(person, FIELDS, "contact", errand.id, acting(CLERK))
    vault().destroy([(person, "identity")])
    with pytest.raises(ErasedError):
        reveal(person, FIELDS, "contact", errand.id, acting(CLERK))
    assert len(view_log(COUNTY, person_id=person)) == 1


def test_the_log_answers_by_person_matter_and_officer_and_pages_on(person: UUID) -> None:
    errand, li = matter(person_id=person), officer("li")
    clerk = acting(CLERK, who=li)
    reveal(person, ["name"], "contact", errand.id, clerk)
    reveal(person, ["phone"], "serve", errand.id, clerk)
    reveal(person, ["phone"], "contest", errand.id, acting(JUDGE, "court"))
    assert [v.fields for v in view_log(COUNTY, officer_id=li.id)] == [("phone",), ("name",)]
    assert [v.purpose for v in view_log(COUNTY, matter_id=errand.id)] == ["contest", "serve", "contact"]
    newest, *_ = view_log(COUNTY, limit=1)
    assert len(view_log(COUNTY, before=newest.entry_id)) == 2
    assert newest.purpose_text.en == "To review an objection"
    assert newest.fields_text.zh == "联系电话"


def test_the_person_is_told_which_organ_and_why_but_no_officers_name(person: UUID) -> None:
    reveal(person, ["name"], "contact", matter(person_id=person).id, acting(CLERK))
    (view,) = told(person, COUNTY)
    assert (view.organ, view.post, view.officer_id) == ("health", CLERK.code, None)


def test_the_sealed_part_of_an_entry_is_revealed_under_the_same_conditions(person: UUID) -> None:
    errand = matter(person_id=person)
    number = record(
        "errands.errand.report", actor=acting(CLERK), payload={}, person_id=person, matter_id=errand.id,
        sealed=seal(person, "errands", {"symptoms": ["咳嗽"]}),
    )  # fmt: skip
    assert reveal_entry(number, "care", acting(CLERK)) == {"symptoms": ["咳嗽"]}
    assert view_log(COUNTY)[0].fields == ("symptoms",)
    with pytest.raises(Denied):
        reveal_entry(number, "care", acting(HELPER))
    with pytest.raises(NotInMatter):
        reveal_entry(number, "care", acting(CLERK, "health-2"))
