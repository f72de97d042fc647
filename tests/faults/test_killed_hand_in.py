"""`kill -9` of the worker and of the database while a hand-in is read and taken in: it ends as if in peace."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bihuan.modules.quarantine.drill_registers import write_registers
from tests.conftest import Command
from tests.faults.conftest import Running, eventually
from tests.faults.officers import Answer, Desk, settle

pytestmark = pytest.mark.faults
TELL = 'print(json.dumps({"sessions": sessions}))'
TAKEN = "SELECT count(*) FROM intake_row WHERE register = 'stays' AND state = 'accepted'"
ROWS = """
SELECT count(*) FILTER (WHERE state = 'accepted'), count(*) FILTER (WHERE state = 'rejected'),
  count(*) FILTER (WHERE state = 'skipped') FROM intake_row WHERE register = 'stays'
"""
TWICE = """
SELECT count(*) FROM (SELECT FROM intake_row WHERE state = 'accepted' GROUP BY register, identity HAVING count(*) > 1) n
"""
BOUNDARY = "bihuan-fault-test"


def parcel(folder: Path, key: str) -> bytes:
    """Return a folder of registers as the page's form sends it."""
    parts: list[bytes] = []

    def add(disposition: str, content: bytes) -> None:
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
        parts.extend([head.encode(), content, b"\r\n"])

    add('name="key"', key.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        add('name="paths"', str(path.relative_to(folder)).encode())
        add(f'name="files"; filename="{path.name}"', path.read_bytes())
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def hand_in(desk: Desk, body: bytes, *, lost: bool = False) -> Answer:
    """Hand a folder in."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return desk.insist("POST", "/intake/hand-in/", body, lost=lost, Content_Type=kind)


def test_a_hand_in_whose_worker_and_database_are_killed_is_taken_in_once(
    ready_county: Path, run_county: Callable[..., Running], bihuan: Command, tmp_path: Path
) -> None:
    truth = write_registers(tmp_path, 11, sites=5, persons=300, each=1)
    county = run_county()
    sessions = settle(ready_county, TELL, people=4)["sessions"]
    desk, body = Desk(county.port, sessions["registrar"]), parcel(tmp_path, str(uuid4()))

    def ask(question: str) -> str:
        """Ask the database itself, in a moment; empty while it is down."""
        where = f"host={ready_county / 'postgres'} user=postgres dbname=postgres"
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(where) as found:
            return "|".join(str(one) for one in found.execute(question).fetchone() or ())
        return ""

    def comes_to(state: str) -> None:
        eventually(lambda: ask("SELECT state FROM intake_batch") == state)

    said = hand_in(desk, body, lost=True)
    assert said.done, said
    address = said.headers["location"]
    assert hand_in(desk, body).headers["location"] == address
    os.kill(county.postgres(), signal.SIGKILL)
    comes_to("checked")
    assert desk.page(f"{address}apply/", {"key": str(uuid4())}).done
    eventually(lambda: int(ask(TAKEN) or 0))
    (worker, *_) = county.children("cli.running.worker")
    worker.kill()
    os.kill(county.postgres(), signal.SIGKILL)
    half = int(str(eventually(lambda: ask(TAKEN))))
    comes_to("done")

    assert 0 < half < truth.accepted
    assert ask(ROWS) == f"{truth.accepted}|{truth.rejected}|{truth.skipped}"
    assert ask("SELECT count(*) FROM intake_batch") == "1"
    assert ask("SELECT count(*) FROM ledger_entry WHERE kind = 'intake.batch_applied'") == "1"
    assert ask(TWICE) == "0"
    verified = bihuan("ledger", "verify", "--seal")
    assert verified.returncode == 0, verified.stdout + verified.stderr
