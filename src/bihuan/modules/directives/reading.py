"""A directive's workbook as read: its cover, whom it lists, the feedback on them; what is wrong named by its row.

The content decides, not the file's or the sheets' names: a sheet with methods or findings under its heading is feedback,
another one that names people is a list, and there may be several of each. Formulas are never calculated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bihuan.core.intake import kinds as file_kinds
from bihuan.core.intake.header import HeaderMatch, find_header
from bihuan.core.intake.moments import LOCAL, read_moment, year_among
from bihuan.core.intake.problems import Column, Kind, Problem, Source, masked
from bihuan.core.intake.text import NOTHING, Cell, fold
from bihuan.core.intake.workbook import Row, Table, read_file
from bihuan.core.people.normal import normal_identifier, normal_name
from bihuan.modules.directives import cover as covers
from bihuan.modules.directives import kinds
from bihuan.modules.directives.cover import Cover, word, years_on
from bihuan.modules.directives.payloads import Finding, Method

COLUMNS: Final = ("sequence", "name", "identifier", "phone", "address", "method", "finding", "at", "unit")
FEEDBACK: Final = frozenset({"method", "finding", "at"})
"""Headings that make a table of people one of feedback: two of them."""
CLOCKS_DIFFER: Final = timedelta(days=1)
_HALF_A_YEAR: Final = timedelta(days=180)
_PACKED: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list: where it stands, and what it says as written: name, identifier, telephone, address."""

    sheet: str
    row: int
    name: str
    identifier: str
    phone: str
    address: str

    @property
    def who(self) -> str:
        """Return who it is within one list: the identifier in its one spelling, else name and telephone."""
        return (
            normal_identifier(self.identifier).removesuffix(".0") or f"{normal_name(self.name)} {self.phone}"
        )

    @property
    def cells(self) -> list[str]:
        """Return what is kept sealed."""
        return [self.name, self.identifier, self.phone, self.address]


@dataclass(frozen=True, slots=True)
class Fed:
    """A row of feedback. `who` as `Listed.who`; `words`: the finding as written; `finding`: as it may stand in the open."""

    sheet: str
    row: int
    who: str
    name: str
    method: Method
    finding: Finding
    words: str
    at: datetime
    unit: str


@dataclass(slots=True)
class Workbook:
    """A workbook as read. `form`: the columns of list and feedback as the issuing body wrote them."""

    name: str
    sha256: bytes
    cover: Cover = field(default_factory=Cover)
    rows: int = 0
    repeated: int = 0
    listed: list[Listed] = field(default_factory=list)
    feedback: list[Fed] = field(default_factory=list)
    form: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: bool = False

    @property
    def rejected(self) -> int:
        """Return how many rows of the lists are sent back."""
        return self.rows - len(self.listed) - self.repeated

    @property
    def feedback_rejected(self) -> int:
        """Return how many rows of feedback are sent back."""
        own = {kinds.FEEDBACK_ON_NOBODY, kinds.UNKNOWN_METHOD, kinds.UNREADABLE_TIME, kinds.AHEAD_OF_NOW}
        return sum(one.kind in own for one in self.problems)


def heading(rows: Sequence[Row]) -> HeaderMatch | None:
    """Return the heading of people among a table's first rows: a name or an identifier, and something beside."""
    found = find_header(Table("", None, list(rows)), covers.vocabulary("row"))
    if found is None or not found.matched & {"name", "identifier"} or len(found.matched) < 2:
        return None
    return found


def is_feedback(found: HeaderMatch) -> bool:
    """Tell a heading of feedback from one of a list."""
    return len(found.matched & FEEDBACK) > 1


def above(rows: Sequence[Row], found: HeaderMatch | None) -> list[Row]:
    """Return the rows above a heading: where a cover may stand on the list's own sheet."""
    return list(rows) if found is None else [row for row in rows if row[0] < found.first_row]


def read(path: Path, name: str, now: datetime, *, cover: bool = True) -> Workbook:
    """Read a workbook whole; nothing is raised. Without `cover` only its lists: they come with a directive given by hand."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(
            Workbook(name, b""),
            Problem(file_kinds.UNREADABLE_FILE, Source(name), params={"reason": str(error.strerror)}),
        )
    book = Workbook(name, hashlib.sha256(data).digest())
    tables: list[Table] = []
    for one in read_file(path, name):
        if isinstance(one, Problem):
            book.problems.append(one)
        else:
            one.rows()
            tables.append(one)
    if cover and not _read_cover(book, tables):
        return book
    for table in tables:
        found = heading(table.head)
        if found is not None and not is_feedback(found):
            _read_list(book, table, found)
    for table in tables:
        found = heading(table.head)
        if found is not None and is_feedback(found):
            _read_feedback(book, table, found, now)
    if not cover and not (book.listed or book.feedback):
        return _unreadable(book, Problem(file_kinds.NOT_RECOGNISED, Source(name)))
    return book


def _unreadable(book: Workbook, why: Problem) -> Workbook:
    book.problems.append(why)
    book.unreadable = True
    return book


def _read_cover(book: Workbook, tables: Sequence[Table]) -> bool:
    for table in tables:
        rows = above(table.head, heading(table.head))
        if not covers.is_cover(rows):
            continue
        book.cover = said = covers.read(rows, from_1904=table.from_1904)
        source = Source(book.name, table.sheet)
        book.problems += [Problem(kind, source) for kind in said.notes]
        book.problems += [Problem(kind, source, params=params) for kind, params in said.wrong]
        if said.received_at and said.due_at and said.due_at <= said.received_at:
            times = {"due": f"{said.due_at:%F %H:%M}", "received": f"{said.received_at:%F %H:%M}"}
            said.wrong.append((kinds.DUE_BEFORE_RECEIVED, times))
            book.problems.append(Problem(kinds.DUE_BEFORE_RECEIVED, source, params=times))
        book.unreadable = bool(said.wrong)
        return not book.unreadable
    _unreadable(book, Problem(file_kinds.NOT_RECOGNISED, Source(book.name)))
    return False


class _Row:
    """A row's cells by field."""

    __slots__ = ("cells", "columns")

    def __init__(self, columns: Mapping[str, Column], cells: Sequence[Cell]) -> None:
        self.columns, self.cells = columns, cells

    def cell(self, name: str) -> Cell:
        """Return a cell, None where the table has no such column or the row ends before it."""
        column = self.columns.get(name)
        return None if column is None or column.index >= len(self.cells) else self.cells[column.index]

    def text(self, name: str) -> str:
        """Return a cell as text in ordinary width; "" where it says nothing."""
        text = fold(self.cell(name))
        return "" if text.lower() in NOTHING else text


def _rows(table: Table, found: HeaderMatch) -> list[tuple[int, _Row]]:
    """Return the rows below the heading that say something about somebody; a sequence number alone says nothing."""
    told = []
    for number, cells in table.rows():
        if number > found.last_row:
            row = _Row(found.columns, cells)
            if any(row.text(name) for name in COLUMNS[1:] if name in found.columns):
                told.append((number, row))
    return told


def _read_list(book: Workbook, table: Table, found: HeaderMatch) -> None:
    sheet = table.sheet or ""
    book.form.setdefault("list", _headings(found))
    seen = {one.who: one for one in book.listed}
    for number, row in _rows(table, found):
        book.rows += 1
        one = Listed(
            sheet,
            number,
            row.text("name"),
            row.text("identifier"),
            _phone(row.text("phone")),
            row.text("address"),
        )
        if not (one.name and (one.identifier or one.phone)):
            book.problems.append(_problem(kinds.NO_SUCH_PERSON, table, number))
        elif one.who in seen:
            first = seen[one.who]
            other = Source(book.name, first.sheet or None, first.row)
            book.problems.append(
                Problem(kinds.REPEATED, table.source(number), params={"row": str(number)}, others=(other,))
            )
            book.repeated += 1
        else:
            seen[one.who] = one
            book.listed.append(one)


def _read_feedback(book: Workbook, table: Table, found: HeaderMatch, now: datetime) -> None:
    book.form.setdefault("feedback", _headings(found))
    book.form.setdefault("sheet", table.sheet or "")
    rows = _rows(table, found)
    year = book.cover.received_at.year if book.cover.received_at else None
    year = year or year_among((row.cell("at") for _, row in rows), from_1904=table.from_1904) or now.year
    for number, row in rows:
        one = _fed(table, number, row, year)
        if isinstance(one, Problem):
            book.problems.append(one)
            continue
        at = one.at
        if book.cover.received_at and book.cover.received_at - at > _HALF_A_YEAR:
            at = years_on(at, 1)
        if at > now + CLOCKS_DIFFER:
            book.problems.append(_problem(kinds.AHEAD_OF_NOW, table, number))
            continue
        book.feedback.append(
            one
            if at == one.at
            else Fed(one.sheet, one.row, one.who, one.name, one.method, one.finding, one.words, at, one.unit)
        )


def _fed(table: Table, number: int, row: _Row, year: int) -> Fed | Problem:
    method = word("method", row.text("method"))
    if method is None:
        return _problem(kinds.UNKNOWN_METHOD, table, number, row.cell("method"))
    moment = read_moment(row.cell("at"), year, from_1904=table.from_1904)
    if moment is None:
        return _problem(kinds.UNREADABLE_TIME, table, number, row.cell("at"))
    who = Listed("", 0, row.text("name"), row.text("identifier"), _phone(row.text("phone")), "")
    words = row.text("finding")
    finding = word("finding", words) or (Finding.OTHER if words else Finding.NONE)
    return Fed(
        table.sheet or "", number, who.who, normal_name(who.name), Method(method), Finding(finding), words, moment.at, row.text("unit")[:80]
    )  # fmt: skip


def _headings(found: HeaderMatch) -> list[list[str]]:
    """Return the columns of a table in order: the field each means ("" where nobody knows), and its heading."""
    fields = {column.index: name for name, column in found.columns.items()}
    return [[fields.get(column.index, ""), column.heading] for column in found.headings if column.heading]


def _phone(text: str) -> str:
    return text.removesuffix(".0")


def _problem(kind: Kind, table: Table, number: int, value: Cell = None) -> Problem:
    params = {"row": str(number), "value": "" if value is None else masked(value)}
    return Problem(kind, table.source(number), params=params)


__all__ = ["LOCAL", "Fed", "Listed", "Workbook", "heading", "is_feedback", "read"]
