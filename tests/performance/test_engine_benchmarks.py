"""What the spine costs beside raw SQL that writes the same rows, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Observation
from tests.performance.by_hand import ITEM, Hand, growth
from tests.performance.conftest import Loaded
from tests.performance.raw import copied_raw

pytestmark = pytest.mark.performance
ROUNDS = 300


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def test_loading_the_county_beside_a_raw_copy_of_the_same_rows(
    reference: Loaded, django_db_blocker: Any, record_property: Callable[[str, object], None]
) -> None:
    with django_db_blocker.unblock():
        raw, rows = copied_raw()
    ratio = reference.seconds / raw
    print(
        f"\nload: {reference.entries} entries in {reference.seconds:.1f} s; raw COPY of the same {rows} rows"
        f" in {raw:.1f} s; {ratio:.1f}x"
    )
    record_property("load_seconds", reference.seconds)
    record_property("load_ratio", ratio)
    assert ratio < 5
    assert reference.seconds < 60


def test_one_step_beside_the_same_rows_by_hand(
    reference: Loaded, django_db_blocker: Any, record_property: Callable[[str, object], None]
) -> None:
    step = Observation(item=ITEM)
    with django_db_blocker.unblock():
        stays = list(
            Stay.objects.filter(matter__state="observed", positive_at__isnull=True)
            .exclude(done__contains=[ITEM])
            .values_list("matter_id", "site_id")[: ROUNDS * 2]
        )
        nurse = replace(reference.desk, post="site_nurse", place_ids=tuple({site for _, site in stays}))
        pairs = [(m, Hand.of(o)) for (m, _), (o, _) in zip(stays[::2], stays[1::2], strict=False)]

        def through_the_engine(matter: UUID) -> None:
            engine.perform(matter, "observe", step, actor=nurse, key=f"bench {matter}")

        mine, other = pairs.pop()
        assert growth(lambda: through_the_engine(mine)) == growth(other.observe)
        ours, raw = [], []
        for mine, other in pairs:
            ours.append(timed(partial(through_the_engine, mine)))
            raw.append(timed(other.observe))
    ratio = statistics.median(ours) / statistics.median(raw)
    print(
        f"\nperform {statistics.median(ours) * 1e3:.2f} ms, by hand {statistics.median(raw) * 1e3:.2f} ms: {ratio:.2f}x"
    )
    record_property("perform_ratio", ratio)
    assert ratio < 2.5


def test_no_lock_outlives_its_request(reference: Loaded, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        assert Matter.objects.exists()
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        row = cursor.fetchone()
    assert row is not None and row[0] == 0
