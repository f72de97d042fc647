"""The error workbook: the original with its bad cells marked and explained, to be corrected and sent again.

An .xlsx keeps its own layout; an .xls or text file comes back as an .xlsx with the same cells in the same
rows. Formulas are replaced by the values they showed, and no text ever becomes a formula. The workbook holds
the sender's own data and goes back to its sender only.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from bihuan.core.intake.kinds import UNREADABLE_FILE
from bihuan.core.intake.problems import ZH, Policy, Problem, UnreadableError
from bihuan.core.intake.register import INTAKE_NOTE, Recognised
from bihuan.core.intake.text import BrokenCell, Cell
from bihuan.core.intake.workbook import Row, Table, read_file

AUTHOR: Final = "Bihuan"
COLOURS: Final = {Policy.REJECT: "FFC7CE", Policy.FLAG: "FFEB9C", Policy.SKIP: "D9D9D9"}
"""Rejected red, to be decided yellow, skipped grey; the words say the same, so colour is never alone."""
NOTE_HEADING: Final = {"zh-hans": "核对结果", "en": "Check result"}
NOTE_SHEET: Final = {"zh-hans": "核对说明", "en": "About this check"}
_WORDS: Final = {
    "zh-hans": {Policy.REJECT: "退回", Policy.FLAG: "待定", Policy.SKIP: "略过"},
    "en": {Policy.REJECT: "rejected", Policy.FLAG: "to decide", Policy.SKIP: "skipped"},
}
_NOTE_WIDTH: Final = 60
_DATE, _CLOCK = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def error_workbook(
    file: Path, problems: Iterable[Problem], recognised: Iterable[Recognised] = (), lang: str = ZH
) -> bytes:
    """The marked copy of one file, as the bytes of an .xlsx.

    `problems` and `recognised` are those of this file (others are left out by the caller); `recognised` tells
    where each sheet's heading stands, so that the column of explanations gets one.

    Raises UnreadableError(`unreadable_file`) where the file cannot be read at all.
    """
    marks = _Marks(headers={item.table.sheet: item for item in recognised}, lang=lang)
    for problem in problems:
        marks.add(problem)
    if file.read_bytes()[:2] == b"PK":
        try:
            return _marked_original(file, marks)
        except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError):
            pass  # a workbook that this library cannot keep as it is: its cells are written anew
    return _marked_copy(file, marks)


@dataclass(slots=True)
class _Marks:
    """What is written into a file: problems by sheet and row, those about the file, where headings stand."""

    headers: Mapping[str | None, Recognised]
    lang: str
    rows: dict[str | None, dict[int, list[Problem]]] = field(default_factory=dict)
    about: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Take up a problem; notes are not marked."""
        if problem.source.row is None:
            if problem.policy is not Policy.NOTE:
                self.about.append(problem)
            return
        self.rows.setdefault(problem.source.sheet, {}).setdefault(problem.source.row, []).append(problem)

    def note(self, problems: Sequence[Problem]) -> str:
        """The explanation of one row."""
        words = _WORDS[self.lang]
        return "\n".join(f"[{words[problem.policy]}] {problem.message(self.lang)}" for problem in problems)

    def about_file(self) -> list[str]:
        """What is said about the file and its sheets."""
        return [f"{item.source.words(self.lang)}: {item.message(self.lang)}" for item in self.about]


# --- an .xlsx: the original itself --------------------------------------------------------------------------
def _marked_original(file: Path, marks: _Marks) -> bytes:
    book = openpyxl.load_workbook(file, data_only=True)
    fills = {
        policy: PatternFill("solid", start_color=colour, end_color=colour)
        for policy, colour in COLOURS.items()
    }
    for sheet in book.worksheets:
        header = marks.headers.get(sheet.title)
        by_row = marks.rows.get(sheet.title, {})
        if header is None and not by_row:
            continue
        column = _note_column(header, sheet.max_column)
        _wipe(sheet, header, column)
        _write_heading(sheet, header, column, marks.lang)
        for number, problems in by_row.items():
            cell = sheet.cell(number, column + 1)
            cell.value, cell.data_type = marks.note(problems), "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.fill = fills[_worst(problems)]
            for problem in problems:
                if problem.column is not None:
                    bad = sheet.cell(number, problem.column.index + 1)
                    bad.fill = fills[problem.policy]
                    bad.comment = Comment(problem.message(marks.lang), AUTHOR, width=320, height=120)
    if marks.about:
        page = book.create_sheet(NOTE_SHEET[marks.lang], 0)
        for number, words in enumerate(marks.about_file(), 1):
            page.cell(number, 1).value = words
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_heading(sheet: Any, header: Recognised | None, column: int, lang: str) -> None:
    if header is not None:
        sheet.cell(header.header.last_row, column + 1).value = NOTE_HEADING[lang]
    letter = openpyxl.utils.get_column_letter(column + 1)
    sheet.column_dimensions[letter].width = _NOTE_WIDTH


def _wipe(sheet: Any, header: Recognised | None, column: int) -> None:
    """Take out the marks of an earlier check, where the workbook was sent back and forth."""
    if header is None or INTAKE_NOTE not in header.header.columns:
        return
    for row in sheet.iter_rows(min_row=header.header.last_row + 1):
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
            if cell.fill.fgColor.rgb in {f"00{colour}" for colour in COLOURS.values()}:
                cell.fill = PatternFill()
        if column < len(row):
            row[column].value = None


# --- any other file: its cells written anew -----------------------------------------------------------------
def _marked_copy(file: Path, marks: _Marks) -> bytes:
    tables = []
    for item in read_file(file, file.name):
        if isinstance(item, Table):
            tables.append((item, item.rows()))
        elif item.policy is Policy.REJECT:
            marks.add(item)
    if not tables:
        raise UnreadableError(UNREADABLE_FILE, reason="; ".join(marks.about_file()) or file.name)
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        formats = _Formats(book)
        if marks.about:
            page = book.add_worksheet(NOTE_SHEET[marks.lang])
            for number, words in enumerate(marks.about_file()):
                page.write_string(number, 0, words)
        for table, lines in tables:
            _write_table(book.add_worksheet(table.sheet or "Sheet1"), formats, lines, marks, table.sheet)
    return out.getvalue()


class _Formats:
    """The cell formats of a rebuilt workbook."""

    def __init__(self, book: Any) -> None:
        self.fill = {policy: {"bg_color": f"#{colour}"} for policy, colour in COLOURS.items()}
        self._book = book
        self._made: dict[tuple[str, Policy | None], Any] = {}

    def of(self, number_format: str = "", policy: Policy | None = None) -> Any:
        """The format for a kind of value and a mark."""
        key = number_format, policy
        if key not in self._made:
            look: dict[str, object] = dict(self.fill[policy]) if policy else {}
            if number_format:
                look["num_format"] = number_format
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _write_table(
    page: Any, formats: _Formats, lines: Sequence[Row], marks: _Marks, sheet: str | None
) -> None:
    by_row, header, lang = marks.rows.get(sheet, {}), marks.headers.get(sheet), marks.lang
    width = max((len(cells) for _, cells in lines), default=0)
    note = _note_column(header, width)
    for number, cells in lines:
        problems = by_row.get(number, ())
        bad = {problem.column.index: problem for problem in problems if problem.column}
        for column, value in enumerate(cells):
            if header and column == note and number > header.header.last_row:
                continue
            mark = bad[column].policy if column in bad else None
            _write(page, (number - 1, column), value, formats, mark)
        for column, problem in bad.items():
            if column >= len(cells):
                page.write_blank(number - 1, column, None, formats.of(policy=problem.policy))
            page.write_comment(number - 1, column, problem.message(lang), {"author": AUTHOR})
        if problems:
            page.write_string(number - 1, note, marks.note(problems), formats.of(policy=_worst(problems)))
    if header is not None:
        page.write_string(header.header.last_row - 1, note, NOTE_HEADING[lang])
    page.set_column(note, note, _NOTE_WIDTH)


def _write(page: Any, at: tuple[int, int], value: Cell, formats: _Formats, mark: Policy | None) -> None:
    plain = formats.of(policy=mark) if mark else None
    if isinstance(value, datetime):
        page.write_datetime(*at, value, formats.of(_CLOCK, mark))
    elif isinstance(value, date):
        page.write_datetime(*at, datetime.combine(value, time()), formats.of(_DATE, mark))
    elif isinstance(value, bool):
        page.write_boolean(*at, value, plain)
    elif isinstance(value, int | float):
        page.write_number(*at, value, plain)
    elif isinstance(value, time | timedelta | BrokenCell):
        page.write_string(*at, "" if isinstance(value, BrokenCell) else str(value), plain)
    elif value not in ("", None):
        page.write_string(*at, str(value)[:32_767], plain)
    elif mark:
        page.write_blank(*at, None, plain)


def _note_column(header: Recognised | None, width: int) -> int:
    """The column of explanations, from 0: the one an earlier check made, else the first free one."""
    known = header.header.columns.get(INTAKE_NOTE) if header else None
    return known.index if known else width


def _worst(problems: Sequence[Problem]) -> Policy:
    return min((problem.policy for problem in problems), key=[*COLOURS].index)
