"""“Check the records and route”: what it would do, the press, how far it is, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.modules.verification import runs, tasks, undoing
from bihuan.modules.verification.matter import LEAD
from bihuan.modules.verification.models import Run
from bihuan.modules.verification.records import kind_text
from bihuan.modules.verification.routing import CALL
from bihuan.modules.verification.townships import NOWHERE
from bihuan.modules.verification.views.lead import TEAM


@officer_page(LEAD.code)
def preview(request: OfficerRequest) -> HttpResponse:
    """Show what a press would do: who is settled by which records, who gets how many, who is left and why."""
    source = _source(request.GET.get("list", ""))
    now = timezone.now()
    shown = runs.preview(request.actor.jurisdiction, source, now)
    share = shown.plan.of_officer
    content: dict[str, Any] = {
        "crumbs": [
            Crumb(TEAM, reverse("verification:team")),
            Crumb(Text("核对记录并分派", "Check records and route")),
        ],
        "preview": shown,
        "kinds": [(kind_text(code), number) for code, number in shown.settled.most_common()],
        "officers": [
            (one, shown.load.get(one.id, 0), share[one.id], shown.load.get(one.id, 0) + share[one.id])
            for one in shown.workers
            if one.on_shift or share[one.id]
        ],
        "left": sorted(
            (
                (_how(how), township or NOWHERE, language, n)
                for (how, township, language), n in shown.plan.left.items()
            ),
            key=lambda row: -row[3],
        ),
        "unmanned": sum(shown.plan.left.values()),
        "source": source,
        "title": Matter.objects.filter(pk=source).first() if source else None,
        "key": uuid4(),
        "now": now,
    }
    return render(request, "verification/preview.html", content)


def _how(how: str) -> Text:
    return Text("电话", "by phone") if how == CALL else Text("上门", "a visit")


def _source(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


@require_POST
@officer_page(LEAD.code)
def press(request: OfficerRequest) -> HttpResponse:
    """Begin a run; the worker does it, and the page may be left."""
    key = _source(request.POST.get("key", "")) or uuid4()
    try:
        with transaction.atomic():
            run = runs.press(key, _source(request.POST.get("list", "")), actor=request.actor)
            tasks.start(run)
    except runs.AlreadyRunning as refused:
        messages.warning(request, said(refused.text))
    return HttpResponseRedirect(reverse("verification:team"))


@officer_page(LEAD.code)
def progress(request: OfficerRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is; asked again every second while it goes on."""
    run = _run(request, run_id)
    answer = render(
        request, "verification/partials/run.html", {"run": run, "busy": runs.BUSY, "now": timezone.now()}
    )
    if run.state not in runs.BUSY:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@officer_page(LEAD.code)
def undo(request: OfficerRequest, run_id: UUID) -> HttpResponse:
    """Take a run back: whoever was given out and not tried, and what was settled."""
    run = _run(request, run_id)
    try:
        with transaction.atomic():
            tasks.start(undoing.ask(run.id, actor=request.actor))
    except NotDone as refused:
        messages.warning(request, said(refused.text))
    return HttpResponseRedirect(reverse("verification:team"))


def _run(request: OfficerRequest, run_id: UUID) -> Run:
    run = Run.objects.filter(id=run_id, jurisdiction=request.actor.jurisdiction).first()
    if run is None:
        raise Http404
    return run
