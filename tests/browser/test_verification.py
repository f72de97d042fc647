"""Verification as its people use it: the call sheet by keyboard alone, two officers at once, the lead's press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.modules.verification import tasks
from bihuan.modules.verification.models import Item, Tried
from bihuan.modules.verification.payloads import Assigned
from bihuan.modules.verification.tests.county import County, build

SHEET = "/verification/calls/"


@pytest.fixture
def county(live: str) -> County:
    """Twelve people, nobody given out; whoever was there before is out of the way."""
    Item.objects.exclude(stage="").update(stage="", outcome="fed_back", claimed_by=None)
    made = build(12)
    made.on_shift("caller", "other", "visitor")
    return made


def sign_in(page: Page, live: str, county: County, name: str) -> None:
    """Sign this officer in with the page's browser."""
    client = Client()
    client.force_login(county.officers[name])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live}])


def give(county: County, name: str, numbers: range) -> None:
    officer, now = county.officers[name].id, timezone.now()
    steps = [(county.items[n], Step("assign_call", Assigned(officer=officer), now)) for n in numbers]
    engine.perform_many(steps, actor=county.actor("lead"), raising=True)


def on_screen(page: Page) -> UUID:
    return UUID(page.locator("input[name=item]").input_value())


def state(item: UUID) -> str:
    return Item.objects.select_related("matter").get(pk=item).matter.state


def press(page: Page, key: str) -> None:
    """Press a key and wait until the sheet has another person."""
    before = page.locator("input[name=key]").first.input_value()
    page.keyboard.press(key)
    page.wait_for_function(
        "before => document.querySelector('#press input[name=key]')?.value !== before", arg=before
    )


def test_a_shift_at_the_call_sheet_by_keyboard_alone(page: Page, live: str, county: County) -> None:
    give(county, "caller", range(6))
    sign_in(page, live, county, "caller")
    page.goto(SHEET)
    first = on_screen(page)
    page.keyboard.press("d")
    shown = page.locator("[data-dial]")
    expect(shown).to_have_attribute("href", f"tel:190{county.items.index(first):08d}")
    press(page, "1")
    assert state(first) == "confirmed"
    second = on_screen(page)
    page.keyboard.press("2")
    expect(page.locator("#remark")).to_be_focused()
    page.keyboard.type("10月5日已回原籍 1 2 3")
    press(page, "Enter")
    assert state(second) == "otherwise", "digits in the remark are words, not keys"
    third = on_screen(page)
    page.keyboard.press("3")
    expect(page.locator("#to")).to_be_focused()
    page.keyboard.type("云溪县")
    press(page, "Enter")
    assert state(third) == "forwarded"
    fourth = on_screen(page)
    page.keyboard.press("t")
    press(page, "1")
    entry = Entry.objects.get(matter_id=fourth, kind="verification.item.confirm")
    assert entry.payload["propose"] == "test"
    press(page, "0")
    assert on_screen(page) == fourth and state(fourth) == "to_call"
    page.keyboard.press("p")
    expect(page.get_by_text("歇一会，人已放回")).to_be_visible()
    assert not Item.objects.filter(claimed_by=county.officers["caller"].id).exists()
    page.keyboard.press("b")
    expect(page.locator("#who")).to_be_visible()


def test_two_officers_at_once_never_have_the_same_person(
    page: Page, live: str, county: County, chromium: Browser
) -> None:
    """The caller's colleague has gone, so both work through the same people."""
    give(county, "caller", range(8))
    context = chromium.new_context(base_url=live, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    other = context.new_page()
    try:
        sign_in(page, live, county, "caller")
        sign_in(other, live, county, "other")
        page.goto(SHEET)
        Item.objects.filter(officer_id=county.officers["caller"].id).update(
            officer_id=county.officers["lead"].id
        )
        Item.objects.filter(claimed_by=county.officers["caller"].id).update(
            officer_id=county.officers["caller"].id
        )
        _absent(county)
        other.goto(SHEET)
        seen: list[UUID] = []
        for _ in range(3):
            here, there = on_screen(page), on_screen(other)
            assert here != there
            seen += [here, there]
            press(page, "1")
            press(other, "1")
        assert len(set(seen)) == 6
        assert Tried.objects.filter(item_id__in=seen, taken_back_at=None).count() == 6
    finally:
        context.close()


def _absent(county: County) -> None:
    """Whoever has these people is a caller who is not on shift."""
    from bihuan.core.access.models import Appointment

    held = {"officer": county.officers["lead"], "organ_id": "police", "post": "verifier"}
    Appointment.objects.get_or_create(**held, defaults={"since": timezone.now()})


def test_the_lead_checks_and_routes_in_one_press_and_takes_it_back(
    page: Page, live: str, county: County, monkeypatch: pytest.MonkeyPatch, axe_clean: Callable[..., None]
) -> None:
    monkeypatch.setattr(tasks, "start", lambda run: tasks.route(str(run.id)))
    sign_in(page, live, county, "lead")
    page.goto("/verification/")
    axe_clean(page)
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="核对记录并分派")).to_be_visible()
    axe_clean(page)
    page.keyboard.press("r")
    expect(page.get_by_text("派出 12")).to_be_visible()
    assert Item.objects.filter(pk__in=county.items, stage="call").count() == 12
    page.get_by_role("button", name="撤回这次分派").click()
    expect(page.get_by_text("12 人放回")).to_be_visible()
    assert Item.objects.filter(pk__in=county.items, stage="route").count() == 12


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-hans", "light", 1440), ("en", "dark", 360)])
def test_the_call_sheet_has_no_barrier(
    page: Page, live: str, county: County, language: str, theme: str, width: int, seen_as: Any, axe_clean: Any
) -> None:
    give(county, "caller", range(2))
    sign_in(page, live, county, "caller")
    seen_as(page, language=language, theme=theme, width=width)
    page.goto(SHEET)
    expect(page.locator("#records li")).to_have_count(1)
    axe_clean(page)
    page.keyboard.press("d")
    expect(page.locator("[data-dial]")).to_be_visible()
    axe_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
