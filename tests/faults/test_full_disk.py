"""A full disk: refused in words of both languages, nothing half done, and done when there is room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from bihuan.modules.quarantine.drill_registers import write_registers
from tests.conftest import Command
from tests.faults.conftest import Running
from tests.faults.officers import Desk, settle
from tests.faults.test_killed_hand_in import BOUNDARY, TELL, hand_in, parcel

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk"),
]


@contextmanager
def small_disk(where: Path, size: str) -> Iterator[None]:
    """Let a folder be a disk of this size (`200k`)."""
    where.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(where)], check=True)


def test_a_hand_in_onto_a_full_disk_is_refused_and_taken_when_there_is_room(
    ready_county: Path, run_county: Callable[..., Running], tmp_path: Path, bihuan: Command
) -> None:
    write_registers(tmp_path, 3, sites=2, persons=40, each=1)
    sessions = settle(ready_county, TELL, people=4)["sessions"]
    county = run_county()
    desk, body = Desk(county.port, sessions["registrar"]), parcel(tmp_path, str(uuid4()))

    with small_disk(ready_county / "files", "8k"):
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        refused = desk.send("POST", "/intake/hand-in/", body, Content_Type=kind)
        kept = bihuan("sql", "-At", "-c", "SELECT count(*) FROM intake_batch").stdout
    taken = hand_in(desk, body)

    said = refused.body.decode()
    assert refused.status == 507
    assert "磁盘已满" in said
    assert "disk is full" in said
    assert kept == "0\n"
    assert taken.headers["location"].startswith("/intake/")


def test_a_backup_onto_a_full_disk_leaves_nothing_and_says_why(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    with small_disk(folder / "small", "100k"):
        done = bihuan("backup", str(folder / "small" / "one"))
        left = list((folder / "small").iterdir())

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert " / " in done.stderr
    assert left == []
    assert bihuan("backup", str(folder / "one")).returncode == 0
