"""`bihuan new-module` makes a folder that passes every check and works, without an edit anywhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one new module in it."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("*.pyc", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    done = run(
        copy,
        "-m",
        "bihuan.cli.main",
        "new-module",
        "lost_property",
        "--zh",
        "失物招领",
        "--en",
        "Lost property",
    )
    assert done.returncode == 0, done.stderr
    return copy


def run(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy, not on the project itself."""
    environment = {**os.environ, "PYTHONPATH": str(house / "src")}
    environment.pop("BIHUAN_TEST_HOME", None)  # a county of its own
    return subprocess.run(
        [sys.executable, *arguments], cwd=house, env=environment, capture_output=True, text=True, check=False
    )


def test_it_passes_the_linters(house: Path) -> None:
    module = str(house / "src/bihuan/modules/lost_property")

    for arguments in (["check", module], ["format", "--check", module]):
        ruff = [str(PROGRAMS / "ruff"), *arguments]
        done = subprocess.run(ruff, cwd=house, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_its_own_tests_pass_and_nothing_else_needs_an_edit(house: Path) -> None:
    done = run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", "src/bihuan/modules/lost_property")

    assert done.returncode == 0, done.stdout[-3000:]
    assert "3 passed" in done.stdout


def test_the_command_line_counts_it_at_once(house: Path) -> None:
    ask = "from bihuan.cli.django import settings; settings(); import django; django.setup();"
    ask += "from bihuan.core.matters import registry as r;"
    ask += "print('lost_property' in r.matter_types(), 'lost_property.answered' in r.figures())"

    done = run(house, "-c", ask)

    assert done.stdout.strip() == "True True", done.stderr
