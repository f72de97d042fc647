"""Who is told of what: the person of what binds him or her, officers on duty of what cannot wait, nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import person_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.models import Matter, ToldUntil
from bihuan.core.matters.overdue import tell_overdue
from bihuan.core.messages import queries
from bihuan.core.messages.outbox import Message
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register
from bihuan.core.spec import Nothing
from bihuan.modules.quarantine.matter import OBJECTION, STAY
from bihuan.modules.quarantine.models import Occupancy, Room, Stay
from bihuan.modules.quarantine.payloads import (
    Absence,
    Admission,
    Category,
    Decision,
    ObjectionRaised,
    Order,
    Release,
    Result,
    TestResult,
)
from bihuan.modules.quarantine.tests.county import County

HERE = settings.BIHUAN.jurisdiction
PHONE = "13700001234"
Ordered = Callable[..., UUID]


@pytest.fixture
def ordered(county: County) -> Ordered:
    """`ordered(phone=…, at=…)`: order an invented person to the first site; returns the stay."""

    def order(phone: str | None = PHONE, at: datetime | None = None, number: int = 1) -> UUID:
        who = Identity(name="秦时月", identifier=f"62070219900102{number:03d}X", phone=phone)
        opening = Opening(
            Order(category=Category.CONTACT), at or timezone.now(), person_id=register(who, HERE),
            place_id=county.sites[0].pk, number_place="01",
        )  # fmt: skip
        return engine.open(STAY, opening, actor=county.actor("desk"), key=f"order {number}").matter_id

    return order


def admit(county: County, stay: UUID, at: datetime | None = None) -> None:
    room = free_room(county)
    engine.perform(
        stay, "admit", Admission(room=room), actor=county.actor("nurse"), key=f"in {stay}", occurred_at=at
    )


def free_room(county: County) -> int:
    taken = Occupancy.objects.values("room_id")
    return Room.objects.filter(site=county.sites[0]).exclude(pk__in=taken).values_list("pk", flat=True)[0]


def told(stay: UUID) -> list[str]:
    return [m.template for m in Message.objects.filter(matter_id=stay).order_by("created_at", "id")]


def test_the_person_reads_where_until_when_and_how_to_contest(county: County, ordered: Ordered) -> None:
    stay = ordered()
    admit(county, stay)
    assert told(stay) == ["quarantine.ordered", "quarantine.admitted"]
    first, second = queries.of_matter(stay)
    release = Stay.objects.values_list("release_due", flat=True).get(pk=stay)
    assert release is not None
    assert county.sites[0].place.name in first.body and "异议" in first.body
    assert f"{release.month}月{release.day}日" in second.body and "异议" in second.body
    assert first.to == "137****1234"
    assert "秦" not in first.body + second.body + first.subject + second.subject


def test_a_step_that_was_undone_told_nobody(county: County, ordered: Ordered) -> None:
    stay = ordered()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        admit(county, stay)
        raise ZeroDivisionError
    assert told(stay) == ["quarantine.ordered"]


def test_the_same_request_again_tells_nothing_again(county: County, ordered: Ordered) -> None:
    stay = ordered()
    room, nurse = free_room(county), county.actor("nurse")
    for _ in range(2):
        engine.perform(stay, "admit", Admission(room=room), actor=nurse, key="once")
    assert told(stay).count("quarantine.admitted") == 1


@pytest.mark.parametrize("phone", [None, "12"], ids=["none given", "not a number that can be reached"])
def test_who_cannot_be_texted_is_told_on_paper(county: County, ordered: Ordered, phone: str | None) -> None:
    stay = ordered(phone=phone)
    admit(county, stay)
    assert told(stay) == []
    assert Matter.objects.get(pk=stay).state == "admitted"


def test_the_person_learns_that_the_objection_was_decided_and_not_how(
    county: County, ordered: Ordered
) -> None:
    stay = ordered()
    person = Matter.objects.values_list("person_id", flat=True).get(pk=stay)
    assert person is not None
    raised = engine.open(
        OBJECTION,
        Opening(
            ObjectionRaised(words="没有去过", stay=stay),
            timezone.now(),
            person_id=person,
            place_id=county.sites[0].pk,
        ),
        actor=person_actor(person, HERE),
        key="objection",
    )
    engine.perform(
        raised.matter_id, "decide", Decision(upheld=False, words="核查属实"), actor=county.actor("reviewer"), key="d"
    )  # fmt: skip
    message = queries.of_matter(raised.matter_id)[0]
    assert raised.number in message.body
    assert "核查属实" not in message.body


def test_an_absence_reaches_the_site_and_the_desk_at_once_and_not_the_next_site(
    county: County, ordered: Ordered
) -> None:
    county.officers["manager"].mail = "duty@example.cn"
    county.officers["manager"].save()
    stay = ordered()
    admit(county, stay)
    engine.perform(stay, "report_absence", Absence(), actor=county.actor("nurse"), key="gone")
    found = Message.objects.filter(matter_id=stay, template="quarantine.absent")
    names = {m.officer.username for m in found.filter(channel="in_app") if m.officer}
    assert names == {"manager", "desk"}, "the nurse reported it herself; the other site has no part in it"
    assert [m.to_office for m in found.filter(channel="mail")] == ["duty@example.cn"]
    subject = next(s.subject for s in queries.inbox(county.officers["manager"].id) if s.matter_id == stay)
    assert "秦" not in subject and county.sites[0].place.name in subject


def test_a_positive_calls_for_its_transfer(county: County, ordered: Ordered) -> None:
    stay = ordered()
    admit(county, stay)
    nurse = county.actor("nurse")
    engine.perform(stay, "begin", actor=nurse, key="begin")
    engine.perform(
        stay, "record_test", TestResult(item="1:test", result=Result.POSITIVE), actor=nurse, key="positive"
    )
    found = Message.objects.filter(template="quarantine.positive")
    assert {m.officer.username for m in found if m.officer} == {"transfer", "manager"}


def test_taking_in_the_past_tells_nobody(county: County, ordered: Ordered) -> None:
    """The drill behind this county brought 90 people with weeks of history, in this very hour too."""
    assert Matter.objects.filter(type=STAY.code).count() >= 90
    assert not Message.objects.filter(matter__type=STAY.code).exists()
    long_ago = timezone.now() - timedelta(days=30)
    stay = ordered(at=long_ago)
    engine.perform_many(
        [
            (stay, Step("admit", Admission(room=free_room(county)), long_ago)),
            (stay, Step("begin", Nothing(), long_ago)),
            (stay, Step("release_as_registered", Release(), long_ago + timedelta(days=14))),
        ],
        actor=county.actor("registrar"),
        raising=True,
    )
    assert told(stay) == []


def pass_deadline(stay: UUID, at: datetime) -> None:
    Matter.objects.filter(pk=stay).update(due_at=at)


def overdue_of(county: County, name: str) -> list[str]:
    found = Message.objects.filter(officer=county.officers[name], template__startswith="matters.overdue")
    return [m.template for m in found.order_by("created_at")]


def test_a_deadline_that_passes_is_told_once_to_the_post_it_waits_for(
    county: County, ordered: Ordered
) -> None:
    now = timezone.now() + timedelta(days=1)
    tell_overdue(HERE, now - timedelta(minutes=5))
    stay = ordered()
    pass_deadline(stay, now - timedelta(minutes=2))
    Matter.objects.exclude(pk=stay).update(due_at=None)
    tell_overdue(HERE, now)
    tell_overdue(HERE, now + timedelta(hours=3))
    assert overdue_of(county, "nurse") == ["matters.overdue"]
    assert overdue_of(county, "other_nurse") == []
    assert overdue_of(county, "supervisor") == []
    message = Message.objects.get(officer=county.officers["nurse"], template="matters.overdue")
    assert message.matter_id == stay


def test_many_deadlines_come_together_and_at_most_once_an_hour(county: County, ordered: Ordered) -> None:
    now = timezone.now() + timedelta(days=1)
    tell_overdue(HERE, now - timedelta(minutes=5))
    Matter.objects.update(due_at=None)
    for number in range(1, 5):
        pass_deadline(ordered(number=number), now - timedelta(minutes=number))
    tell_overdue(HERE, now)
    for number in range(5, 8):
        pass_deadline(ordered(number=number), now + timedelta(minutes=number))
    tell_overdue(HERE, now + timedelta(minutes=20))
    assert overdue_of(county, "nurse") == ["matters.overdue_many"]
    tell_overdue(HERE, now + timedelta(minutes=61))
    assert overdue_of(county, "nurse") == ["matters.overdue_many"] * 2
    counts = [
        m.params["count"]
        for m in Message.objects.filter(officer=county.officers["nurse"]).order_by("created_at")
    ]
    assert counts == ["4", "3"]


def test_what_was_overdue_when_it_was_set_is_told_to_nobody(county: County) -> None:
    """The drill's old deadlines, and those of a workbook of last month, are on the worklist only."""
    now = timezone.now()
    stay = Matter.objects.filter(type="quarantine.stay", closed_at__isnull=True).order_by("number")[0]
    Matter.objects.filter(pk=stay.pk).update(due_at=now - timedelta(days=3))  # whatever the hour is
    tell_overdue(HERE, now)
    tell_overdue(HERE, now + timedelta(seconds=1))
    assert ToldUntil.objects.count() == len(county.officers)
    assert not Message.objects.filter(template__startswith="matters.overdue").exists()
