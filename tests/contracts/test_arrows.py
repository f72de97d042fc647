"""The linter of the arrows finds what it is there to find."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
PLANTED = {
    "core knows a module": ("core/matters/planted.py", "import bihuan.modules.quarantine.matter"),
    "a declaration runs Django": ("core/spec/planted.py", "import django.db"),
    "a rule changes matters": ("modules/quarantine/rules.py", "from bihuan.core.matters import engine"),
    "a page writes the ledger": ("command/planted.py", "from bihuan.core.ledger import append"),
    "a page reaches past the engine": ("command/planted.py", "from bihuan.core.matters import store"),
    "the command line knows the settings": ("cli/planted.py", "import bihuan.config.settings"),
    "a module knows another": ("modules/other/matter.py", "import bihuan.modules.quarantine.rules"),
    "a new floor of the house": ("attic/__init__.py", ""),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with the linter's contracts."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("static", "*.pyc", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on the copy."""
    return subprocess.run(
        [str(LINTER), "--no-cache"],
        cwd=house,
        env={"PYTHONPATH": str(house / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_as_it_is_keeps_its_contracts(house: Path) -> None:
    done = lint(house)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_arrow_is_found(house: Path, what: str) -> None:
    path, line = PLANTED[what]
    file = house / "src" / "bihuan" / path
    before = file.read_text("utf-8") if file.exists() else None
    made = [parent for parent in (file.parent,) if not parent.exists()]
    file.parent.mkdir(exist_ok=True)
    for parent in made:
        (parent / "__init__.py").write_text("")
    file.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        done = lint(house)
    finally:
        if before is not None:
            file.write_text(before, "utf-8")
        elif made:
            shutil.rmtree(file.parent)
        else:
            file.unlink()

    assert done.returncode != 0, done.stdout
