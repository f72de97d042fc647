"""Reading: from files and folders to tables of cells, one bad file never costing the good ones.

The content decides what a file is, not its name. Formulas are never calculated (their stored value is read),
macros never run, and every limit of `safety` is checked before a workbook is opened.
"""

import io
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from bihuan.core.intake import kinds
from bihuan.core.intake.delimited import Delimited, read_delimited
from bihuan.core.intake.folders import files_in, is_elsewhere
from bihuan.core.intake.isolated import read_old_workbook
from bihuan.core.intake.problems import Kind, Problem, Source, UnreadableError
from bihuan.core.intake.safety import MAX_BYTES, MAX_ROWS, Inspection, inspect_workbook
from bihuan.core.intake.text import BrokenCell, Cell

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
TEXTS: Final = frozenset({".csv", ".tsv", ".txt"})
HEAD_ROWS: Final = 40
"""How many rows are looked at to recognise a table."""

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")

Row = tuple[int, list[Cell]]
"""Row number as the workbook numbers it (from 1), and its cells from column A, blanks at the end cut off."""

Merge = tuple[tuple[int, int], tuple[int, int]]
"""A merged range: (row, column) of its first and last cell, from 0."""


@dataclass(slots=True)
class Table:
    """One sheet, or one text file. `head` is read at once, the rest when `rows()` is asked for."""

    file: str
    sheet: str | None
    head: list[Row]
    from_1904: bool = False
    hidden: bool = False
    path: Path | None = None
    """The file itself, for writing the error workbook."""
    _rest: Iterator[Row] = field(default_factory=lambda: iter(()), repr=False)
    _rows: list[Row] | None = field(default=None, repr=False)

    def rows(self) -> list[Row]:
        """All rows, kept from the first call on. Raises UnreadableError where a text file breaks off."""
        if self._rows is None:
            self._rows = [*self.head, *self._rest]
        return self._rows

    def source(self, row: int | None = None) -> Source:
        """The place of a row of this table, or of the table."""
        return Source(self.file, self.sheet, row)


def read_folder(paths: Iterable[Path | str], without: Collection[Path] = ()) -> Iterator[Table | Problem]:
    """Every table in the files and folders given, and a problem or note for every file that gives none.

    `without`: files that are no business of the registers (`parcels`).
    A table's `rows()` must be asked for before the next table is drawn, or it keeps its workbook in memory.
    """
    for path in paths:
        root = Path(path)
        for file, name in files_in(root):
            if file not in without:
                yield from read_file(file, name, asked_for=not root.is_dir())


def read_file(file: Path, name: str, *, asked_for: bool = True) -> Iterator[Table | Problem]:
    """The tables of one file, called `name` in results; `asked_for` makes an unsuitable file an error."""
    if file.name.startswith("~$"):
        yield Problem(kinds.LOCK_FILE, Source(name))
        return
    if not asked_for and is_elsewhere(file):
        yield Problem(kinds.NOT_A_FILE, Source(name))
        return
    if file.suffix.lower() not in WORKBOOKS | TEXTS and not asked_for:
        yield Problem(kinds.NOT_A_TABLE, Source(name))
        return
    try:
        yield from _tables(file, name)
    except UnreadableError as error:
        yield Problem(error.kind, Source(name), params=error.params)
    except OSError as error:
        yield _unreadable(name, error.strerror or type(error).__name__)


def _tables(file: Path, name: str) -> Iterator[Table | Problem]:
    size = file.stat().st_size
    if size == 0:
        raise UnreadableError(kinds.EMPTY_FILE)
    if size > MAX_BYTES:
        raise UnreadableError(kinds.TOO_LARGE, reason=f"> {MAX_BYTES >> 20} MB")
    data = file.read_bytes()
    if data.startswith(_ZIP):
        inspection = inspect_workbook(data)
        if inspection.macros:
            yield Problem(kinds.MACROS_IGNORED, Source(name))
        yield from _sheets(data, file, name, inspection)
    elif data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise UnreadableError(kinds.ENCRYPTED_FILE)
        yield from _old_sheets(data, file, name)
    elif _is_markup(data):
        raise UnreadableError(kinds.UNREADABLE_FILE, reason="内容是网页 / a web page under a table's name")
    elif data.count(b"\x00") == len(data) or _is_binary(data):
        raise UnreadableError(kinds.UNREADABLE_FILE, reason="不是表格内容 / not a table")
    else:
        yield from _text_table(read_delimited(data), file, name)


def _sheets(data: bytes, file: Path, name: str, inspection: Inspection) -> Iterator[Table | Problem]:
    workbook = _open(data)
    with workbook:
        for metadata in workbook.sheets_metadata:
            if metadata.typ is not SheetTypeEnum.WorkSheet:
                continue
            try:
                sheet = workbook.get_sheet_by_name(metadata.name)
            except CalamineError as error:
                yield _unreadable(name, str(error)[:80], metadata.name)
                continue
            if sheet.total_height > MAX_ROWS:
                yield Problem(
                    kinds.TOO_LARGE,
                    Source(name, metadata.name),
                    params={"reason": f"> {MAX_ROWS:,} 行 / > {MAX_ROWS:,} rows"},
                )
                continue
            rows = _rows(sheet, inspection.broken.get(metadata.name, {}))
            rows = filled_down(rows, sheet.merged_cell_ranges or ())
            table = Table(
                name,
                metadata.name,
                _take(rows),
                from_1904=inspection.from_1904,
                hidden=metadata.visible is not SheetVisibleEnum.Visible,
                path=file,
                _rest=rows,
            )
            if table.head:
                yield table


def _old_sheets(data: bytes, file: Path, name: str) -> Iterator[Table]:
    for sheet in read_old_workbook(data):
        rows = filled_down(
            ((number, _trimmed(cells)) for number, cells in enumerate(sheet.rows, 1)), sheet.merged
        )
        table = Table(name, sheet.name, _take(rows), hidden=sheet.hidden, path=file, _rest=rows)
        if table.head:
            yield table


def _open(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(io.BytesIO(data))
    except PasswordError as error:
        raise UnreadableError(kinds.ENCRYPTED_FILE) from error
    except CalamineError as error:
        raise UnreadableError(
            kinds.UNREADABLE_FILE, reason="损坏或不是工作簿 / damaged, or no workbook"
        ) from error
    except BaseException as error:
        # The reader's native code panics on some malformed files; that is no Exception, and no reason to
        # stop.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(kinds.UNREADABLE_FILE, reason="损坏 / damaged") from error


def _rows(sheet: CalamineSheet, broken: dict[tuple[int, int], BrokenCell]) -> Iterator[Row]:
    start = sheet.start
    indent: list[Cell] = [""] * (start[1] if start else 0)
    by_row: dict[int, list[tuple[int, BrokenCell]]] = {}
    for (index, column), cell in broken.items():
        by_row.setdefault(index, []).append((column, cell))
    for index, cells in enumerate(sheet.iter_rows()):
        row = indent + _trimmed(cells)
        for column, cell in by_row.get(index, ()):
            row.extend([""] * (column + 1 - len(row)))
            row[column] = cell
        yield index + 1, row


def filled_down(rows: Iterator[Row], merged: Sequence[Merge]) -> Iterator[Row]:
    """The rows with the value of every cell that is merged downwards in each row it covers.

    Offices merge the room of a family, or a date, over its lines; only the first of them holds the value.
    """
    begins: dict[int, list[tuple[int, int]]] = {}
    for (first, left), (last, right) in merged:
        if left == right and last > first:
            begins.setdefault(first + 1, []).append((left, last + 1))
    open_: dict[int, tuple[int, Cell]] = {}
    for number, cells in rows:
        open_ = {column: held for column, held in open_.items() if held[0] >= number}
        for column, (_, value) in open_.items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = value if cells[column] == "" else cells[column]
        for column, last in begins.get(number, ()):
            if column < len(cells) and cells[column] != "":
                open_[column] = last, cells[column]
        yield number, cells


def _trimmed(cells: Sequence[Cell]) -> list[Cell]:
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return list(cells[:end])


def _text_table(content: Delimited, file: Path, name: str) -> Iterator[Table | Problem]:
    if content.nuls:
        yield Problem(kinds.NUL_REMOVED, Source(name), params={"count": str(content.nuls)})
    if content.cut_short:
        yield Problem(kinds.CUT_SHORT, Source(name))
    rows: Iterator[Row] = ((number, _trimmed(cells)) for number, cells in content.rows())
    yield Table(name, None, _take(rows), path=file, _rest=rows)


def _take(rows: Iterator[Row]) -> list[Row]:
    return list(itertools.islice(rows, HEAD_ROWS))


def _is_markup(data: bytes) -> bool:
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"mime-version"))


def _is_binary(data: bytes) -> bool:
    """Control characters that no text has; NUL alone occurs in damaged exports and is mended."""
    sample = data[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or sample.count(0) > len(sample) // 5:
        return False
    control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample if byte)
    return control > len(sample) // 50


def _unreadable(name: str, reason: str, sheet: str | None = None) -> Problem:
    kind: Kind = kinds.UNREADABLE_FILE
    return Problem(kind, Source(name, sheet), params={"reason": reason})
