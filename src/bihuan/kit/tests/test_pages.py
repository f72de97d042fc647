"""Who may open a page, what it says when something is not done, and that nothing leads astray."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from bihuan.core.access.models import Appointment, Officer, Organ

pytestmark = [pytest.mark.urls("bihuan.kit.tests.urls"), pytest.mark.django_db]


@pytest.fixture
def officer() -> Officer:
    organ = Organ.objects.create(
        code="620799-court", kind="court", name_zh="县人民法院", name_en="County Court", jurisdiction="620799"
    )
    person = Officer.objects.create_user("clerk", "drill", name="李明")
    began = timezone.now() - timedelta(days=2)
    for n, post in enumerate(("filing_clerk", "administrator")):
        Appointment.objects.create(officer=person, organ=organ, post=post, since=began + timedelta(hours=n))
    return person


@pytest.fixture
def desk(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("refused", 422, "隔离期未满"),
        ("not_allowed", 403, "您的岗位不能办理这一步"),
        ("unknown", 404, "没有这个事项"),
        ("stale", 409, "他人已先办理"),
        ("key_reused", 409, "同一提交编号"),
    ],
)
def test_what_the_engine_did_not_do_is_said_with_its_status(
    desk: Client, how: str, status: int, words: str
) -> None:
    page = desk.get(f"/fails/{how}/")
    assert page.status_code == status
    assert words in page.content.decode()


def test_a_refusal_lists_what_is_missing_and_the_next_best_thing_in_both_languages(desk: Client) -> None:
    assert "第 14 天采样" in desk.get("/fails/refused/").content.decode()
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = desk.get("/fails/refused/").content.decode()
    for words in ("The period is not over", "Sample of day 14", "Arrange the sample first", "What was kept"):
        assert words in english


def test_a_partial_gets_a_note_for_the_message_area_not_a_page(desk: Client) -> None:
    answer = desk.post("/fails/stale/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#bh-messages"
    assert "<html" not in answer.content.decode()


def test_a_stranger_is_led_to_the_login_and_back(client: Client) -> None:
    answer = client.get("/clerks/?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/clerks/%3Fa%3D1")


def test_whose_login_ended_while_typing_is_told_that_nothing_is_lost(client: Client) -> None:
    answer = client.post("/clerks/", {"reason": "很长的理由"})
    assert answer.status_code == 401
    assert "您填写的内容还在浏览器里" in answer.content.decode()


def test_a_note_beside_a_form_says_that_what_was_typed_still_stands_there(client: Client) -> None:
    """The form was not replaced: nobody is sent back, nor to a button that is not on the page."""
    for language, kept, again in (
        ("zh-hans", "都还在这一页", "按原来的按钮"),
        ("en", "still on this page", "press the same button"),
    ):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        note = client.post("/clerks/", {"reason": "很长的理由"}, headers={"HX-Request": "true"})
        said = note.content.decode()
        assert note.status_code == 401 and kept in said and again in said
        assert "按“后退”" not in said and "go back" not in said


def test_only_the_named_posts_enter(desk: Client, officer: Officer) -> None:
    assert desk.get("/clerks/").content == b"filing_clerk"
    other = Appointment.objects.get(officer=officer, post="administrator")
    desk.post("/post/", {"appointment": str(other.id), "next": "/clerks/"})
    assert desk.get("/clerks/").status_code == 403


@pytest.mark.parametrize("foreign", ["nonsense", "0190a2b4-0000-7000-8000-000000000000"])
def test_nobody_takes_a_post_that_is_not_theirs(desk: Client, foreign: str) -> None:
    assert desk.post("/post/", {"appointment": foreign}).status_code == 403
    assert desk.get("/clerks/").status_code == 200


def test_a_post_that_ended_is_no_post(desk: Client, officer: Officer) -> None:
    officer.appointments.update(until=timezone.now() - timedelta(hours=1))
    answer = desk.get("/clerks/")
    assert answer.status_code == 403
    assert "没有任职岗位" in answer.content.decode()


@pytest.mark.parametrize(
    "where", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("switch", ["/language/", "/theme/"])
def test_a_switch_never_leads_to_another_host(client: Client, switch: str, where: str) -> None:
    assert client.post(switch, {"language": "en", "next": where})["Location"] == "/"


def test_the_language_is_kept_with_the_account(desk: Client, officer: Officer) -> None:
    answer = desk.post("/language/", {"language": "en", "next": "/account/"})
    assert answer["Location"] == "/account/"
    officer.refresh_from_db()
    assert officer.language == "en"
    assert 'lang="en"' in desk.get("/account/").content.decode()


@pytest.mark.parametrize("language", ["fr", "", "zh-hans; path=/"])
def test_only_the_two_languages_are_taken(client: Client, language: str) -> None:
    assert settings.LANGUAGE_COOKIE_NAME not in client.post("/language/", {"language": language}).cookies


def test_the_theme_is_drawn_by_the_server_so_that_nothing_flashes(client: Client) -> None:
    client.post("/theme/", {"next": "/login/"})
    assert 'data-bs-theme="dark"' in client.get("/login/").content.decode()


def test_login_keeps_the_account_that_was_typed_and_names_no_reason(client: Client, officer: Officer) -> None:
    known = client.post("/login/", {"username": "clerk", "password": "wrong"}).content.decode()
    unknown = client.post("/login/", {"username": "nobody", "password": "wrong"}).content.decode()
    assert 'value="clerk"' in known
    assert "账号或密码不对" in known
    assert "账号或密码不对" in unknown


def test_login_says_until_when_somebody_who_guesses_is_stopped(client: Client, officer: Officer) -> None:
    for _ in range(5):
        client.post("/login/", {"username": "clerk", "password": "wrong"})
    right = client.post("/login/", {"username": "clerk", "password": "drill"})
    assert right.status_code == 200
    assert "登录失败次数过多" in right.content.decode()


def test_login_speaks_the_officers_language(client: Client, officer: Officer) -> None:
    Officer.objects.filter(pk=officer.pk).update(language="en")
    answer = client.post("/login/", {"username": "clerk", "password": "drill", "next": "/account/"})
    assert answer["Location"] == "/account/"
    assert 'lang="en"' in client.get("/account/").content.decode()


def test_a_failure_shows_nothing_of_what_failed(settings: Any) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/broken/")
    words = answer.content.decode()
    assert answer.status_code == 500
    assert "张三" not in words
    assert "系统出错了" in words
    assert "Something went wrong" in words


def test_an_unknown_page_and_a_stale_form_say_what_to_do(officer: Officer) -> None:
    client = Client(enforce_csrf_checks=True)
    assert "没有找到这一页" in client.get("/nowhere/").content.decode()
    answer = client.post("/login/", {"username": "clerk", "password": "drill"})
    assert answer.status_code == 403
    assert "您填写的内容还在浏览器里" in answer.content.decode()


def test_the_style_page_is_for_administrators(desk: Client, officer: Officer) -> None:
    assert desk.get("/kit/").status_code == 404
    other = Appointment.objects.get(officer=officer, post="administrator")
    desk.post("/post/", {"appointment": str(other.id)})
    assert desk.get("/kit/").status_code == 200


def test_a_page_asks_for_the_officers_posts_once(desk: Client, django_assert_max_num_queries: Any) -> None:
    desk.get("/clerks/")
    with django_assert_max_num_queries(3):  # session, officer, appointments
        desk.get("/clerks/")
