"""Nothing a person typed is lost: login over, page too old, somebody first, another post. It comes back and is sent again."""

from __future__ import annotations

import html
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.access.models import Appointment, Officer, Organ

pytestmark = [pytest.mark.urls("bihuan.kit.tests.urls"), pytest.mark.django_db]
HERE = {"Origin": "http://testserver"}
WORDS = "病人需要透析，\n已联系医院 <急>"


@pytest.fixture
def officer() -> Officer:
    organ = Organ.objects.create(
        code="620799-court", kind="court", name_zh="县人民法院", name_en="County Court", jurisdiction="620799"
    )
    person = Officer.objects.create_user("clerk", "drill", name="李明")
    Appointment.objects.create(
        officer=person, organ=organ, post="filing_clerk", since=timezone.now() - timedelta(days=2)
    )
    return person


def fields(page: str) -> list[tuple[str, str]]:
    """Return the fields of the form that the page carries."""
    form = page[page.index('class="bh-carried"') :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return [(name, html.unescape(value)) for name, value in found]


def test_whose_login_ended_while_typing_signs_in_and_submits_again(officer: Officer) -> None:
    browser = Client()
    typed = {"reason": WORDS, "item": ["3:test", "4:test"], "bihuan_key": "k-0001"}
    answer = browser.post("/clerks/?from=list", typed, headers=HERE)
    page = answer.content.decode()
    assert answer.status_code == 401 and "您填写的内容都在下面" in page and "病人需要透析" in page
    assert 'action="/clerks/?from=list"' in page and "3:test</li>" not in page
    kept = [pair for pair in fields(page) if pair[0] != "csrfmiddlewaretoken"]
    assert sorted(kept) == sorted(
        [("reason", WORDS), ("item", "3:test"), ("item", "4:test"), ("bihuan_key", "k-0001")]
    )
    browser.force_login(officer)
    again = browser.post("/clerks/?from=list", dict(kept), headers=HERE)
    assert again.content == b"filing_clerk"


def test_a_form_whose_token_ran_out_is_sent_again_from_the_page_that_says_so(officer: Officer) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer)
    answer = browser.post("/clerks/", {"reason": WORDS, "csrfmiddlewaretoken": "x" * 64}, headers=HERE)
    assert answer.status_code == 403 and "病人需要透析" in answer.content.decode()
    kept = dict(fields(answer.content.decode()))
    assert kept["reason"] == WORDS
    assert browser.post("/clerks/", kept, headers=HERE).content == b"filing_clerk"


@pytest.mark.parametrize("origin", [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {}])
def test_what_another_site_sends_here_is_never_offered_for_sending_again(
    officer: Officer, origin: dict[str, str]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer)
    answer = browser.post("/clerks/", {"reason": WORDS}, headers=origin)
    assert answer.status_code == 403 and "病人需要透析" not in answer.content.decode()


def test_a_password_is_never_carried(officer: Officer) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/login/", {"username": "clerk", "password": "drill-secret"}, headers=HERE)
    assert answer.status_code == 403 and "drill-secret" not in answer.content.decode()
    answer = browser.post("/clerks/", {"name": "甲", "password": "drill-secret"}, headers=HERE)
    assert "drill-secret" not in answer.content.decode()


def test_after_a_conflict_the_form_is_asked_anew_not_refused_again(officer: Officer) -> None:
    browser = Client()
    browser.force_login(officer)
    typed = {"reason": WORDS, "bihuan_key": "k-0001", "bihuan_version": "3"}
    answer = browser.post("/fails/stale/", typed, headers=HERE)
    assert answer.status_code == 409
    assert [name for name, _ in fields(answer.content.decode()) if name != "csrfmiddlewaretoken"] == [
        "reason"
    ]


def test_a_form_that_another_post_sends_keeps_its_words_and_logs_no_traceback(
    officer: Officer, caplog: Any
) -> None:
    Appointment.objects.update(post="administrator")
    browser = Client()
    browser.force_login(officer)
    with caplog.at_level(logging.WARNING):
        answer = browser.post("/clerks/", {"reason": WORDS}, headers=HERE)
    assert answer.status_code == 403 and "病人需要透析" in answer.content.decode()
    assert [record.exc_info for record in caplog.records] == [None]
