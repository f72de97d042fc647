"""`kill -9` while lists are linked and taken up: nobody is lost, nobody comes twice, and the next run goes on from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults

COUNTY = "620797"
LISTS = 8
TAKE = f"""
import json
from bihuan.cli.django import ready
ready()
from django.db import connection, transaction
from bihuan.core.people.linking import link
from bihuan.core.people.linking.tests import invented
from bihuan.core.people.linking.tests.test_quality import precision_and_recall
from bihuan.core.people.merging import canonical_many
from bihuan.core.people.models import Person
cursor = connection.cursor()
cursor.execute("CREATE TABLE IF NOT EXISTS lists_taken (number int PRIMARY KEY, people uuid[])")
pushed = invented.pushes(invented.town(1200, 31), 31)
step = len(pushed.said) // {LISTS} + 1
lists = [range(start, min(start + step, len(pushed.said))) for start in range(0, len(pushed.said), step)]
print("begun", flush=True)
cursor.execute("SELECT number FROM lists_taken")
done = {{row[0] for row in cursor.fetchall()}}
left = [number for number in range({LISTS}) if number not in done]
rows = [row for number in left for row in lists[number]]
linking = link([pushed.said[row] for row in rows], "{COUNTY}")
print("linked", flush=True)
at = {{row: here for here, row in enumerate(rows)}}
for number in left:
    with transaction.atomic():
        people = linking.take_up([at[row] for row in lists[number]])
        cursor.execute("INSERT INTO lists_taken VALUES (%s, %s)", [number, people])
    print("taken", flush=True)
cursor.execute("SELECT people FROM lists_taken ORDER BY number")
people = [person for row in cursor.fetchall() for person in row[0]]
known_as = canonical_many(people)
known = Person.objects.filter(jurisdiction="{COUNTY}")
numbers = known.exclude(identifier_blind=None).values_list("identifier_blind")
quality = precision_and_recall([known_as[person] for person in people], pushed.truth)
print(json.dumps({{"people": len(set(known_as.values())), "registered": known.filter(merged_into=None).count(),
    "numbers": numbers.count(), "distinct": numbers.distinct().count(), "quality": quality}}), flush=True)
"""


def _start(home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "BIHUAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bihuan.config.settings"}
    return subprocess.Popen([sys.executable, "-c", TAKE], stdout=subprocess.PIPE, text=True, env=environment)


def _killed(home: Path, said: str, times: int, later: float) -> None:
    """Run, and kill so much later than it said this for the so-manieth time."""
    with _start(home) as process:
        assert process.stdout is not None
        for line in process.stdout:
            times -= line.strip() == said
            if times == 0:
                time.sleep(later)
                process.kill()
                return
        pytest.fail(f"it ended before it said {said!r}")


def _to_the_end(home: Path) -> dict[str, Any]:
    with _start(home) as process:
        out, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_lists_killed_in_every_stage_end_with_everybody_once(ready_county: Path) -> None:
    for said, times, later in (
        ("begun", 1, 0.3),
        ("linked", 1, 0.02),
        ("taken", 1, 0.05),
        ("taken", 4, 0.01),
    ):
        _killed(ready_county, said, times, later)
    found = _to_the_end(ready_county)
    assert found["people"] == found["registered"] > 1100
    assert found["numbers"] == found["distinct"]
    precision, recall = found["quality"]
    assert precision >= 0.999 and recall >= 0.98
    assert _to_the_end(ready_county) == found
