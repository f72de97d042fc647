"""`bihuan ledger verify` as an auditor uses it, on a county tampered with through `bihuan sql`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Command = Callable[..., "subprocess.CompletedProcess[str]"]
WRITE = """
from bihuan.cli.django import ready
ready()
from django.db import transaction
from django.utils import timezone
from bihuan.core.ledger.append import Draft, append
with transaction.atomic():
    print(*append([
        Draft(kind="test_stay.note", occurred_at=timezone.now(), recorded_at=timezone.now(),
              jurisdiction="620799", post="site_nurse", payload={"n": n}) for n in range(20)
    ]))
"""


def written(county: Path) -> list[int]:
    """Twenty invented entries in a new county; their numbers."""
    environment = {**os.environ, "BIHUAN_HOME": str(county)}
    done = subprocess.run(
        [sys.executable, "-c", WRITE], env=environment, capture_output=True, text=True, check=True
    )
    return [int(number) for number in done.stdout.split()]


def test_an_auditor_is_told_which_rows_were_changed_by_direct_sql(county: Path, bihuan: Command) -> None:
    numbers = written(county)
    sound = bihuan("ledger", "verify", "--seal", "--json")
    assert sound.returncode == 0, sound.stderr
    assert json.loads(sound.stdout)["sealed"] == 20

    refused = bihuan("sql", "-c", f"UPDATE ledger_entry SET post = 'x' WHERE id = {numbers[4]}")
    assert refused.returncode != 0 and "append-only" in refused.stderr
    forced = bihuan(
        "sql", "-q", "-v", "ON_ERROR_STOP=1",
        "-c", "SET session_replication_role = replica",
        "-c", f"UPDATE ledger_entry SET post = 'x' WHERE id = {numbers[4]}",
        "-c", f"DELETE FROM ledger_entry WHERE id = {numbers[11]}",
    )  # fmt: skip
    assert forced.returncode == 0, forced.stderr

    found = bihuan("ledger", "verify", "--json")
    assert found.returncode == 1
    report = json.loads(found.stdout)
    assert {(f["kind"], f["entry"], f["seal"]) for f in report["findings"]} == {
        ("entry-altered", numbers[4], 1),
        ("entry-removed", numbers[11], 1),
    }
    told = bihuan("ledger", "verify")
    assert told.returncode == 1 and f"#{numbers[11]} 被删除" in told.stdout and "was removed" in told.stdout

    (county / "keys" / "ledger").unlink()
    without = bihuan("ledger", "verify")
    assert without.returncode == 2 and "密钥" in without.stderr and "restore" in without.stderr
