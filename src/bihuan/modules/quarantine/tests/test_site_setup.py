"""A site from the first word to its closing: set up on the page or by the API, rooms added, closed, zoned, refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import Conflict, Refused
from bihuan.core.matters.models import Matter
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register
from bihuan.core.places.models import Place
from bihuan.modules.quarantine import room_plan, sites
from bihuan.modules.quarantine.matter import SITE, STAY
from bihuan.modules.quarantine.models import Room, Site, Stay
from bihuan.modules.quarantine.payloads import Admission, Category, Order, Remark, RoomChange
from bihuan.modules.quarantine.sites import RoomPlan, SitePlan
from bihuan.modules.quarantine.tests.county import County

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
PLAN = "A 3 301-318 3 2\nB栋 2-3层 01-10 5"


def typed(**more: str) -> dict[str, str]:
    """Return the form of a new site as the desk fills it in."""
    return {
        "bihuan_key": str(uuid4()), "code": "N1", "name": "金河酒店隔离点", "street": "城关镇", "address": "金河路 8 号",
        "latitude": "38.93", "longitude": "100.45", "opened_on": "", "plan": PLAN, "do": "look", **more,
    }  # fmt: skip


def looked_over(desk: Client, address: str, data: dict[str, str]) -> dict[str, str]:
    """Look the rooms over, as the page asks; return the form with the preview's mark."""
    page = desk.post(address, data).content.decode()
    mark = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert mark is not None
    return {**data, "seen": mark[1]}


def set_up(desk: Client, **more: str) -> Site:
    """Set a site up on the page."""
    data = looked_over(desk, "/sites/new/", typed(**more))
    answer = desk.post("/sites/new/", {**data, "do": more.get("do", "open")})
    assert answer.status_code == 302, answer.content.decode()
    return Site.objects.get(place__code=more.get("code", "N1"))


def change(client: Client, site: Site, step: str, **fields: str) -> Any:
    """Submit one change of the rooms page."""
    data = {"do": step, f"{step}-bihuan_key": str(uuid4()), **{f"{step}-{k}": v for k, v in fields.items()}}
    address = f"/sites/{site.place.code}/rooms/"
    if step == "add_rooms":
        page = client.post(address, data).content.decode()
        mark = re.search(r'name="seen" value="([0-9a-f]+)"', page)
        data["seen"] = mark[1] if mark else ""
    return client.post(address, data)


def test_a_site_is_set_up_with_its_rooms_after_they_were_looked_over(
    county: County, signed_in: SignedIn
) -> None:
    desk = signed_in("desk")
    assert 'href="/sites/new/"' in desk.get("/sites/").content.decode()
    data = typed()
    page = desk.post("/sites/new/", data).content.decode()
    assert "共 38 间、76 床" in page and "301-318" in page and 'value="金河酒店隔离点"' in page
    assert not Place.objects.filter(code="N1").exists()
    unseen = desk.post("/sites/new/", {**data, "do": "open"})
    assert unseen.status_code == 422 and "请先看一遍下面的房间" in unseen.content.decode()
    site = set_up(desk)
    assert (site.matter.state, site.street, site.place.latitude) == ("open", "城关镇", 38.93)
    assert site.matter.title_zh == "金河酒店隔离点" and site.matter.place_id == site.place_id
    assert Room.objects.filter(site=site).count() == 38
    room = Room.objects.get(site=site, building="B", number="305")
    assert (room.floor, room.zone, room.capacity) == (3, 5, 2)
    board = desk.get("/sites/N1/").content.decode()
    assert "301" in board and "办理入住" in board
    history = desk.get(f"/matters/{site.matter_id}/").content.decode()
    assert "金河酒店隔离点" in history and "城关镇" in history


def test_the_same_page_sent_twice_sets_up_one_site(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    data = {**looked_over(desk, "/sites/new/", typed()), "do": "open"}
    assert desk.post("/sites/new/", data)["Location"] == desk.post("/sites/new/", data)["Location"]
    assert Site.objects.filter(place__code="N1").count() == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": "01"}, "已有编码为“01”的隔离点"),
        ({"code": "new"}, "编码 1 至 32 个字"),
        ({"code": "a/b"}, "编码 1 至 32 个字"),
        ({"latitude": ""}, "经纬度要成对填写"),
        ({"latitude": "138"}, "纬度 −90 至 90"),
        ({"name": ""}, "请填写“名称”"),
        ({"plan": "A 3 301-303\nA 3 303"}, "A-303写了两次"),
        ({"plan": "三楼都要"}, "第 1 行：看不懂"),
        ({"opened_on": "2999-01-01"}, "启用日期还没到"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    county: County, signed_in: SignedIn, wrong: dict[str, str], says: str
) -> None:
    desk, sites = signed_in("desk"), Site.objects.count()
    data = typed(**wrong)
    page = desk.post("/sites/new/", data).content.decode()
    mark = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    answer = desk.post("/sites/new/", {**data, "seen": mark[1] if mark else "", "do": "open"})
    shown = answer.content.decode()
    assert answer.status_code == 422 and says in shown and "金河路 8 号" in shown
    assert Site.objects.count() == sites and not Place.objects.filter(code="N1").exists()


def test_a_site_that_is_being_prepared_says_so_until_it_opens(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    site = set_up(desk, do="keep", opened_on="2999-01-01")
    board = desk.get("/sites/N1/").content.decode()
    assert "筹备中，未启用" in board and "启用后才能办理入住" in board and "/admit/" not in board
    assert f"/matters/{site.matter_id}/open_site/" in board
    engine.perform(site.matter_id, "open_site", actor=county.actor("desk"), key="open-n1-1")
    board = desk.get("/sites/N1/").content.decode()
    assert "筹备中" not in board and "/admit/" in board
    engine.perform(
        site.matter_id, "close_site", Remark(reason="任务结束"), actor=county.actor("desk"), key="close-n1"
    )
    board = desk.get("/sites/N1/").content.decode()
    assert "已关闭" in board and "不再接收人员" in board and "/admit/" not in board
    assert "N1" in desk.get("/sites/?show=closed").content.decode()
    assert "您的岗位可以查看，不能改动" in desk.get("/sites/N1/rooms/").content.decode()


def test_rooms_are_added_later_and_those_already_there_are_named(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    site = set_up(desk)
    there = change(desk, site, "add_rooms", plan="A 3 318-320 3")
    assert there.status_code == 422 and "A-318本点已有" in there.content.decode()
    assert change(desk, site, "add_rooms", plan="A 3 319-320 4").status_code == 302
    assert Room.objects.filter(site=site, zone=4).count() == 2
    assert "增设房间：A 3 319-320 4" in desk.get(f"/matters/{site.matter_id}/").content.decode()


def test_a_room_is_closed_with_a_reason_but_never_over_somebody(county: County, signed_in: SignedIn) -> None:
    manager, site = signed_in("manager"), county.sites[0]
    taken = Stay.objects.filter(site=site, ended_at__isnull=True, room__isnull=False)[0].room
    refused = change(manager, site, "close_room", room=str(taken.pk), reason="水管爆裂，待修")
    page = refused.content.decode()
    assert refused.status_code == 422 and "人在住，不能停用" in page and "水管爆裂，待修" in page
    used = Stay.objects.filter(ended_at__isnull=True, room__isnull=False).values("room")
    free = Room.objects.filter(site=site).exclude(pk__in=used)[0]
    assert change(manager, site, "close_room", room=str(free.pk), reason="水管爆裂").status_code == 302
    free.refresh_from_db()
    assert not free.usable
    assert f"停用房间 {free}：水管爆裂" in manager.get(f"/matters/{site.matter_id}/").content.decode()
    assert change(manager, site, "reopen_room", room=str(free.pk), reason="已修好").status_code == 302
    free.refresh_from_db()
    assert free.usable


def test_nobody_is_placed_in_a_closed_room_or_in_one_of_another_site(county: County) -> None:
    site, other = county.sites[0], county.sites[-1]
    used = Stay.objects.filter(ended_at__isnull=True, room__isnull=False).values("room")
    room = Room.objects.filter(site=site).exclude(pk__in=used)[0]
    engine.perform(
        site.matter_id, "close_room", RoomChange(room=room.pk, reason="待修"), actor=county.actor("desk"), key="close-r1"
    )  # fmt: skip
    person = register(Identity(name="房测", phone="13900008877"), county.actor("desk").jurisdiction)
    opening = Opening(
        Order(category=Category.CONTACT), timezone.now(), person_id=person, place_id=site.place_id
    )
    stay = engine.open(STAY, opening, actor=county.actor("desk"), key="order-r1-1").matter_id
    elsewhere = Room.objects.filter(site=other).exclude(pk__in=used)[0]
    for number, words in ((room.pk, "这间房已停用"), (elsewhere.pk, "本点没有这间房")):
        with pytest.raises(Conflict, match=words):
            engine.perform(
                stay, "admit", Admission(room=number), actor=county.actor("desk"), key=f"admit-{number}"
            )


def test_a_floor_gets_another_ventilation_zone(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    site = set_up(desk)
    assert change(desk, site, "change_zone", floor="B/2", zone="9", reason="竣工图").status_code == 302
    assert set(Room.objects.filter(site=site, building="B", floor=2).values_list("zone", flat=True)) == {9}
    assert set(Room.objects.filter(site=site, building="B", floor=3).values_list("zone", flat=True)) == {5}


@pytest.mark.parametrize("who", ["nurse", "manager", "police", "transfer"])
def test_other_posts_set_up_no_site(county: County, signed_in: SignedIn, who: str) -> None:
    assert signed_in(who).get("/sites/new/").status_code == 403
    assert "/sites/new/" not in signed_in(who).get("/sites/").content.decode()


def test_a_nurse_sees_the_rooms_and_changes_none(county: County, signed_in: SignedIn) -> None:
    nurse, site = signed_in("nurse"), county.sites[0]
    assert "close_room" not in nurse.get(f"/sites/{site.place.code}/rooms/").content.decode()
    room = Room.objects.filter(site=site)[0]
    change(nurse, site, "close_room", room=str(room.pk), reason="x")
    room.refresh_from_db()
    assert room.usable


def test_the_api_writes_the_same_rows_or_says_why_not(county: County, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    payload = {"code": "API-1", "name": "接口隔离点", "street": "城关镇", "plan": "A 1 101-104 1"}

    def opened(key: str, **more: Any) -> Any:
        body = {"payload": {**payload, **more.pop("payload", {})}, **more}
        return desk.post(
            "/api/matters/quarantine.site/open", body, content_type="application/json", headers={"Idempotency-Key": key}
        )  # fmt: skip

    made = opened("api-site-1")
    assert made.status_code == 201, made.content
    site = Site.objects.get(matter_id=made.json()["matter_id"])
    assert (site.place.code, site.place.name, site.street) == ("API-1", "接口隔离点", "城关镇")
    assert Room.objects.filter(site=site).count() == 4 and site.matter.state == "preparing"
    assert desk.get("/sites/API-1/").status_code == 200
    before = Matter.objects.filter(type=SITE.code).count()
    again = opened("api-site-2")
    assert again.status_code == 422 and "已有编码" in again.json()["zh"]
    unreadable = opened("api-site-3", payload={"code": "API-2", "plan": "三楼"})
    assert unreadable.status_code == 422 and "看不懂" in unreadable.json()["missing"][0]
    taken = opened("api-site-4", payload={"code": "API-3"}, place_id=str(county.sites[0].place_id))
    assert taken.status_code == 422 and "新设的隔离点自带地点" in taken.json()["zh"]
    assert Matter.objects.filter(type=SITE.code).count() == before


def test_two_desks_setting_up_one_code_make_one_site(county: County) -> None:
    from bihuan.modules.quarantine.payloads import SiteRegistration

    payload = SiteRegistration(code="TWO", name="一处")
    opening = Opening(payload, timezone.now())
    engine.open(SITE, opening, actor=county.actor("desk"), key="two-desks-1")
    with pytest.raises(Refused, match="已有编码"):
        engine.open(SITE, opening, actor=county.actor("registrar"), key="two-desks-2")


@pytest.mark.parametrize("code", ["金河酒店", "Jinhe Hotel 2", "48?#%"])
def test_a_register_without_codes_names_its_sites_and_their_pages_open(
    county: County, signed_in: SignedIn, code: str
) -> None:
    """Then the name stands for the code, in addresses too."""
    plan = SitePlan(
        code, "金河酒店", "城关镇", "", [RoomPlan("A", 1, "101", 1)], timezone.localdate(), 38.9, None
    )
    place = sites.set_up(
        plan, actor=county.actor("registrar"), opened_at=timezone.now(), key=f"register/{code}"
    )
    desk, made = signed_in("desk"), Place.objects.get(pk=place)
    assert made.latitude is None  # half a position is none
    assert desk.get("/sites/").status_code == 200
    board = desk.get(reverse("quarantine:board", args=[code]))
    assert board.status_code == 200 and "101" in board.content.decode()


def test_a_room_count_beyond_any_site_does_not_stop_a_register(county: County) -> None:
    rooms = [RoomPlan("A", 1, str(number), 1) for number in range(1000, 1000 + room_plan.MOST_ROOMS + 1)]
    plan = SitePlan("BIG", "大点", "", "", rooms, timezone.localdate())
    place = sites.set_up(plan, actor=county.actor("registrar"), opened_at=timezone.now(), key="register/big")
    assert Room.objects.filter(site_id=place).count() == 0 and Site.objects.filter(pk=place).exists()
