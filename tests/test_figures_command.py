"""`bihuan figures` as a machine reads it: flat numbers, and behind each its records."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from bihuan.modules.quarantine.drill_registers import write_registers

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_every_number_is_that_of_its_records_and_times_are_iso_8601(
    ready_county: Path, folder: Path, bihuan: Command
) -> None:
    truth = write_registers(folder / "registers", 7, cutoff=date(2021, 11, 15), sites=2, persons=14, each=1)
    bihuan("import", str(folder / "registers"), "--json")
    at = ("figures", "--at", "2021-11-16T00:00", "--json")
    numbers = json.loads(bihuan(*at).stdout)
    assert numbers["intake.rows_rejected"] == truth.rejected
    for key in (
        "quarantine.sites",
        "quarantine.persons_observed",
        "quarantine.items_done",
        "intake.rows_accepted",
    ):
        records = json.loads(bihuan(*at, "--rows", key).stdout)
        assert numbers[key] == sum(one.get("rows", 1) for one in records), key
        for one in records:
            assert "T" in one["occurred_at"] and datetime.fromisoformat(one["occurred_at"]).tzinfo, one


def test_what_is_no_time_and_what_is_no_figure_is_refused(ready_county: Path, bihuan: Command) -> None:
    assert bihuan("figures", "--at", "yesterday").returncode == 2
    assert bihuan("figures", "--rows", "quarantine.scores").returncode == 2
