"""The linking job on a Spark cluster: the same model file, the same pairs, also when a machine dies in the middle."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from bihuan.core.people.linking import engines, model, scoring
from bihuan.core.people.linking.records import Records
from bihuan.core.people.linking.scoring import Pair
from bihuan.core.people.linking.tests import invented
from tests.spark.conftest import Cluster

pytestmark = pytest.mark.faults

PEOPLE = 900


def test_a_worker_killed_in_the_middle_changes_nothing_of_the_result(
    cluster: Cluster, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records()
    records.read(invented.pushes(invented.town(PEOPLE, seed=5), seed=5).said)
    shipped, table = model.load(model.SHIPPED), records.table()
    with engines.duckdb() as door:
        expected = scoring.score([table], shipped, PEOPLE, door)
    assert len(expected) > 50

    killed = threading.Event()
    monkeypatch.setattr(settings.BIHUAN, "spark_master", cluster.master)
    with engines.engine() as door:
        watching = threading.Thread(
            target=_kill_in_the_middle, args=(cluster, door.spark, killed), daemon=True
        )
        watching.start()
        found = scoring.score([table], shipped, PEOPLE, door)
        assert killed.is_set(), "the job ended before the worker was killed: it proves nothing"
        watching.join()
        left = door.spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    assert left == 2  # the driver and the executor of the worker that lives
    assert _told(found) == _told(expected)


def _kill_in_the_middle(cluster: Cluster, spark: Any, killed: threading.Event) -> None:
    """Kill a worker once tasks of the job are done and others still run."""
    status = spark.sparkContext.statusTracker()
    while True:
        stages = [status.getStageInfo(stage) for stage in status.getActiveStageIds()]
        if any(stage and stage.numCompletedTasks and stage.numActiveTasks for stage in stages):
            cluster.kill("worker-1")
            killed.set()
            return
        time.sleep(0.005)


def _told(pairs: list[Pair]) -> list[tuple[int, int, float, dict[str, str]]]:
    return [(pair.left, pair.right, round(pair.weight, 9), pair.levels) for pair in pairs]
