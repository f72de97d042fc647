"""Who sees and may do what: default is deny, and the rule for one matter is the rule for lists."""

from __future__ import annotations

import pytest
import uuid_utils.compat as uuid
from django.utils import timezone

from bihuan.core.access.actors import Actor, person_actor, system_actor
from bihuan.core.access.permissions import may, overseen, oversees, reaches, reveals, sees, visible
from bihuan.core.access.posts import ADMINISTRATOR, AUDITOR, REGISTRAR, SUPERVISOR
from bihuan.core.access.tests.errands import (
    CLERK,
    COMPLAINT,
    COUNTY,
    ELSEWHERE,
    ERRAND,
    HELPER,
    JUDGE,
    KEEPER,
    VISIT,
    acting,
    matter,
    organ,
    place,
)  # fmt: skip
from bihuan.core.matters.models import Matter
from bihuan.core.people.models import Person
from bihuan.core.spec.posts import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands")]


def seen(actor: Actor) -> set[uuid.UUID]:
    return set(Matter.objects.filter(visible(actor)).values_list("id", flat=True))


def test_a_post_that_no_declaration_names_sees_and_may_do_nothing() -> None:
    errand = matter()
    for post in (ADMINISTRATOR, REGISTRAR):
        actor = acting(post, "committee")
        assert not sees(actor, errand)
        assert not may(actor, ERRAND.transition("finish").posts, errand)
        assert seen(actor) == set()


def test_an_unknown_post_sees_nothing() -> None:
    matter()
    assert seen(Actor(uuid.uuid7(), "no_such_post", "health", COUNTY, None, "演练员")) == set()


def test_a_clerk_sees_the_matters_of_the_own_organ_and_not_of_another_of_its_kind() -> None:
    ours, theirs = matter(at="health"), matter(at="health-2")
    clerk = acting(CLERK, "health")
    assert seen(clerk) == {ours.id}
    assert may(clerk, ERRAND.transition("finish").posts, ours)
    assert not may(clerk, ERRAND.transition("finish").posts, theirs)


def test_a_post_of_another_kind_of_organ_that_is_named_sees_them_all() -> None:
    ours, theirs = matter(at="health"), matter(at="health-2")
    assert seen(acting(JUDGE, "court")) == {ours.id, theirs.id}


def test_a_post_bound_to_places_reaches_only_those() -> None:
    one, two = place("1"), place("2")
    here, there, nowhere = matter(where=one), matter(where=two), matter()
    assert seen(acting(KEEPER, "health", one)) == {here.id}
    assert seen(acting(KEEPER, "health", one, two)) == {here.id, there.id}
    assert seen(acting(KEEPER, "health")) == set()
    assert not reaches(acting(KEEPER, "health", one), nowhere)


def test_a_post_bound_to_places_without_any_place_named_is_denied() -> None:
    here = matter(where=place("1"))
    careless = Actor(uuid.uuid7(), KEEPER.code, "health", COUNTY, None, "演练员")
    assert not reaches(careless, here)
    assert seen(careless) == set()


def test_seeing_is_not_doing() -> None:
    errand, helper = matter(), acting(HELPER)
    assert sees(helper, errand)
    assert not may(helper, ERRAND.transition("finish").posts, errand)
    assert not reveals(helper)


def test_types_that_do_not_name_the_post_stay_hidden() -> None:
    shown, _ = matter(ERRAND), matter(COMPLAINT)
    assert seen(acting(HELPER)) == {shown.id}


def test_a_person_sees_their_own_matters_and_nobody_elses() -> None:
    me, other = (Person.objects.create(jurisdiction=COUNTY, created_at=timezone.now()) for _ in range(2))
    mine, _ = matter(person_id=me.id), matter(person_id=other.id)
    matter(COMPLAINT, person_id=me.id)  # does not name the public
    assert seen(person_actor(me.id, COUNTY)) == {mine.id}
    nobody = Actor(None, PUBLIC.code, None, COUNTY, None, "本人")
    assert seen(nobody) == set()


@pytest.mark.parametrize("post", [SUPERVISOR, AUDITOR])
def test_an_overseer_sees_where_all_matters_stand_and_the_content_of_none(post: object) -> None:
    errand, complaint = matter(ERRAND), matter(COMPLAINT, at="health-2")
    actor = acting(post, "committee")  # type: ignore[arg-type]
    assert oversees(actor)
    assert set(Matter.objects.filter(overseen(actor)).values_list("id", flat=True)) == {
        errand.id,
        complaint.id,
    }
    assert seen(actor) == set()
    assert not any(sees(actor, m) for m in (errand, complaint))


def test_who_is_no_overseer_sees_the_same_in_both_lists() -> None:
    matter(at="health"), matter(at="health-2")
    clerk = acting(CLERK)
    assert set(Matter.objects.filter(overseen(clerk)).values_list("id", flat=True)) == seen(clerk)


def test_another_county_sees_nothing_of_ours() -> None:
    matter()
    organ("elsewhere", "health", ELSEWHERE)
    for actor in (
        acting(CLERK, "elsewhere", jurisdiction=ELSEWHERE),
        acting(SUPERVISOR, "elsewhere", jurisdiction=ELSEWHERE),
        system_actor(ELSEWHERE),
    ):
        assert not Matter.objects.filter(overseen(actor)).exists()


def test_the_rule_for_one_matter_is_the_rule_for_lists() -> None:
    one, two = place("1"), place("2")
    person = Person.objects.create(jurisdiction=COUNTY, created_at=timezone.now())
    organ("court", "court")
    for kind in (ERRAND, COMPLAINT, VISIT):
        for at in ("health", "health-2", "court"):
            for where in (None, one, two):
                matter(kind, at=at, where=where, person_id=person.id if where is one else None)
    matter(ERRAND, at="far", jurisdiction=ELSEWHERE)
    everything = list(Matter.objects.select_related("organ"))
    actors = [
        *(acting(post, at, one) for post in (KEEPER, CLERK, HELPER, JUDGE, REGISTRAR, SUPERVISOR)
          for at in ("health", "health-2", "court")),
        system_actor(COUNTY), system_actor(ELSEWHERE), person_actor(person.id, COUNTY),
        person_actor(one.id, COUNTY),
    ]  # fmt: skip
    for actor in actors:
        assert {m.id for m in everything if sees(actor, m)} == seen(actor), actor
