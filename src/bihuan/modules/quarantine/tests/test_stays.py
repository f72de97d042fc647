"""A stay from order to release: nothing skipped, no room double-booked, no person in two places."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import Conflict, NotAllowed, NotFromHere, Refused
from bihuan.core.matters.models import Matter
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register
from bihuan.modules.quarantine.companions import companions
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.models import Occupancy, Placement, Room, Site, Stay
from bihuan.modules.quarantine.payloads import (
    Admission,
    Category,
    Departure,
    Observation,
    Order,
    Release,
    Result,
    RoomMove,
    TestResult,
    Waiver,
)
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.tasks import reach_release
from bihuan.modules.quarantine.tests.county import County, build

pytestmark = pytest.mark.django_db
HERE = settings.BIHUAN.jurisdiction


@pytest.fixture
def county(db: Any) -> County:
    return build(sites=2, people=6)


def acting(county: County, post: str) -> Actor:
    bound = post in {"site_manager", "site_nurse"}
    places = tuple(site.pk for site in county.sites) if bound else None
    return replace(county.actor("desk"), post=post, place_ids=places)


def ordered(county: County, name: str = "测试一", site: Site | None = None, number: int = 1) -> UUID:
    person = register(Identity(name=name, identifier=f"62070219900101{number:03d}X"), HERE)
    outcome = engine.open(
        STAY,
        Opening(
            Order(category=Category.CONTACT), timezone.now(), person_id=person,
            place_id=(site or county.sites[0]).pk, number_place="01",
        ),
        actor=county.actor("desk"), key=f"order {name} {number} {site}",
    )  # fmt: skip
    return outcome.matter_id


def free_room(site: Site) -> int:
    taken = Occupancy.objects.values_list("room_id", flat=True)
    return Room.objects.filter(site=site).exclude(pk__in=taken).values_list("pk", flat=True)[0]


def admit(
    county: County, stay: UUID, room: int, at: datetime | None = None, key: str = "admit", **more: Any
) -> engine.Outcome:
    return engine.perform(
        stay, "admit", Admission(room=room, **more), actor=acting(county, "site_nurse"),
        key=f"{key} {stay}", occurred_at=at,
    )  # fmt: skip


def test_an_unrelated_person_is_refused_a_taken_room(county: County) -> None:
    room = free_room(county.sites[0])
    admit(county, ordered(county, "甲", number=1), room)
    other = ordered(county, "乙", number=2)
    with pytest.raises(Conflict) as told:
        admit(county, other, room)
    assert "已有人住" in told.value.text.zh
    assert Matter.objects.get(pk=other).state == "ordered"


def test_family_may_share_and_the_room_stays_taken_until_the_last_leaves(county: County) -> None:
    room = free_room(county.sites[0])
    mother, child = ordered(county, "甲", number=1), ordered(county, "乙", number=2)
    admit(county, mother, room)
    admit(county, child, room, shares_with=mother, sharing="母子")
    engine.perform(
        mother, "transfer_hospital", Departure(to="县医院"), actor=acting(county, "site_manager"), key="t"
    )
    with pytest.raises(Conflict):
        admit(county, ordered(county, "丙", number=3), room)
    assert Occupancy.objects.filter(room_id=room).count() == 1
    assert Placement.objects.filter(occupancy__room_id=room).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_admissions_to_one_room_at_once_one_wins(county: County) -> None:
    room = free_room(county.sites[0])
    stays = [ordered(county, name, number=n) for n, name in enumerate(("甲", "乙"), 1)]
    results: list[object] = []
    start = threading.Barrier(2)

    def nurse(stay: UUID) -> None:
        start.wait()
        try:
            results.append(admit(county, stay, room))
        except Conflict as told:
            results.append(told)
        finally:
            connection.close()

    threads = [threading.Thread(target=nurse, args=(stay,)) for stay in stays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(r, Conflict) for r in results) == [False, True]
    assert Occupancy.objects.filter(room_id=room).count() == 1


def test_one_person_cannot_be_in_two_sites_at_once(county: County) -> None:
    first = ordered(county, "甲", site=county.sites[0])
    second = ordered(county, "甲", site=county.sites[1])
    admit(county, first, free_room(county.sites[0]))
    with pytest.raises(Conflict) as told:
        admit(county, second, free_room(county.sites[1]))
    assert "另一处" in told.value.text.zh
    engine.perform(
        first, "transfer_site", Departure(to="另一点"), actor=acting(county, "site_manager"), key="move"
    )
    admit(county, second, free_room(county.sites[1]), key="again")


def test_moving_rooms_leaves_a_trace_and_frees_the_first(county: County) -> None:
    stay = ordered(county)
    old = free_room(county.sites[0])
    admit(county, stay, old)
    new = free_room(county.sites[0])
    engine.perform(
        stay, "move_room", RoomMove(room=new, reason="漏水"), actor=acting(county, "site_manager"), key="m"
    )
    assert [p.occupancy.room_id for p in Placement.objects.filter(stay_id=stay).order_by("since")] == [
        old,
        new,
    ]
    admit(county, ordered(county, "乙", number=2), old)


def full_stay(county: County, leave_out: str = "") -> UUID:
    """A stay of fifteen days ago with all items done but one; its release day has come."""
    begins = datetime.combine(
        timezone.now().astimezone(LOCAL).date() - timedelta(days=14), datetime.min.time(), LOCAL
    ) + timedelta(hours=8)
    stay = ordered(county)
    admit(county, stay, free_room(county.sites[0]), at=begins)
    nurse = acting(county, "site_nurse")
    engine.perform(stay, "begin", actor=nurse, key="begin", occurred_at=begins)
    from bihuan.core.matters.registry import details

    facts = details(STAY.code).load([stay])[stay]
    for due in facts.schedule():
        if due.item.code == leave_out:
            continue
        payload: Any = Observation(item=due.item.code)
        step = "observe"
        if due.item.kind == "test":
            payload, step = TestResult(item=due.item.code, result=Result.NEGATIVE), "record_test"
        engine.perform(
            stay, step, payload, actor=nurse, key=due.item.code, occurred_at=due.due_at - timedelta(minutes=9)
        )
    assert reach_release(HERE) >= 1
    assert reach_release(HERE) == 0
    return stay


def test_release_is_refused_with_what_is_missing_until_the_loop_is_closed(county: County) -> None:
    stay = full_stay(county, leave_out="7:test")
    manager = acting(county, "site_manager")
    with pytest.raises(Refused) as refused:
        engine.perform(stay, "release", Release(), actor=manager, key="r1")
    assert [item.zh for item in refused.value.refusal.missing] == ["第 7 天 核酸采样"]
    engine.perform(stay, "waive", Waiver(item="7:test", reason="当日外出就诊"), actor=manager, key="w")
    done = engine.perform(stay, "release", Release(), actor=manager, key="r2")
    assert done.state == "released"
    assert Placement.objects.get(stay_id=stay).until.year < 9999


def test_who_may_not_waive_is_refused(county: County) -> None:
    stay = full_stay(county, leave_out="7:test")
    with pytest.raises(NotAllowed):
        engine.perform(
            stay, "waive", Waiver(item="7:test", reason="x"), actor=acting(county, "site_nurse"), key="w"
        )


def test_an_item_is_recorded_once_and_corrected_by_a_new_entry(county: County) -> None:
    stay = ordered(county)
    admit(county, stay, free_room(county.sites[0]))
    nurse = acting(county, "site_nurse")
    item = "2:temperature:am"
    wrong = engine.perform(
        stay, "observe", Observation(item=item, temperature=Decimal("39.6")), actor=nurse, key="a"
    )
    with pytest.raises(Refused):
        engine.perform(
            stay, "observe", Observation(item=item, temperature=Decimal("36.9")), actor=nurse, key="b"
        )
    right = engine.perform(
        stay, "observe", Observation(item=item, temperature=Decimal("36.9")), actor=nurse, key="c",
        corrects=wrong.entry_id,
    )  # fmt: skip
    assert Entry.objects.get(pk=right.entry_id).corrects == wrong.entry_id
    assert Entry.objects.filter(pk=wrong.entry_id).exists()


def test_a_record_is_corrected_also_after_the_stay_has_ended_and_the_end_stays_where_it_was(
    county: County,
) -> None:
    stay = ordered(county)
    admit(county, stay, free_room(county.sites[0]))
    nurse, manager = acting(county, "site_nurse"), acting(county, "site_manager")
    wrong = engine.perform(
        stay, "record_test", TestResult(item="1:test", result=Result.NEGATIVE), actor=nurse, key="a"
    )
    engine.perform(stay, "transfer_hospital", Departure(to="县医院"), actor=manager, key="b")
    ended = Matter.objects.get(pk=stay).closed_at

    right = TestResult(item="1:test", result=Result.POSITIVE)
    engine.perform(stay, "record_test", right, actor=nurse, key="c", corrects=wrong.entry_id)

    now = Matter.objects.get(pk=stay)
    assert (now.state, now.closed_at, now.due_at) == ("hospital", ended, None)
    assert not Matter.objects.filter(type="quarantine.transfer", person_id=now.person_id).exists()
    with pytest.raises(NotFromHere):
        engine.perform(
            stay, "record_test", TestResult(item="4:test", result=Result.NEGATIVE), actor=nurse, key="d"
        )


@pytest.mark.parametrize("mistyped", ["3.7", "33.9", "43", "99", "366"])
def test_a_mistyped_temperature_is_refused_in_words(county: County, mistyped: str) -> None:
    stay = ordered(county)
    admit(county, stay, free_room(county.sites[0]))
    record = Observation(item="2:temperature:am", temperature=Decimal(mistyped))
    with pytest.raises(Refused, match="体温"):
        engine.perform(stay, "observe", record, actor=acting(county, "site_nurse"), key="a")


def test_a_positive_opens_its_transfer_at_once_and_blocks_release(county: County) -> None:
    room = free_room(county.sites[0])
    stay, mate = ordered(county, "甲", number=1), ordered(county, "乙", number=2)
    admit(county, stay, room)
    admit(county, mate, room, shares_with=stay, sharing="夫妻")
    result = TestResult(item="1:test", result=Result.POSITIVE)
    engine.perform(stay, "record_test", result, actor=acting(county, "site_nurse"), key="p")
    entry = Entry.objects.get(matter_id=stay, kind="quarantine.stay.record_test")
    assert (entry.payload["day"], entry.payload["onset"]) == (1, "community")
    transfer = Matter.objects.get(type="quarantine.transfer", person_id=Matter.objects.get(pk=stay).person_id)
    assert transfer.state == "to_send" and transfer.alarm and transfer.due_at is not None
    assert transfer.due_at - timezone.now() < timedelta(hours=2, minutes=1)
    assert {c.stay_id for c in companions(stay) if "room" in c.kinds} == {mate}
    assert Stay.objects.get(pk=stay).positive_at is not None


def test_nobody_is_checked_in_to_a_closed_site(county: County) -> None:
    site = county.sites[0]
    with pytest.raises(Refused):
        engine.perform(site.matter_id, "close_site", _remark("停用"), actor=county.actor("desk"), key="close")
    stay = ordered(county)
    Matter.objects.filter(pk=site.matter_id).update(state="closed")  # as if everybody had left
    with pytest.raises(Refused) as refused:
        admit(county, stay, free_room(site))
    assert "未启用" in refused.value.text.zh


def _remark(reason: str) -> Any:
    from bihuan.modules.quarantine.payloads import Remark

    return Remark(reason=reason)


def test_left_without_leave_is_an_alarm_until_settled(county: County) -> None:
    stay = ordered(county)
    room = free_room(county.sites[0])
    admit(county, stay, room)
    from bihuan.modules.quarantine.payloads import Absence

    engine.perform(
        stay, "report_absence", Absence(told="派出所"), actor=acting(county, "site_nurse"), key="a"
    )
    matter = Matter.objects.get(pk=stay)
    assert (matter.state, matter.closed_at, matter.rank, matter.alarm) == ("absent", None, 1, True)
    engine.perform(stay, "come_back", Admission(room=room), actor=acting(county, "site_nurse"), key="b")
    assert Matter.objects.get(pk=stay).state == "observed"


def test_only_the_system_moves_a_stay_to_its_release_day(county: County) -> None:
    stay = ordered(county)
    admit(county, stay, free_room(county.sites[0]))
    with pytest.raises(NotAllowed):
        engine.perform(stay, "reach_release", actor=acting(county, "site_nurse"), key="x")
    with pytest.raises(NotFromHere):
        engine.perform(stay, "reach_release", actor=system_actor(HERE), key="y")
