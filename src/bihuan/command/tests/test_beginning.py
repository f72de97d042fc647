"""A county on its first day: nobody has registered anything, and every post is told what comes first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from bihuan.command.intake.tests.desk import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def county() -> None:
    """No county is loaded here: this is the day before."""


@pytest.mark.parametrize(
    ("post", "kind", "way"),
    [
        ("administrator", "committee", "/config/officers/"), ("quarantine_desk", "health", "/matters/new/"),
        ("registrar", "committee", "/intake/"),
    ],
)  # fmt: skip
def test_the_empty_worklist_says_whose_turn_it_is_and_leads_there(post: str, kind: str, way: str) -> None:
    client: Client = signed_in(post, kind)
    page = client.get("/").content.decode()
    assert "本县还没有登记任何事项" in page and "都办完了" not in page
    assert f'href="{way}"' in page[page.index("本县还没有登记") :]
    assert client.get(way).status_code == 200
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Nothing is registered in this county yet" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("post", "kind", "addresses"),
    [
        ("quarantine_desk", "health", ["/sites/", "/sites/new/", "/sites/protocols/", "/matters/new/", "/messages/"]),
        ("reporter", "committee", ["/report/", "/report/at/"]), ("registrar", "committee", ["/intake/", "/people/merge/"]),
        ("auditor", "committee", ["/ledger/", "/ledger/views/"]),
        ("administrator", "committee", ["/config/", "/config/posts/", "/config/calendars/", "/config/rules/"]),
        ("transfer_desk", "health", ["/"]), ("order_reviewer", "justice", ["/"]),
    ],
)  # fmt: skip
def test_no_page_of_an_empty_county_fails(post: str, kind: str, addresses: list[str]) -> None:
    client: Any = signed_in(post, kind)
    for address in addresses:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("post", "kind"),
    [("quarantine_desk", "health"), ("transfer_desk", "health"), ("registrar", "committee"), ("reporter", "committee")],
)  # fmt: skip
def test_what_an_empty_list_offers_opens_for_the_post_it_is_offered_to(post: str, kind: str) -> None:
    client = signed_in(post, kind)
    for list_ in ("/", "/sites/"):
        page = client.get(list_).content.decode()
        empty = page[page.index('class="bh-empty"') :]
        offered = re.findall(
            r'<li><a href="([^"]+)"', empty[: empty.index("</ul>")] if "</ul>" in empty else ""
        )
        assert offered or list_ == "/"
        assert {way: client.get(way).status_code for way in offered} == dict.fromkeys(offered, 200)
