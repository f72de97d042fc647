"""The desk in a real Chromium: worklist, matter, step, report, ledger; by keyboard, on a phone, without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bihuan.core.access.models import Officer
from bihuan.core.matters.models import Matter
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.tests.county import build, officer

AxeClean = Callable[..., None]
SeenAs = Callable[..., None]
LOOKS = [("light", "zh-hans", 1440), ("dark", "en", 1440), ("light", "zh-hans", 360), ("dark", "en", 360)]


@pytest.fixture(scope="module")
def officers(browser_county: None) -> Iterator[dict[str, Officer]]:
    """The officers of the desk, in the county of the browser tests (made where no other test made it)."""
    if not Site.objects.exists():
        build(sites=1, people=40)
    site = Site.objects.select_related("place").order_by("place__code")[0]
    yield {
        "manager": officer("desk-manager", "site_manager", "health", "许诺", site),
        "reporter": officer("desk-reporter", "reporter", "committee", "沈述"),
        "auditor": officer("desk-auditor", "auditor", "committee", "余察"),
        "administrator": officer("desk-admin", "administrator", "committee", "管理"),
        "registrar": officer("desk-registrar", "registrar", "committee", "席录"),
    }
    connections.close_all()


def _sign_in(context: BrowserContext, who: Officer, live: str) -> None:
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live}])


def _stay() -> Matter:
    stays = Matter.objects.filter(type="quarantine.stay", state="observed")
    found = stays.order_by("place__code", "due_at").first()  # in the site of this manager
    assert found is not None
    return found


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_every_page_of_the_desk_is_accessible(
    officers: dict[str, Officer], page: Page, live: str, seen_as: SeenAs, axe_clean: AxeClean,
    theme: str, language: str, width: int,
) -> None:  # fmt: skip
    """axe finds nothing, and nothing is wider than the screen, in both languages and themes, desk and phone."""
    stay = _stay()
    pages = {
        "manager": ["/", "/?tab=open&state=observed", f"/matters/{stay.id}/", f"/matters/{stay.id}/move_room/",
                    "/search/?q=a", "/matters/new/", "/matters/new/quarantine.request/"],
        "reporter": ["/report/", "/report/at/?fig=quarantine.persons_observed", "/report/compare/"],
        "auditor": ["/ledger/", "/ledger/views/"],
        "administrator": ["/config/", "/config/posts/", "/config/officers/", "/config/calendars/", "/config/rules/"],
        "registrar": ["/people/merge/"],
    }  # fmt: skip
    for who, addresses in pages.items():
        _sign_in(page.context, officers[who], live)
        seen_as(page, theme=theme, language=language, width=width)
        for address in addresses:
            page.goto(address)
            axe_clean(page)
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{address} is {wider} px wider than {width}"


def test_from_the_list_to_a_step_by_keyboard(officers: dict[str, Officer], page: Page, live: str) -> None:
    """J and Enter open a matter; its step opens in place; what is missing is said in place; then it is done."""
    _sign_in(page.context, officers["manager"], live)
    page.goto("/?tab=open&state=observed")
    page.keyboard.press("j")
    expect(page.locator("tr.cur")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/matters/[0-9a-f-]{36}/"))
    page.get_by_role("link", name="调房").click()
    form = page.locator("#step form")
    expect(form).to_be_visible()
    form.get_by_role("button", name="调房").click()
    expect(form.locator("[data-error-summary]")).to_contain_text("调房理由")
    form.get_by_label("新房间").select_option(index=1)
    form.get_by_label("调房理由").fill("空调检修")
    form.get_by_role("button", name="调房").click()
    expect(page.locator("#bh-messages")).to_contain_text("已办理“调房”")
    expect(page.locator("#history")).to_contain_text("调房：空调检修")


def test_the_same_step_without_script(officers: dict[str, Officer], chromium: Browser, live: str) -> None:
    """With script switched off every step is an ordinary page and form."""
    context = chromium.new_context(base_url=live, java_script_enabled=False, locale="zh-CN")
    _sign_in(context, officers["manager"], live)
    page, stay = context.new_page(), _stay()
    page.goto(f"/matters/{stay.id}/")
    page.get_by_role("link", name="转定点医院").click()
    page.get_by_label("去向").fill("县人民医院")
    page.get_by_role("button", name="转定点医院").click()
    expect(page.locator("#bh-messages")).to_contain_text("转定点医院")
    stay.refresh_from_db()
    assert stay.state == "hospital"
    context.close()


def test_personal_fields_open_in_place_for_a_purpose(
    officers: dict[str, Officer], page: Page, live: str
) -> None:
    """Without a purpose the browser asks for one; with it the fields stand there, and can be hidden again."""
    _sign_in(page.context, officers["manager"], live)
    page.goto(f"/matters/{_stay().id}/")
    card = page.locator("#person")
    expect(card).to_contain_text("*")
    card.get_by_label("要看完整信息，请选用途").select_option("contact")
    card.get_by_label("联系电话").check()
    card.get_by_role("button", name="显示").click()
    expect(card).to_contain_text("已记入台账")
    assert re.search(r"\b1\d{10}\b", card.inner_text())
    card.get_by_role("link", name="现在隐藏").click()
    expect(page.locator("#person")).not_to_contain_text("已记入台账")


def test_a_number_of_the_report_opens_to_its_records(
    officers: dict[str, Officer], page: Page, live: str, axe_clean: AxeClean
) -> None:
    """A click on a number opens its definition and its records beside the report, page by page."""
    _sign_in(page.context, officers["reporter"], live)
    page.goto("/report/at/")
    page.locator("article a.bh-fig").nth(1).click()
    panel = page.locator("#fig .bh-drill")
    expect(panel).to_contain_text("问的是")
    first: Any = panel.locator("tbody tr").first.inner_text()
    if panel.get_by_role("link", name="下一页").count():
        panel.get_by_role("link", name="下一页").click()
        expect(panel.locator("tbody tr").first).not_to_have_text(first)
    axe_clean(page)


def test_places_worked_through_together_open_below_their_row(
    officers: dict[str, Officer], page: Page, live: str
) -> None:
    """The row of a place leads to its round and opens its people below."""
    _sign_in(page.context, officers["manager"], live)
    page.goto("/?tab=open")
    expect(page.locator("tr.bh-place-row").get_by_role("link", name="开始巡查")).to_be_visible()
    page.get_by_role("link", name="逐一展开").click()
    expect(page.locator("tr.bh-more")).to_be_visible()
