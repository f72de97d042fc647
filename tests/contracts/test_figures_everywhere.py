"""Every declared figure gives the same value and the same records from PostgreSQL and from the mirror, at any moment.

A county with stays, lists, verifications and directives; with corrections and merges, some mirrored and some in the
live tail. Figures of modules to come are asked as they are declared.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.figures import postgres
from bihuan.core.figures.asking import KNOWN, Moment, Question, rows_question, values_question
from bihuan.core.figures.mirror import duck, engine, keeping, manifest
from bihuan.core.ledger.models import Entry
from bihuan.core.ledger.seals import seal
from bihuan.core.matters.registry import figures
from bihuan.modules.quarantine.tests.county import County
from tests.counting import begin, go_on

MOMENTS = 4


@pytest.fixture
def county(tmp_path: Path, transactional_db: None, monkeypatch: Any) -> Iterator[County]:
    """A small county, sealed and mirrored but for its last steps."""
    monkeypatch.setattr(manifest, "folder", lambda: tmp_path / "mirror")
    made = begin(tmp_path / "lists")
    seal()
    keeping.run(open_day=True)
    go_on(made)
    yield made


def moments(now: datetime) -> list[Moment]:
    """Moments with all kinds of knowledge: of now, of an hour ago, of before anything was recorded."""
    chance, code = random.Random(now.day), settings.BIHUAN.jurisdiction
    recorded = list(Entry.objects.order_by("id").values_list("recorded_at", flat=True))
    found = [Moment.of(now + timedelta(seconds=5), code, now + timedelta(seconds=5))]
    for _ in range(MOMENTS):
        cutoff = now - timedelta(days=chance.uniform(0, 25))
        found.append(Moment.of(cutoff, code, chance.choice([now, recorded[-5], chance.choice(recorded)])))
    return found


def by_mirror(question: Question) -> list[tuple[Any, ...]]:
    held = engine.at_hand()
    assert held is not None
    sources = engine.sources([question], manifest.folder(), held)
    assert sources is not None and sources.live is not None and sources.live.num_rows
    return duck.ask([question], sources)[0].rows


@pytest.mark.parametrize("key", sorted(figures()))
def test_declared(key: str) -> None:
    """Named here so that a figure that cannot be asked of the mirror is named by its key."""
    from bihuan.core.figures.portable import tell

    at = Moment.of(timezone.now(), "620799")
    tell(values_question([figures()[key]], at), "duckdb")
    tell(rows_question(figures()[key], at), "duckdb")
    tell(values_question([figures()[key]], at), "spark")


def test_every_figure_has_one_value_and_one_set_of_records_whoever_is_asked(county: County) -> None:
    seen: Counter[str] = Counter()
    for at in moments(timezone.now()):
        for key, figure in figures().items():
            question = values_question([figure], at)
            value = int(postgres.ask(question).rows[0][0])
            assert int(by_mirror(question)[0][0]) == value, (key, at)
            rows = rows_question(figure, at)
            said = postgres.ask(rows)
            told = by_mirror(rows)
            assert Counter(told) == Counter(said.rows), (key, at)
            assert [row[0] for row in told] == [row[0] for row in said.rows], "in the order of the ledger"
            amount = said.names.index(figure.rows.amount) if figure.rows.amount else None
            assert value == (len(told) if amount is None else sum(row[amount] or 0 for row in told)), (
                key,
                at,
            )
            seen[key] += value
    counted = {key for key, total in seen.items() if total}
    assert {
        "quarantine.sites", "quarantine.persons_present", "quarantine.persons_hospitalised", "quarantine.positives",
        "quarantine.items_due", "quarantine.items_done", "alerts.signed_for", "alerts.persons", "alerts.verified",
        "verification.by_phone", "verification.pending",
    } <= counted, "the county has something to count"  # fmt: skip


def test_a_table_that_repeats_entries_holds_what_its_select_yields(county: County) -> None:
    now = Moment.of(timezone.now() + timedelta(seconds=5), settings.BIHUAN.jurisdiction)
    for name, select in {n: s for f in figures().values() for n, s in f.rows.copies.items()}.items():
        said = postgres.ask(Question(f"WITH {KNOWN} SELECT * FROM ({select}) s", now.parameters()))
        held = f"SELECT {', '.join(said.names)} FROM {name} WHERE replaced_at IS NULL"
        assert said.rows and Counter(postgres.ask(Question(held, {})).rows) == Counter(said.rows), name
