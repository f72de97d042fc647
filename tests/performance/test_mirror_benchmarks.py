"""The ledger's mirror: how fast it is written, compared and asked, beside PostgreSQL and beside DuckDB asked by hand.

`BIHUAN_BENCH_MIRRORED` (default 10,000,000) is how many entries the large mirror has: a million real ones, written over
and over by the mirror's own writer under other numbers, so that every value must be that many times the million's.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from bihuan.core.figures import postgres
from bihuan.core.figures.asking import Moment, in_groups, rows_question, values_question
from bihuan.core.figures.evaluate import values
from bihuan.core.figures.mirror import checking, duck, engine, keeping, live, manifest
from bihuan.core.figures.mirror.duckdb_settings import connect, names
from bihuan.core.figures.mirror.manifest import Manifest
from bihuan.core.figures.mirror.writing import write
from bihuan.core.ledger.seals import seal
from bihuan.core.matters.registry import figures
from tests.performance.conftest import Loaded
from tests.performance.mirror_by_hand import by_hand
from tests.performance.test_page_benchmarks import client

pytestmark = pytest.mark.performance
MIRRORED = int(os.environ.get("BIHUAN_BENCH_MIRRORED", "10000000"))
ROUNDS = 5
DAYS = (0, 0.4, 3, 8, 15)
SECONDS, TIMES = 2.0, 3.0


@dataclass(frozen=True)
class Mirrored:
    """The million's mirror, and the large one that repeats it `times` times."""

    where: Path
    large: Path
    times: int
    seconds: float


@pytest.fixture(scope="module")
def mirrored(million: Loaded, django_db_blocker: Any) -> Iterator[Mirrored]:
    """Seal and mirror the million entries; write the large mirror from them."""
    where = Path(tempfile.mkdtemp(prefix="bihuan-bench-"))
    patch = pytest.MonkeyPatch()
    patch.setattr(manifest, "folder", lambda: where / "mirror")
    with django_db_blocker.unblock():
        seal()
        begun = time.perf_counter()
        keeping.run(open_day=True)
        seconds = time.perf_counter() - begun
        times = -(-MIRRORED // million.entries)
        repeat(where / "mirror", where / "large", times)
        yield Mirrored(where / "mirror", where / "large", times, seconds)
    patch.undo()
    shutil.rmtree(where)


AGAIN = """
SELECT * REPLACE (id + {shift} AS id, corrects + {shift} AS corrects,
                  recorded_at - INTERVAL '1' DAY * {turn} AS recorded_at,
                  {matter} AS matter_id, {person} AS person_id)
  FROM read_parquet({files}, hive_partitioning = false)
"""


def repeat(source: Path, target: Path, times: int) -> None:
    """Write a mirror that holds another's entries many times, each time of other matters and people, recorded on another day."""
    held = manifest.load(source)
    assert held is not None
    target.mkdir()
    shutil.copytree(source / "tables", target / "tables")
    database = connect(source.parent)
    made = replace(held, files=())
    for turn in range(times):
        files = names([source / file.path for file in held.files])
        other = {n: f"CAST(md5(CAST({n}_id AS VARCHAR) || '{turn}') AS UUID)" for n in ("matter", "person")}
        database.execute(
            "CREATE OR REPLACE TEMP TABLE again AS "
            + AGAIN.format(shift=turn * 100_000_000, turn=turn, files=files, **other)
        )
        made = made.with_files([], write(database, target, "again", (turn + 1, turn + 1), held.keys))
    database.close()
    manifest.save(target, made)


def now() -> datetime:
    return timezone.now() + timedelta(minutes=5)


def ask_large(of: Mirrored, at: Moment) -> dict[str, int]:
    """Ask every figure of the large mirror, as `values` does."""
    held = manifest.load(of.large)
    assert held is not None
    return ask(of.large, held, at)


def ask(where: Path, held: Manifest, at: Moment) -> dict[str, int]:
    groups = in_groups(list(figures().values()))
    questions = [values_question(group, at) for group in groups]
    with connection.cursor() as cursor:
        tables = {"quarantine_protocolitem": live.whole(cursor, "quarantine_protocolitem")}
    answers = duck.ask(questions, duck.Sources(where, held, None, tables))
    return {
        f.key: int(n) for group, answer in zip(groups, answers, strict=True)
        for f, n in zip(group, answer.rows[0], strict=True)
    }  # fmt: skip


def timed(call: Callable[[], Any], rounds: int = ROUNDS) -> tuple[list[float], Any]:
    """Return how many seconds each of these calls took, and what the last gave."""
    found, seconds = None, []
    for _ in range(rounds):
        begun = time.perf_counter()
        found = call()
        seconds.append(time.perf_counter() - begun)
    return seconds, found


def told(seconds: list[float]) -> str:
    return f"first {seconds[0]:.2f} s, median {statistics.median(seconds):.2f} s"


def test_writing_and_comparing_a_million(mirrored: Mirrored, million: Loaded, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        begun = time.perf_counter()
        checked = checking.verify()
        seconds = time.perf_counter() - begun
    held = manifest.load(mirrored.where)
    assert held is not None and checked.sound and checked.entries == held.entries >= million.entries
    size = sum(file.size for file in held.files)
    print(
        f"\nmirror: {held.entries:,} entries written in {mirrored.seconds:.1f} s ({held.entries / mirrored.seconds:,.0f}/s),"
        f" {size / 1e6:.1f} MB; compared with the ledger in {seconds:.1f} s ({held.entries / seconds:,.0f}/s)"
    )


def test_the_mirror_says_at_a_million_what_postgresql_says(
    mirrored: Mirrored, million: Loaded, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    print()
    with django_db_blocker.unblock():
        for days in DAYS:
            at = Moment.of(now() - timedelta(days=days), settings.BIHUAN.jurisdiction, now())
            monkeypatch.setattr(engine, "PAYS_FROM", 1 << 60)
            slow, said = timed(lambda at=at: values(at), 3)
            monkeypatch.setattr(engine, "PAYS_FROM", 1)
            quick, mirror = timed(lambda at=at: values(at), 3)
            assert mirror == said
            print(
                f"{million.entries:,} entries, {days} days ago: PostgreSQL {told(slow)}; mirror {told(quick)}"
            )


def test_all_figures_over_ten_million_beside_the_best_query_by_hand(
    mirrored: Mirrored, django_db_blocker: Any, record_property: Callable[[str, object], None]
) -> None:
    with django_db_blocker.unblock():
        held = manifest.load(mirrored.large)
        assert held is not None and held.entries >= MIRRORED
        at = Moment.of(now(), settings.BIHUAN.jurisdiction, now())
        ours, found = timed(lambda: ask_large(mirrored, at))
        by = by_hand(mirrored.large, held, at)
        hand, counted = timed(by)
        once = values(at)
    assert found == {key: number * mirrored.times for key, number in once.items()}, (
        "each entry, that many times"
    )
    for key, number in counted.items():
        assert found[key] == number, key
    ratio = statistics.median(ours) / statistics.median(hand)
    record_property("seconds", (ours, hand))
    print(
        f"\nall {len(found)} figures over {held.entries:,} mirrored entries in {len(held.files)} files"
        f" ({sum(f.size for f in held.files) / 1e6:.0f} MB): {told(ours)}; {len(counted)} of them by hand: {told(hand)};"
        f" {ratio:.2f} times"
    )
    assert statistics.median(ours) < SECONDS
    assert ratio < TIMES


def test_the_first_look_at_a_draft_and_a_page_of_many_records(
    mirrored: Mirrored, million: Loaded, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    print()
    with django_db_blocker.unblock():
        browser = client("reporter", "committee")
        for name, address in (
            ("first look at a draft", "/report/at/"),
            ("a page of the records behind items_done", "/report/at/?fig=quarantine.items_done&rows=40000"),
        ):
            for who, least in (("PostgreSQL", 1 << 60), ("mirror", 1)):
                monkeypatch.setattr(engine, "PAYS_FROM", least)
                if name.startswith("a page"):
                    browser.get("/report/at/")  # values are kept; what is measured is the page of records

                def look(address: str = address, name: str = name) -> int:
                    if name.startswith("first"):
                        cache.clear()
                    return browser.get(address).status_code

                seconds, status = timed(look, 3)
                assert status == 200
                print(f"{million.entries:,} entries, {name}: {who} {told(seconds)}")


def test_records_of_the_mirror_are_those_of_the_ledger(
    mirrored: Mirrored, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAYS_FROM", 1)
    with django_db_blocker.unblock():
        at = Moment.of(now() - timedelta(days=2), settings.BIHUAN.jurisdiction, now())
        for key, figure in figures().items():
            for offset in (0, 200_000):
                question = rows_question(figure, at, 50, offset)
                answers = engine.ask([question])
                assert answers is not None and answers[0].rows == postgres.ask(question).rows, key
