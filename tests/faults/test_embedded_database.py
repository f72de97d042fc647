"""The embedded PostgreSQL serves many processes at once, and outlives none of them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bihuan.adapters.postgres import embedded
from tests.conftest import BIHUAN, Command
from tests.faults.conftest import eventually

pytestmark = pytest.mark.faults
HOLD = """
import sys
from pathlib import Path
from bihuan.adapters.postgres import embedded
embedded.url(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def holder(home: Path) -> subprocess.Popen[str]:
    """Start a process that holds the county's database until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    """Let a holder end in order."""
    process.communicate(timeout=60)


def database(home: Path) -> psutil.Process:
    """Return the county's database process."""
    return psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))


def test_two_commands_at_once_on_a_new_county_both_work(county: Path) -> None:
    command = [str(BIHUAN), "sql", "-At", "-c", "select 1"]
    environment = {**os.environ, "BIHUAN_HOME": str(county)}
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(2)]

    answers = [process.communicate(timeout=120)[0] for process in both]

    assert answers == [b"1\n", b"1\n"]
    assert not embedded.running(county)


def test_the_last_user_stops_it_and_not_the_first(county: Path) -> None:
    first, second = holder(county), holder(county)
    server = database(county)

    let_go(first)
    assert server.is_running()
    assert embedded.running(county)
    let_go(second)

    server.wait(30)


def test_a_killed_user_neither_stops_it_nor_keeps_it(county: Path) -> None:
    killed, other = holder(county), holder(county)
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    assert embedded.running(county)
    server = database(county)

    let_go(other)

    server.wait(30)
    assert not embedded.running(county)


def test_a_killed_database_starts_again_with_what_was_confirmed(county: Path, bihuan: Command) -> None:
    held = holder(county)
    assert bihuan("sql", "-c", "create table kept as select 42 as n").returncode == 0
    database(county).kill()

    again = eventually(lambda: (done := bihuan("sql", "-At", "-c", "select n from kept")).stdout and done)

    assert again.stdout == "42\n"
    let_go(held)


def test_a_folder_copied_while_its_county_runs_is_a_county_of_its_own(
    county: Path, folder: Path, bihuan: Command
) -> None:
    held, copy = holder(county), folder / "copy"
    bihuan("sql", "-c", "create table kept as select 'original' as n", "-c", "checkpoint")
    original = database(county)
    subprocess.run(["cp", "-a", str(county), str(copy)], check=True)

    changed = bihuan("sql", "-c", "update kept set n = 'copy'", BIHUAN_HOME=str(copy))

    assert changed.returncode == 0, changed.stderr
    assert bihuan("sql", "-At", "-c", "select n from kept").stdout == "original\n"
    assert bihuan("sql", "-At", "-c", "select n from kept", BIHUAN_HOME=str(copy)).stdout == "copy\n"
    assert original.is_running()
    assert not embedded.running(copy)
    let_go(held)


@pytest.mark.parametrize("name", ["带 空格 的县", "a" * 90, "quote'\"s"], ids=["blanks", "long", "quotes"])
def test_any_folder_name_will_do(folder: Path, name: str) -> None:
    home = folder / name

    held = holder(home)

    assert embedded.running(home)
    let_go(held)
    assert not embedded.running(home)


def test_its_exit_code_and_its_error_come_through(bihuan: Command) -> None:
    wrong = bihuan("sql", "-c", "selec 1")
    none = bihuan("sql", "-v", "ON_ERROR_STOP=1", "-f", "/nowhere.sql")

    assert wrong.returncode == 1
    assert "syntax error" in wrong.stderr
    assert none.returncode != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try another user")
def test_an_ordinary_user_has_a_county_of_his_own(folder: Path) -> None:
    home = Path("/tmp") / f"bihuan-nobody-{os.getpid()}"  # pytest's own folder is closed to others
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    command = [str(BIHUAN), "sql", "-At", "-c", "select current_user"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "BIHUAN_HOME": str(home / "county")}

    try:
        reached = subprocess.run([sys.executable, "-c", ""], user="nobody", check=False, cwd="/")
        if reached.returncode != 0:
            pytest.skip("this Python lies where other users cannot run it")
        done = subprocess.run(
            command, user="nobody", group=nobody.pw_gid, extra_groups=[], env=environment, cwd="/",
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    except PermissionError:
        pytest.skip("this Python lies where other users cannot run it")
    finally:
        owner = (home / "county" / "postgres").stat().st_uid if (home / "county").exists() else None
        shutil.rmtree(home, ignore_errors=True)

    assert (done.returncode, done.stdout) == (0, "postgres\n"), done.stderr
    assert owner == nobody.pw_uid
