"""What the kit's pages do under a reader's hands: keyboard, switches, forms, live events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

LoginAs = Callable[..., Any]


@pytest.fixture
def kit(page: Page, login_as: LoginAs) -> Page:
    login_as(page, "administrator", kind="committee", more=("supervisor",))
    page.goto("/kit/")
    return page


def test_a_list_is_worked_with_the_keyboard_alone(kit: Page) -> None:
    kit.keyboard.press("j")
    rows = kit.locator("[data-row]")
    expect(rows.nth(1)).to_have_class("cur")
    expect(rows.nth(1).locator("[data-open]")).to_be_focused()
    kit.keyboard.press("x")
    kit.keyboard.press("j")
    kit.keyboard.press("x")
    expect(kit.locator("[data-bulk]")).to_be_visible()
    expect(kit.locator("[data-bulk-count]")).to_have_text("2")
    kit.keyboard.press("k")
    kit.keyboard.press("Enter")
    assert kit.url.endswith("#2")


def test_slash_searches_and_question_mark_shows_the_keys(kit: Page) -> None:
    kit.keyboard.press("/")
    search = kit.locator("[data-key-search]")
    expect(search).to_be_focused()
    kit.keyboard.type("jx?/")
    expect(search).to_have_value("jx?/")
    expect(kit.locator("#bh-keys")).not_to_be_visible()
    kit.locator("h1").click()
    search.blur()
    kit.keyboard.press("?")
    expect(kit.locator("#bh-keys")).to_be_visible()
    kit.keyboard.press("Escape")
    expect(kit.locator("#bh-keys")).not_to_be_visible()


def test_the_first_stop_of_the_tab_key_leads_past_the_bar(kit: Page) -> None:
    page = kit
    page.goto("/account/")
    page.keyboard.press("Tab")
    expect(page.locator(".bh-skip")).to_be_focused()
    expect(page.locator(".bh-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_all_and_clear_choose_every_row_and_none(kit: Page) -> None:
    kit.locator("[data-choose-all]").check()
    expect(kit.locator("[data-bulk-count]")).to_have_text("4")
    expect(kit.locator("tr.sel")).to_have_count(4)
    kit.locator("[data-bulk-clear]").click()
    expect(kit.locator("[data-bulk]")).to_be_hidden()
    expect(kit.locator("[data-choose-all]")).not_to_be_checked()


def test_the_language_changes_where_one_is(kit: Page) -> None:
    kit.goto("/kit/?page=3")
    kit.locator(".bh-lang button[value=en]").click()
    expect(kit.locator("html")).to_have_attribute("lang", "en")
    assert kit.url.endswith("/kit/?page=3")
    kit.locator(".bh-lang button[value=zh-hans]").click()
    expect(kit.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_theme_changes_in_place_and_stays(kit: Page) -> None:
    before = kit.locator("html").get_attribute("data-bs-theme")
    after = "light" if before == "dark" else "dark"
    kit.locator("[data-theme-switch] button").click()
    expect(kit.locator("html")).to_have_attribute("data-bs-theme", after)
    assert kit.request.get("/kit/").text().count(f'data-bs-theme="{after}"') == 1


def test_an_officer_changes_post_in_the_menu(kit: Page) -> None:
    menu = kit.locator(".bh-menu")
    menu.locator("summary").click()
    kit.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").press("Enter")
    menu.locator("button[name=appointment]:not([aria-current])").click()
    kit.goto("/account/")
    kit.locator(".bh-menu summary").click()
    expect(kit.locator(".bh-menu button[name=appointment]").nth(1)).to_have_attribute("aria-current", "true")


def test_a_form_with_mistakes_comes_back_with_everything_typed_and_its_errors_first(kit: Page) -> None:
    form = kit.locator("form.bh-form").first
    form.get_by_label("救护车").check()
    form.locator("#id_temperature").fill("三十六度五")
    form.locator("#id_symptoms").fill("咳嗽、乏力")
    form.locator("button[type=submit]").click()
    summary = kit.locator("#form-es").locator("xpath=..")
    expect(summary).to_be_focused()
    expect(kit.locator("#id_temperature")).to_have_value("三十六度五")
    expect(kit.locator("#id_symptoms")).to_have_value("咳嗽、乏力")
    expect(kit.locator("#id_route_0")).to_be_checked()
    summary.get_by_role("link", name="体温").click()
    expect(kit.locator("#id_temperature")).to_be_focused()
    kit.locator("#id_temperature").press_sequentially("x")


def test_a_form_is_sent_once_however_often_it_is_clicked(kit: Page) -> None:
    sent: list[str] = []

    kit.on("request", lambda request: sent.append(request.method))
    button = kit.locator("form.bh-form button[type=submit]").first
    with kit.expect_navigation():
        button.evaluate("button => { button.click(); button.click(); }")
    expect(kit.locator("#form-es")).to_be_visible()
    assert sent.count("POST") == 1


def test_a_refused_partial_becomes_a_note_on_the_page(kit: Page) -> None:
    kit.evaluate("htmx.ajax('POST', '/post/', {values: {appointment: 'nobody'}, target: 'main'})")
    note = kit.locator("#bh-messages [role=alert]")
    expect(note).to_contain_text("您的岗位不能打开这一页")
    expect(kit.locator("h1")).to_be_visible()


def test_live_events_reach_the_parts_that_wait_for_them(page: Page, login_as: LoginAs) -> None:
    login_as(page, "administrator", kind="committee")
    event = "id: 7\nevent: worklist\ndata: {}\n\n"

    def stream(route: Route) -> None:
        assert "worklist" in route.request.url
        headers = {
            "content-type": "text/event-stream",
            "access-control-allow-origin": route.request.headers.get("origin", "*"),
            "access-control-allow-credentials": "true",
        }
        route.fulfill(status=200, headers=headers, body=event)

    page.route("**/stream/**", stream)
    page.add_init_script(
        "addEventListener('live:worklist', () => { window.heard = (window.heard || 0) + 1; }, true)"
    )
    page.goto("/kit/")
    page.wait_for_function("() => window.heard > 0")  # a bare expression breaks the CSP when asked twice


def test_without_a_stream_the_page_says_that_it_asks_by_itself(page: Page, login_as: LoginAs) -> None:
    login_as(page, "administrator", kind="committee")
    page.route("**/stream/**", lambda route: route.abort())
    page.goto("/kit/")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "polling")
    assert settings.BIHUAN.port + 1 in {int(port) for port in _ports(page)}


def _ports(page: Page) -> list[str]:
    address = page.locator("meta[name=bihuan-stream]").get_attribute("content") or ""
    return [address.rsplit(":", 1)[1].split("/")[0]]
