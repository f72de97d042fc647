"""Check-in: order, room, slip in one press; the notice; two at once for one room; the code and what it opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import Refused
from bihuan.core.papers.models import Paper
from bihuan.core.people.identity import Identity
from bihuan.core.people.invented import invent
from bihuan.core.people.models import Person
from bihuan.core.people.people import find_by_identifier, find_by_phone, register
from bihuan.modules.quarantine import codes
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.models import Placement, Room, Stay
from bihuan.modules.quarantine.payloads import Category, Departure, Order
from bihuan.modules.quarantine.protocol import LONGEST
from bihuan.modules.quarantine.tests.county import County

SignedIn = Callable[[str], Client]
KEY = "0f5b1e5c-7d53-4c53-8d0e-5d6f2a8f3a11"
ORDER = Order(category=Category.CONTACT)


def _free_room(county: County, site: int = 0) -> Room:
    taken = Stay.objects.filter(ended_at__isnull=True, room__isnull=False).values("room_id")
    return Room.objects.filter(site=county.sites[site]).exclude(pk__in=taken).order_by("walk")[0]


def _typed(room: Room, **more: str) -> dict[str, str]:
    return {
        "bihuan_key": KEY, "who": "new", "p-name": "甄测", "p-identifier_type": "resident", "p-identifier": "",
        "p-phone": "13900009999", "p-address": "", "o-category": "contact", "o-legal_basis": "传染病防治法 第39条",
        "room": str(room.pk), **more,
    }  # fmt: skip


@pytest.mark.django_db
def test_somebody_new_is_ordered_admitted_and_given_a_slip(county: County, signed_in: SignedIn) -> None:
    room = _free_room(county)
    manager, address = signed_in("manager"), f"/sites/{county.sites[0].place.code}/admit/"
    people = Person.objects.count()
    answer = manager.post(address, _typed(room))
    assert answer.status_code == 302
    stay = Stay.objects.get(room=room, ended_at__isnull=True)
    assert stay.matter.state == "admitted" and stay.access_code is not None
    slip = manager.get(answer["Location"]).content.decode()
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", slip)
    assert code is not None and codes.find(code.group()) == (stay.pk, 0)
    assert code.group() not in manager.get(answer["Location"]).content.decode()  # shown once, then on demand
    assert manager.post(address, _typed(room))["Location"] == answer["Location"]  # the reply was lost
    assert Person.objects.count() == people + 1


@pytest.mark.django_db
def test_an_exposure_in_the_future_is_refused_beside_its_box(county: County, signed_in: SignedIn) -> None:
    room, people = _free_room(county), Person.objects.count()
    address = f"/sites/{county.sites[0].place.code}/admit/"
    answer = signed_in("manager").post(address, _typed(room, **{"o-last_exposure": "2999-01-01"}))
    assert answer.status_code == 422 and "末次暴露不能晚于今天" in answer.content.decode()
    assert Person.objects.count() == people


@pytest.mark.django_db
@pytest.mark.parametrize("slip", ["0001-01-01", "1021-11-10"])
def test_an_exposure_long_ago_is_refused_beside_its_box_and_by_the_engine(
    county: County, signed_in: SignedIn, slip: str
) -> None:
    """No protocol observes longer than its longest: whoever was exposed earlier has nothing left to wait for."""
    room, people = _free_room(county), Person.objects.count()
    address = f"/sites/{county.sites[0].place.code}/admit/"
    answer = signed_in("manager").post(address, _typed(room, **{"o-last_exposure": slip}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "没有方案观察这么久" in page and "甄测" in page
    assert Person.objects.count() == people
    person = register(Identity(name="早测", phone="13900008881"), county.actor("desk").jurisdiction)
    order = Order(category=Category.CONTACT, last_exposure=date.fromisoformat(slip))
    opening = Opening(
        payload=order, occurred_at=timezone.now(), person_id=person, place_id=county.sites[0].place_id
    )
    with pytest.raises(Refused, match="没有方案观察这么久"):
        engine.open(STAY, opening, actor=county.actor("desk"), key=f"long-ago-{slip}")


@pytest.mark.django_db
def test_the_longest_observation_that_a_protocol_knows_still_founds_an_order(
    county: County, signed_in: SignedIn
) -> None:
    day = timezone.localdate() - timedelta(days=LONGEST)
    typed = _typed(_free_room(county), **{"o-last_exposure": day.isoformat()})
    assert signed_in("manager").post(f"/sites/{county.sites[0].place.code}/admit/", typed).status_code == 302


@pytest.mark.django_db
def test_the_back_button_never_takes_the_next_person_for_the_last(
    county: County, signed_in: SignedIn
) -> None:
    room = _free_room(county)
    manager, address = signed_in("manager"), f"/sites/{county.sites[0].place.code}/admit/"
    manager.post(address, _typed(room))
    people = Person.objects.count()
    next_one = _typed(_free_room(county), **{"p-name": "乙测"})
    answer = manager.post(address, next_one)
    assert answer.status_code == 409 and "乙测" in answer.content.decode()
    assert Person.objects.count() == people
    key = re.search(r'name="bihuan_key" value="([^"]+)"', answer.content.decode())
    assert key is not None and key[1] != KEY
    assert manager.post(address, {**next_one, "bihuan_key": key[1]}).status_code == 302
    assert Person.objects.count() == people + 1
    assert Stay.objects.filter(room=room, ended_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_what_was_typed_stays_when_the_room_is_taken(county: County, signed_in: SignedIn) -> None:
    taken = Stay.objects.filter(site=county.sites[0], ended_at__isnull=True)[0].room
    people = Person.objects.count()
    answer = signed_in("manager").post(f"/sites/{county.sites[0].place.code}/admit/", _typed(taken))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "甄测" in page and "13900009999" in page and "该房间这段时间已有人住" in page
    assert Person.objects.count() == people
    assert not Stay.objects.filter(room=taken, admitted_at__gt=timezone.now() - timedelta(minutes=1)).exists()


@pytest.mark.django_db
def test_a_wrong_identifier_is_an_error_beside_its_box(county: County, signed_in: SignedIn) -> None:
    typed = _typed(_free_room(county), **{"p-identifier": "62010219900101001X1"})
    answer = signed_in("manager").post(f"/sites/{county.sites[0].place.code}/admit/", typed)
    assert answer.status_code == 422 and "身份证号码不对" in answer.content.decode()


@pytest.mark.django_db
def test_a_family_shares_a_room_with_a_reason(county: County, signed_in: SignedIn) -> None:
    stay = Stay.objects.filter(
        site=county.sites[0], ended_at__isnull=True, matter__state="observed"
    ).order_by("pk")[0]
    typed = _typed(stay.room, shares_with=str(stay.pk))
    manager, address = signed_in("manager"), f"/sites/{county.sites[0].place.code}/admit/"
    assert manager.post(address, typed).status_code == 422
    assert manager.post(address, {**typed, "sharing": "母女，家庭同住"}).status_code == 302
    parties = set(
        Placement.objects.filter(stay__room=stay.room, until__gt=timezone.now()).values_list(
            "occupancy", flat=True
        )
    )
    assert len(parties) == 1


@pytest.mark.django_db
def test_a_nurse_admits_only_whom_an_order_names(county: County, signed_in: SignedIn) -> None:
    nurse, room = signed_in("nurse"), _free_room(county)
    address = f"/sites/{county.sites[0].place.code}/admit/"
    assert nurse.post(address, _typed(room)).status_code == 422
    assert nurse.get(f"{address}found/?q=王").status_code == 403
    person = register(Identity(name="待入", phone="13900008888"), county.actor("desk").jurisdiction)
    opening = Opening(
        payload=ORDER, occurred_at=timezone.now(), person_id=person, place_id=county.sites[0].place_id
    )
    waiting = engine.open(STAY, opening, actor=county.actor("desk"), key="order-0001").matter_id
    answer = nurse.post(
        address, {"bihuan_key": "check-in-0002", "who": f"stay:{waiting}", "room": str(room.pk)}
    )
    assert answer.status_code == 302
    assert Stay.objects.get(pk=waiting).room_id == room.pk


@pytest.mark.django_db
def test_somebody_known_is_found_masked_and_not_registered_twice(county: County, signed_in: SignedIn) -> None:
    import random

    known = invent(random.Random(99), 7_777)  # not one of the county's
    person = register(
        Identity(name=known.name, identifier=known.identifier, phone=known.phone),
        county.actor("desk").jurisdiction,
    )
    address = f"/sites/{county.sites[0].place.code}/admit/"
    page = signed_in("manager").get(f"{address}found/", {"q": known.identifier}).content.decode()
    assert str(person) in page and known.identifier not in page and known.name not in page
    typed = _typed(_free_room(county), **{"p-name": known.name, "p-identifier": known.identifier})
    assert signed_in("manager").post(address, typed).status_code == 302
    assert find_by_identifier(known.identifier, county.actor("desk").jurisdiction) == person
    assert Stay.objects.filter(matter__person_id=person, ended_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_the_notice_is_printed_with_the_code_and_its_opening_is_recorded(
    county: County, signed_in: SignedIn
) -> None:
    site = county.sites[0].place.code
    stay = Stay.objects.filter(
        site=county.sites[0], ended_at__isnull=True, matter__state="observed"
    ).order_by("pk")[0]
    manager, slip = signed_in("manager"), f"/sites/{site}/stays/{stay.pk}/slip/"
    page = manager.post(slip).content.decode()
    paper = Paper.objects.get(matter_id=stay.pk, kind="notice")
    assert paper.number in page
    assert Entry.objects.filter(kind="people.revealed", matter_id=stay.pk, payload__purpose="serve").exists()
    pdf = manager.get(f"/sites/{site}/stays/{stay.pk}/notice/")
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    assert Entry.objects.filter(kind="papers.opened", matter_id=stay.pk).count() == 1
    assert signed_in("other_nurse").get(f"/sites/{site}/stays/{stay.pk}/notice/").status_code == 404


@pytest.mark.django_db
def test_a_new_code_ends_the_old_one_and_the_database_knows_neither(county: County) -> None:
    stay = Stay.objects.filter(ended_at__isnull=True, room__isnull=False)[0]
    actor = county.actor("manager")
    first = codes.issue(stay.pk, actor)
    assert codes.issue(stay.pk, actor) == first
    assert codes.find(first.code.lower().replace("-", " ")) == (stay.pk, 0)
    second = codes.issue(stay.pk, actor, anew=True)
    assert second.code != first.code
    assert codes.find(first.code) is None and codes.find(second.code) == (stay.pk, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_code::text FROM quarantine_stay WHERE matter_id = %s", [stay.pk])
        kept = cursor.fetchone()[0]
    assert second.code.replace("-", "").encode().hex() not in kept
    told = (
        Entry.objects.filter(kind="quarantine.code_issued", matter_id=stay.pk)
        .values_list("payload", flat=True)
        .order_by("id")
    )
    assert list(told) == [{"issue": 0}, {"issue": 1}]


@pytest.mark.django_db
def test_whoever_comes_from_another_site_goes_on_with_the_same_days(
    county: County, signed_in: SignedIn
) -> None:
    before = Stay.objects.filter(
        site=county.sites[0], ended_at__isnull=True, matter__state="observed"
    ).order_by("day_one")[0]
    engine.perform(
        before.pk,
        "transfer_site",
        Departure(to="第 2 集中隔离点"),
        actor=county.actor("manager"),
        key="leave-1",
    )
    there, desk = county.sites[1], signed_in("desk")
    typed = _typed(_free_room(county, 1), who=f"person:{before.matter.person_id}")
    assert desk.post(f"/sites/{there.place.code}/admit/", typed).status_code == 302
    after = Stay.objects.get(site=there, matter__person_id=before.matter.person_id, ended_at__isnull=True)
    assert (after.day_one, after.episode, after.release_due) == (
        before.day_one,
        before.episode,
        before.release_due,
    )


@pytest.mark.django_db
def test_a_telephone_number_that_is_none_is_an_error_beside_its_box(
    county: County, signed_in: SignedIn
) -> None:
    """What was typed stays; written right, in whatever way, it is taken; somebody may have none."""
    manager, address = signed_in("manager"), f"/sites/{county.sites[0].place.code}/admit/"
    wrong = manager.post(address, _typed(_free_room(county), **{"p-phone": "没有电话"}))
    assert wrong.status_code == 422
    assert "不是电话号码" in wrong.content.decode() and 'value="没有电话"' in wrong.content.decode()
    right = _typed(_free_room(county), **{"p-phone": "０９３６－８２１５５２０ 转 801"})
    assert manager.post(address, right).status_code == 302
    assert find_by_phone("09368215520", county.actor("desk").jurisdiction)
    none = _typed(_free_room(county), **{"p-phone": "", "p-name": "无测", "bihuan_key": "check-in-none"})
    assert manager.post(address, none).status_code == 302
