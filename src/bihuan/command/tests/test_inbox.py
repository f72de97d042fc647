"""What an officer is told leads to the matter, in the post that sees it; what went outside is shown masked."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.command.tests.conftest import County
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.messages import delivery
from bihuan.core.messages.addresses import IN_APP, SMS, ToOfficer, ToPerson
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.sending import Outgoing, send

HERE = settings.BIHUAN.jurisdiction
BUDGET = 15


def alert(stay: Matter, post: str, key: str = "alert") -> Message:
    """Tell the officer of this post that the stay is overdue."""
    params = {"kind": "隔离记录", "number": stay.number, "place": "第 1 集中隔离点", "due": "今天"}
    to = ToOfficer(Officer.objects.get(username=post).id)
    outgoing = Outgoing("matters.overdue", IN_APP, to, f"{key}/{post}", params, matter_id=stay.id)
    return send(outgoing, jurisdiction=HERE)


def text(stay: Matter, key: str = "sms") -> Message:
    """Tell the person that the stay was answered, by text message."""
    assert stay.person_id is not None
    params = {"county": "青禾县", "number": stay.number}
    to = ToPerson(stay.person_id, "quarantine", "13700005678")
    return send(Outgoing("quarantine.answered", SMS, to, key, params, matter_id=stay.id), jurisdiction=HERE)


def test_the_bar_counts_and_the_page_lists_what_is_unread(
    county: County, django_assert_max_num_queries: Any
) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    for number in range(3):
        alert(stay, "site_manager", f"a{number}")
    alert(stay, "site_nurse")
    client.get("/messages/count/")
    with django_assert_max_num_queries(BUDGET):
        page = client.get("/messages/").content.decode()
    assert page.count('class="unread"') == 3
    assert '<span class="bh-count bh-num">3<' in page


def test_opening_one_reads_it_and_leads_to_its_matter(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    message = alert(stay, "site_manager")
    answer = client.get(f"/messages/{message.id}/")
    assert answer["Location"] == f"/matters/{stay.id}/"
    assert 'class="unread"' not in client.get("/messages/").content.decode()
    assert "bh-count" not in client.get("/messages/count/").content.decode()


def test_nobody_opens_what_was_told_to_another(county: County) -> None:
    message = alert(county.stay("observed"), "site_manager")
    assert county.client("site_nurse").get(f"/messages/{message.id}/").status_code == 404
    message.refresh_from_db()
    assert message.state != Message.DELIVERED


def test_the_message_opens_in_the_post_to_which_it_went(county: County) -> None:
    stay = county.stay("observed")
    officer = Officer.objects.get(username="administrator")
    own = officer.appointments.first()
    assert own is not None
    Appointment.objects.create(
        officer=officer, organ_id="health", post="quarantine_desk", since=timezone.now()
    )
    client = county.client("administrator")
    page = client.get(f"/messages/{alert(stay, 'administrator').id}/", follow=True)
    assert page.status_code == 200
    assert stay.number in page.content.decode() and "隔离管控岗" in page.content.decode()


def test_all_are_marked_read_at_once(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    alert(stay, "site_manager", "a"), alert(stay, "site_manager", "b")
    assert client.post("/messages/", follow=True).content.decode().count('class="unread"') == 0


def test_what_went_outside_is_masked_and_says_that_the_sink_reached_nobody(county: County) -> None:
    message = text(county.stay("observed"))
    delivery.attempt(message.id)
    page = county.client("administrator").get("/messages/sent/").content.decode()
    assert "137****5678" in page and "13700005678" not in page
    assert "留在内置信箱" in page and "没有真正发出" in page
    assert county.client("site_manager").get("/messages/sent/").status_code == 403


def test_a_failed_one_is_sent_again_by_the_administrator_and_the_ledger_says_so(county: County) -> None:
    message = text(county.stay("observed"))
    Message.objects.filter(pk=message.pk).update(state=Message.FAILED, next_attempt_at=None)
    assert county.client("auditor").post(f"/messages/{message.id}/again/").status_code == 403
    page = county.client("administrator").post(f"/messages/{message.id}/again/", follow=True)
    assert "已重新发送" in page.content.decode()
    message.refresh_from_db()
    assert message.state == Message.QUEUED
    assert Entry.objects.filter(kind="messages.sent_again", matter_id=message.matter_id).exists()


def test_the_matter_shows_who_was_told_and_the_history_reads_in_words(county: County) -> None:
    stay = county.stay("observed")
    delivery.attempt(text(stay).id)
    delivery.attempt(alert(stay, "site_manager").id)
    page = county.client("site_manager").get(f"/matters/{stay.id}/").content.decode()
    assert "已告知" in page and "137****5678" in page and "告知已发出" in page
    assert "messages." not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_officer_gives_a_mail_address_and_takes_it_back(county: County, language: str) -> None:
    client = county.client("site_manager", language)
    wrong = client.post("/account/mail/", {"mail": "许诺 example"})
    assert wrong.status_code == 422 and 'value="许诺 example"' in wrong.content.decode()
    for given in ("duty@example.cn", ""):
        assert client.post("/account/mail/", {"mail": f" {given} "}).status_code == 302
        assert Officer.objects.get(username="site_manager").mail == given
