"""Feeding a list back, taking the file out again, and looking at malformed lines for a stated purpose."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.core.access.recording import record
from bihuan.core.papers import services
from bihuan.core.papers.models import Paper
from bihuan.core.people.reveal import PURPOSES
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.modules.alerts import feedback, keeping, queries
from bihuan.modules.alerts.feedback_file import FORMS, MEDIA, XLSX
from bihuan.modules.alerts.matter import DESKS
from bihuan.modules.alerts.views.lists import LINES_SHOWN, POSTS, PURPOSE_OF_LINES, list_of

WORKING = tuple(post.code for post in DESKS)


@require_POST
@officer_page(*WORKING)
def feed_back(request: OfficerRequest, list_id: UUID) -> HttpResponseBase:
    """Feed the list back as it stands; sent twice, it is fed back once."""
    alert_list = list_of(request.actor, list_id)
    form = request.POST.get("form", XLSX)
    key = request.POST.get("key", "")[:64] or str(uuid4())
    done = feedback.feed_back(
        alert_list.pk, actor=request.actor, key=key, form=form if form in FORMS else XLSX
    )
    words = Text(
        f"已反馈 {done.rows:,} 条,附件和函在下方,请一并交来件单位",
        f"{done.rows:,} rows fed back; the file and its letter are below, for the sender",
    )
    messages.success(request, said(words))
    return HttpResponseRedirect(reverse("alerts:list", args=[list_id]) + "#feedback")


@officer_page(*WORKING)
def feedback_file(request: OfficerRequest, list_id: UUID, feedback_id: int) -> HttpResponseBase:
    """Give out a feedback's file as it was sent; the ledger keeps who took it."""
    alert_list = list_of(request.actor, list_id)
    found = alert_list.feedback.filter(pk=feedback_id).first()
    if found is None:
        raise Http404
    try:
        content = feedback.content(found, actor=request.actor)
    except ErasedError as erased:
        raise Http404 from erased
    return _attachment(content, found.file_name, MEDIA[found.form])


@officer_page(*POSTS)
def paper(request: OfficerRequest, list_id: UUID, paper_id: UUID) -> HttpResponseBase:
    """Give out the receipt, a letter or a correction of the list; none of them names anybody."""
    list_of(request.actor, list_id)
    found = Paper.objects.filter(pk=paper_id, matter_id=list_id, way=Paper.ISSUED).first()
    if found is None:
        raise Http404
    return _attachment(services.read(found), services.file_name(found), services.PDF)


@require_POST
@officer_page(*WORKING)
def reveal_lines(request: OfficerRequest, list_id: UUID) -> HttpResponseBase:
    """Show what stands on the malformed lines, for a stated purpose; the ledger keeps who looked and why."""
    alert_list = list_of(request.actor, list_id)
    purpose = request.POST.get("purpose", "")
    lines: list[tuple[int, str]] = []
    refused: Text | None = None
    if purpose not in PURPOSE_OF_LINES:
        refused = Text("请先选择查看用途", "State first what you need it for")
    else:
        record(
            "alerts.lines_revealed", actor=request.actor, matter_id=alert_list.pk,
            payload={"purpose": purpose, "lines": alert_list.rejected},
        )  # fmt: skip
        for row in queries.malformed(alert_list.pk)[:LINES_SHOWN]:
            try:
                text = keeping.opened_line(alert_list.pk, row.sheet, row.line, bytes(row.sealed or b""))
            except ErasedError:
                text = said(Text("已依法删除", "erased"))
            lines.append((row.line, text))
    context = {
        "list": alert_list, "lines": lines, "refused": refused, "purpose": PURPOSES.get(purpose),
        "purposes": [(code, PURPOSES[code]) for code in PURPOSE_OF_LINES],
    }  # fmt: skip
    return render(request, "alerts/lines.html", context, status=422 if refused else 200)


def _attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer
