"""What views hand to the shared partials: crumbs, steps, timeline lines, day strips, suggestions, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bihuan.core.spec.text import Text


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of where the reader is; the last one has no address."""

    text: Text | str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the strip on a matter page; `when` is `was`, `now` or empty for later."""

    text: Text
    when: str = ""
    note: Text | str = ""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line from the ledger. `number` is the entry's; `sealed`: the chain already covers it."""

    at: datetime
    text: Text
    note: Text | str = ""
    number: int | None = None
    sealed: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class StripDay:
    """One cell of the strip under a deadline. `mark` as in `core.clock.strip`: start, counted, rest, due …"""

    day: str
    label: Text | str
    mark: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One of the three things an empty page offers to do."""

    text: Text
    url: str
    icon: str
    note: Text | str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty page: the good news, what comes next, three things to do, and the filters in force."""

    text: Text
    note: Text | str = ""
    suggestions: Sequence[Suggestion] = ()
    filters: str = ""
    clear: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a plain table; numbers stand right."""

    text: Text
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table; below the medium breakpoint every row is a card with the headings beside the values."""

    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    empty: Empty | None = None

    @property
    def lines(self) -> list[list[tuple[Column, Any]]]:
        """Return the rows with each value beside its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, what was kept, what to do next: a refusal or a failure as a page says it."""

    status: int
    title: Text
    happened: Text
    kept: Text
    next: Text
    missing: Sequence[Text] = field(default=())
    instead: Text | None = None
    basis: Text | None = None
