"""All that a county at work leaves outside its keys shows nobody: dump, log files, what it said, error pages."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from bihuan.adapters.postgres.programs import dump_program
from bihuan.core.people.tests.test_dump import spellings
from bihuan.modules.quarantine.drill_registers import write_registers
from tests.faults.conftest import Running, eventually
from tests.faults.officers import Desk, settle
from tests.faults.test_killed_hand_in import TELL, hand_in, parcel

pytestmark = pytest.mark.faults
PAGES = ("/", "/people/merge/", "/ledger/", "/ledger/views/", "/sites/")
BINARY = {"base", "pg_wal", "static"}  # the database's own files, which the dump shows in clear


def dumped(home: Path) -> bytes:
    """Return the whole database as text."""
    program = dump_program("pg_dump", 18)
    assert program is not None
    where = f"host={home / 'postgres'} user=postgres dbname=postgres"
    return subprocess.run([str(program), where], capture_output=True, check=True).stdout


def test_a_county_that_took_registers_in_shows_nobody_outside_its_keys(
    ready_county: Path, run_county: Callable[..., Running], tmp_path: Path
) -> None:
    truth = write_registers(tmp_path, 5, sites=2, persons=60, each=1)
    sessions = settle(ready_county, TELL, people=4)["sessions"]
    county = run_county()
    registrar = Desk(county.port, sessions["registrar"])
    nurse = Desk(county.port, sessions["site_nurse"])
    someone = truth.lines[0]

    address = hand_in(registrar, parcel(tmp_path, str(uuid4()))).headers["location"]
    eventually(lambda: b"/apply/" in registrar.send("GET", address).body)
    assert registrar.page(f"{address}apply/", {"key": str(uuid4())}).done
    eventually(lambda: registrar.send("GET", f"{address}receipt.pdf").status == 200)
    pages = [registrar.send("GET", one).body for one in PAGES]
    registrar.send("GET", f"/search/?q={someone.number}")
    wrong = f"/api/matters/{uuid4()}/steps/observe"
    pages.append(nurse.send("POST", wrong, someone.name.encode(), Content_Type="application/json").body)

    kept = [path for path in ready_county.rglob("*") if path.is_file() and not BINARY & set(path.parts)]
    places = {"dump": dumped(ready_county), "log": county.log.read_bytes()}
    places |= dict(zip(PAGES, pages, strict=False)) | {str(path): path.read_bytes() for path in kept}
    for line in truth.lines:
        for secret in (line.name, line.number, line.phone):
            for spelling in spellings(secret or ""):
                for name, content in places.items():
                    assert spelling not in content, (name, secret)
    assert b"intake_row" in places["dump"]
