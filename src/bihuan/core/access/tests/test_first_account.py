"""A county without accounts: how the first administrator comes in, and what nobody gains by the same way."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from bihuan.core.access.errors import Denied
from bihuan.core.access.models import Officer
from bihuan.core.access.setup import ensure_administrator, nobody_yet
from bihuan.core.ledger.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = "qinghe-first-2026"


def test_the_sign_in_page_of_an_empty_county_says_how_to_make_the_first_account() -> None:
    stranger = Client()
    page = stranger.get("/login/").content.decode()
    assert nobody_yet() and "本县还没有账号" in page and "bihuan administrator" in page
    stranger.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "This county has no account yet" in stranger.get("/login/").content.decode()
    ensure_administrator("lin", PASSWORD, "林初")
    assert "bihuan administrator" not in stranger.get("/login/").content.decode()


def test_the_first_administrator_signs_in_and_may_set_up_the_others() -> None:
    _, new = ensure_administrator("lin", PASSWORD, "林初")
    assert new and not nobody_yet()
    client = Client()
    assert client.post("/login/", {"username": "lin", "password": PASSWORD}).status_code == 302
    assert client.get("/config/officers/").status_code == 200
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"access.officer_created", "access.appointed"} <= kinds
    assert not Entry.objects.filter(payload__icontains="林初").exists()


def test_who_lost_the_password_gets_another_and_keeps_the_account() -> None:
    first, _ = ensure_administrator("lin", PASSWORD, "林初")
    again, new = ensure_administrator("lin", "another-long-one-2026")
    assert again.id == first.id and not new
    assert Officer.objects.get().check_password("another-long-one-2026")
    assert first.appointments.count() == 1
    assert Entry.objects.filter(kind="access.password_changed").count() == 1


def test_a_clerks_account_is_not_made_an_administrators_nor_a_closed_one_opened() -> None:
    Officer.objects.create_user("clerk", PASSWORD, name="文员")
    with pytest.raises(Denied):
        ensure_administrator("clerk", "another-long-one-2026", "文员")
    officer, _ = ensure_administrator("lin", PASSWORD, "林初")
    officer.appointments.update(until=timezone.now())
    with pytest.raises(Denied):
        ensure_administrator("lin", "another-long-one-2026")
    assert Officer.objects.get(username="clerk").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("username", "password", "name"),
    [("", PASSWORD, "林初"), ("lin", PASSWORD, ""), ("lin", "123", "林初"), ("lin", "", "林初")],
)
def test_without_a_name_or_with_a_weak_password_nothing_is_made(
    username: str, password: str, name: str
) -> None:
    with pytest.raises((Denied, ValidationError)):
        ensure_administrator(username, password, name)
    assert nobody_yet() and not Entry.objects.exists()


def _administrators() -> tuple[Officer, Officer]:
    return ensure_administrator("lin", PASSWORD, "林初")[0], ensure_administrator("mei", PASSWORD, "梅远")[0]


def test_the_last_administrator_cannot_be_ended_nor_closed_by_a_slip() -> None:
    first, second = _administrators()
    client = Client()
    client.force_login(first, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/config/officers/close/", {"officer": second.id}).status_code == 302
    assert not Officer.objects.get(id=second.id).is_active
    mine = first.appointments.get()
    for address, sent in (("end", {"appointment": mine.id}), ("close", {"officer": first.id})):
        answer = client.post(f"/config/officers/{address}/", sent)
        assert answer.status_code == 422 and "唯一的系统管理员" in answer.content.decode()
    mine.refresh_from_db()
    assert mine.until is None and Officer.objects.get(id=first.id).is_active


def test_an_officer_who_forgot_the_password_gets_one_from_the_administrator_and_old_logins_end() -> None:
    first, second = _administrators()
    theirs, mine = Client(), Client()
    assert theirs.post("/login/", {"username": "mei", "password": PASSWORD}).status_code == 302
    mine.force_login(first, backend="django.contrib.auth.backends.ModelBackend")
    weak = mine.post("/config/officers/password/", {"officer": second.id, "password": "123"})
    assert weak.status_code == 422 and 'value="123"' not in weak.content.decode()
    new = {"officer": second.id, "password": "a-quite-new-one-2026"}
    assert mine.post("/config/officers/password/", new).status_code == 302
    assert theirs.get("/config/officers/").status_code == 302
    assert Client().post("/login/", {"username": "mei", "password": new["password"]}).status_code == 302
