"""The list a positive asks for: who shared room, zone, trip or staff round, from which record, and who sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register
from bihuan.core.spec import Nothing
from bihuan.modules.quarantine.companions import Companion, companions
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.models import Occupancy, Room, Site
from bihuan.modules.quarantine.payloads import (
    Admission,
    Category,
    Departure,
    Observation,
    Order,
    Result,
    TestResult,
)
from bihuan.modules.quarantine.registers import sealed
from bihuan.modules.quarantine.registers.histories import Placed, opening
from bihuan.modules.quarantine.tests.conftest import SignedIn
from bihuan.modules.quarantine.tests.county import County
from bihuan.modules.quarantine.tests.test_cross_infection import SOURCE

HERE = settings.BIHUAN.jurisdiction


@pytest.fixture
def noon() -> datetime:
    """A moment some days ago, at which the round of this test was made."""
    return (timezone.now() - timedelta(days=2)).replace(hour=4, minute=0, second=0, microsecond=0)


def checked_in(
    county: County, number: int, at: datetime, site: int = 0, trip: str = "", name: str = "江小白"
) -> UUID:
    """Order and check in an invented person, alone in a room that no other shares the zone of."""
    place = county.sites[site]
    person = register(Identity(name=name, identifier=f"62070219910101{number:03d}X"), HERE)
    stay = engine.open(
        STAY,
        Opening(
            Order(category=Category.CONTACT), at, person_id=person, place_id=place.pk, number_place="01"
        ),
        actor=county.actor("desk"), key=f"order {number} {site}",
    ).matter_id  # fmt: skip
    engine.perform(
        stay, "admit", Admission(room=_room(place), trip=trip), actor=_nurse(county, site), key=f"in {stay}",
        occurred_at=at,
    )  # fmt: skip
    engine.perform(stay, "begin", Nothing(), actor=_nurse(county, site), key=f"begin {stay}", occurred_at=at)
    return stay


def _room(place: Site) -> int:
    taken = Occupancy.objects.values("room_id")
    room = Room.objects.filter(site=place).exclude(pk__in=taken)[0]
    Room.objects.filter(pk=room.pk).update(zone=0)  # zone 0: its own air
    return room.pk


def _nurse(county: County, site: int = 0) -> Actor:
    return county.actor("nurse" if site == 0 else "other_nurse")


def visited(county: County, stay: UUID, at: datetime, by: str = "nurse", **found: object) -> int:
    item = "2:temperature:am" if at.hour < 6 else "2:temperature:pm"
    outcome = engine.perform(
        stay, "observe", Observation(item=item, **found), actor=county.actor(by), key=f"{stay} {at} {by}",
        occurred_at=at,
    )  # fmt: skip
    return outcome.entry_id


def positive(county: County, stay: UUID, at: datetime) -> None:
    engine.perform(
        stay, "record_test", TestResult(item="2:test", result=Result.POSITIVE), actor=county.actor("nurse"),
        key=f"positive {stay}", occurred_at=at,
    )  # fmt: skip


def listed(stay: UUID, kind: str) -> dict[UUID, Companion]:
    return {one.stay_id: one for one in companions(stay) if kind in one.kinds}


def test_who_the_nurse_saw_within_half_an_hour_is_on_the_list_with_both_times(
    county: County, noon: datetime
) -> None:
    mine, after, before, late = (checked_in(county, n, noon - timedelta(days=1)) for n in range(1, 5))
    visited(county, mine, noon)
    visited(county, after, noon + timedelta(minutes=7))
    visited(county, before, noon - timedelta(minutes=30))
    visited(county, late, noon + timedelta(minutes=31))
    positive(county, mine, noon + timedelta(hours=2))
    found = listed(mine, "round")
    assert {after, before} <= set(found)
    assert late not in found and mine not in found
    (link,) = [one for one in found[after].links if one.kind == "round"]
    assert (link.since, link.until, link.detail) == (noon, noon + timedelta(minutes=7), "白芷")


def test_another_officer_or_a_door_that_stayed_shut_makes_no_round(county: County, noon: datetime) -> None:
    mine, colleague, shut = (checked_in(county, n, noon - timedelta(days=1)) for n in range(1, 4))
    visited(county, mine, noon)
    visited(county, colleague, noon + timedelta(minutes=5), by="manager")
    visited(county, shut, noon + timedelta(minutes=5), no_answer=True)
    positive(county, mine, noon + timedelta(hours=2))
    assert not {colleague, shut} & set(listed(mine, "round"))


def test_a_visit_long_before_the_sample_counts_no_more(county: County, noon: datetime) -> None:
    mine, other = (checked_in(county, n, noon - timedelta(days=1)) for n in range(1, 3))
    visited(county, mine, noon)
    visited(county, other, noon + timedelta(minutes=5))
    positive(county, mine, noon + timedelta(days=2, minutes=1))
    assert other not in listed(mine, "round")


def test_who_came_by_the_same_trip_is_on_the_list_however_it_was_written(
    county: County, noon: datetime
) -> None:
    mine = checked_in(county, 1, noon, trip="转01-3")
    same = checked_in(county, 2, noon + timedelta(hours=2), trip="转 01－3")
    other = checked_in(county, 3, noon, trip="转01-4")
    tomorrow = checked_in(county, 4, noon + timedelta(days=1), trip="转01-3")
    without = checked_in(county, 5, noon)
    found = set(listed(mine, "trip"))
    assert found == {same}
    assert not found & {other, tomorrow, without}


def test_a_transfer_between_sites_is_a_trip_of_both_and_nobody_travels_with_himself(
    county: County, noon: datetime
) -> None:
    mine, mate = (checked_in(county, n, noon - timedelta(days=1)) for n in (1, 2))
    at = noon + timedelta(hours=1)
    desk = county.actor("desk")
    for stay in (mine, mate):
        engine.perform(
            stay, "transfer_site", Departure(to="另一隔离点", trip="T9"), actor=desk, key=f"t {stay}", occurred_at=at
        )  # fmt: skip
    onward = checked_in(county, 1, at + timedelta(hours=1), site=1, trip="t9")
    assert set(listed(mine, "trip")) == {mate}
    assert set(listed(onward, "trip")) == {mate}


def test_the_site_sees_its_own_people_masked_and_how_many_are_elsewhere(
    county: County, signed_in: SignedIn, noon: datetime
) -> None:
    mine = checked_in(county, 1, noon, trip="Z5", name="江小白")
    near = checked_in(county, 2, noon, trip="Z5", name="贺知秋")
    far = checked_in(county, 3, noon, site=1, trip="Z5", name="陆远行")
    code, numbers = county.sites[0].place.code, dict(Matter.objects.values_list("pk", "number"))
    address = f"/sites/{code}/stays/{mine}/companions"
    page = signed_in("nurse").get(f"{address}/").content.decode()
    assert f"/matters/{near}/" in page and "贺*" in page and "车次 Z5" in page
    assert str(far) not in page and "陆" not in page and "另有 1 人在其他隔离点" in page
    assert f"/matters/{far}/" in signed_in("desk").get(f"{address}/").content.decode()
    sheet = signed_in("nurse").get(f"{address}.csv").content.decode("utf-8-sig")
    assert numbers[near] in sheet and "贺*" in sheet
    for hidden in ("贺知秋", "江小白", "62070219910101", numbers[far]):
        assert hidden not in page + sheet


def test_an_empty_list_is_not_called_a_proof(county: County, signed_in: SignedIn, noon: datetime) -> None:
    mine = checked_in(county, 1, noon)
    page = signed_in("nurse").get(
        f"/sites/{county.sites[0].place.code}/stays/{mine}/companions/"
    ).content.decode()  # fmt: skip
    assert "名单为空也不能证明" in page
    assert "0 例" not in page


def test_the_check_in_page_keeps_the_trip_and_hands_it_to_the_record(
    county: County, signed_in: SignedIn
) -> None:
    site, nurse = county.sites[0], signed_in("nurse")
    person = register(Identity(name="江小白", identifier="62070219910101009X"), HERE)
    stay = engine.open(
        STAY,
        Opening(
            Order(category=Category.CONTACT), timezone.now(), person_id=person, place_id=site.pk, number_place="01"
        ),
        actor=county.actor("desk"), key="order",
    ).matter_id  # fmt: skip
    address = f"/sites/{site.place.code}/admit/"
    asked = {"bihuan_key": "one", "who": f"stay:{stay}", "trip": "转07-2"}
    assert 'value="转07-2"' in nurse.post(address, asked).content.decode(), (
        "no room yet: nothing typed is lost"
    )
    assert nurse.post(address, {**asked, "room": str(_room(site))}).status_code == 302
    entry = Entry.objects.get(matter_id=stay, kind="quarantine.stay.admit")
    assert entry.payload["trip"] == "转07-2"


def test_a_history_of_visits_by_nobody_in_particular_makes_no_round(county: County, noon: datetime) -> None:
    """A register says that somebody looked, not who."""
    mine, other = (checked_in(county, n, noon - timedelta(days=1)) for n in (1, 2))
    nobody = replace(county.actor("nurse"), officer_id=None)
    for number, stay in enumerate((mine, other)):
        engine.perform_many(
            [(stay, Step("observe", Observation(item="2:temperature:am"), noon + timedelta(minutes=number)))],
            actor=nobody,
            raising=True,
        )
    positive(county, mine, noon + timedelta(hours=2))
    assert other not in listed(mine, "round")


def test_the_trip_of_a_register_reaches_the_record_and_a_line_without_one_reads_as_before() -> None:
    row = replace(SOURCE, trip="转01-3")
    assert sealed.from_data(sealed.as_data(row)).trip == "转01-3"
    assert "trip" not in sealed.as_data(SOURCE)
    ids = [uuid4() for _ in range(4)]
    placed = Placed(ids[0], ids[1], ids[2], 1, row.check_in, ids[3])
    assert opening(row, placed).history[0].payload.trip == "转01-3"
    assert opening(SOURCE, placed).history[0].payload == replace(
        opening(row, placed).history[0].payload, trip=""
    )
