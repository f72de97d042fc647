"""Taking the worklist along: the filtered list, or the chosen rows, as a workbook or as CSV."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone

from bihuan.command.worklist.export import MOST, as_workbook, lines
from bihuan.command.worklist.filters import Filters, chosen, in_order, listed, within_tab
from bihuan.core.access.permissions import overseen
from bihuan.core.access.recording import record
from bihuan.core.matters.models import Matter
from bihuan.core.spec.text import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.sheets import as_csv

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET = Text("待办", "Worklist")


@officer_page()
def export(request: OfficerRequest, form: str) -> HttpResponseBase:
    """Send the list as a file; that it was taken, by whom and how many rows, is written in the ledger."""
    if form not in TYPES:
        raise Http404
    now, actor = timezone.now(), request.actor
    if request.method == "POST":
        found = Matter.objects.filter(overseen(actor), id__in=chosen(request.POST.getlist("matter"), MOST))
    else:
        filters = Filters.asked(request.GET.dict(), actor)
        found = listed(actor, filters).filter(within_tab(filters.tab, now))
    table = list(lines(in_order(found).select_related("organ", "place")[:MOST], actor))
    record("worklist.exported", actor=actor, payload={"rows": len(table) - 1, "form": form})
    body = as_csv(table) if form == "csv" else as_workbook(table, said(SHEET))
    answer = HttpResponse(body, content_type=TYPES[form])
    answer["Content-Disposition"] = (
        f'attachment; filename="worklist-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"'
    )
    return answer
