"""What the ledger costs: appending beside raw SQL of the same rows, sealing, verifying. Run by `make bench`.

`extra_info` of each result holds the rate in entries a second. `BIHUAN_BENCH_ENTRIES`: size of the verified
ledger (default 300,000).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from bihuan.core.ledger import append, encoding
from bihuan.core.ledger.encoding import Draft
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.testing import without_triggers
from bihuan.core.ledger.verify import verify

pytestmark = pytest.mark.performance
ENTRIES = int(os.environ.get("BIHUAN_BENCH_ENTRIES", "300000"))
BULK = 50_000
STEPS = 150  # entries of one stay
START = datetime(2021, 11, 1, tzinfo=UTC)


def drafts(count: int, seed: int = 1) -> list[Draft]:
    """Invented steps of stays: a personal part on every tenth."""
    chance = random.Random(seed)
    people = [UUID(int=chance.getrandbits(128)) for _ in range(count // STEPS + 1)]
    places = [UUID(int=chance.getrandbits(128)) for _ in range(47)]
    return [
        Draft(
            kind="quarantine.stay.record_temperature",
            occurred_at=START + timedelta(minutes=i),
            recorded_at=START + timedelta(days=20),
            jurisdiction="620799",
            matter_id=people[i // STEPS],
            from_state="observing",
            to_state="observing",
            version=i % STEPS + 1,
            person_id=people[i // STEPS],
            place_id=places[i // STEPS % 47],
            organ="health",
            actor_id=places[i % 47],
            post="site_nurse",
            payload={"day": i % 14, "slot": "am", "value": f"36.{i % 10}"},
            sealed=chance.randbytes(60) if i % 10 == 0 else None,
        )
        for i in range(count)
    ]


@pytest.fixture
def ledger(tmp_path: Path, settings: Any, transactional_db: None) -> Iterator[None]:
    """An empty ledger in a folder of its own."""
    settings.BIHUAN = settings.BIHUAN.model_copy(update={"home": tmp_path})
    yield


def values(number: int, draft: Draft) -> tuple[Any, ...]:
    """The columns of an entry for hand-written SQL, without any authentication."""
    return (
        number, draft.recorded_at, draft.occurred_at, draft.jurisdiction, draft.kind, draft.matter_id,
        draft.from_state, draft.to_state, draft.version, draft.person_id, draft.place_id, draft.organ,
        draft.actor_id, draft.post, draft.corrects, Jsonb(draft.payload), draft.sealed, bytes(32),
    )  # fmt: skip


def raw_copy(rows: list[Draft]) -> None:
    """What anybody would write: COPY, row by row."""
    columns = ", ".join(encoding.COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        numbers = append.allocate(len(rows))
        with cursor.copy(f"COPY ledger_entry ({columns}) FROM STDIN") as copy:
            for number, draft in zip(numbers, rows, strict=True):
                copy.write_row(values(number, draft))


def through_the_ledger(rows: list[Draft]) -> None:
    """The same rows through the ledger's door."""
    with transaction.atomic():
        append.append(rows)


@pytest.mark.parametrize("door", [raw_copy, through_the_ledger], ids=["raw COPY", "ledger"])
def test_many_entries_at_once(ledger: None, benchmark: Any, door: Callable[[list[Draft]], None]) -> None:
    rows = drafts(BULK)
    benchmark.group = f"ledger: append {BULK:,}"
    benchmark.pedantic(door, args=(rows,), rounds=3, warmup_rounds=1)
    benchmark.extra_info["entries a second"] = round(BULK / benchmark.stats["median"])


def raw_insert(draft: Draft) -> None:
    """A hand-written INSERT of the same row, in a transaction."""
    columns = ", ".join(encoding.COLUMNS)
    marks = ", ".join(["%s"] * len(encoding.COLUMNS))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_entry_id_seq')")
        number = cursor.fetchone()[0]
        cursor.execute(f"INSERT INTO ledger_entry ({columns}) VALUES ({marks})", values(number, draft))


def one_through_the_ledger(draft: Draft) -> None:
    """The same row through the ledger's door."""
    with transaction.atomic():
        append.append([draft])


@pytest.mark.parametrize("door", [raw_insert, one_through_the_ledger], ids=["raw INSERT", "ledger"])
def test_one_entry(ledger: None, benchmark: Any, door: Callable[[Draft], None]) -> None:
    [row] = drafts(1)
    benchmark.group = "ledger: append one"
    benchmark.pedantic(door, args=(row,), rounds=300, warmup_rounds=20)


def test_sealing_and_verifying(ledger: None, benchmark: Any) -> None:
    for seed in range(0, ENTRIES, BULK):
        through_the_ledger(drafts(min(BULK, ENTRIES - seed), seed))
    begun = time.perf_counter()
    assert seal().entries == ENTRIES
    benchmark.extra_info["sealed a second"] = round(ENTRIES / (time.perf_counter() - begun))
    benchmark.group = f"ledger: verify {ENTRIES:,}"
    report = benchmark.pedantic(verify, rounds=3, warmup_rounds=1)
    assert report.sound and report.sealed == ENTRIES
    benchmark.extra_info["entries a second"] = round(ENTRIES / benchmark.stats["median"])
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = (SELECT min(id) FROM ledger_entry)")
    assert verify().counts == {"entry-removed": 1}
