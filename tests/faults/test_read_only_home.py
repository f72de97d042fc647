"""A county's folder that became read-only (a disk that failed over, a backup that was mounted): said, nothing harmed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a folder read-only"),
]


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, mounted read-only."""
    folder = tmp_path / "county"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], check=False)
    if made.returncode != 0:
        pytest.skip("a read-only folder cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("arguments", [["up"], ["figures", "--json"], ["drill"], ["ledger", "verify"]])
def test_a_read_only_folder_is_refused_in_one_line_of_both_languages(
    bihuan: Command, read_only: Path, arguments: list[str]
) -> None:
    done = bihuan(*arguments, BIHUAN_HOME=str(read_only))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert str(read_only) in line and "BIHUAN_HOME" in line
    zh, _, en = line.partition(" / ")
    assert "无法使用" in zh and "cannot be used" in en
