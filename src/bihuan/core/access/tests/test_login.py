"""Guessing a password is stopped; who is locked out is told until when, and the ledger knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate, login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from bihuan.core.access.login import LIMITS, lock_text, locked_until, prune, unlock
from bihuan.core.access.models import LoginFailure, Officer
from bihuan.core.ledger.models import Entry

pytestmark = pytest.mark.django_db

RIGHT = "long enough 2026"
PAIR, NAME, ADDRESS = (limit.failures for limit in LIMITS)


@pytest.fixture
def li() -> Officer:
    return Officer.objects.create_user("li", RIGHT, name="李演练")


def try_to_sign_in(username: str, password: str, address: str = "10.0.0.1") -> bool:
    request = RequestFactory().post("/login/", REMOTE_ADDR=address)
    return authenticate(request, username=username, password=password) is not None


def fail(username: str, times: int, address: str = "10.0.0.1") -> None:
    """Fail without hashing a password each time."""
    from bihuan.core.access.login import count_failure

    for _ in range(times):
        count_failure(None, {"username": username}, RequestFactory().post("/", REMOTE_ADDR=address))


def test_guessing_is_stopped_and_then_the_right_password_does_not_help(li: Officer) -> None:
    for _ in range(PAIR):
        assert not try_to_sign_in("li", "wrong")
    assert not try_to_sign_in("li", RIGHT)
    entry = Entry.objects.get(kind="access.locked_out")
    assert entry.payload == {"scope": "name_and_address", "failures": PAIR, "officer": str(li.id)}


def test_from_another_address_the_officer_still_gets_in(li: Officer) -> None:
    fail("li", PAIR)
    assert try_to_sign_in("li", RIGHT, "10.0.0.2")


def test_a_name_tried_from_many_addresses_is_locked_everywhere(li: Officer) -> None:
    for number in range(NAME):
        fail("li", 1, f"10.0.1.{number}")
    assert not try_to_sign_in("li", RIGHT, "10.9.9.9")


def test_an_address_that_tries_many_names_is_locked_and_no_name_is_kept(li: Officer) -> None:
    for number in range(ADDRESS):
        fail(f"name-{number}", 1)
    assert not try_to_sign_in("li", RIGHT)
    assert try_to_sign_in("li", RIGHT, "10.0.0.2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_loginfailure f WHERE f::text LIKE '%%name-%%'")
        assert cursor.fetchone() == (0,)


def test_the_lock_ends_and_trying_meanwhile_does_not_prolong_it(li: Officer) -> None:
    fail("li", PAIR)
    until = locked_until("li", "10.0.0.1")
    assert until is not None
    fail("li", 3)
    assert locked_until("li", "10.0.0.1") == until
    LoginFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert try_to_sign_in("li", RIGHT)


def test_signing_in_forgets_the_failures_before(li: Officer) -> None:
    fail("li", PAIR - 1)
    request = RequestFactory().post("/login/", REMOTE_ADDR="10.0.0.1")
    request.session = SessionStore()
    login(request, li, backend="django.contrib.auth.backends.ModelBackend")
    fail("li", 1)
    assert locked_until("li", "10.0.0.1") is None


def test_the_administrator_unlocks(li: Officer) -> None:
    fail("li", PAIR)
    unlock(li)
    assert try_to_sign_in("li", RIGHT)


def test_the_lock_is_told_in_both_languages() -> None:
    text = lock_text(timezone.now())
    assert ":" in text.zh
    assert "Try again" in text.en


def test_old_failures_are_deleted(li: Officer) -> None:
    fail("li", 2)
    LoginFailure.objects.update(at=timezone.now() - timedelta(days=2))
    fail("li", 1)
    assert prune() == 2
    assert LoginFailure.objects.count() == 1
