"""An account with a second factor opens with it and not without, and its secret is nowhere in the database."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.test import Client
from django.utils import timezone

from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.kit.accounts import SecondFactor

pytestmark = [pytest.mark.urls("bihuan.kit.tests.urls"), pytest.mark.django_db]


def code(secret: str, steps: int = 0) -> str:
    """RFC 6238 with SHA-1, 30 s and 6 digits, as an officer's app reckons it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def officer() -> Officer:
    organ = Organ.objects.create(
        code="620799-court", kind="court", name_zh="县人民法院", name_en="County Court", jurisdiction="620799"
    )
    person = Officer.objects.create_user("clerk", "drill", name="李明")
    Appointment.objects.create(
        officer=person, organ=organ, post="filing_clerk", since=timezone.now() - timedelta(days=1)
    )
    return person


@pytest.fixture
def secret(client: Client, officer: Officer) -> str:
    """The secret of an app that the officer has switched on; the browser that did it is signed out."""
    client.post("/login/", {"username": "clerk", "password": "drill"})
    path = "/account/protection/totp/activate/"
    asked = client.get(path)
    assert asked["Location"].startswith("/account/confirm/")
    page = client.post(asked["Location"], {"password": "drill", "next": path}, follow=True)
    assert page.status_code == 200
    made: str = page.context["form"].secret
    answer = client.post("/account/protection/totp/activate/", {"code": code(made)})
    assert answer.status_code == 302, answer.context["form"].errors
    client.post("/logout/")
    return made


def signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_without_a_second_factor_the_password_opens(client: Client, officer: Officer) -> None:
    client.post("/login/", {"username": "clerk", "password": "drill"})
    assert signed_in(client)


def test_the_password_alone_no_longer_opens(client: Client, secret: str) -> None:
    answer = client.post("/login/", {"username": "clerk", "password": "drill"})
    assert answer["Location"] == "/account/protection/authenticate/"
    assert not signed_in(client)
    assert "两步验证" in client.get(answer["Location"]).content.decode()


def test_the_code_opens_and_leads_where_one_wanted_to_go(client: Client, secret: str) -> None:
    client.post("/login/", {"username": "clerk", "password": "drill", "next": "/clerks/"})
    wrong = client.post("/account/protection/authenticate/", {"code": "000000"})
    assert "验证码不对" in wrong.content.decode()
    assert not signed_in(client)
    right = client.post("/account/protection/authenticate/", {"code": code(secret, 1)})
    assert right["Location"] == "/clerks/"
    assert signed_in(client)


def test_a_code_works_once(client: Client, secret: str) -> None:
    seen_over_the_shoulder = code(secret)
    for expected in (True, False):
        client.post("/login/", {"username": "clerk", "password": "drill"})
        client.post("/account/protection/authenticate/", {"code": seen_over_the_shoulder})
        assert signed_in(client) is expected
        client.post("/logout/")


def test_the_secret_is_sealed_in_the_database(secret: str) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    factor = SecondFactor()
    assert factor.decrypt(factor.encrypt(secret)) == secret
    with pytest.raises(InvalidToken):
        factor.decrypt("A" + factor.encrypt(secret)[1:-2] + "xx")


@pytest.mark.parametrize(
    "path",
    [
        "/account/protection/",
        "/account/protection/totp/deactivate/",
        "/account/protection/recovery-codes/",
        "/account/protection/recovery-codes/generate/",
        "/account/protection/webauthn/add/",
        "/account/confirm/",
    ],
)
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "我的账户"), ("en", "My account")])
def test_every_page_of_it_is_ours_in_both_languages(
    client: Client, secret: str, path: str, language: str, words: str
) -> None:
    client.post("/login/", {"username": "clerk", "password": "drill"})
    client.post("/account/protection/authenticate/", {"code": code(secret, 1)})
    assert signed_in(client)
    client.cookies["django_language"] = language
    client.post("/account/confirm/", {"password": "drill", "next": "/account/"})
    client.post("/account/protection/recovery-codes/generate/")
    page = client.get(path, headers={"host": "localhost"})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "bh-bar" in page.content.decode()
