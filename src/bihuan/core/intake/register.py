"""What a register is: its columns, which of them must be filled, how cells are read, what is checked.

A declaration reads like the office's own instructions for the form. Modules declare registers; this package
reads, recognises and checks them and knows none of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import PurePath
from typing import Any, Generic, Protocol, TypeVar, cast

from bihuan.core.intake.dates import Period, parse_date
from bihuan.core.intake.header import HeaderMatch, Synonyms, Vocabulary
from bihuan.core.intake.problems import Column, Kind, Problem, Source
from bihuan.core.intake.text import Cell, fold, is_empty
from bihuan.core.intake.workbook import Table

R = TypeVar("R")

Parser = Callable[[Cell], object]
"""Cell → value, None where the cell says nothing; raises UnreadableError."""

DATE: Parser = cast(Parser, parse_date)
"""The parser of date fields; the period and the workbook's day count are supplied when it is called."""

SERIAL, INTAKE_NOTE = "serial", "intake_note"
IGNORED = frozenset({SERIAL, INTAKE_NOTE})
"""Columns that say nothing about the row: its number, and the remarks of an earlier check."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a register.

    `required` is the kind of problem an empty cell (or a missing column) is; None means it may be empty. A
    field of a numbered family (tests by day) is read once per column and gives a mapping number → value.
    """

    key: str
    zh: str
    en: str
    parse: Parser
    required: Kind | None = None
    column_required: bool = False
    family: bool = False
    identifying: bool = False
    """Whether something written here makes the line a row of the register, never a total or a signature."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A table that a register recognised, with its heading."""

    table: Table
    header: HeaderMatch

    @property
    def titles(self) -> list[str]:
        """The texts above the heading, then the file's and the sheet's name."""
        above = [
            fold(cell)
            for number, cells in self.table.head
            if number < self.header.first_row
            for cell in cells
            if isinstance(cell, str) and cell
        ]
        return [*above, PurePath(self.table.file).stem, self.table.sheet or ""]


@dataclass(slots=True)
class Draft:
    """One line of a table while it is read: its cells, the values made of them, and what is wrong."""

    table: Table
    header: HeaderMatch
    number: int
    cells: Sequence[Cell]
    facts: Any = None
    """What the register's `prepare` found out about the table."""
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def source(self) -> Source:
        """Where the line stands."""
        return self.table.source(self.number)

    def cell(self, key: str) -> Cell:
        """The raw cell of a field, empty where the table has no such column."""
        column = self.header.columns.get(key)
        return self.cells[column.index] if column and column.index < len(self.cells) else ""

    def column(self, key: str) -> Column | None:
        """The column of a field."""
        return self.header.columns.get(key)

    def report(self, kind: Kind, key: str | None = None, **params: str) -> None:
        """Add a problem of this line, in the column of the field `key`."""
        column = self.column(key) if key else None
        self.problems.append(Problem(kind, self.source, column, params))

    def get(self, key: str) -> Any:
        """The value of a field, None where it is empty or unreadable."""
        return self.values.get(key)

    def fingerprint(self) -> bytes:
        """A digest of the line's cells as they stand, by heading, without its serial number.

        Equal for repeated lines. It says too much about short cells to be stored without a key.
        """
        ignored = {column.index for key, column in self.header.columns.items() if key in IGNORED}
        said = sorted(
            f"{_heading(self.header, index)}\x1f{cell!r}"
            for index, cell in enumerate(self.cells)
            if index not in ignored and not is_empty(cell)
        )
        return blake2b("\x1e".join(said).encode("utf-8", "surrogatepass"), digest_size=20).digest()

    def settle(self) -> None:
        """Forget the values once the row is built from them; many lines are kept till the end."""
        self.values = {}


class RowLike(Protocol):
    """What every checked row has."""

    @property
    def source(self) -> Source:
        """Where the row stands."""
        ...


@dataclass(frozen=True)
class Context:
    """What checking needs besides the tables: the period, and rows accepted earlier, by register key."""

    period: Period
    known: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def rows(self, register: "Register[R]") -> Sequence[R]:
        """The rows of another register (or of this one, accepted earlier)."""
        return cast(Sequence[R], self.known.get(register.key, ()))

    def with_rows(self, key: str, rows: Iterable[object]) -> "Context":
        """The context with more rows known under a register's key."""
        return Context(self.period, {**self.known, key: (*self.known.get(key, ()), *rows)})


@dataclass(frozen=True, slots=True)
class Judged(Generic[R]):
    """A line after its own checks: the draft, and its row where one could be built."""

    draft: Draft
    row: R | None
    accepted: bool


CrossCheck = Callable[[Sequence[Judged[R]], Context], Iterable[Problem]]
"""Finds contradictions among the judged lines and the rows known earlier."""


@dataclass(frozen=True)
class Register(Generic[R]):
    """A kind of workbook that offices keep, and the rules by which it is taken in.

    - `fields` in the order of the form; `synonyms` the headings that mean them.
    - `distinctive` fields tell this register from others: a table is recognised by at least `recognised_from`
      known headings of which two are distinctive.
    - `prepare` finds what all lines of a table share (the site named in its title).
    - `row_checks` look at one line after its cells are read; `build` makes the row.
    - `cross_checks` look at all lines together and at rows known earlier.
    - `counted`: whether its lines count in the result's `rows`; master data (a list of sites) do not.
    """

    key: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    synonyms: Synonyms
    distinctive: frozenset[str]
    build: Callable[[Draft, Context], R]
    same_place: Callable[[Draft, Context], object]
    prepare: Callable[[Recognised, Context], object] = field(default=lambda table, context: None)
    row_checks: tuple[Callable[[Draft, Context], None], ...] = ()
    cross_checks: tuple[CrossCheck[R], ...] = ()
    recognised_from: int = 4
    counted: bool = True

    def vocabulary(self, confirmed: Synonyms | None = None) -> Vocabulary:
        """The register's headings, with those a county has confirmed."""
        base = Vocabulary(self.synonyms)
        return base.extended(confirmed) if confirmed else base

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Fields without whose column a table is not read."""
        return tuple(item.key for item in self.fields if item.column_required)

    def field_named(self, key: str) -> Field | None:
        """The field of this key, or None."""
        return next((item for item in self.fields if item.key == key), None)


def read_date(cell: Cell, period: Period, table: Table) -> date | None:
    """A date cell of a table, in the table's own day count."""
    return parse_date(cell, period, from_1904=table.from_1904)


def _heading(header: HeaderMatch, index: int) -> str:
    return header.headings[index].heading if index < len(header.headings) else str(index)
