"""The pages of messages, looked at as a reader does: both languages, desk and phone, no barrier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from bihuan.core.messages.addresses import IN_APP, MAIL, ToOffice, ToOfficer
from bihuan.core.messages.sending import Outgoing, send

LoginAs = Callable[..., Any]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1440, 360])
def test_messages_are_read_on_desk_and_phone(
    page: Page, login_as: LoginAs, seen_as: Callable[..., None], axe_clean: Any, language: str, width: int
) -> None:
    officer = login_as(page, "administrator", kind="committee")
    params = {"count": "12", "numbers": "隔〔2026〕01-0001、隔〔2026〕01-0002"}
    for channel, to in ((IN_APP, ToOfficer(officer.id)), (MAIL, ToOffice("duty@example.cn"))):
        told = Outgoing("matters.overdue_many", channel, to, f"{language}{width}{channel}", params)
        send(told, jurisdiction=settings.BIHUAN.jurisdiction)
    seen_as(page, language=language, width=width)
    page.goto("/messages/")
    expect(page.locator(".bh-mails .unread").first).to_be_visible()
    axe_clean(page)
    page.goto("/messages/sent/")
    expect(page.get_by_text("duty@example.cn").first).to_be_visible()
    axe_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/account/")
    axe_clean(page)
