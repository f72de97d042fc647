"""An open page follows what others do, and takes nothing away from who is in the middle of something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

LoginAs = Callable[..., Any]


@pytest.fixture
def stream(page: Page) -> Callable[[], None]:
    """`stream()`: let the next stream that the page opens tell of a change on the lists, and again each second."""

    def answer(route: Route) -> None:
        route.fulfill(
            status=200,
            headers={
                "content-type": "text/event-stream",
                "access-control-allow-origin": route.request.headers.get("origin", "*"),
                "access-control-allow-credentials": "true",
            },
            body="retry: 500\nid: 7\nevent: worklist\ndata: {}\n\n",
        )

    def begin() -> None:
        page.route("**/stream/**", answer)

    return begin


def test_a_list_is_drawn_anew_when_something_changed(
    page: Page, login_as: LoginAs, stream: Callable[[], None]
) -> None:
    login_as(page, "supervisor", kind="committee")
    stream()
    page.goto("/")
    page.evaluate("document.querySelector('#worklist').dataset.old = '1'")
    expect(page.locator("#worklist[data-old]")).to_have_count(0)
    expect(page.locator("#worklist")).to_have_count(1)


def test_what_is_being_typed_stays_and_the_page_says_that_there_is_news(
    page: Page, login_as: LoginAs, stream: Callable[[], None]
) -> None:
    login_as(page, "supervisor", kind="committee")
    stream()
    page.goto("/")
    box = page.locator("#worklist input[name=q]")
    box.fill("隔〔2026〕")
    page.evaluate("document.querySelector('#worklist').dataset.old = '1'")
    expect(page.locator("[data-live-note]")).to_be_visible()
    expect(box).to_have_value("隔〔2026〕")
    assert page.evaluate("document.querySelector('#worklist').dataset.old") == "1"
    box.fill("")
    box.blur()
    expect(page.locator("#worklist[data-old]")).to_have_count(
        0, timeout=15_000
    )  # not more often than every 5 s
    expect(page.locator("[data-live-note]")).to_be_hidden()
