"""A pushed list as read: its lines in columns, what is malformed named, nothing kept anywhere.

The content decides, not the file's name. Encodings, delimiters and limits are those of the registers' intake; formulas are
never calculated. Rows are kept in plain lists: a list has a hundred thousand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from bihuan.core.intake import kinds as file_kinds
from bihuan.core.intake.delimited import Delimited, read_delimited
from bihuan.core.intake.header import HeaderMatch, Vocabulary, find_header, load_synonyms
from bihuan.core.intake.problems import Problem, Source, UnreadableError
from bihuan.core.intake.safety import MAX_BYTES
from bihuan.core.intake.text import BrokenCell, Cell, fold
from bihuan.core.intake.workbook import HEAD_ROWS, Row, Table, read_file
from bihuan.modules.alerts import kinds, times
from bihuan.modules.alerts.records import Record, records

FIELDS: Final = ("number", "name", "identifier", "phone", "address", "reason", "pushed_at", "unit")
NUMBER, NAME, IDENTIFIER, PHONE, ADDRESS, REASON, PUSHED_AT, UNIT = range(len(FIELDS))
REQUIRED: Final = ("number", "name", "identifier", "reason")
TELLING: Final = frozenset({"number", "reason", "pushed_at", "unit"})
"""Fields that tell a pushed list from a register: three of them must be there."""
_PACKED: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Line:
    """A malformed line: where it starts, what stands there, how many cells it has and should have."""

    sheet: int
    line: int
    text: str
    found: int
    wanted: int


@dataclass(slots=True)
class Pushed:
    """A list as read. `said[i]` are the cells of a row as the sender wrote them, by field (FIELDS), at `lines[i]`."""

    name: str
    size: int
    sha256: bytes
    headings: list[str] = field(default_factory=list)
    layout: dict[str, int] = field(default_factory=dict)
    encoding: str = ""
    nuls: int = 0
    cut_short: bool = False
    sheets: list[str] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)
    said: list[list[str]] = field(default_factory=list)
    pushed: list[datetime | None] = field(default_factory=list)
    bad: list[Line] = field(default_factory=list)
    unreadable: Problem | None = None

    @property
    def rows(self) -> int:
        """Return how many rows it holds, malformed ones included."""
        return len(self.said) + len(self.bad)

    @property
    def sender(self) -> str:
        """Return the body that pushed most of its rows."""
        units = [cells[UNIT] for cells in self.said if cells[UNIT]]
        return fold(max(set(units), key=units.count))[:120] if units else ""

    def pushed_between(self) -> tuple[datetime | None, datetime | None]:
        """Return when its first and its last row were pushed, as far as it says so."""
        moments = [moment for moment in self.pushed if moment is not None]
        return (min(moments), max(moments)) if moments else (None, None)

    def problems(self) -> list[Problem]:
        """Return what is to be said of it: each malformed line by its place, and what was mended."""
        if self.unreadable is not None:
            return [self.unreadable]
        said = [
            Problem(
                kinds.WRONG_COLUMN_COUNT,
                Source(self.name, self.sheets[bad.sheet] or None, bad.line),
                params={"row": str(bad.line), "found": str(bad.found), "wanted": str(bad.wanted)},
            )
            for bad in self.bad
        ]
        if self.nuls:
            said.append(Problem(kinds.NUL_REMOVED, Source(self.name), params={"count": str(self.nuls)}))
        if self.cut_short:
            said.append(Problem(kinds.CUT_SHORT, Source(self.name)))
        return said


@cache
def vocabulary() -> Vocabulary:
    """Return the headings of pushed lists."""
    return Vocabulary(load_synonyms(__package__)["alert"])


def heading(rows: Sequence[Row]) -> HeaderMatch | None:
    """Return the heading among a table's first rows where it is a pushed list's, else None."""
    found = find_header(Table("", None, list(rows)), vocabulary(), REQUIRED)
    return found if found is not None and len(found.matched & TELLING) > 2 else None


def read(path: Path, name: str) -> Pushed:
    """Read a file whole. What makes it unreadable as a whole is in `unreadable`; nothing is raised."""
    digest, size = hashlib.sha256(), 0
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(file_kinds.TOO_LARGE, reason=f"> {MAX_BYTES >> 20} MB")
        data = path.read_bytes()
        digest.update(data)
        pushed = Pushed(name, size, digest.digest())
        if data.startswith(_PACKED):
            _read_workbook(pushed, path)
        else:
            _read_text(pushed, read_delimited(data))
    except UnreadableError as error:
        return _unreadable(
            name, size, digest.digest(), Problem(error.kind, Source(name), params=error.params)
        )
    except OSError as error:
        params = {"reason": error.strerror or type(error).__name__}
        return _unreadable(
            name, size, digest.digest(), Problem(file_kinds.UNREADABLE_FILE, Source(name), params=params)
        )
    _read_times(pushed)
    return pushed


def _unreadable(name: str, size: int, sha256: bytes, why: Problem) -> Pushed:
    return Pushed(name, size, sha256, unreadable=why)


def _read_text(pushed: Pushed, content: Delimited) -> None:
    pushed.encoding, pushed.nuls, pushed.cut_short = content.encoding, content.nuls, content.cut_short
    text = content.text if "\n" in content.text else content.text.replace("\r", "\n")
    head = [
        (r.line, list[Cell](r.cells))
        for r, _ in zip(records(text, content.delimiter), range(HEAD_ROWS), strict=False)
    ]
    found = heading(head)
    if found is None:
        raise UnreadableError(file_kinds.NOT_RECOGNISED)
    _begin(pushed, found, dict(head)[found.last_row])
    pushed.sheets.append("")
    first = _line_after(head, found.last_row, text, content.delimiter)
    for record in records(text, content.delimiter, len(pushed.headings), first):
        _take(pushed, 0, record)


def _line_after(head: Sequence[Row], last: int, text: str, delimiter: str) -> int:
    """Return the physical line behind the heading, which may itself run over several."""
    after = [number for number, _ in head if number > last]
    return after[0] if after else last + 1


def _read_workbook(pushed: Pushed, path: Path) -> None:
    for item in read_file(path, pushed.name):
        if isinstance(item, Problem):
            continue
        found = heading(item.head)
        if found is None:
            continue
        if not pushed.headings:
            _begin(pushed, found, dict(item.head)[found.last_row])
        pushed.sheets.append(item.sheet or "")
        for record in _sheet(item, found.last_row, len(pushed.headings)):
            _take(pushed, len(pushed.sheets) - 1, record)
    if not pushed.headings:
        raise UnreadableError(file_kinds.NOT_RECOGNISED)


def _sheet(table: Table, last: int, width: int) -> Iterator[Record]:
    for number, cells in table.rows():
        if number <= last:
            continue
        said = [_written(cell) for cell in cells]
        if any(cell.strip() for cell in said):
            said += [""] * (width - len(said))
            yield Record(number, said[:width], any(c.strip() for c in said[width:]))


def _written(cell: Cell) -> str:
    """Return a workbook's cell as text; a moment in the form that `times` reads."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return (
        cell if isinstance(cell, str) else "" if cell is None or isinstance(cell, BrokenCell) else fold(cell)
    )


def _begin(pushed: Pushed, found: HeaderMatch, cells: Sequence[Cell]) -> None:
    if found.missing:
        raise UnreadableError(file_kinds.MISSING_COLUMN, **_lacking(found))
    width = max(index for index, cell in enumerate(cells) if str(cell or "").strip()) + 1
    pushed.headings = [str(cell or "").strip() for cell in cells[:width]]
    pushed.layout = {name: found.columns[name].index for name in FIELDS if name in found.columns}


def _lacking(found: HeaderMatch) -> dict[str, str]:
    names = vocabulary().synonyms
    return {
        "register": "预警名单", "register_en": "Alert list",
        "field": "、".join(names[key][0] for key in found.missing),
        "field_en": ", ".join(names[key][-1] for key in found.missing), "rows": "", "hint": "", "hint_en": "",
    }  # fmt: skip


def _take(pushed: Pushed, sheet: int, record: Record) -> None:
    if record.broken:
        wanted = len(pushed.headings)
        pushed.bad.append(Line(sheet, record.line, "\t".join(record.cells), len(record.cells), wanted))
        return
    cells, layout = record.cells, pushed.layout
    pushed.lines.append((sheet, record.line))
    pushed.said.append([cells[layout[name]] if name in layout else "" for name in FIELDS])


def _read_times(pushed: Pushed) -> None:
    """Read when the rows were pushed; those written without a year belong to the year of the others."""
    pushed.pushed = [times.parse(cells[PUSHED_AT]) for cells in pushed.said]
    year = times.year_of(
        [m for m, c in zip(pushed.pushed, pushed.said, strict=True) if _has_year(c[PUSHED_AT])]
    )
    if year is not None and not all(_has_year(cells[PUSHED_AT]) for cells in pushed.said):
        pushed.pushed = [times.parse(cells[PUSHED_AT], year) for cells in pushed.said]


def _has_year(text: str) -> bool:
    return len(text) >= 5 and (text[:4].isdigit())
