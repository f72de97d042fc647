"""The small county of `county.py`, built once for a module of tests and taken back after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.modules.directives.tests.county import County, build

SignedIn = Callable[..., Client]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    """The county; everything is rolled back when the module's tests are over."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def county(built: County, db: None) -> County:
    """The county as it was built, whatever the test before did."""
    return built


@pytest.fixture
def signed_in(county: County) -> SignedIn:
    """`signed_in("desk")`: a browser in which that officer is signed in."""

    def client(name: str, language: str = "zh-hans") -> Client:
        made = Client(headers={"accept-language": language})
        made.force_login(county.officers[name])
        return made

    return client


@pytest.fixture
def queries_of() -> Callable[[Client, str], int]:
    """`queries_of(client, address)`: how many queries a page takes once it is warm."""

    def count(client: Client, address: str) -> int:
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    return count
