"""Directives in a browser: by keyboard, on a phone, in both languages; from registering to the workbook that goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow, Part
from bihuan.modules.directives.payloads import Remark
from bihuan.modules.directives.tests.county import (
    EAST,
    WEST,
    County,
    build,
    directive,
    invented,
    running,
    state,
    written,
)


@pytest.fixture
def county(live: str) -> County:
    """The officers of the desk and of two units."""
    return build()


def sign_in(page: Page, live: str, county: County, name: str) -> None:
    client = Client()
    client.force_login(county.officers[name])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live}])


def taken(county: County, folder: Path, seed: int, listed: int = 12) -> Directive:
    """Take in a directive that came an hour ago; one of an earlier test is out of its way by its number."""
    made = running(seed, listed=listed)
    county.take(written(folder, made, feedback=False))
    return directive(made)


def test_every_page_can_be_read_by_everybody(
    page: Page,
    live: str,
    county: County,
    tmp_path: Path,
    seen_as: Callable[..., None],
    axe_clean: Callable[[Page], None],
) -> None:
    one = taken(county, tmp_path, 210)
    over = invented(211, number=211, late=0.3)
    county.take(written(tmp_path, over))
    part = county.split(one)[EAST]
    desk = [
        "/directives/", f"/directives/{one.pk}/", f"/directives/{directive(over).pk}/", f"/directives/{one.pk}/split/",
        f"/directives/{directive(over).pk}/feedback/look/", "/directives/new/", "/directives/issuers/", f"/directives/parts/{part.pk}/",
    ]  # fmt: skip
    for name, addresses in (
        ("desk", desk),
        ("east", ["/directives/parts/", f"/directives/parts/{part.pk}/"]),
    ):
        sign_in(page, live, county, name)
        for theme, language, width in (("light", "zh-hans", 1440), ("dark", "en", 360)):
            seen_as(page, theme=theme, language=language, width=width)
            for address in addresses:
                page.goto(address)
                axe_clean(page)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
                if language == "en":
                    assert page.locator("html").get_attribute("lang") == "en"


def test_a_directive_is_registered_with_its_list_by_keyboard_alone(
    page: Page, live: str, county: County, tmp_path: Path
) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(
        "姓名,证件号码,现住址\n甲一,620702199001019902,东街街道1号\n乙二,62070219900102991X,西街街道2号\n",
        "utf-8-sig",
    )
    sign_in(page, live, county, "desk")
    page.goto("/directives/new/")
    now = timezone.localtime()
    page.locator("#id_reference").focus()
    page.keyboard.type("HC-键盘-1")
    for words in ("市疾控流调组", "关于协查密切接触者的指令"):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#id_due_at").fill(f"{now + timedelta(hours=10):%Y-%m-%dT%H:%M}")
    page.locator("#id_file").set_input_files(path)
    page.locator("#id_file").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已签收：名单 2 人")).to_be_visible()
    made = Directive.objects.get(reference="HC-键盘-1")
    assert state(made) == "signed" and made.epidemic
    page.get_by_role("link", name="分工", exact=True).click()
    page.get_by_role("button", name="分给各单位").press("Enter")
    expect(page.get_by_text("已分给 2 个单位")).to_be_visible()


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(page: Page, live: str, county: County) -> None:
    sign_in(page, live, county, "desk")
    page.goto("/directives/new/")
    page.locator("#id_subject").fill("关于核查核酸漏检人员的指令")
    page.get_by_role("button", name="登记并签收").click()
    expect(page.get_by_text("请填写“指令编号”").first).to_be_visible()
    expect(page.locator("#id_subject")).to_have_value("关于核查核酸漏检人员的指令")
    assert not Directive.objects.filter(reference="").exists()


def test_a_unit_works_through_its_part_on_a_phone_and_the_desk_feeds_back(
    page: Page, live: str, county: County, tmp_path: Path, seen_as: Callable[..., None]
) -> None:
    one = taken(county, tmp_path, 212, listed=3)
    for row in ListedRow.objects.filter(directive=one):
        ListedRow.objects.filter(pk=row.pk).update(township="东街街道")
    parts = county.split(one)
    part = parts[EAST]
    county.do(parts[WEST], "recall", Remark(reason="没有名单"))
    sign_in(page, live, county, "east")
    seen_as(page, width=360)
    page.goto("/directives/parts/")
    page.get_by_role("link", name=one.reference).click()
    page.get_by_role("button", name="联系本人").first.click()
    expect(page.locator(".dr-seen")).to_be_visible()
    for _ in range(3):
        form = page.locator("form.dr-answer", has=page.locator("select")).first
        box = form.get_by_role("button").bounding_box()
        assert box is not None and box["height"] >= 47
        form.locator("select").nth(0).select_option("phone")
        form.locator("select").nth(1).select_option("true")
        form.get_by_role("button").click()
        page.wait_for_load_state()
    assert FeedbackRow.objects.filter(directive=one).count() == 3
    page.get_by_role("link", name="报完成").click()
    page.get_by_role("button", name="报完成").last.click()
    page.wait_for_url(f"**/directives/parts/{part.pk}/**")
    assert state(Part.objects.get(pk=part.pk)) == "reported"
    sign_in(page, live, county, "desk")
    seen_as(page, width=1440)
    page.goto(f"/directives/{one.pk}/")
    page.get_by_role("link", name="认可").first.click()
    page.get_by_role("button", name="认可").last.click()
    page.wait_for_url("**/directives/**")
    page.goto(f"/directives/{one.pk}/feedback/look/")
    page.get_by_role("button", name="整份反馈").click()
    expect(page.get_by_text("已整份反馈").first).to_be_visible()
    with page.expect_download() as down:
        page.get_by_role("link", name="反馈表").first.click()
    assert Path(down.value.path()).read_bytes().startswith(b"PK")


def test_the_list_is_walked_with_the_keyboard(page: Page, live: str, county: County, tmp_path: Path) -> None:
    taken(county, tmp_path, 213)
    sign_in(page, live, county, "desk")
    page.goto("/directives/?show=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/directives/*-*/")
    expect(page.locator("h1")).to_contain_text("HC")
