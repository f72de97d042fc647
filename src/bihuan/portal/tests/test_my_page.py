"""The page of a person under observation: opened by the slip's code, read, asked on, contested, closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.reveal import reveal
from bihuan.modules.quarantine import codes
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Answer, Decision
from bihuan.modules.quarantine.tests.county import County
from bihuan.portal import guesses

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay(county: County) -> Stay:
    """Somebody in the middle of the stay."""
    found = Stay.objects.filter(site=county.sites[0], matter__state="observed", ended_at__isnull=True)
    return found.order_by("admitted_at")[3]


@pytest.fixture
def me(county: County, stay: Stay) -> Client:
    """The browser of that person, after the code was entered."""
    client = Client(headers={"accept-language": "zh-hans"})
    code = codes.issue(stay.pk, county.actor("manager")).code
    assert client.post("/my/", {"code": f" {code.lower()} "})["Location"] == "/my/stay/"
    return client


def test_the_page_says_why_until_when_and_what_happens_each_day(me: Client, stay: Stay) -> None:
    page = me.get("/my/stay/").content.decode()
    assert stay.release_due is not None
    assert f"{stay.release_due.month}月{stay.release_due.day}日" in page.replace(" ", "")
    assert "传染病防治法" in page and stay.matter.number in page
    assert "第 14 天" in page and "阴性" in page and "℃" in page
    assert "我不同意，要提异议" in page


def test_both_languages_tell_the_same(me: Client) -> None:
    me.cookies["django_language"] = "en"
    page = me.get("/my/stay/").content.decode()
    assert "You are under medical observation" in page and "Until when" in page
    assert "您" not in page.partition('<main id="main"')[2].partition("</main>")[0]


def test_without_a_code_every_page_leads_to_the_door(county: County) -> None:
    for page in ("stay/", "ask/", "ask/medicine/", "contest/", "views/", f"matters/{uuid4()}/"):
        answer = Client().get(f"/my/{page}")
        assert answer.status_code == 302 and answer["Location"] == "/my/", page


def test_guesses_are_held_back_and_a_whole_site_is_not(county: County, stay: Stay) -> None:
    code = codes.issue(stay.pk, county.actor("manager")).code
    guesser = Client()
    answers = [
        guesser.post("/my/", {"code": f"AAAAA-{n:05d}"}).status_code for n in range(guesses.PER_ADDRESS + 1)
    ]
    assert answers == [422] * guesses.PER_ADDRESS + [429]
    assert guesser.post("/my/", {"code": code}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    for _ in range(guesses.PER_ADDRESS + 5):  # right codes do not count
        assert elsewhere.post("/my/", {"code": code}).status_code == 302


def test_a_request_gets_a_receipt_and_its_answer_once(county: County, me: Client, stay: Stay) -> None:
    assert me.post("/my/ask/", {"need": "medicine"})["Location"] == "/my/ask/medicine/"
    empty = me.post("/my/ask/medicine/", {"words": "", "key": str(uuid4())})
    assert empty.status_code == 422
    typed = {"words": "降压药快没了", "key": str(uuid4())}
    there = me.post("/my/ask/medicine/", typed)["Location"]
    assert me.post("/my/ask/medicine/", typed)["Location"] == there  # sent twice, asked once
    matter = Matter.objects.get(type="quarantine.request", person_id=stay.matter.person_id)
    page = me.get(there).content.decode()
    assert matter.number in page and "降压药快没了" in page and "回执" in page
    assert me.get(f"{there}receipt/").content.startswith(b"%PDF")
    engine.perform(
        matter.id, "answer", Answer(words="今天下午送到"), actor=county.actor("nurse"), key="answer-1"
    )
    page = me.get(there).content.decode()
    assert "今天下午送到" in page and "撤回这件事" not in page


def test_an_order_is_contested_decided_and_told(county: County, me: Client, stay: Stay) -> None:
    there = me.post("/my/contest/", {"words": "我没有接触过", "key": str(uuid4())})["Location"]
    matter = Matter.objects.get(type="quarantine.objection", person_id=stay.matter.person_id)
    assert matter.organ.kind == "justice" and matter.due_at is not None
    decision = Decision(upheld=False, words="同车记录属实")
    engine.perform(matter.id, "decide", decision, actor=county.actor("reviewer"), key="decide-1")
    page = me.get(there).content.decode()
    assert "异议不成立" in page and "同车记录属实" in page


def test_a_request_is_taken_back_by_the_person_alone(me: Client, stay: Stay) -> None:
    there = me.post("/my/ask/diet/", {"words": "不吃辣", "key": str(uuid4())})["Location"]
    assert me.get(f"{there}withdraw/").status_code == 405
    me.post(f"{there}withdraw/")
    assert Matter.objects.get(type="quarantine.request", person_id=stay.matter.person_id).state == "withdrawn"


def test_another_persons_matter_is_not_found(county: County, me: Client, stay: Stay) -> None:
    other = Stay.objects.filter(site=county.sites[0], matter__state="observed").exclude(pk=stay.pk)[0]
    stranger = Client()
    stranger.post("/my/", {"code": codes.issue(other.pk, county.actor("manager")).code})
    there = stranger.post("/my/ask/diet/", {"words": "清淡", "key": str(uuid4())})["Location"]
    assert me.get(there).status_code == 404
    assert me.post(f"{there}withdraw/").status_code == 404


def test_the_person_sees_who_looked_and_what_for(county: County, me: Client, stay: Stay) -> None:
    assert stay.matter.person_id is not None
    reveal(stay.matter.person_id, ["phone"], "contact", stay.pk, county.actor("manager"))
    page = me.get("/my/views/").content.decode()
    assert "隔离点负责人" in page and "联系本人" in page and "联系电话" in page
    assert "许诺" not in page


def test_a_new_slip_closes_the_page_opened_with_the_old_one(county: County, me: Client, stay: Stay) -> None:
    assert me.get("/my/stay/").status_code == 200
    codes.issue(stay.pk, county.actor("manager"), anew=True)
    assert me.get("/my/stay/").status_code == 302


def test_an_idle_page_and_a_long_ended_stay_are_closed(me: Client, stay: Stay) -> None:
    session = me.session
    session["my_stay"] = {**session["my_stay"], "at": (timezone.now() - timedelta(minutes=31)).timestamp()}
    session.save()
    assert me.get("/my/stay/").status_code == 302
    session["my_stay"] = {**session["my_stay"], "at": timezone.now().timestamp()}
    session.save()
    assert me.get("/my/stay/").status_code == 200
    Stay.objects.filter(pk=stay.pk).update(ended_at=timezone.now() - timedelta(days=31))
    assert me.get("/my/stay/").status_code == 302


def test_the_page_stays_within_its_queries(me: Client, queries_of: Callable[[Client, str], int]) -> None:
    assert queries_of(me, "/my/stay/") <= 15


def test_words_outlive_a_page_that_closed_by_itself(me: Client, stay: Stay) -> None:
    session = me.session
    session["my_stay"] = {**session["my_stay"], "at": session["my_stay"]["at"] - 3600}
    session.save()
    typed = {"words": "降压药快没了", "key": str(uuid4())}
    answer = me.post("/my/ask/medicine/", typed, headers={"Origin": "http://testserver"})
    page = answer.content.decode()
    assert answer.status_code == 401 and "降压药快没了" in page and 'action="/my/ask/medicine/"' in page
    assert not Matter.objects.filter(type="quarantine.request", person_id=stay.matter.person_id).exists()


@pytest.mark.parametrize(("page", "kind"), [("ask/medicine", "request"), ("contest", "objection")])
def test_other_words_on_a_page_sent_before_are_kept_and_sent_as_another_one(
    me: Client, stay: Stay, page: str, kind: str
) -> None:
    typed = {"words": "降压药快没了", "key": str(uuid4())}
    assert me.post(f"/my/{page}/", typed).status_code == 302
    answer = me.post(f"/my/{page}/", {**typed, "words": "还要一副老花镜"})
    shown = answer.content.decode()
    assert answer.status_code == 409 and "还要一副老花镜" in shown and "填写的内容都保留着" in shown
    key = re.search(r'name="key" value="([^"]+)"', shown)
    assert key is not None and key[1] != typed["key"]
    assert me.post(f"/my/{page}/", {"words": "还要一副老花镜", "key": key[1]}).status_code == 302
    asked = Matter.objects.filter(type=f"quarantine.{kind}", person_id=stay.matter.person_id)
    assert asked.count() == 2
