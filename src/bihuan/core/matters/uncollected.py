"""Replaying many histories without the garbage collector, which would find nothing.

Steps, facts and drafts of a bulk write all live until it is written and refer to each other in no circle. The
collector, called by their sheer number, would walk through every object of the process again and again: it took
a third of the time of a load.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector rest; within another such block, or where it rests already, nothing changes."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
