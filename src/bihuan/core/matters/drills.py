"""What the modules bring to the drill county, through the same doors as a user. A `drill.py` declares it as `DRILL`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bihuan.core.matters.registry import declared
from bihuan.core.spec.text import Text

Progress = Callable[[Text, int, int], None]
"""What is being loaded, how much is done, of how many."""


@dataclass(frozen=True, slots=True)
class Scene:
    """For whom and when the county is made. `begun` is the first attempt's moment: a second one goes on from there."""

    jurisdiction: str
    begun: datetime
    progress: Progress = lambda _what, _done, _all: None


@dataclass(frozen=True, slots=True)
class Drill:
    """One module's part: `load` brings it once; killed and run again it goes on, complete it does nothing.

    It returns the number of matters it brought, 0 where all of it was there. `order`: people in quarantine stand
    before the lists that name them.
    """

    order: int
    load: Callable[[Scene], int]


def drills() -> list[Drill]:
    """Return all modules' parts, in the order in which they build on each other."""
    found = [module.DRILL for module in declared("drill") if hasattr(module, "DRILL")]
    return sorted(found, key=lambda drill: drill.order)
