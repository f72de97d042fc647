"""Brings the chains to the registry: every file of this folder that is neither this one nor a face of the app."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

NO_CHAINS = {"__init__", "apps", "follow", "figures", "forms", "matter"}


def chains() -> list[ModuleType]:
    """Return the chains, in the order of their names; a new file is a new chain, none is listed by hand."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NO_CHAINS)
    return [import_module(f"{__package__}.{name}") for name in names]


CHAINS = chains()
