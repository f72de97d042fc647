"""Every part of the kit, as every reader sees it: both languages, both themes, desk and phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

READERS = [
    (lang, theme, width) for lang in ("zh-hans", "en") for theme in ("light", "dark") for width in (1440, 360)
]


@pytest.mark.parametrize(("language", "theme", "width"), READERS)
def test_every_part_is_accessible_and_fits(
    page: Page,
    login_as: Callable[..., Any],
    seen_as: Callable[..., None],
    axe_clean: Callable[..., None],
    screenshot: Callable[..., Any],
    language: str,
    theme: str,
    width: int,
) -> None:
    login_as(page, "administrator", kind="committee")
    seen_as(page, theme=theme, language=language, width=width)
    assert page.goto("/kit/").status == 200
    assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hans")
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe_clean(page)
    screenshot(page, f"kit-{language}-{theme}-{width}")


@pytest.mark.parametrize(("language", "theme", "width"), READERS)
def test_the_login_is_accessible_and_fits(
    page: Page,
    seen_as: Callable[..., None],
    axe_clean: Callable[..., None],
    screenshot: Callable[..., Any],
    language: str,
    theme: str,
    width: int,
) -> None:
    seen_as(page, theme=theme, language=language, width=width)
    assert page.goto("/login/").status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe_clean(page)
    screenshot(page, f"login-{language}-{theme}-{width}")


def test_without_a_choice_the_theme_is_the_machines(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/login/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


@pytest.mark.parametrize("width", [320, 768, 900, 1024, 1200, 1280])
def test_no_width_makes_a_page_scroll_sideways(
    page: Page, login_as: Callable[..., Any], seen_as: Callable[..., None], width: int
) -> None:
    login_as(page, "administrator", kind="committee")
    seen_as(page, language="en", width=width)
    page.goto("/kit/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_check_itself_finds_a_fault(page: Page, axe_clean: Callable[..., None]) -> None:
    page.goto("/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    with pytest.raises(AssertionError, match="image-alt"):
        axe_clean(page)


@pytest.mark.parametrize("path", ["/account/", "/account/confirm/", "/nowhere/"])
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 360)])
def test_account_and_failures_are_accessible_and_fit(
    page: Page,
    login_as: Callable[..., Any],
    seen_as: Callable[..., None],
    axe_clean: Callable[..., None],
    screenshot: Callable[..., Any],
    path: str,
    theme: str,
    width: int,
) -> None:
    login_as(page, "administrator", kind="committee")
    seen_as(page, theme=theme, width=width)
    page.goto(path)
    page.locator(".bh-menu summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe_clean(page)
    screenshot(page, f"{path.strip('/').replace('/', '-')}-{theme}-{width}")
