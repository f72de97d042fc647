"""Every address of the product, for every post and for strangers: derived from the address table, not from a list.

Whoever adds an address is held to this without an edit here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bihuan.command.tests.conftest import County, populate
from bihuan.core.matters.models import Matter, Request
from bihuan.core.matters.registry import posts
from bihuan.core.spec.posts import PUBLIC, SYSTEM

HEALTH = "/healthz"  # says 503 here: no worker runs
OPEN_TO_ALL = {
    "/login/", "/my/", "/language/", "/theme/", "/api/docs", "/api/openapi.json", "/account/closed/",
    "/sites/round-worker.js", "/verification/visits/worker.js",
}  # fmt: skip
OWN_SESSION = {"/logout/", "/language/", "/theme/", "/post/"}
PUBLIC_DOOR = "/my/"
PROTECTION = "/account/protection/"
NOBODY = "00000000-0000-0000-0000-000000000000"
VALUES = {
    "uuid": NOBODY, "int": "2147483646", "slug": "no-such-thing", "str": "no.such", "path": "x",
}  # fmt: skip
ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>|\{\w+\}")
GONE = {400, 401, 403, 404, 405, 409, 422}
OFFICERS_POSTS = sorted(set(posts()) - {PUBLIC.code, SYSTEM.code})


def addresses(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """Yield every address of the product with arguments that name nothing."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        path = before + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield ARGUMENT.sub(lambda found: VALUES[found[1] or "str"], path)


ADDRESSES = sorted(set(addresses()) - {HEALTH})


def guessed(address: str) -> bool:
    """Tell whether an address was made up: it names something that does not exist."""
    return any(value in address for value in VALUES.values() if len(value) > 1)


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    """A small county, taken away after the module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield populate(people=8)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_it(county: County, db: None) -> None:
    """Every test changes the county for itself alone."""


def standing() -> list[Any]:
    """Return what no refused request may change."""
    return list(Matter.objects.order_by("id").values_list("id", "state", "version"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_gets_nothing_but_the_login(address: str) -> None:
    """Not signed in: sent to the login, or told in words; never a page of the county."""
    answer = Client().get(address)

    if address in OPEN_TO_ALL:
        assert answer.status_code in {200, 302, 405}
    elif answer.status_code == 302:
        assert answer["Location"].startswith(("/login/", PUBLIC_DOOR)), answer["Location"]
    else:
        assert answer.status_code in GONE, (address, answer.status_code)


def tried(client: Client, wanted: list[str]) -> Iterator[tuple[str, str, int]]:
    """Ask for every address by every method; yields the address, the method and the status."""
    client.raise_request_exception = False
    for address in wanted:
        if address in OWN_SESSION or address.startswith(PROTECTION):
            continue  # changes this browser's own session only
        for method in ("get", "post", "put", "patch", "delete", "options", "head"):
            yield address, method, getattr(client, method)(address).status_code


@pytest.mark.parametrize("post", OFFICERS_POSTS)
def test_a_guessed_address_opens_nothing_and_changes_nothing_for_any_post(county: County, post: str) -> None:
    """Whatever the post, whatever the method: refused, without a failure."""
    before = standing()

    for address, method, status in tried(county.client(post), [one for one in ADDRESSES if guessed(one)]):
        listed = {200} if VALUES["uuid"] not in address and VALUES["int"] not in address else set()
        assert status in GONE | {302} | listed, (method, address, status)  # a list of nothing is empty

    assert standing() == before


@pytest.mark.parametrize("post", OFFICERS_POSTS)
def test_no_address_fails_for_any_post_and_method(county: County, post: str) -> None:
    """A page that exists answers, or says in words why not."""
    for address, method, status in tried(county.client(post), [one for one in ADDRESSES if not guessed(one)]):
        assert status < 500, (method, address, status)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_form_without_its_token_is_refused_in_words(county: County, address: str) -> None:
    """A page of somebody else's cannot submit in an officer's name."""
    signed_in = county.client("administrator")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies

    answer = client.post(address, headers={"Idempotency-Key": "k" * 20})

    assert answer.status_code in {401, 403, 404, 405}, (address, answer.status_code)
    if answer.status_code == 403 and "text/html" in answer["Content-Type"]:
        said = answer.content.decode()
        assert "没有" in said


def take(client: Client, stay: Matter, key: str, payload: dict[str, Any]) -> Any:
    """Take a step by the API."""
    return client.post(
        f"/api/matters/{stay.id}/steps/transfer_hospital", {"payload": payload},
        content_type="application/json", headers={"Idempotency-Key": key},
    )  # fmt: skip


def test_a_key_sent_again_with_another_body_is_refused_and_the_first_stands(county: County) -> None:
    client, stay, key = county.client("site_manager"), county.stay("observed"), str(uuid4())
    first = take(client, stay, key, {"to": "县医院"})

    tampered = take(client, stay, key, {"to": "别处"})
    same = take(client, stay, key, {"to": "县医院"})

    assert (first.status_code, tampered.status_code, same.status_code) == (200, 422, 200)
    assert same.json()["repeated"]
    assert same.json()["entry_id"] == first.json()["entry_id"]
    assert {"zh", "en"} <= set(tampered.json())


def test_another_officers_key_is_a_key_like_any_other(county: County) -> None:
    """Keys are each officer's own: nobody learns what another did, nor does it in his or her name."""
    stay, key = county.stay("observed"), str(uuid4())
    first = take(county.client("site_manager"), stay, key, {"to": "县医院"})

    other = take(county.client("quarantine_desk"), stay, key, {"to": "县医院"})

    assert first.status_code == 200
    assert other.status_code == 409
    assert "repeated" not in other.json()
    assert Request.objects.filter(key=key).count() == 1


@pytest.mark.parametrize("key", ["", "short", "有字的编号有字的编号", "k" * 129, "k k k k k k k"])
def test_a_malformed_key_is_refused(county: County, key: str) -> None:
    stay = county.stay("observed")
    before = standing()

    answer = take(county.client("site_manager"), stay, key.encode().decode("latin-1"), {"to": "县医院"})

    assert answer.status_code == 422
    assert standing() == before
