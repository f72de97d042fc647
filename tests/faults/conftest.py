"""A county that runs for a test: `bihuan up` on free ports, its processes to be killed one by one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import BIHUAN

PATIENCE = 120.0  # seconds: the suite shares its cores


def eventually(found: Callable[[], object], within: float = PATIENCE) -> object:
    """Return what `found` brings as soon as it is true; fail where it never is."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        with contextlib.suppress(OSError, psutil.Error):
            if value := found():
                return value
        time.sleep(0.1)
    pytest.fail(f"never came true: {getattr(found, '__name__', found)}")


@dataclass
class Running:
    """A running county."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    log: Path

    def children(self, words: str) -> list[psutil.Process]:
        """Return the processes of the county whose command line holds these words."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ended just now
                if words in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def health(self) -> dict[str, object] | None:
        """Return what /healthz says when all is well, None where it is not."""
        address = f"http://127.0.0.1:{self.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            found: dict[str, object] = json.loads(answer.read())
            return found
        return None

    def postgres(self) -> int:
        """Return the process number of its database."""
        return int((self.home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def free_ports() -> int:
    """Return a port that is free, like the next one."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                return port
    pytest.fail("no two free ports")


@pytest.fixture
def run_county(ready_county: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `bihuan up`; ends what a test left running."""
    started: list[Running] = []

    def run(home: Path = ready_county) -> Running:
        port, log = free_ports(), tmp_path / f"up-{len(started)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [str(BIHUAN), "up", "--port", str(port)],
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "BIHUAN_HOME": str(home)},
            )
        running = Running(home, port, process, log)
        started.append(running)
        eventually(lambda: "可以使用了" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()[-3000:]
        return running

    yield run
    for running in started:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            try:
                running.process.wait(30)
            except subprocess.TimeoutExpired:
                running.process.kill()
