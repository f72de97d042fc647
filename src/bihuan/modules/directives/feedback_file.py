"""The feedback in the issuing body's form: its own headings and order, one row for each check of each person."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import xlsxwriter

from bihuan.core.intake.moments import LOCAL

MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
USUAL: Final = {
    "sequence": "序号", "name": "姓名", "identifier": "证件号码", "method": "核查方式", "finding": "核查结果", "at": "反馈时间",
    "unit": "核查单位",
}  # fmt: skip
"""The usual form's headings, where the issuing body's workbook shows none of its own."""
SHEET: Final = "反馈"
_NOT_IN_A_SHEETS_NAME: Final = str.maketrans("", "", "[]:*?/\\'")


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the form. `cells`: name, identifier, telephone, address as the list has them."""

    cells: Sequence[str]
    method: str
    finding: str
    at: datetime
    unit: str


def headings(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the form's columns in order, field and heading: the issuing body's own, else the usual in the list's words."""
    own = form.get("feedback")
    if own:
        return [(field, heading) for field, heading in own]
    listed = dict(form.get("list") or ())
    return [
        (name, listed.get(name, usual) if name in ("name", "identifier") else usual)
        for name, usual in USUAL.items()
    ]


def build(form: Mapping[str, Any], rows: Iterable[Told]) -> bytes:
    """Return the workbook. Whatever a cell begins with, no program calculates it."""
    named, out = headings(form), io.BytesIO()
    plain = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(out, plain) as book:
        book.set_properties(
            {"created": datetime(2000, 1, 1)}
        )  # the same rows give the same bytes, and so the same hash
        bold, clock = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page = book.add_worksheet(
            str(form.get("sheet") or SHEET).translate(_NOT_IN_A_SHEETS_NAME)[:31] or SHEET
        )
        page.write_row(0, 0, [heading for _, heading in named], bold)
        page.freeze_panes(1, 0)
        page.set_column(0, len(named), 20)
        for number, row in enumerate(rows, 1):
            values = dict(zip(("name", "identifier", "phone", "address"), row.cells, strict=False))
            values |= {"method": row.method, "finding": row.finding, "unit": row.unit}
            for column, (name, _) in enumerate(named):
                if name == "sequence":
                    page.write_number(number, column, number)
                elif name == "at":
                    page.write_datetime(number, column, row.at.astimezone(LOCAL).replace(tzinfo=None), clock)
                else:
                    page.write_string(number, column, values.get(name, ""))
    return out.getvalue()
