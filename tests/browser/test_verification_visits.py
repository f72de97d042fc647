"""Visits on a phone: a day without a network, a closed browser, what is taken along, and what others did meanwhile."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.people.reveal import view_log
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import Assigned, Confirmation, Method
from bihuan.modules.verification.tests.county import County, build
from tests.browser.test_verification import sign_in, state

HERE = "/verification/visits/"


@pytest.fixture
def county(live: str) -> County:
    """Four people for the visitor, and nobody else."""
    Item.objects.exclude(stage="").update(stage="", outcome="fed_back", claimed_by=None)
    made = build(4)
    made.on_shift("visitor")
    officer, now = made.officers["visitor"].id, timezone.now()
    steps = [(item, Step("assign_visit", Assigned(officer=officer), now)) for item in made.items]
    engine.perform_many(steps, actor=made.actor("lead"), raising=True)
    return made


@pytest.fixture
def phone(page: Page, live: str, county: County, seen_as: Any) -> Page:
    """The visitor's phone with the page open and kept."""
    sign_in(page, live, county, "visitor")
    seen_as(page, width=360)
    page.goto(HERE)
    expect(page.locator("#vv-who")).not_to_be_empty()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.open('bihuan-visits-1').then(c => c.keys()).then(k => k.length > 10)")
    return page


def record(phone: Page, result: str, remark: str = "") -> None:
    phone.get_by_role("button", name=result, exact=True).click()
    if remark:
        phone.locator("#vv-remark").fill(remark)
    phone.locator("#vv-save").click()


def test_a_day_without_a_network_is_sent_whole_when_it_is_back(phone: Page, county: County) -> None:
    phone.locator("#vv-take").click()
    expect(phone.locator("#vv-where")).to_contain_text("演练路")
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#vv-where")).to_contain_text("演练路")
    record(phone, "属实")
    record(phone, "不属实", "已搬到女儿家")
    record(phone, "没有人在")
    expect(phone.locator("#vv-words")).to_contain_text("3 条未上传")
    phone.close()
    phone = _again(phone)
    expect(phone.locator("#vv-words")).to_contain_text("3 条未上传")
    assert {state(item) for item in county.items} == {"to_visit"}
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#vv-words")).to_contain_text("全部已上传", timeout=20_000)
    assert sorted(state(item) for item in county.items) == ["confirmed", "otherwise", "to_visit", "to_visit"]
    assert Entry.objects.filter(matter_id__in=county.items, kind="verification.item.miss_visit").count() == 1


def _again(phone: Page) -> Page:
    """Open the page in a new tab, still without a network."""
    page = phone.context.new_page()
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(HERE)
    return page


def test_what_is_taken_along_is_logged_sealed_on_the_phone_and_gone_when_recorded(
    phone: Page, county: County
) -> None:
    assert "演练路" not in phone.content()
    phone.locator("#vv-take").click()
    expect(phone.locator("#vv-where")).to_contain_text("演练路")
    for item in county.items:
        (view,) = view_log(county.actor("lead").jurisdiction, matter_id=item)
        assert view.purpose == "contact"
    assert "演练路" not in _stored(phone), "nothing on the phone is readable"
    before = phone.evaluate(_COUNT)
    record(phone, "属实")
    phone.wait_for_function(f"({_COUNT})().then(n => n === {before - 1})")


_COUNT = """() => new Promise(done => { const who = document.getElementById('vv').dataset.who;
  const open = indexedDB.open(`bihuan-carried-${who}`); open.onsuccess = () => {
  const all = open.result.transaction('people').objectStore('people').getAll(); all.onsuccess = () => done(all.result.length); }; })"""


def _stored(phone: Page) -> str:
    """Return everything that the browser keeps in its databases and stores, as text."""
    return str(
        phone.evaluate(
            """async () => { let told = JSON.stringify({...localStorage, ...sessionStorage});
            for (const { name } of await indexedDB.databases()) {
              const base = await new Promise(done => { const open = indexedDB.open(name); open.onsuccess = () => done(open.result); });
              for (const store of base.objectStoreNames) {
                const rows = await new Promise(done => { const all = base.transaction(store).objectStore(store).getAll(); all.onsuccess = () => done(all.result); });
                told += JSON.stringify(rows, (key, value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value);
              }
            } return told; }"""
        )
    )


def test_what_somebody_else_settled_meanwhile_is_told_and_not_lost(phone: Page, county: County) -> None:
    phone.context.set_offline(True)
    first = _first(phone, county)
    record(phone, "没有人在")
    engine.perform(
        first, "confirm", Confirmation(method=Method.PHONE), actor=county.actor("lead"), key=f"c{first}"
    )
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#vv-words")).to_contain_text("1 条没有被接受", timeout=20_000)
    phone.locator("#vv-queue-open").click()
    expect(phone.locator("#vv-unsent")).to_contain_text("不能办理")
    phone.get_by_role("button", name="知道了，撤下这一条").click()
    expect(phone.locator("#vv-words")).to_contain_text("全部已上传", timeout=20_000)
    assert state(first) == "confirmed"


def _first(phone: Page, county: County) -> UUID:
    number = phone.locator("#vv-number").inner_text()
    return Item.objects.get(pk__in=county.items, matter__number=number).pk


def test_a_slip_is_taken_back_from_the_phone(phone: Page, county: County) -> None:
    first = _first(phone, county)
    record(phone, "属实")
    _comes_to(first, "confirmed")
    phone.locator("#vv-queue-open").click()
    phone.get_by_role("button", name="撤回", exact=True).click()
    _comes_to(first, "to_visit")


def _comes_to(item: UUID, wanted: str) -> None:
    """Wait until the server has it: what the phone says is told a moment before or after."""
    until = time.monotonic() + 20
    while state(item) != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert state(item) == wanted


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_the_page_has_no_barrier(
    phone: Page, language: str, theme: str, seen_as: Any, axe_clean: Any
) -> None:
    seen_as(phone, language=language, theme=theme, width=360)
    phone.goto(HERE)
    expect(phone.locator("#vv-who")).not_to_be_empty()
    axe_clean(phone)
    phone.locator("#vv-keys button").nth(2).click()
    axe_clean(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
