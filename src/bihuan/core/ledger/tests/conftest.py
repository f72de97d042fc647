"""A ledger to tamper with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from bihuan.core.ledger import append
from bihuan.core.ledger.encoding import Draft
from bihuan.core.ledger.findings import Report
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.testing import let_flush_pass, without_triggers

let_flush_pass()

Tamper = Callable[..., None]
START = datetime(2021, 11, 15, 8, tzinfo=UTC)


@pytest.fixture
def county(tmp_path: Path, settings: Any, transactional_db: None) -> Path:
    """A county's folder of its own, with fresh keys and no seals; an empty ledger."""
    settings.BIHUAN = settings.BIHUAN.model_copy(update={"home": tmp_path})
    return tmp_path


def drafts(count: int, **changes: Any) -> list[Draft]:
    """Invented steps: a personal part on every third."""
    return [
        Draft(
            **{
                "kind": "test_stay.note",
                "occurred_at": START + timedelta(minutes=i),
                "recorded_at": START + timedelta(hours=1, microseconds=i),
                "jurisdiction": "620799",
                "post": "site_nurse",
                "person_id": UUID(int=i + 1),
                "to_state": "observing" if i % 2 else None,
                "payload": {"n": i, "slot": "上午"},
                "sealed": bytes([i % 256]) * 40 if i % 3 == 0 else None,
            }
            | changes
        )
        for i in range(count)
    ]


@pytest.fixture
def ledger(county: Path) -> Iterator[list[int]]:
    """Forty entries under four seals of ten, and five that are not sealed yet; yields all their numbers."""
    with transaction.atomic():
        numbers = append.append(drafts(40))
    assert seal(most=10).seals == 4
    with transaction.atomic():
        numbers += append.append(drafts(5))
    yield numbers


@pytest.fixture
def tamper(transactional_db: None) -> Tamper:
    """Run SQL as the database's administrator can: with the triggers silenced."""

    def run(*statements: str, **parameters: Any) -> None:
        with without_triggers(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, parameters or None)

    return run


def found(report: Report) -> dict[str, set[int]]:
    """Kind of finding → the entries (or seals, where no entry is named)."""
    named: dict[str, set[int]] = {}
    for finding in report.findings:
        number = finding.entry if finding.entry is not None else finding.seal
        named.setdefault(str(finding.kind), set()).add(number or 0)
    return named


@contextmanager
def undone(tamper: Tamper) -> Iterator[None]:
    """Put both tables back, byte for byte, after what is done inside."""
    tables = ("ledger_entry", "ledger_seal")
    tamper(*(f"CREATE TEMP TABLE saved_{table} AS TABLE {table}" for table in tables))
    yield
    for table in tables:
        tamper(f"TRUNCATE {table}", f"INSERT INTO {table} TABLE saved_{table}", f"DROP TABLE saved_{table}")
