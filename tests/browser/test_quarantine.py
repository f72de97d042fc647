"""Quarantine in a real Chromium: the board, the round without a network, the person's own page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route

from bihuan.core.ledger.models import Entry
from bihuan.modules.quarantine import codes, rounds
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.tests.county import County, build
from tests.browser.conftest import CHROMIUM, QUIET

AxeClean = Callable[..., None]
SIZES = (1440, 360)


@pytest.fixture(scope="module")
def county(browser_county: None) -> Iterator[County]:
    """A small county in the browser tests' own database."""
    yield build(sites=1, people=40)
    connections.close_all()  # of this context: the database is thrown away after the tests


@pytest.fixture(autouse=True)
def at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the day's items be due at whatever hour the tests run: they may be done from midnight on."""
    from datetime import timedelta

    monkeypatch.setattr(rounds, "AHEAD", timedelta(hours=24))


def _session(county: County, name: str) -> str:
    client = Client()
    client.force_login(county.officers[name])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _sign_in(context: BrowserContext, county: County, name: str, live: str) -> None:
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": _session(county, name), "url": live}
    context.add_cookies([{**cookie, "expires": time.time() + 3600}])


def _round(county: County) -> str:
    return f"/sites/{county.sites[0].place.code}/round/"


def _record(page: Page, whole: str = "36", tenth: str = "6") -> str:
    """Record whoever stands there; returns the stay. People who share a room come one after the other."""
    page.wait_for_function(
        "() => document.getElementById('qr-room').dataset.stay"
    )  # between two, nobody stands
    stay = page.locator("#qr-room").get_attribute("data-stay")
    assert stay is not None
    if page.locator("#qr-pad").is_visible():
        page.click(f"[data-whole='{whole}']")
        page.click(f"[data-tenth='{tenth}']")
    page.click("#qr-well")
    page.click("#qr-save")
    page.wait_for_function("was => document.getElementById('qr-room').dataset.stay !== was", arg=stay)
    return stay


def _said(page: Page, words: str) -> None:
    page.locator("#qr-words", has_text=words).wait_for()


def _entries(county: County) -> int:
    return Entry.objects.filter(
        kind="quarantine.stay.observe",
        place_id=county.sites[0].place_id,
        actor_id=county.officers["nurse"].id,
    ).count()


def _visits(county: County, before: int) -> set[tuple[str, str]]:
    """Return (stay, item) of what was written after a number of entries; a list so long as it is means nothing twice."""
    found = list(
        Entry.objects.filter(kind="quarantine.stay.observe", actor_id=county.officers["nurse"].id, place_id=county.sites[0].place_id)
        .order_by("id").values_list("matter_id", "payload__item")[before:]
    )  # fmt: skip
    assert len(found) == len(set(found))
    return {(str(stay), item) for stay, item in found}


@pytest.fixture
def phone(chromium: Browser, tmp_path: Path, live: str) -> Iterator[Callable[[], BrowserContext]]:
    """`phone()` opens the phone's browser; closing the context and calling again opens it with all it had kept."""
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = chromium.browser_type.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, args=QUIET, base_url=live, locale="zh-CN",
            viewport={"width": 360, "height": 780}, reduced_motion="reduce", has_touch=True,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield start
    opened[-1].close()


def test_a_visit_goes_up_at_once(county: County, page: Page, live: str, axe_clean: AxeClean) -> None:
    _sign_in(page.context, county, "nurse", live)
    page.set_viewport_size({"width": 360, "height": 780})
    before = _entries(county)
    page.goto(_round(county))
    page.locator("#qr-number").wait_for()
    axe_clean(page)
    _record(page)
    _said(page, "全部已上传")
    assert 1 <= len(_visits(county, before)) <= 2
    page.click("#qr-queue-open")
    assert page.locator("#qr-recent li").count() >= 1
    assert "℃" not in page.locator("#qr-recent").inner_text()  # what was measured has left the phone
    axe_clean(page)


def test_rounds_go_on_without_a_network_and_a_closed_browser(
    county: County, phone: Callable[[], BrowserContext], live: str
) -> None:
    before = _entries(county)
    context = phone()
    _sign_in(context, county, "nurse", live)
    page = context.new_page()
    page.goto(_round(county))
    page.locator("#qr-number").wait_for()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function("async () => (await caches.match(location.pathname)) !== undefined")
    context.set_offline(True)
    stays = {_record(page), _record(page), _record(page)}
    _said(page, "3 条未上传")
    assert len(stays) == 3
    assert _entries(county) == before
    context.close()

    context = phone()
    context.set_offline(True)
    page = context.new_page()
    page.goto(_round(county))
    _said(page, "离线 · 3 条未上传")
    page.click("#qr-queue-open")
    assert page.locator("#qr-unsent li").count() == 3
    page.keyboard.press("Escape")
    context.set_offline(False)
    _said(page, "全部已上传")
    assert {stay for stay, _ in _visits(county, before)} == stays


def test_a_lost_reply_is_asked_for_again_and_written_once(county: County, page: Page, live: str) -> None:
    _sign_in(page.context, county, "nurse", live)
    page.set_viewport_size({"width": 360, "height": 780})
    before, lost = _entries(county), []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # the server has written it; the phone hears nothing
        route.abort("connectionreset")

    page.route("**/round/records/", lose)
    page.goto(_round(county))
    page.locator("#qr-number").wait_for()
    _record(page)
    _said(page, "未上传")
    _said(page, "全部已上传")
    assert lost == [201]
    assert len({stay for stay, _ in _visits(county, before)}) == 1


def test_two_tabs_send_what_waits_once(county: County, context: BrowserContext, live: str) -> None:
    _sign_in(context, county, "nurse", live)
    before = _entries(county)
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        tab.set_viewport_size({"width": 360, "height": 780})
        tab.goto(_round(county))
        tab.locator("#qr-number").wait_for()
    context.set_offline(True)
    _record(first)
    _record(first)
    _said(second, "2 条未上传")
    context.set_offline(False)
    for tab in (first, second):
        _said(tab, "全部已上传")
    assert len({stay for stay, _ in _visits(county, before)}) == 2


def test_a_wrong_entry_is_corrected_by_a_new_one(county: County, page: Page, live: str) -> None:
    _sign_in(page.context, county, "nurse", live)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(_round(county))
    page.locator("#qr-number").wait_for()
    stay = _record(page)
    _said(page, "全部已上传")
    page.click("#qr-queue-open")
    page.locator("#qr-recent li").first.get_by_role("button", name="更正").click()
    assert page.locator("#qr-room").get_attribute("data-stay") == stay
    before = Entry.objects.filter(corrects__isnull=False).count()
    if page.locator("#qr-pad").is_visible():
        page.click("[data-whole='37']")
        page.click("[data-tenth='8']")
        page.get_by_text("发热：请再测一次").wait_for()
    page.click("#qr-well")
    page.click("#qr-save")
    page.wait_for_function("() => !document.getElementById('qr-info').textContent.includes('正在更正')")
    _said(page, "全部已上传")
    assert Entry.objects.filter(corrects__isnull=False).count() > before


def test_what_is_missing_is_said_and_nothing_is_sent(county: County, page: Page, live: str) -> None:
    _sign_in(page.context, county, "nurse", live)
    page.set_viewport_size({"width": 360, "height": 780})
    before = _entries(county)
    page.goto(_round(county))
    page.locator("#qr-number").wait_for()
    room = page.locator("#qr-number").inner_text()
    page.click("#qr-save")
    page.get_by_text("还差").wait_for()
    assert page.locator("#qr-number").inner_text() == room
    assert _entries(county) == before


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_pages_are_accessible_and_fit(
    county: County,
    page: Page,
    live: str,
    axe_clean: AxeClean,
    seen_as: Callable[..., None],
    width: int,
    theme: str,
) -> None:
    _sign_in(page.context, county, "manager", live)
    seen_as(page, width=width, theme=theme)
    code = county.sites[0].place.code
    stay = Stay.objects.filter(site=county.sites[0], matter__state="observed").order_by("pk")[0]
    for address in (
        "/sites/", f"/sites/{code}/", f"/sites/{code}/?room={stay.room_id}", f"/sites/{code}/people/", f"/sites/{code}/admit/",
        f"/sites/{code}/results/", f"/sites/{code}/releases/", "/sites/protocols/", f"/sites/{code}/stays/{stay.pk}/do/move_room/",
        f"/sites/{code}/stays/{stay.pk}/slip/",
    ):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        axe_clean(page)


def test_a_room_opens_beside_the_board_by_keyboard(county: County, page: Page, live: str) -> None:
    _sign_in(page.context, county, "manager", live)
    stay = Stay.objects.filter(site=county.sites[0], matter__state="observed").order_by("pk")[0]
    page.goto(f"/sites/{county.sites[0].place.code}/?room={stay.room_id}")
    link = page.locator("tbody [data-room]").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**room=*")
    page.locator("#panel").wait_for()
    page.wait_for_function("() => document.activeElement.id === 'panel'")
    page.locator(".qs-close").click()
    page.locator("#panel").wait_for(state="detached")


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_persons_page_opens_by_the_qr_and_is_accessible(
    county: County, page: Page, axe_clean: AxeClean, seen_as: Callable[..., None], width: int, language: str
) -> None:
    stay = Stay.objects.filter(site=county.sites[0], matter__state="observed").order_by("pk")[1]
    code = codes.issue(stay.pk, county.actor("manager")).code
    seen_as(page, width=width, language=language)
    page.goto("/my/")
    axe_clean(page)
    page.goto(f"/my/#{code}")
    page.wait_for_url("**/my/stay/")
    assert code not in page.url
    for address in ("/my/stay/", "/my/ask/", "/my/ask/medicine/", "/my/contest/", "/my/views/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        axe_clean(page)
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    assert size >= 15
