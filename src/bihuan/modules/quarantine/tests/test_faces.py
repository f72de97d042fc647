"""The desk's pages of quarantine by use case: who may open them, what they show, what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.access.models import Appointment
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import masked
from bihuan.modules.quarantine import board, queries
from bihuan.modules.quarantine.models import Protocol, Stay, Task
from bihuan.modules.quarantine.payloads import Result, TestResult
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.tests.county import County

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
INSIDE = ("", "people/", "people/?show=rooms", "releases/", "results/", "round/", "admit/")


def _stay(county: County, site: int = 0, **more: object) -> Stay:
    return Stay.objects.filter(site=county.sites[site], ended_at__isnull=True, **more).order_by("pk")[0]


def test_a_nurse_of_another_site_finds_nothing(county: County, signed_in: SignedIn) -> None:
    code = county.sites[0].place.code
    other = signed_in("other_nurse")
    for page in INSIDE:
        assert other.get(f"/sites/{code}/{page}").status_code == 404, page
    stay = _stay(county)
    assert other.get(f"/sites/{code}/stays/{stay.pk}/companions/").status_code == 404
    own = county.sites[-1].place.code
    assert other.get(f"/sites/{own}/stays/{stay.pk}/companions/").status_code == 404
    assert other.get(f"/sites/{own}/").status_code == 200


def test_whoever_oversees_sees_counts_and_no_people(county: County, signed_in: SignedIn) -> None:
    supervisor = signed_in("supervisor")
    page = supervisor.get("/sites/").content.decode()
    assert county.sites[0].place.name in page
    assert f"/sites/{county.sites[0].place.code}/" not in page
    assert supervisor.get(f"/sites/{county.sites[0].place.code}/").status_code == 403


def test_somebody_without_a_login_is_asked_for_one(county: County) -> None:
    answer = Client().get(f"/sites/{county.sites[0].place.code}/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_sites_with_something_overdue_come_first(county: County, signed_in: SignedIn) -> None:
    lines = queries.sites(county.actor("desk").jurisdiction, None, timezone.now())
    assert [line.overdue for line in lines] == sorted((line.overdue for line in lines), reverse=True)
    page = signed_in("desk").get("/sites/").content.decode()
    places = [page.index(f"/sites/{line.code}/") for line in lines]
    assert places == sorted(places)
    empty = signed_in("desk").get("/sites/?q=没有这样的名字").content.decode()
    assert "没有符合筛选的隔离点" in empty


def test_every_number_of_the_board_opens_to_as_many_people(county: County, signed_in: SignedIn) -> None:
    site = county.sites[0]
    now = timezone.now()
    numbers = board.numbers(queries.rooms_with(site.place_id, board.since(now.astimezone(LOCAL).date())), now)
    manager = signed_in("manager")
    counted = {
        "present": numbers.present, "today": numbers.people_today, "overdue": numbers.overdue,
        "admitted": None, "leaving": numbers.leaving, "positive": numbers.positives,
    }  # fmt: skip
    assert numbers.present > 10
    for show, expected in counted.items():
        page = manager.get(f"/sites/{site.place.code}/people/?show={show}")
        assert page.status_code == 200
        if expected is not None:
            assert page.context["page"].paginator.count == expected, show


def test_the_board_names_nobody_in_clear(county: County, signed_in: SignedIn) -> None:
    site = county.sites[0]
    page = signed_in("manager").get(f"/sites/{site.place.code}/").content.decode()
    people = Matter.objects.filter(place_id=site.place_id, type="quarantine.stay").values_list(
        "person_id", flat=True
    )
    shown = {who.name for who in masked(set(people)).values()}
    assert any(name in page for name in shown)
    assert all("*" in name for name in shown)
    assert not re.search(r"\d{17}[\dXx]", page)


@pytest.mark.parametrize("page", ["/sites/", "/sites/{}/", "/sites/{}/?room={}", "/sites/{}/people/", "/sites/{}/results/", "/sites/{}/releases/", "/sites/{}/admit/", "/sites/protocols/"])  # fmt: skip
def test_pages_stay_within_their_queries(
    county: County, signed_in: SignedIn, queries_of: Callable[[Client, str], int], page: str
) -> None:
    address = page.format(county.sites[0].place.code, _stay(county).room_id)
    assert queries_of(signed_in("manager"), address) <= 15


def test_the_panel_says_what_is_open_and_what_may_be_done(county: County, signed_in: SignedIn) -> None:
    stay = _stay(county, matter__state="observed")
    page = (
        signed_in("manager").get(f"/sites/{county.sites[0].place.code}/?room={stay.room_id}").content.decode()
    )
    assert stay.matter.number in page
    assert "传染病防治法" in page
    assert f"/stays/{stay.pk}/do/move_room/" in page
    assert f"/stays/{stay.pk}/do/release/" not in page  # not yet due


def test_a_positive_opens_its_transfer_and_stands_on_the_board(county: County, signed_in: SignedIn) -> None:
    site, stay = county.sites[0], _stay(county, matter__state="observed")
    item = next(
        code
        for code in ("1:test", "2:test", "4:test", "7:test", "10:test", "14:test")
        if code not in stay.done
    )
    engine.perform(
        stay.pk,
        "record_test",
        TestResult(item=item, result=Result.POSITIVE),
        actor=county.actor("nurse"),
        key="positive-1",
    )
    transfer = Task.objects.get(stay=stay, matter__type="quarantine.transfer")
    assert transfer.matter.alarm and transfer.matter.due_at is not None
    page = signed_in("manager").get(f"/sites/{site.place.code}/?room={stay.room_id}").content.decode()
    assert "核酸阳性" in page and transfer.matter.number in page
    assert f"/stays/{stay.pk}/companions/" in page
    assert "0 例点内感染" not in page


def test_moving_rooms_by_the_form_leaves_a_trace(county: County, signed_in: SignedIn) -> None:
    site, stay = county.sites[0], _stay(county, matter__state="observed")
    manager = signed_in("manager")
    address = f"/sites/{site.place.code}/stays/{stay.pk}/do/move_room/"
    form = manager.get(address).context["form"]
    room = next(value for value, _ in form.fields["room"].choices if value)
    typed = {
        "room": room,
        "reason": "漏水",
        "bihuan_key": str(uuid4()),
        "bihuan_version": stay.matter.version,
    }
    assert manager.post(address, typed).status_code == 302
    stay.refresh_from_db()
    assert str(stay.room_id) == room
    assert Entry.objects.filter(matter_id=stay.pk, kind="quarantine.stay.move_room").count() == 1
    assert manager.post(address, typed).status_code == 302  # the same press again
    assert Entry.objects.filter(matter_id=stay.pk, kind="quarantine.stay.move_room").count() == 1


def test_a_nurse_is_not_offered_what_only_the_manager_does(county: County, signed_in: SignedIn) -> None:
    site, stay = county.sites[0], _stay(county, matter__state="observed")
    nurse = signed_in("nurse")
    assert nurse.get(f"/sites/{site.place.code}/stays/{stay.pk}/do/waive/").status_code == 403
    assert (
        f"/stays/{stay.pk}/do/waive/"
        not in nurse.get(f"/sites/{site.place.code}/?room={stay.room_id}").content.decode()
    )


def test_release_is_refused_with_the_list_and_done_when_the_loop_is_closed(
    county: County, signed_in: SignedIn
) -> None:
    site = county.sites[0]
    stay = _stay(county, matter__state="observed")
    today = timezone.now().astimezone(LOCAL).date()
    Stay.objects.filter(pk=stay.pk).update(
        release_due=today, day_one=today - timedelta(days=14), admitted_at=timezone.now() - timedelta(days=14)
    )
    manager, address = signed_in("manager"), f"/sites/{site.place.code}/releases/"
    line = next(one for one in manager.get(address).context["lines"] if one.stay.matter_id == stay.pk)
    assert line.refusal is not None and line.missing
    manager.post(f"/sites/{site.place.code}/stays/{stay.pk}/release/", {"bihuan_key": "release-early"})
    stay.matter.refresh_from_db()
    assert stay.matter.state == "observed"
    items = [due.item.code for due in line.missing]
    address_waive = f"/sites/{site.place.code}/stays/{stay.pk}/waive/"
    unticked = manager.post(address_waive, {"reason": "外出就诊", "bihuan_key": "waive-0"})
    assert unticked.status_code == 422 and 'value="外出就诊"' in unticked.content.decode()
    manager.post(
        f"/sites/{site.place.code}/stays/{stay.pk}/waive/",
        {"item": items, "reason": "外出就诊，返回后补测", "bihuan_key": "waive-1"},
    )
    assert Entry.objects.filter(matter_id=stay.pk, kind="quarantine.stay.waive").count() == len(items)
    manager.post(f"/sites/{site.place.code}/stays/{stay.pk}/release/", {"bihuan_key": "release-1"})
    stay.matter.refresh_from_db()
    assert stay.matter.state == "released"


def test_results_are_saved_as_a_batch_once(county: County, signed_in: SignedIn) -> None:
    site, nurse = county.sites[0], signed_in("nurse")
    address = f"/sites/{site.place.code}/results/"
    stay = _stay(county, matter__state="observed")
    recent = timezone.now() - timedelta(days=1)
    Stay.objects.filter(pk=stay.pk).update(
        admitted_at=recent,
        day_one=recent.astimezone(LOCAL).date(),
        done=[],
        release_due=recent.date() + timedelta(days=14),
    )
    waiting = [one for one in nurse.get(address).context["lines"] if one.stay.matter_id == stay.pk]
    assert waiting
    recorded = Entry.objects.filter(
        matter_id=stay.pk, kind="quarantine.stay.record_test", payload__item=waiting[0].due.item.code
    )
    before = recorded.count()
    typed = {"bihuan_key": "batch-0001", waiting[0].name: "negative"}
    assert nurse.post(address, typed).status_code == 302
    assert nurse.post(address, typed).status_code in {302, 422}
    assert recorded.count() == before + 1
    overtaken = {"bihuan_key": "batch-0003", waiting[0].name: "positive"}  # from a page that is older
    answer = nurse.post(address, overtaken)
    assert answer.status_code == 422 and recorded.count() == before + 1
    page = answer.content.decode()
    assert "他人刚刚登记为“阴性”" in page and 'value="positive" selected' in page
    correction = waiting[0].name.replace("r-", "c-", 1)
    corrected = {"bihuan_key": "batch-0002", correction: "positive"}
    assert nurse.post(address, corrected).status_code == 302
    assert recorded.get(corrects__isnull=False).payload["result"] == "positive"
    nothing = nurse.post(address, {"bihuan_key": "batch-0003"})
    assert nothing.status_code == 422


def test_a_new_version_of_a_protocol_binds_from_its_date(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    base = Protocol.objects.get(code="centralised-14", version=1)
    address = f"/sites/protocols/{base.pk}/version/"
    typed = {
        "effective_from": timezone.now().astimezone(LOCAL).date().isoformat(), "first_day": "1", "length": "10",
        "temperature_days": "1-10", "temperature_times": "09:00 18:00", "symptoms_days": "1-10", "symptoms_times": "18:00",
        "test_days": "1、3、5、10", "test_times": "20:00", "source_zh": "县防控办〔2026〕9号", "source_en": "County office 2026/9",
    }  # fmt: skip
    wrong = desk.post(address, {**typed, "test_days": "1-30"})
    assert wrong.status_code == 422 and Protocol.objects.filter(code="centralised-14").count() == 1
    assert desk.post(address, typed).status_code == 302
    made = Protocol.objects.get(code="centralised-14", version=2)
    assert made.items.filter(kind="test").count() == 4
    assert Protocol.objects.get(pk=base.pk).rules == base.rules
    running = Stay.objects.filter(
        protocol=base, ended_at__isnull=True, matter__state__in=("admitted", "observed")
    ).count()
    assert (
        desk.post(
            f"/sites/protocols/{made.pk}/apply/", {"reason": "县防控办〔2026〕9号", "bihuan_key": "apply-1"}
        ).status_code
        == 302
    )
    assert Stay.objects.filter(protocol=made).count() == running > 0
    assert signed_in("manager").get(address).status_code == 403


def test_whoever_left_without_leave_raises_an_alarm_and_is_counted_apart(
    county: County, signed_in: SignedIn
) -> None:
    site, stay = county.sites[0], _stay(county, matter__state="observed")
    nurse = signed_in("nurse")
    before = nurse.get(f"/sites/{site.place.code}/people/?show=present").context["page"].paginator.count
    address = f"/sites/{site.place.code}/stays/{stay.pk}/do/report_absence/"
    typed = {"told": "属地派出所", "bihuan_key": str(uuid4()), "bihuan_version": stay.matter.version}
    assert nurse.post(address, typed).status_code == 302
    stay.matter.refresh_from_db()
    assert stay.matter.state == "absent" and stay.matter.alarm
    assert "1 人擅自离点" in nurse.get(f"/sites/{site.place.code}/").content.decode()
    assert (
        nurse.get(f"/sites/{site.place.code}/people/?show=present").context["page"].paginator.count
        == before - 1
    )
    assert nurse.get(f"/sites/{site.place.code}/people/?show=absent").context["page"].paginator.count == 1
    visited = {one["stay"] for one in nurse.get(f"/sites/{site.place.code}/round/data/").json()["visits"]}
    assert str(stay.pk) not in visited


def test_an_administrator_reaches_the_protocols_by_a_door_of_their_own(
    county: County, signed_in: SignedIn
) -> None:
    Appointment.objects.filter(officer=county.officers["desk"]).update(post="administrator")
    administrator = signed_in("desk")
    assert 'href="/sites/protocols/"' in administrator.get("/config/").content.decode()
    page = administrator.get("/sites/protocols/")
    assert page.status_code == 200
    assert 'href="/sites/"' not in page.content.decode()  # a way that would be refused
