"""Linking alone: beside Splink run by hand on the same table in the same run, against a register, and as it grows.

`BIHUAN_BENCH_REGISTER` (default 200,000) people are registered first; what is linked are 110,000 rows of an invented
town (`core/people/linking/tests/invented.py`), a third of whom the county knows.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection

from bihuan.core.people.identity import Identity
from bihuan.core.people.linking import engines, link, model, scoring
from bihuan.core.people.linking.clusters import Anchors, Clusters
from bihuan.core.people.linking.records import Records
from bihuan.core.people.linking.tests import invented
from bihuan.core.people.models import Person
from bihuan.core.people.registering import register_many

pytestmark = pytest.mark.performance

COUNTY = "620798"
ROWS = 110_000
REGISTER = int(os.environ.get("BIHUAN_BENCH_REGISTER", "200000"))
AT_ONCE = 50_000


def _rows(count: int, seed: int) -> invented.Pushed:
    pushed = invented.pushes(invented.town(count * 10 // 17, seed), seed)
    return invented.Pushed(pushed.said[:count], pushed.truth[:count])


@pytest.fixture(scope="module")
def pushed() -> invented.Pushed:
    """The rows that are linked."""
    return _rows(ROWS, 1)


@pytest.fixture(scope="module")
def register(database: None, django_db_blocker: Any) -> Iterator[int]:
    """A county that knows a third of the people in the rows, and as many others as the setting asks for."""
    with django_db_blocker.unblock():
        people = invented.town(ROWS * 10 // 17, 1)[::3] + invented.town(REGISTER, 2)
        for start in range(0, REGISTER, AT_ONCE):
            register_many([_identity(one) for one in people[start : min(start + AT_ONCE, REGISTER)]], COUNTY)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE people_person")
        yield Person.objects.filter(jurisdiction=COUNTY).count()


def _identity(one: invented.Resident) -> Identity:
    township, road, number, room = one.home
    address = f"青禾县{township}{road}{number}号{room}室"
    return Identity(one.name, "resident", one.identifier if one.document else None, one.phone, address)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def test_linking_takes_no_more_than_twice_what_splink_takes_by_hand(pushed: invented.Pushed) -> None:
    """The same table, the same comparisons; by hand every row is compared with all that share a blocking key."""
    records = Records()
    records.read(pushed.said)
    rows = records.table().take(pa.array(records.of_row))
    rows = rows.set_column(
        rows.schema.get_field_index("record"), "record", pa.array(range(len(records.of_row)))
    )
    _by_hand(rows.slice(0, 2000))  # both start warm
    _ours(_records(pushed.said[:2000]))
    by_hand = min(_timed(lambda: _by_hand(rows)) for _ in range(2))
    ours = min(_timed(lambda: _ours(records)) for _ in range(2))
    whole = _timed(lambda: _ours(_records(pushed.said)))
    print(
        f"\nlinking {ROWS:,} rows: {ours:.2f} s, with reading {whole:.2f} s; Splink by hand {by_hand:.2f} s"
    )
    assert ours <= 2 * by_hand


def _records(said: list[Any]) -> Records:
    records = Records()
    records.read(said)
    return records


def _ours(records: Records) -> None:
    identifiers = [
        number if sure else None for number, sure in zip(records.identifier, records.trusted, strict=True)
    ]
    shipped = model.load(model.SHIPPED)
    clusters = Clusters(Anchors([None] * len(records), identifiers))
    clusters.join_all(scoring.score([records.table()], shipped, ROWS), shipped.decide)


def _by_hand(rows: pa.Table) -> None:
    """What somebody writes who knows Splink: block on what identifies, compare, cluster at the threshold."""
    from splink import Linker

    settings = model.load(model.SHIPPED).splink_settings(ROWS)
    settings["blocking_rules_to_generate_predictions"] = [
        "l.identifier = r.identifier",
        "l.phone = r.phone",
        "l.tail = r.tail",
        "l.name = r.name AND l.building = r.building",
    ]
    with engines.duckdb() as door:
        linker = Linker(door.register(rows, dataset_display_name="rows"), settings, log_level=None)
        predicted = linker.inference.predict(
            threshold_match_weight=10.0, num_chunks_left=1, num_chunks_right=1
        )
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=10.0
        ).as_pyarrow_table()


def test_a_list_is_linked_against_the_register(
    register: int, pushed: invented.Pushed, django_db_blocker: Any
) -> None:
    """Nobody is opened but those few whom a row may mean."""
    with django_db_blocker.unblock():
        link(pushed.said[:2000], COUNTY, model.load(model.SHIPPED))
        begun = time.perf_counter()
        linking = link(pushed.said, COUNTY, model.load(model.SHIPPED))
        seconds = time.perf_counter() - begun
    opened = sum(1 for rows in linking.records.rows if not rows)
    print(f"\n{ROWS:,} rows against {register:,} people: {seconds:.2f} s, {opened:,} of them opened")
    assert opened < register / 10
    assert len(linking.registered) > ROWS / 10


def test_linking_grows_no_faster_than_n_log_n(register: int, django_db_blocker: Any) -> None:
    """Four times the rows take no more than four times as long, times the logarithm's growth and a quarter for noise."""
    small, large = ROWS // 4, ROWS
    seconds = {}
    with django_db_blocker.unblock():
        for count in (small, large):
            said = _rows(count, 3).said
            seconds[count] = min(
                _timed(lambda said=said: link(said, COUNTY, model.load(model.SHIPPED)))  # type: ignore[misc]
                for _ in range(2)
            )
    allowed = 1.25 * (large * math.log(large)) / (small * math.log(small))
    print(f"\n{small:,}: {seconds[small]:.2f} s, {large:,}: {seconds[large]:.2f} s, allowed {allowed:.1f}×")
    assert seconds[large] / seconds[small] <= allowed


def test_sixty_thousand_new_people_are_taken_up(
    register: int, pushed: invented.Pushed, django_db_blocker: Any
) -> None:
    """Registered list by list, sealed; printed, since how long is for the import's own benchmark to say."""
    with django_db_blocker.unblock():
        linking = link(pushed.said, COUNTY, model.load(model.SHIPPED))
        before = Person.objects.filter(jurisdiction=COUNTY).count()
        seconds = _timed(
            lambda: [linking.take_up(range(start, min(start + 5500, ROWS))) for start in range(0, ROWS, 5500)]
        )
        new = Person.objects.filter(jurisdiction=COUNTY).count() - before
    print(f"\n{new:,} new people of {ROWS:,} rows in 20 lists: {seconds:.2f} s")
    assert new > ROWS / 4
