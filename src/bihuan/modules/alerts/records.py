"""The records of a text file, each with the physical line (parted by LF) on which it starts; a broken one costs itself.

A quote that is never closed would swallow the rest of the file. So a record that runs over several lines and then has the
wrong number of cells is broken by its first line alone, and reading goes on with the next one.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

LONGEST: Final = 40
"""Physical lines that one record may run over; an address has a few, a lost quote has thousands."""


class Record(NamedTuple):
    """One record: the line it starts on, its cells; `broken`: not as many as the heading has columns."""

    line: int
    cells: list[str]
    broken: bool


def records(text: str, delimiter: str, width: int = 0, first: int = 1) -> Iterator[Record]:
    """Yield the records from line `first` on; empty lines are left out. `width` 0: any number of cells will do.

    Cells beyond the heading's columns may be there as long as nothing stands in them.
    """
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    at = first - 1
    while at < len(lines):
        at = yield from _up_to_a_break(lines, at, delimiter, width)


def _up_to_a_break(lines: list[str], at: int, delimiter: str, width: int) -> Generator[Record, None, int]:
    """Yield records from line index `at` on; return the index to go on from when one was broken over its end."""
    begins = at
    fed = 0

    def feed() -> Iterator[str]:
        nonlocal fed
        for line in itertools.islice(lines, at, None):
            if at + fed - begins >= LONGEST:
                return
            fed += 1
            yield line + "\n"

    reader = csv.reader(feed(), delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:  # a cell beyond every measure, or a stray carriage return
            yield Record(begins + 1, [lines[begins]], True)
            return begins + 1
        if cells is None:
            return max(begins, at + fed)
        taken = at + fed - begins
        sound = not width or _fits(cells, width)
        if taken > 1 and (not sound or taken >= LONGEST):
            yield Record(begins + 1, [lines[begins]], True)  # what follows it may be sound
            return begins + 1
        if any(cell.strip() for cell in cells):
            yield Record(begins + 1, cells[:width] if width and sound else cells, not sound)
        begins = at + fed


def _fits(cells: list[str], width: int) -> bool:
    return len(cells) == width or (len(cells) > width and not any(c.strip() for c in cells[width:]))
