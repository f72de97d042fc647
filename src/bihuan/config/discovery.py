"""Finds the modules: every folder of `bihuan/modules` with a `matter.py` is one; none is listed by hand."""

from __future__ import annotations

from pathlib import Path

MODULES = Path(__file__).resolve().parent.parent / "modules"


def module_names() -> list[str]:
    """Return the names of the modules' folders, in alphabetical order."""
    return sorted(path.parent.name for path in MODULES.glob("*/matter.py"))


def module_apps() -> list[str]:
    """Return the modules as Django applications."""
    return [f"bihuan.modules.{name}" for name in module_names()]
