"""What tests across modules share. The throw-away county itself comes from `bihuan.config.testing`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BIHUAN = Path(sys.executable).with_name("bihuan")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's own account may pass through (pytest closes its own to everybody else)."""
    with tempfile.TemporaryDirectory(prefix="bihuan-county-") as made:
        yield Path(made)


def put_to_rest(home: Path) -> None:
    """Stop a county's database that killed processes left running."""
    from bihuan.adapters.postgres import embedded

    if embedded.running(home):
        embedded.url(home)  # be its last user, and leave
        embedded.leave(home)


@pytest.fixture
def county(folder: Path) -> Iterator[Path]:
    """An empty county's folder of its own, for tests that run the whole product; its server stops after."""
    home = folder / "county"
    yield home
    put_to_rest(home)


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """A county at rest, its database migrated and its front-end files gathered: made once, to be copied.

    Nobody works in it: what ran there would be found by every later test in its copy.
    """
    with tempfile.TemporaryDirectory(prefix="bihuan-prepared-") as made:
        home = Path(made) / "county"
        environment = {**os.environ, "BIHUAN_HOME": str(home)}
        subprocess.run([str(BIHUAN), "migrate"], check=True, capture_output=True, env=environment)
        gather = [sys.executable, "-m", "bihuan.cli.running.statics"]
        subprocess.run(gather, check=True, capture_output=True, env=environment)
        yield home


@pytest.fixture
def ready_county(prepared: Path, county: Path) -> Path:
    """A county of its own that needs no preparation any more."""
    subprocess.run(["cp", "-a", str(prepared), str(county)], check=True)
    return county


@pytest.fixture
def bihuan(county: Path) -> Command:
    """Runs the `bihuan` command on that county, as an operator would; returns what it said."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(BIHUAN), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "BIHUAN_HOME": str(county), **environment},
        )

    return run
