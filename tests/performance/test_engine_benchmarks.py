"""What the spine costs beside raw SQL that writes the same rows, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Observation
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
    step = Observation(item="13:symptoms")
    with django_db_blocker.unblock():
        stays = list(
            Stay.objects.filter(matter__state="observed", positive_at__isnull=True)
            .exclude(done__contains=["13:symptoms"])
            .values_list("matter_id", "site_id")[: ROUNDS * 2]
        )
        nurse = replace(reference.desk, post="site_nurse", place_ids=tuple({site for _, site in stays}))
        ours, raw = [], []
        for number in range(min(ROUNDS, len(stays) // 2)):
            mine, other = stays[2 * number][0], stays[2 * number + 1][0]
            ours.append(
                timed(
                    lambda m=mine, n=number: engine.perform(m, "observe", step, actor=nurse, key=f"bench {n}")
                )
            )
            raw.append(timed(lambda m=other: _by_hand(m)))
    ratio = statistics.median(ours) / statistics.median(raw)
    print(
        f"\nperform {statistics.median(ours) * 1e3:.2f} ms, by hand {statistics.median(raw) * 1e3:.2f} ms: {ratio:.2f}x"
    )
    record_property("perform_ratio", ratio)
    assert ratio < 2.5


def _by_hand(matter_id: UUID) -> None:
    """The same rows as one observation leaves, by a hand that checks nothing."""
    entry = Entry.objects.filter(matter_id=matter_id).order_by("-id").only("id").first()
    assert entry is not None
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, version FROM matters_matter WHERE id = %s FOR NO KEY UPDATE", [matter_id]
        )
        state, version = cursor.fetchone()
        cursor.execute(
            "UPDATE matters_matter SET version = version + 1, due_at = %s, due = due WHERE id = %s AND version = %s",
            [now, matter_id, version],
        )
        cursor.execute(
            "INSERT INTO ledger_entry (id, recorded_at, occurred_at, jurisdiction, kind, matter_id, from_state,"
            " to_state, version, person_id, place_id, organ, actor_id, post, corrects, payload, sealed, mac)"
            " SELECT nextval('ledger_entry_id_seq'), %s, %s, jurisdiction, 'bench.by_hand', matter_id, %s, %s,"
            " %s, person_id, place_id, organ, actor_id, post, NULL, payload, sealed, mac FROM ledger_entry"
            " WHERE id = %s",
            [now, now, state, state, version + 1, entry.pk],
        )
        cursor.execute(
            "UPDATE quarantine_stay SET done = array_append(done, '13:symptoms') WHERE matter_id = %s",
            [matter_id],
        )
        cursor.execute(
            "INSERT INTO quarantine_observation (stay_id, item, mark, entry_id, occurred_at)"
            " VALUES (%s, '13:symptoms', 'done', %s, %s)",
            [matter_id, entry.pk, now],
        )
        cursor.execute(
            "INSERT INTO quarantine_done (entry_id, stay_id, jurisdiction, item, occurred_at, recorded_at)"
            " VALUES (nextval('ledger_entry_id_seq'), %s, '620799', '13:symptoms', %s, %s)",
            [matter_id, now, now],
        )
        cursor.execute(
            "INSERT INTO matters_request (actor, key, fingerprint, result, at) VALUES (%s, %s, '', '{}', %s)",
            [UUID(int=1), str(uuid4()), now],
        )


def test_no_lock_outlives_its_request(reference: Loaded, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        assert Matter.objects.exists()
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        row = cursor.fetchone()
    assert row is not None and row[0] == 0
