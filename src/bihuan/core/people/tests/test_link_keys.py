"""The keys that linking looks people up by: made at registration, for those who came before, and kept right."""

from __future__ import annotations

import pytest

from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.tests.errands import COUNTY, acting
from bihuan.core.people.blind import link_keys
from bihuan.core.people.identity import UNVERIFIED, Identity
from bihuan.core.people.link_keys import fill_missing
from bihuan.core.people.models import Person
from bihuan.core.people.people import find_by_identifier, register, register_many, update_identity

pytestmark = pytest.mark.django_db

LIN = Identity("林晓", "resident", "110105199003070017", "13800005520")
PASSPORT = Identity("John Smith", "other", "E12345678")


def keys(person: object) -> tuple[int | None, int | None]:
    return Person.objects.values_list("identifier_tail", "named_head").get(id=person)


def test_people_registered_before_get_the_same_keys_as_those_after() -> None:
    people = register_many([LIN, PASSPORT, Identity("乔远")], COUNTY)
    made = [keys(person) for person in people]
    Person.objects.update(identifier_tail=None, named_head=None)
    assert fill_missing() == 2
    assert [keys(person) for person in people] == made
    assert made[0] == link_keys("林晓", "110105199003070017")
    assert made[1:] == [(None, None), (None, None)]


def test_a_mistake_in_one_half_of_the_identifier_leaves_the_other_key_right() -> None:
    right = link_keys("林晓", "110105199003070017")
    assert link_keys(" 林 晓", "1１0705 1990 0307 0017")[0] == right[0]
    assert link_keys("林晓", "110105199003070071")[1] == right[1]
    assert link_keys("林小", "110105199003070071")[1] != right[1]


def test_a_corrected_identifier_or_name_changes_the_keys() -> None:
    person = register(LIN, COUNTY)
    registry = acting(REGISTRAR, "committee")
    update_identity(person, Identity(name="林小"), actor=registry, reason="更正")
    assert keys(person) == link_keys("林小", "110105199003070017")
    update_identity(person, Identity(identifier="110105198811220023"), actor=registry, reason="更正")
    assert keys(person) == link_keys("林小", "110105198811220023")


def test_an_identifier_that_cannot_be_right_is_kept_but_nobody_is_found_by_it() -> None:
    wrong = Identity("林晓", UNVERIFIED, "110105199003070071")
    one, other = register_many([wrong, wrong], COUNTY)
    assert one != other
    assert find_by_identifier("110105199003070071", COUNTY) is None
    assert keys(one) == link_keys("林晓", "110105199003070071")
