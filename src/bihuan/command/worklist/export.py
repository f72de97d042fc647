"""The list as a workbook or as CSV: the same rows in the same order, people masked as on the screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import xlsxwriter

from bihuan.command.worklist.rows import Row, rows
from bihuan.core.access.actors import Actor
from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.matters.models import Matter
from bihuan.core.spec.text import Text
from bihuan.kit.language import said

MOST = 20_000
BATCH = 1_000
HEADINGS = (
    Text("编号", "Number"),
    Text("类型", "Kind"),
    Text("事项", "Matter"),
    Text("当事人", "Person"),
    Text("状态", "State"),
    Text("时限", "Deadline"),
    Text("理由", "Why"),
    Text("逾期后果", "If missed"),
    Text("机关", "Organ"),
    Text("地点", "Place"),
    Text("下一步", "Next step"),
)


def lines(matters: Iterable[Matter], actor: Actor) -> Iterator[list[str]]:
    """Yield the headings and one line a matter, in the reader's language."""
    yield [said(heading) for heading in HEADINGS]
    batch: list[Matter] = []
    for matter in matters:
        batch.append(matter)
        if len(batch) == BATCH:
            yield from map(_line, rows(batch, actor))
            batch = []
    yield from map(_line, rows(batch, actor))


def _line(row: Row) -> list[str]:
    matter = row.matter
    due = matter.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if matter.due_at else ""
    return [
        matter.number,
        said(row.kind.label),
        said(row.title),
        row.person.name if row.person else "",
        said(row.state.label),
        due,
        said(row.why),
        said(row.consequence),
        said(Text(matter.organ.name_zh, matter.organ.name_en)),
        matter.place.name if matter.place else "",
        said(row.step.label) if row.step else "",
    ]


def as_workbook(table: Iterable[list[str]], name: str) -> bytes:
    """Return the lines as a workbook; texts stay texts, whatever they begin with."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {**options, "constant_memory": True}) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True, "bottom": 1})
        for number, line in enumerate(table):
            sheet.write_row(number, 0, line, bold if number == 0 else None)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, len(HEADINGS) - 1, 16)
    return out.getvalue()
