"""A matter's papers on its page: hand in, open, withdraw; each leaves its line in the ledger."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.command.pages import papers as shown
from bihuan.command.pages.lookup import Found, find_content
from bihuan.command.views.matter import matter_context
from bihuan.core.access.permissions import reveals
from bihuan.core.access.recording import record
from bihuan.core.matters.errors import NotAllowed, NotDone, UnknownMatter
from bihuan.core.papers import handing_in, services
from bihuan.core.papers.errors import PaperErased
from bihuan.core.papers.models import Paper
from bihuan.core.people.reveal import KIND, PURPOSES
from bihuan.core.spec.text import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page

NOT_CHOSEN = Text("还没有选择文件", "No file was chosen")
NO_KIND = Text("请选择这是什么材料", "Say what the paper is")
ERASED = Text(
    "此人的个人信息已依期删除，这一件不能再打开", "The person's data were erased; this paper cannot be opened"
)


def _back(matter_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("matter", args=[matter_id]) + "#papers")


def _acting_on(matter_id: UUID, request: OfficerRequest) -> Found:
    """Return the matter, for a post that acts on it. Raises UnknownMatter, NotAllowed."""
    found = find_content(matter_id, request.actor)
    if not shown.may_act(found, request.actor):
        raise NotAllowed
    return found


def _paper(found: Found, paper_id: UUID) -> Paper:
    kept: Paper | None = found.matter.papers.filter(id=paper_id, withdrawn_at=None).first()
    if kept is None:
        raise UnknownMatter(found.matter.id)
    return kept


@require_POST
@officer_page()
def hand_in(request: OfficerRequest, matter_id: UUID) -> HttpResponseBase:
    """Take papers in; those turned away are told on the page, with the reason, beside those taken."""
    found = _acting_on(matter_id, request)
    kind, files = request.POST.get("kind", ""), request.FILES.getlist("papers")
    if kind not in handing_in.KINDS or not files:
        why = NO_KIND if kind not in handing_in.KINDS else NOT_CHOSEN
        return _again(request, found, {"not_taken": why, "kind_chosen": kind})
    uploads = [(file.name or "file", file.file) for file in files if file.file is not None]
    done = handing_in.hand_in(matter_id, uploads, kind, actor=request.actor)
    if done.receipt is not None:
        number, n = done.receipt.number, len(done.taken)
        words = Text(f"收到 {n} 件，回执 {number}", f"{n} received; receipt {number}")
        if not done.turned:
            messages.success(request, said(words))
            return _back(matter_id)
        return _again(request, found, {"turned": done.turned, "taken": words, "kind_chosen": kind})
    return _again(request, found, {"turned": done.turned, "kind_chosen": kind})


def _again(request: OfficerRequest, found: Found, told: dict[str, Any]) -> HttpResponse:
    context = {**matter_context(request, found), **told, "handing_in": True}
    return render(request, "command/matter.html", context, status=422)


@require_POST
@officer_page()
def withdraw(request: OfficerRequest, matter_id: UUID, paper_id: UUID) -> HttpResponseBase:
    """Withdraw a paper handed in by mistake, with the reason."""
    found = _acting_on(matter_id, request)
    handing_in.withdraw(_paper(found, paper_id), request.POST.get("why", ""), actor=request.actor)
    messages.success(request, said(Text("已撤下，原因记入台账", "Withdrawn; the reason is in the ledger")))
    return _back(matter_id)


@require_POST
@officer_page()
def open_paper(request: OfficerRequest, matter_id: UUID, paper_id: UUID) -> HttpResponseBase:
    """Send a paper of the matter; who opened it is in the ledger, and for what purpose where it is about a person."""
    found, actor = find_content(matter_id, request.actor), request.actor
    kept = _paper(found, paper_id)
    purpose = request.POST.get("purpose", "")
    if kept.sealed and (purpose not in PURPOSES or not reveals(actor)):
        raise UnknownMatter(matter_id)
    try:
        body, name = services.read(kept), services.file_name(kept)
    except PaperErased as erased:
        raise NotDone(ERASED) from erased
    if kept.sealed:
        payload = {"fields": ["paper"], "purpose": purpose, "paper": str(kept.id)}
        record(KIND, actor=actor, person_id=kept.person_id, matter_id=matter_id, payload=payload)
    else:
        record("papers.opened", actor=actor, matter_id=matter_id, payload={"paper": str(kept.id)})
    answer = HttpResponse(body, content_type=kept.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
