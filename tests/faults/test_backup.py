"""A backup taken while the county works, brought back into an empty folder, is the same county."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults
Command = Callable[..., "subprocess.CompletedProcess[str]"]
WRITER = """
import sys, time
from bihuan.cli.django import ready
ready()
from django.utils import timezone
from bihuan.core.access.setup import command_line_actor
from bihuan.core.ledger.seals import seal
from bihuan.core.people.people import Identity, register
from bihuan.core.spec import Text
from bihuan.modules.quarantine.matter import QUARANTINE_DESK
from bihuan.modules.quarantine.sites import RoomPlan, SitePlan, set_up
from datetime import date
desk = command_line_actor(QUARANTINE_DESK)
for n in range(int(sys.argv[1])):
    register(Identity(name="林演练", identifier_type="passport", identifier=f"X{n:07d}", phone="", address=""),
             desk.jurisdiction)
    plan = SitePlan(code=f"{n:03d}", name=f"第 {n} 点", street="东街", address="演练路", opened_on=date.today(),
                    rooms=[RoomPlan("A", 1, "101", zone=1)], latitude=38.9, longitude=100.4)
    set_up(plan, actor=desk, opened_at=timezone.now(), key=f"site/{n}")
    if n % 5 == 4:
        seal()
    print(n, flush=True)
"""


def writing(county: Path, times: int) -> subprocess.Popen[str]:
    """Start a process that keeps opening matters, registering people and sealing."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(times)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BIHUAN_HOME": str(county)},
    )


def test_backup_while_a_writer_runs_restores_to_the_same_rows_figures_and_seals(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    writer = writing(ready_county, 400)
    assert writer.stdout is not None
    for _ in range(12):
        assert writer.stdout.readline()

    saved = bihuan("backup", str(folder / "backups" / "one"), "--json")
    still_writing = writer.poll() is None
    writer.terminate()
    writer.communicate(timeout=60)
    restored = bihuan("restore", str(folder / "backups" / "one"), "--json", BIHUAN_HOME=str(folder / "again"))

    assert (saved.returncode, restored.returncode) == (0, 0), saved.stderr + restored.stderr
    assert still_writing
    before, after = json.loads(saved.stdout), json.loads(restored.stdout)
    assert after["tables"] == before["tables"]
    assert after["tables"]["ledger_entry"] == after["entries"] >= 24
    assert after["seals"] >= 1
    assert after["figures"]["quarantine.sites"] >= 12
    assert after["problems"] == []
    assert after["people_readable"]


def test_who_was_erased_after_a_backup_stays_erased_in_it(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    writing(ready_county, 1).communicate(timeout=120)
    assert bihuan("backup", str(folder / "b" / "old")).returncode == 0
    erase = (
        "from bihuan.cli.django import ready; ready()\n"
        "from bihuan.core.people.models import Person\n"
        "from bihuan.core.people.vault import vault\n"
        "one = Person.objects.get()\n"
        "print(vault().destroy([(one.pk, 'identity')]))\n"
    )
    environment = {**os.environ, "BIHUAN_HOME": str(ready_county)}
    gone = subprocess.run(
        [sys.executable, "-c", erase], capture_output=True, text=True, env=environment, check=False
    )
    assert gone.stdout == "1\n", gone.stderr

    assert bihuan("backup", str(folder / "b" / "new")).returncode == 0
    assert bihuan("restore", str(folder / "b" / "old"), BIHUAN_HOME=str(folder / "again")).returncode == 0

    look = erase.replace("destroy", "existing")
    environment["BIHUAN_HOME"] = str(folder / "again")
    seen = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, env=environment, check=False
    )
    assert seen.stdout == "[None]\n", seen.stderr


def test_a_folder_of_backups_is_restored_from_its_newest(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    backups = folder / "备份"
    backups.mkdir()
    assert bihuan("backup", str(backups)).returncode == 0
    writing(ready_county, 1).communicate(timeout=120)
    newest = json.loads(bihuan("backup", str(backups), "--json").stdout)

    restored = bihuan("restore", str(backups), "--json", BIHUAN_HOME=str(folder / "again"))

    assert json.loads(restored.stdout)["tables"] == newest["tables"]


def test_a_restore_never_writes_over_a_county_and_never_takes_a_damaged_backup(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    backup = folder / "one"
    assert bihuan("backup", str(backup)).returncode == 0

    over = bihuan("restore", str(backup))
    twice = bihuan("backup", str(backup))
    (backup / "keys" / "ledger").write_text("0" * 64)
    damaged = bihuan("restore", str(backup), BIHUAN_HOME=str(folder / "again"))
    shutil.rmtree(backup / "database")
    (backup / "manifest.json").unlink()
    no_backup = bihuan("restore", str(backup), BIHUAN_HOME=str(folder / "again"))

    assert [over.returncode, twice.returncode, damaged.returncode, no_backup.returncode] == [2, 2, 2, 2]
    assert "keys/ledger" in damaged.stderr
    for said in (over, twice, damaged, no_backup):
        assert len(said.stderr.strip().splitlines()) == 1
        assert " / " in said.stderr


def test_the_archive_alone_holds_no_key_of_a_person(
    ready_county: Path, bihuan: Command, folder: Path
) -> None:
    writing(ready_county, 1).communicate(timeout=120)

    assert bihuan("backup", str(folder / "b" / "one")).returncode == 0

    inside = {path.name for path in (folder / "b" / "one").rglob("*")}
    (beside,) = (folder / "b").glob("bihuan-keys-*")
    assert inside.isdisjoint({"vault.sqlite3", "kek", "blind"})
    assert {path.name for path in beside.iterdir()} == {"vault.sqlite3", "kek", "blind"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (beside, *beside.iterdir()))
