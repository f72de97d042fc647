"""Who looks on while files are read and rows taken in: a terminal, a page, or nobody."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""(what, done, of all): `read` counts files, a register's key counts its files taken in."""


class Watch:
    """Told of every step; this one says nothing."""

    def reading(self, file: str) -> None:
        """A table of this file was read."""

    def found(self, rows: int) -> None:
        """All files are read and hold about this many rows."""

    def judged(self, file: str, accepted: bool) -> None:
        """A row of this file was checked."""

    def taking(self, files: int) -> None:
        """All rows are checked; so many files, over all registers, are to be taken in."""

    def taken(self, register: str, done: int, of: int) -> None:
        """So many of a register's files are taken in; said before each file, and once behind the last."""


NOBODY = Watch()


class Telling(Watch):
    """Tells a `Progress` function."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._files: set[str] = set()
        self._rows = self._judged = 0

    def reading(self, file: str) -> None:
        """Count the files read."""
        self._files.add(file)
        self._progress("read", len(self._files), 0)

    def found(self, rows: int) -> None:
        """Learn how many rows there are to check."""
        self._rows = rows

    def judged(self, file: str, accepted: bool) -> None:
        """Say so every hundred rows."""
        self._judged += 1
        if self._judged % 100 == 0:
            self._progress("check", self._judged, self._rows)

    def taken(self, register: str, done: int, of: int) -> None:
        """Say how far a register is."""
        self._progress(register, done, of)
