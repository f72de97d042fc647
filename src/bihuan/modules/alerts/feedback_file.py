"""A list's feedback in its sender's form: the columns as they were sent, and four more with what was found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import xlsxwriter

from bihuan.modules.alerts.times import LOCAL

FOUND: Final = ("核查方式", "核查结果", "反馈时间", "核查单位")
SENT_BACK: Final = ("行号", "原因", "原文")
XLSX, CSV = "xlsx", "csv"
FORMS: Final = (XLSX, CSV)
MEDIA: Final = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
_FORMULA: Final = ("=", "@", "+", "-", "\t")


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the feedback: its cells as the sender wrote them, and what was found (all "" while it is open)."""

    cells: Sequence[str]
    method: str
    result: str
    at: datetime | None
    unit: str

    def found(self) -> list[str]:
        """Return the four cells that are added."""
        at = "" if self.at is None else f"{self.at.astimezone(LOCAL):%Y-%m-%d %H:%M}"
        return [self.method, self.result, at, self.unit]


@dataclass(frozen=True, slots=True)
class SentBack:
    """A line that was not taken, with the reason, for the second sheet."""

    line: int
    reason: str
    text: str


def build(headings: Sequence[str], rows: Iterable[Told], sent_back: Sequence[SentBack], form: str) -> bytes:
    """Return the file. Whatever a cell begins with, no program calculates it."""
    return _csv(headings, rows) if form == CSV else _xlsx(headings, rows, sent_back)


def _xlsx(headings: Sequence[str], rows: Iterable[Told], sent_back: Sequence[SentBack]) -> bytes:
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {**plain, "in_memory": True, "constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        page = book.add_worksheet("核查反馈")
        page.write_row(0, 0, [*headings, *FOUND], bold)
        page.freeze_panes(1, 0)
        page.set_column(0, len(headings) + len(FOUND), 16)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate([*row.cells, *row.found()]):
                page.write_string(number, column, cell)
        if sent_back:
            page = book.add_worksheet("退回")
            page.write_row(0, 0, SENT_BACK, bold)
            page.set_column(1, 2, 60)
            for number, line in enumerate(sent_back, 1):
                page.write_number(number, 0, line.line)
                page.write_string(number, 1, line.reason)
                page.write_string(number, 2, line.text)
    return out.getvalue()


def _csv(headings: Sequence[str], rows: Iterable[Told]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*headings, *FOUND])
    for row in rows:
        writer.writerow([_harmless(cell) for cell in (*row.cells, *row.found())])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """Return a cell that a spreadsheet does not calculate: a CSV knows no types."""
    if cell.startswith(_FORMULA) and not cell.lstrip("+-").replace(" ", "").isdigit():
        return "'" + cell
    return cell
