"""A day of the outbreak at full size: twenty lists signed for, linked with the register, sealed, settled and routed.

`BIHUAN_BENCH_ALERTS` (default 90,390) rows against `BIHUAN_BENCH_KNOWN` (default 600,000) registered people, of whom the
lists name a fifth. Larger numbers of rows show how it grows: 1,000,000 must take less than 240 s.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bihuan.core.access.setup import command_line_actor
from bihuan.core.intake.parcels import Glimpse
from bihuan.core.intake.watching import NOBODY
from bihuan.core.ledger.seals import seal
from bihuan.core.people.invented import Invented, invent, register_invented
from bihuan.modules.alerts.drill_lists import Truth, write_lists
from bihuan.modules.alerts.matter import ALERT_DESK
from bihuan.modules.alerts.taking import AlertLists
from bihuan.modules.verification import roster, runs
from bihuan.modules.verification.drill import staff
from bihuan.modules.verification.matter import LEAD, VERIFIER, VISITOR
from bihuan.modules.verification.models import Item

pytestmark = pytest.mark.performance

ROWS = int(os.environ.get("BIHUAN_BENCH_ALERTS", "90390"))
KNOWN = int(os.environ.get("BIHUAN_BENCH_KNOWN", "600000"))
SECONDS, MEMORY = 25.0 * max(1.0, ROWS / 90_390), 4 * 1024**3
AT_ONCE = 50_000


@pytest.fixture(scope="module")
def known(database: None, django_db_blocker: Any) -> Iterator[list[Invented]]:
    """People whom the county knows already; the lists name the first of them."""
    chance = random.Random(600_000)
    people = [invent(chance, number) for number in range(KNOWN)]
    with django_db_blocker.unblock():
        for start in range(0, KNOWN, AT_ONCE):
            register_invented(people[start : start + AT_ONCE], settings.BIHUAN.jurisdiction)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE people_person")
        yield people


def _lists(folder: Path, known: list[Invented]) -> Truth:
    return write_lists(
        folder, rows=ROWS, lists=20, seed=90_390, until=timezone.now(),
        people=known[: min(ROWS // 5, len(known))], first=2_000_000,
    )  # fmt: skip


def test_twenty_lists_are_signed_for_linked_sealed_and_routed(
    known: list[Invented], tmp_path: Path, django_db_blocker: Any
) -> None:
    truth = _lists(tmp_path, known)
    files = [Glimpse(path, path.name) for path in sorted(tmp_path.iterdir())]
    took: dict[str, float] = {}

    def timed(what: str, begun: float) -> float:
        took[what] = time.perf_counter() - begun
        return time.perf_counter()

    with django_db_blocker.unblock():
        lead = _team()
        _forget_peak()
        begun = time.perf_counter()
        told = AlertLists().take(files, actor=command_line_actor(ALERT_DESK), batch=uuid4(), watch=NOBODY)
        begun = timed("taken", begun)
        seal()
        begun = timed("sealed", begun)
        run = runs.press(uuid4(), None, actor=lead)
        runs.work(run.id)
        timed("routed", begun)
        left = Item.objects.filter(stage="route", outcome="").count()
    peak = _peak()
    parts = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in took.items())
    print(
        f"\n{ROWS:,} rows, {KNOWN:,} known: {sum(took.values()):.1f} s ({parts}); {peak / 1024**2:,.0f} MiB"
    )
    assert sum(one.counts["rows"] for one in told) == truth.rows
    assert sum(one.counts["rejected"] for one in told) == truth.rejected
    assert left == 0
    assert peak < MEMORY
    assert sum(took.values()) < SECONDS


def _team() -> Any:
    jurisdiction, now = settings.BIHUAN.jurisdiction, timezone.now()
    lead = staff(LEAD, jurisdiction)[0]
    for post in (VERIFIER, VISITOR):
        for one in staff(post, jurisdiction):
            assert one.officer_id is not None
            roster.begin_shift(one.officer_id, now + timedelta(hours=8), now, actor=lead)
    return lead


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
