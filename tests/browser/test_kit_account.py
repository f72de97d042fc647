"""An officer signs in, protects the account with an app, and signs in again with its code."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def code(secret: str, steps: int = 0) -> str:
    """RFC 6238 as an officer's app reckons it: SHA-1, 30 seconds, 6 digits."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill("drill")
    page.get_by_role("button", name="登录").click()


def test_an_account_is_protected_by_an_app_and_opens_with_its_code(
    page: Page, login_as: Callable[..., Any], axe_clean: Callable[..., None], screenshot: Callable[..., Any]
) -> None:
    officer = login_as(page, "auditor", kind="committee")
    page.goto("/account/")
    page.get_by_role("link", name="设置").click()
    axe_clean(page)
    page.get_by_role("link", name="启用").click()
    page.get_by_label("密码").fill("drill")
    page.get_by_role("button", name="确认").click()
    axe_clean(page)
    screenshot(page, "second-factor")
    secret = page.locator("main code").inner_text()
    page.locator("input[name=code]").fill("12")
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".errmsg")).to_contain_text("验证码不对")
    assert page.locator("main code").inner_text() == secret
    page.locator("input[name=code]").fill(code(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.locator("#bh-messages")).to_contain_text("验证器应用已启用")

    page.locator(".bh-menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    sign_in(page, officer.username)
    expect(page.locator("h1")).to_have_text("两步验证")
    axe_clean(page)
    page.goto("/account/")
    expect(page.locator("h1")).to_have_text("登录")
    sign_in(page, officer.username)
    page.get_by_label("验证码").fill(code(secret, 1))
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".bh-menu")).to_be_visible()
