"""For tests only: emptying the tables of a test database, which the ledger's triggers would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase


@contextmanager
def without_triggers() -> Iterator[None]:
    """Do what only a superuser can do: change tables while their triggers are silent (this connection)."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")


def let_flush_pass() -> None:
    """Let Django empty a test database after a transactional test; to be called once, from a conftest."""
    cases: Any = TransactionTestCase  # the stubs do not know the method
    original = cases._fixture_teardown
    if getattr(original, "silent", False):
        return

    def teardown(self: TransactionTestCase) -> None:
        with without_triggers():
            original(self)

    teardown.silent = True  # type: ignore[attr-defined]
    cases._fixture_teardown = teardown
