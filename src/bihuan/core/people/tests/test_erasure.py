"""When the purpose ends the key goes: nobody can read the person any more, and every count stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from bihuan.core.access.errors import Denied
from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.recording import record
from bihuan.core.access.tests.errands import (
    CLERK,
    COMPLAINT,
    COUNTY,
    ERRAND,
    VISIT,
    acting,
    matter,
)  # fmt: skip
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.people.erasure import Erased, announce, announced, erase_due, erased
from bihuan.core.people.holds import holds, lift_hold, place_hold
from bihuan.core.people.identity import Identity
from bihuan.core.people.masks import masked
from bihuan.core.people.merging import merge
from bihuan.core.people.models import Erasure, Person
from bihuan.core.people.people import find_by_identifier, register
from bihuan.core.people.sealing import open_many, seal
from bihuan.core.people.search import search
from bihuan.core.people.vault import vault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands")]

IDENTIFIER = "622223199003071234"
REGISTRY = acting(REGISTRAR, "committee")


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def person() -> UUID:
    return register(Identity("张晓岚", "resident", IDENTIFIER, "13812345520"), COUNTY)


def erase() -> Erased:
    return erase_due(COUNTY, timezone.now())


def test_a_purpose_that_has_ended_takes_its_sealed_words_and_the_identity_with_it(person: UUID) -> None:
    errand = matter(ERRAND, person_id=person, closed_at=days_ago(31))
    words = seal(person, "errands", {"words": "咳嗽"})
    record("errands.errand.finish", actor=acting(CLERK), payload={}, person_id=person, matter_id=errand.id,
           sealed=words)  # fmt: skip
    entries = Entry.objects.filter(kind="errands.errand.finish")
    before = list(entries.values())
    assert erase() == Erased(1, 1)
    assert open_many([(person, "errands", words)]) == [None]
    assert masked([person])[person].erased
    assert masked([person])[person].name == "已删除"
    assert list(entries.values()) == before
    assert Matter.objects.filter(person_id=person).count() == 1
    assert set(Entry.objects.filter(kind="people.erased").values_list("person_id", "payload__purpose")) == {
        (person, "errands"), (person, "identity"),
    }  # fmt: skip


def test_with_the_last_purpose_go_all_keys_the_person_has_whatever_made_them(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    letter = seal(person, "messages", {"text": "请于明日采样"})
    erase()
    assert open_many([(person, "messages", letter)]) == [None]
    assert vault().living([person]) == []


def test_nothing_that_finds_a_person_is_left(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    assert search("zxl", acting(CLERK))
    erase()
    row = Person.objects.get(id=person)
    assert (row.identifier_blind, row.phone_blind, row.name_blind, row.search) == (None, None, None, [])
    assert (row.name_sealed, row.identifier_sealed, row.phone_sealed, row.address_sealed) == (None,) * 4
    assert search("zxl", acting(CLERK)) == []
    assert find_by_identifier(IDENTIFIER, COUNTY) is None
    assert register(Identity("张晓岚", "resident", IDENTIFIER), COUNTY) != person


def test_the_longest_retention_of_a_purpose_counts(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    matter(COMPLAINT, person_id=person, closed_at=days_ago(31))  # two years
    assert erase() == Erased(0, 0)


def test_an_open_matter_keeps_its_purpose_and_the_identity_but_not_other_purposes(person: UUID) -> None:
    matter(ERRAND, person_id=person)
    matter(VISIT, person_id=person, closed_at=days_ago(11))
    visit = seal(person, "visits", {"a": 1})
    errand = seal(person, "errands", {"a": 1})
    assert erase() == Erased(1, 0)
    assert open_many([(person, "visits", visit), (person, "errands", errand)]) == [None, {"a": 1}]
    assert not masked([person])[person].erased


def test_the_day_before_nothing_is_erased_and_the_day_after_nothing_is_erased_twice(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(29.9))
    assert erase() == Erased(0, 0)
    later = timezone.now() + timedelta(days=1)
    assert erase_due(COUNTY, later) == Erased(1, 1)
    assert erase_due(COUNTY, later + timedelta(days=1)) == Erased(0, 0)


def test_a_hold_stops_erasure_until_it_ends_or_is_lifted(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    row = Person.objects.get(id=person)
    hold = place_hold(
        row,
        basis="民事诉讼法 第67条",
        reason="诉讼未结",
        until=timezone.now() + timedelta(days=90),
        actor=REGISTRY,
    )
    assert erase() == Erased(0, 0)
    assert holds(row) == [hold]
    assert erase_due(COUNTY, timezone.now() + timedelta(days=91)) == Erased(1, 1)


def test_a_lifted_hold_lets_erasure_go_on(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    row = Person.objects.get(id=person)
    until = timezone.now() + timedelta(days=90)
    lift_hold(place_hold(row, basis="依据", reason="理由", until=until, actor=REGISTRY), actor=REGISTRY)
    assert erase() == Erased(1, 1)
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))[:2]
    assert kinds == ["people.hold_placed", "people.hold_lifted"]


def test_a_hold_needs_a_post_a_basis_and_an_end(person: UUID) -> None:
    row, later = Person.objects.get(id=person), timezone.now() + timedelta(days=1)
    with pytest.raises(Denied):
        place_hold(row, basis="依据", reason="理由", until=later, actor=acting(CLERK))
    with pytest.raises(Denied):
        place_hold(row, basis=" ", reason="理由", until=later, actor=REGISTRY)
    with pytest.raises(Denied):
        place_hold(row, basis="依据", reason="理由", until=timezone.now(), actor=REGISTRY)


def test_a_merged_person_keeps_the_identity_while_either_record_needs_it(person: UUID) -> None:
    other = register(Identity("张晓兰"), COUNTY)
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    matter(ERRAND, person_id=other)
    merge(person, other, actor=REGISTRY)
    assert erase() == Erased(1, 0)
    assert not masked([other])[other].erased
    Matter.objects.filter(person_id=other).update(closed_at=days_ago(31))
    assert erase() == Erased(1, 2)
    assert all(m.erased for m in masked([person, other]).values())


def test_owners_are_told_a_month_before_and_untold_when_it_goes_on(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(5))
    now = timezone.now()
    assert announce(COUNTY, now) == 1
    assert announce(COUNTY, now) == 0
    assert [(e.person_id, e.purpose) for e in announced(acting(CLERK, "health"))] == [(person, "errands")]
    assert list(announced(acting(CLERK, "health-2"))) == []
    matter(ERRAND, person_id=person)
    assert announce(COUNTY, now) == 0
    assert list(announced(acting(CLERK, "health"))) == []


def test_an_announced_erasure_is_carried_out_once(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(5))
    announce(COUNTY, timezone.now())
    later = timezone.now() + timedelta(days=26)
    assert erase_due(COUNTY, later) == Erased(1, 1)
    assert list(Erasure.objects.values_list("purpose", "erased_at")) == [("errands", later)]


def test_killed_between_the_key_and_the_database_the_next_run_finishes(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    vault().destroy([(person, "errands"), (person, "identity")])
    assert masked([person])[person].erased
    assert erase() == Erased(1, 1)


def test_a_person_who_comes_back_is_sealed_anew_and_the_past_stays_closed(person: UUID) -> None:
    matter(VISIT, person_id=person, closed_at=days_ago(11))
    matter(ERRAND, person_id=person)
    past = seal(person, "visits", {"a": 1})
    erase()
    matter(VISIT, person_id=person)
    present = seal(person, "visits", {"a": 2})
    assert erase() == Erased(0, 0)
    assert open_many([(person, "visits", past), (person, "visits", present)]) == [None, {"a": 2}]


def test_somebody_registered_for_a_matter_that_never_came_is_erased_after_a_month(person: UUID) -> None:
    assert erase() == Erased(0, 0)
    Person.objects.filter(id=person).update(created_at=days_ago(31))
    assert erase() == Erased(0, 1)


def test_what_is_kept_elsewhere_hears_of_it(person: UUID) -> None:
    heard: list[tuple[str, list[UUID]]] = []

    def listen(purpose: str, people: list[UUID], **_: object) -> None:
        heard.append((purpose, people))

    erased.connect(listen)
    try:
        matter(ERRAND, person_id=person, closed_at=days_ago(31))
        erase()
    finally:
        erased.disconnect(listen)
    assert heard == [("errands", [person]), ("identity", [person])]


def test_another_countys_people_are_left_alone(person: UUID) -> None:
    matter(ERRAND, person_id=person, closed_at=days_ago(31))
    assert erase_due("620701", timezone.now()) == Erased(0, 0)
