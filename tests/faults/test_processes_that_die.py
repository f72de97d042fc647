"""Whatever process dies comes back by itself; one signal ends all of them, the database included."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.faults.conftest import Running, eventually

pytestmark = pytest.mark.faults


def test_killed_worker_pages_streams_and_database_come_back(run_county: Callable[..., Running]) -> None:
    county = run_county()
    eventually(county.health)
    for words in ("cli.running.worker", "config.wsgi", "config.streams"):
        (killed, *_) = county.children(words)
        killed.kill()
        eventually(lambda w=words, old=killed.pid: [c for c in county.children(w) if c.pid != old])
    database = county.postgres()
    os.kill(database, signal.SIGKILL)

    eventually(lambda: county.postgres() != database)
    eventually(county.health)


def test_one_signal_stops_everything(run_county: Callable[..., Running]) -> None:
    county = run_county()
    eventually(county.health)
    everything = [psutil.Process(county.process.pid).children(recursive=True)][0]
    database = psutil.Process(county.postgres())

    county.process.send_signal(signal.SIGINT)

    assert county.process.wait(30) == 0
    _, alive = psutil.wait_procs([*everything, database], timeout=10)
    assert alive == []


def test_a_killed_supervisor_leaves_no_process_on_its_ports(run_county: Callable[..., Running]) -> None:
    county = run_county()
    everything = psutil.Process(county.process.pid).children(recursive=True)

    county.process.kill()

    _, alive = psutil.wait_procs(everything, timeout=30)
    assert alive == []
    again = run_county()
    eventually(again.health)


def test_a_county_that_runs_is_not_run_twice_and_a_taken_port_is_named(
    run_county: Callable[..., Running], bihuan: Callable[..., object], folder: Path
) -> None:
    county = run_county()

    twice = bihuan("up", "--port", "1")
    other = bihuan("up", "--port", str(county.port), BIHUAN_HOME=str(folder / "other"))

    assert (twice.returncode, other.returncode) == (2, 2)
    assert f"http://127.0.0.1:{county.port}/" in twice.stderr
    assert str(county.port) in other.stderr


def test_two_counties_run_side_by_side(
    run_county: Callable[..., Running], prepared: Path, folder: Path
) -> None:
    second = folder / "第二 个县"
    subprocess.run(["cp", "-a", str(prepared), str(second)], check=True)
    one, two = run_county(), run_county(second)

    eventually(one.health)
    eventually(two.health)
    assert one.postgres() != two.postgres()


def test_the_command_line_works_on_a_county_that_runs_and_leaves_it_running(
    run_county: Callable[..., Running], bihuan: Callable[..., object]
) -> None:
    county = run_county()

    asked = bihuan("sql", "-At", "-c", "select count(*) from ledger_entry")

    assert (asked.returncode, asked.stdout) == (0, "0\n")
    eventually(county.health)


def test_the_first_page_answers_when_it_says_ready(run_county: Callable[..., Running]) -> None:
    county = run_county()

    with contextlib.closing(urllib.request.urlopen(f"http://127.0.0.1:{county.port}/")) as page:
        assert page.status == 200
        assert "lang=" in page.read().decode()
