"""Appointments make the actor: which post, which organ, which places, since when and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from bihuan.core.access import configuration
from bihuan.core.access.actors import NoAppointment, actor_of, choices, running, switch, system_actor
from bihuan.core.access.configuration import (
    appoint,
    create_officer,
    create_organ,
    deactivate,
    end,
    rename_organ,
    set_language,
    set_password,
)  # fmt: skip
from bihuan.core.access.errors import Denied
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.access.posts import ADMINISTRATOR
from bihuan.core.access.tests.errands import (
    CLERK,
    COUNTY,
    ELSEWHERE,
    HELPER,
    JUDGE,
    KEEPER,
    acting,
    officer,
    organ,
    place,
)  # fmt: skip
from bihuan.core.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands")]

SYSTEM = system_actor(COUNTY)
PASSWORD = "long enough 2026"


def request_of(user: object) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    request.session = SessionStore()
    return request


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


def test_an_officer_acts_in_the_first_post_until_another_is_chosen() -> None:
    li = officer("li")
    first = appoint(li, organ("health"), CLERK.code, actor=SYSTEM, since=timezone.now() - timedelta(days=2))
    second = appoint(li, organ("court", "court"), JUDGE.code, actor=SYSTEM)
    request = request_of(li)
    assert (actor_of(request).post, actor_of(request).organ) == (CLERK.code, "health")
    assert [a.id for a in choices(li)] == [first.id, second.id]
    switch(request, second.id)
    again = request_of(li)
    again.session = request.session
    assert (actor_of(again).post, actor_of(again).officer_id) == (JUDGE.code, li.id)


def test_nobody_acts_in_a_post_of_somebody_else() -> None:
    li, wang = officer("li"), officer("wang")
    appoint(li, organ("health"), HELPER.code, actor=SYSTEM)
    hers = appoint(wang, organ("health"), CLERK.code, actor=SYSTEM)
    request = request_of(li)
    with pytest.raises(NoAppointment):
        switch(request, hers.id)
    request.session["appointment"] = str(hers.id)
    assert actor_of(request).post == HELPER.code


@pytest.mark.parametrize("days", [(-2, -1), (1, None)])
def test_an_appointment_that_has_ended_or_not_begun_lets_nobody_act(days: Any) -> None:
    li, now = officer("li"), timezone.now()
    since, until = (now + timedelta(days=d) if d is not None else None for d in days)
    Appointment.objects.create(officer=li, organ=organ("health"), post=CLERK.code, since=since, until=until)
    with pytest.raises(NoAppointment):
        actor_of(request_of(li))


def test_who_is_not_signed_in_or_deactivated_does_not_act() -> None:
    li = officer("li")
    appoint(li, organ("health"), CLERK.code, actor=SYSTEM)
    with pytest.raises(NoAppointment):
        actor_of(request_of(AnonymousUser()))
    deactivate(li, actor=SYSTEM)
    with pytest.raises(NoAppointment):
        actor_of(request_of(li))
    assert kinds()[-2:] == ["access.appointment_ended", "access.officer_deactivated"]


def test_one_post_at_several_places_reaches_them_all() -> None:
    li, one, two = officer("li"), place("1"), place("2")
    for where in (one, two):
        appoint(li, organ("health"), KEEPER.code, actor=SYSTEM, place=where)
    actor = actor_of(request_of(li))
    assert set(actor.place_ids or ()) == {one.id, two.id}
    assert len(choices(li)) == 1


def test_an_appointment_is_in_the_ledger_when_it_begins_and_ends() -> None:
    li, one = officer("li"), place("1")
    made = appoint(li, organ("health"), KEEPER.code, actor=SYSTEM, place=one)
    end(made, actor=SYSTEM)
    end(made, actor=SYSTEM)
    assert kinds() == ["access.appointed", "access.appointment_ended"]
    entry = Entry.objects.get(kind="access.appointed")
    assert entry.payload == {"officer": str(li.id), "organ": "health", "post": KEEPER.code}
    assert entry.place_id == one.id
    assert not running(li).exists()


def test_appointments_that_cannot_be_are_refused() -> None:
    li, health = officer("li"), organ("health")
    far = place("9", ELSEWHERE)
    refused: list[tuple[Any, ...]] = [
        (health, "no_such_post", None), (health, "public", None), (health, JUDGE.code, None),
        (health, KEEPER.code, None), (health, CLERK.code, place("1")), (health, KEEPER.code, far),
        (organ("there", "health", ELSEWHERE), CLERK.code, None),
    ]  # fmt: skip
    for where, post, at in refused:
        with pytest.raises(Denied):
            appoint(li, where, post, actor=SYSTEM, place=at)
    appoint(li, health, CLERK.code, actor=SYSTEM)
    with pytest.raises(Denied):
        appoint(li, health, CLERK.code, actor=SYSTEM)
    assert Appointment.objects.count() == 1


def test_an_administrator_cannot_make_themselves_see_personal_data() -> None:
    boss = officer("boss")
    actor = acting(ADMINISTRATOR, "committee", who=boss)
    with pytest.raises(Denied):
        appoint(boss, organ("health"), CLERK.code, actor=actor)
    assert appoint(boss, organ("health"), HELPER.code, actor=actor)


def test_only_an_administrator_configures() -> None:
    li, clerk = officer("li"), acting(CLERK)
    made = appoint(li, organ("health"), CLERK.code, actor=SYSTEM)
    for attempt in (
        lambda: create_organ("x", "court", "法院", "Court", actor=clerk),
        lambda: create_officer("new", PASSWORD, "新人", actor=clerk),
        lambda: appoint(li, organ("health"), HELPER.code, actor=clerk),
        lambda: end(made, actor=clerk),
        lambda: set_password(li, PASSWORD, actor=clerk),
        lambda: deactivate(li, actor=clerk),
        lambda: rename_organ(organ("health"), "新名", "New name", actor=clerk),
    ):
        with pytest.raises(Denied):
            attempt()


def test_an_organ_needs_a_code_of_its_own_and_both_names() -> None:
    court = create_organ("court-1", "court", "青禾县人民法院", "Qinghe County Court", actor=SYSTEM)
    for code, kind, en in (("court-1", "court", "Court"), ("x", "bank", "Bank"), ("y", "court", " ")):
        with pytest.raises(Denied):
            create_organ(code, kind, "法院", en, actor=SYSTEM)
    rename_organ(court, "青禾区人民法院", "Qinghe District Court", actor=SYSTEM)
    assert kinds() == ["access.organ_created", "access.organ_renamed"]
    court.refresh_from_db()
    assert court.name_en == "Qinghe District Court"


def test_an_officers_account_is_made_without_any_right_and_not_twice() -> None:
    made = create_officer(" li ", PASSWORD, "李演练", actor=SYSTEM)
    assert made.check_password(PASSWORD)
    assert not running(made).exists()
    with pytest.raises(Denied):
        create_officer("li", PASSWORD, "李演练", actor=SYSTEM)
    assert Entry.objects.get(kind="access.officer_created").payload == {"officer": str(made.id)}


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123456"[:11], "xx-lidrill-xx"])
def test_a_weak_password_is_refused_with_its_reason(weak: str) -> None:
    with pytest.raises(ValidationError) as refused:
        create_officer("lidrill", weak, "李演练", actor=SYSTEM)
    assert all(message for message in refused.value.messages)
    assert not Officer.objects.exists()


def test_an_officer_changes_the_own_password_and_language() -> None:
    li = officer("li")
    set_password(li, PASSWORD, actor=acting(CLERK, who=li))
    set_language(li, "en")
    li.refresh_from_db()
    assert (li.check_password(PASSWORD), li.language) == (True, "en")
    with pytest.raises(ValueError, match="no such language"):
        set_language(li, "fr")
    assert configuration.LANGUAGES == ("zh-hans", "en")
