"""What can be taken along of a report: the official file, Word, JSON, the records behind a number as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone

from bihuan.command.report.document import ReportDocument
from bihuan.command.report.docx import render_docx
from bihuan.command.report.pdf import render_pdf
from bihuan.command.report.plain import as_data
from bihuan.command.sitrep import moments, rows
from bihuan.command.views.report import READERS, find_report
from bihuan.command.worklist.filters import midnight
from bihuan.core.matters.registry import figures
from bihuan.core.papers import services as papers
from bihuan.core.spec.text import Text
from bihuan.kit.language import language, said
from bihuan.kit.pages import OfficerRequest, officer_page

EXPORTED_MOST = 20_000
RENDERERS: Mapping[str, tuple[str, Callable[[ReportDocument, str], bytes]]] = {
    "pdf": ("application/pdf", render_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", render_docx),
    "json": (
        "application/json",
        lambda made, _: json.dumps(as_data(made), ensure_ascii=False, indent=1).encode(),
    ),
}


@officer_page(*READERS)
def figure_rows(request: OfficerRequest, key: str) -> HttpResponseBase:
    """Send the records behind a number as CSV: ledger numbers and what tells them apart, people masked."""
    if key not in figures():
        raise Http404
    cutoff = moments.cutoff(request.GET.get("cutoff", ""), midnight(timezone.now()))
    at = moments.moment(cutoff, moments.read(request.GET.get("known_at", "")))
    found = rows.behind(figures()[key], at, request.actor, limit=EXPORTED_MOST)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    heads = (Text("台账", "Ledger"), Text("事项", "Matter"), Text("地点", "Place"), Text("当事人", "Person"))
    writer.writerow([said(head) for head in (*heads, *found.columns)])
    for one in found.rows:
        cells = [_plain(cell) for cell in one.cells]
        writer.writerow([one.entry_id, one.number, one.place, one.person.name if one.person else "", *cells])
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key.replace(":", "-")}.csv"'
    return answer


def _plain(cell: object) -> str:
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M")
    words = said(cell)
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


@officer_page(*READERS)
def report_file(request: OfficerRequest, report_id: UUID, form: str) -> HttpResponseBase:
    """Send a report as PDF/A, Word or JSON; an issued one's PDF is the official file itself."""
    if form not in RENDERERS:
        raise Http404
    found, (media_type, make) = find_report(request, report_id), RENDERERS[form]
    chosen = "en" if request.GET.get("language", language()).startswith("en") else "zh-hans"
    if form == "pdf" and found.paper is not None and chosen == "zh-hans":
        body = papers.read(found.paper)
    else:
        body = make(found.document(), chosen)
    answer = HttpResponse(body, content_type=media_type)
    local = timezone.localtime(found.at.cutoff)
    answer["Content-Disposition"] = f'attachment; filename="report-{local:%Y%m%d-%H%M}.{form}"'
    return answer
