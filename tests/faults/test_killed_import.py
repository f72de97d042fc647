"""`bihuan import` killed at any moment and run again: nothing lost, nothing twice, the seals hold."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bihuan.modules.quarantine.drill_registers import write_registers
from tests.conftest import BIHUAN, put_to_rest

pytestmark = pytest.mark.faults

KILLS = 5
CENSUS = """
SELECT json_build_object(
  'matters', (SELECT json_object_agg(t, n) FROM (SELECT type || ':' || state AS t, count(*) AS n FROM matters_matter GROUP BY 1) x),
  'entries', (SELECT json_object_agg(kind, n) FROM (SELECT kind, count(*) AS n FROM ledger_entry GROUP BY 1) x),
  'people', (SELECT count(*) FROM people_person),
  'rows', (SELECT json_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM intake_row GROUP BY 1) x),
  'candidates', (SELECT count(*) FROM people_mergecandidate),
  'places', (SELECT count(*) FROM quarantine_room))
"""


@dataclass
class County:
    """A county that is only worked on from the command line."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command on this county."""
        return {**os.environ, "BIHUAN_HOME": str(self.home)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [str(BIHUAN), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            env=self.environment,
        )

    def killed(self, folder: Path, after: float) -> None:
        """Begin an import and kill it that many seconds later."""
        process = subprocess.Popen(
            [str(BIHUAN), "import", "--json", str(folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def imported(self, folder: Path) -> tuple[dict[str, object], float]:
        """Import to the end; return what a machine reads of it, and the seconds it took."""
        begun = time.monotonic()
        done = self.run("import", "--json", str(folder))
        assert done.returncode == 1, done.stderr[-2000:]
        said = json.loads(done.stdout)
        return {key: said[key] for key in ("rows", "errors", "flags")}, time.monotonic() - begun

    def census(self) -> dict[str, object]:
        """Count everything that an import writes."""
        done = self.run("sql", "--", "-Atc", " ".join(CENSUS.split()))
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def figures(self) -> str:
        """All figures at the registers' cut-off."""
        return self.run("figures", "--at", "2021-11-16T00:00", "--json").stdout


@pytest.fixture
def counties(prepared: Path, folder: Path) -> Iterator[tuple[County, County]]:
    """Two equal counties: one left in peace, one to be disturbed."""
    made = tuple(County(folder / name) for name in ("peace", "trouble"))
    for one in made:
        subprocess.run(["cp", "-a", str(prepared), str(one.home)], check=True)
    yield made[0], made[1]
    for one in made:
        put_to_rest(one.home)


def test_an_import_killed_five_times_ends_like_one_left_in_peace(
    counties: tuple[County, County], tmp_path: Path
) -> None:
    peace, trouble = counties
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)
    write_registers(tmp_path, seed, sites=4, persons=110, each=1)
    expected, seconds = peace.imported(tmp_path)

    for _ in range(KILLS):
        trouble.killed(tmp_path, seconds * moments.uniform(0.2, 0.95))
    found, _ = trouble.imported(tmp_path)

    assert found == expected, f"seed {seed}"
    assert trouble.census() == peace.census(), f"seed {seed}"
    assert trouble.figures() == peace.figures(), f"seed {seed}"
    verified = trouble.run("ledger", "verify", "--seal")
    assert verified.returncode == 0, verified.stdout + verified.stderr
