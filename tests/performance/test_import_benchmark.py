"""47 workbooks with 6,591 people, taken in as an operator would: `bihuan import --dry-run`, then `bihuan import`.

`BIHUAN_BENCH_PEOPLE` sets another size. The workbooks are the drill's own: invented people, many dialects, mistakes.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bihuan.modules.quarantine.drill_registers import Truth, write_registers
from tests.conftest import BIHUAN
from tests.performance.conftest import PEOPLE

pytestmark = pytest.mark.performance
SITES = 47
MISTAKES = 40  # of every kind: some four rows in a hundred are rejected, as in the offices' own
LIMIT_SECONDS, LIMIT_MEMORY = 30, 1 << 30


@dataclass(frozen=True)
class Ran:
    """What a command printed, how long it took by the clock and by the processor, and its largest memory."""

    said: dict[str, Any]
    seconds: float
    processor: float
    memory: int


def run(home: Path, *arguments: str) -> Ran:
    """Run a command on a county and look at its memory while it runs."""
    begun, memory = time.perf_counter(), 0
    with subprocess.Popen(
        [str(BIHUAN), *arguments], stdout=subprocess.PIPE, env={**os.environ, "BIHUAN_HOME": str(home)}
    ) as process:
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        printed = b""
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            printed += process.stdout.read() or b""
            memory = max(memory, _peak(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        printed += process.stdout.read() or b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 1}  # 1: some rows are rejected, as planted
    return Ran(json.loads(printed), seconds, used.ru_utime + used.ru_stime, memory)


def _peak(pid: int) -> int:
    """Return the largest memory of a process so far, in bytes (what `wait` tells counts the parent's before)."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
    return int(peak) * 1024


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The offices' workbooks, and what a correct reader reports of them."""
    folder = tmp_path_factory.mktemp("registers")
    return folder, write_registers(folder, 20211116, sites=SITES, persons=PEOPLE, each=MISTAKES)


def test_workbooks_of_a_county_checked_and_taken_in(
    registers: tuple[Path, Truth], ready_county: Path, record_property: Callable[[str, object], None]
) -> None:
    folder, truth = registers
    tried = run(ready_county, "import", "--dry-run", "--json", str(folder))
    taken = run(ready_county, "import", "--json", str(folder))
    for name, ran in (("dry run", tried), ("run", taken)):
        print(
            f"\nimport, {name}: {truth.read} rows in {ran.seconds:.1f} s ({ran.processor:.1f} s of processor),"
            f" {ran.memory / 2**20:.0f} MiB; load {os.getloadavg()[0]:.1f}",
            end="",
        )
        record_property(f"import_{name}", (ran.seconds, ran.processor, ran.memory))
        assert ran.said["rows"] == {
            "read": truth.read, "accepted": truth.accepted, "skipped": truth.skipped, "rejected": truth.rejected,
        }  # fmt: skip
        assert ran.memory < LIMIT_MEMORY
    print()
    assert tried.seconds + taken.seconds < LIMIT_SECONDS
