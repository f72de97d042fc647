"""The pages of intake: the list of batches with the place to hand in, and one batch with all that was found."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.command.intake import page
from bihuan.command.intake.outcome import is_empty, names_of, outcome, with_outcome
from bihuan.command.intake.words import kind_name, left
from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.intake.parcels import labels as parcel_labels
from bihuan.core.intake.pausing import WORKING
from bihuan.core.intake.runs import registers
from bihuan.core.spec.text import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

NAME = Text("登记导入", "Registers in")
PER_PAGE = 20


def batch_of(request: OfficerRequest, batch_id: UUID) -> Batch:
    """Return a batch of the officer's county, or 404."""
    asked = Batch.objects.filter(pk=batch_id, jurisdiction=request.actor.jurisdiction)
    found = with_outcome(asked).select_related("paper").first()
    if found is None:
        raise Http404
    return found


@officer_page(*page.POSTS)
def batch_list(request: OfficerRequest) -> HttpResponseBase:
    """List what was handed in, the newest first; an empty county is told what to do."""
    return render(request, "command/intake/list.html", list_context(request))


def list_context(request: OfficerRequest, left_out: Any = (), why: Text | None = None) -> dict[str, Any]:
    """Return what the list shows, and what was wrong with the files just sent."""
    asked = Batch.objects.filter(jurisdiction=request.actor.jurisdiction).order_by("-started_at")
    shown = Paginator(with_outcome(asked), PER_PAGE).get_page(request.GET.get("page"))
    names = names_of({b.by for b in shown} | {b.paused_by for b in shown})
    return {
        "crumbs": [Crumb(NAME)],
        "now": timezone.now(),
        "page": shown,
        "batches": [
            (batch, names.get(batch.by), outcome(batch, names.get(batch.paused_by, ""))) for batch in shown
        ],
        "key": str(uuid4()),
        "limit": settings.BIHUAN.upload_limit_mb,
        "left_out": left_out,
        "why": why,
        "registers": [
            (Text(r.zh, r.en), [(Text(f.zh, f.en), f.required is not None) for f in r.fields])
            for r in registers()
        ],
    }


@officer_page(*page.POSTS)
def batch_page(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Show one batch: where it stands, its files, the columns, every problem with the rows around it."""
    batch = batch_of(request, batch_id)
    files = _files(batch)
    kind = request.GET.get("kind", "")[:60]
    listed = [one for one in page.lines(batch, files) if not kind or kind in one.file.counts.get("kinds", {})]
    looked = _looked(request, listed, kind) if batch.state not in ("reading", "cancelled") else None
    whole = parcel_labels()
    marked = [file for file in files if file.register not in whole]
    bad = [file for file in marked if file.counts.get("rejected") or file.counts.get("flagged")]
    context = {
        **live_context(batch, files),
        "crumbs": [Crumb(NAME, reverse("intake")), Crumb(Text(f"批次 {batch}", f"Batch {batch}"))],
        "title": page.title(files),
        "by": names_of({batch.by}).get(batch.by),
        "lines": listed,
        "looked": looked,
        "kind": kind,
        "kind_name": kind_name(kind) if kind else None,
        "rejects": page.bars(batch, "reject"),
        "flags": page.bars(batch, "flag"),
        "most": max([*((batch.result or {}).get("kinds") or {}).get("reject", {}).values(), 1]),
        "sums": page.reconciliation(batch, files),
        "marked": len(bad),
        "may_download": request.actor.post in page.MAY_DOWNLOAD,
        "key": str(uuid4()),
        "signing": (batch.result or {}).get("lists", 0),
        "taken": dict(
            zip(("new", "changed", "unchanged"), (batch.result or {}).get("taken", (0, 0, 0)), strict=True)
        ),
        "corrected": (batch.result or {}).get("corrected", 0),
        "again": reverse("intake"),
    }
    return render(request, "command/intake/batch.html", context)


def _files(batch: Batch) -> list[SourceFile]:
    return list(batch.files.defer("findings").order_by("path"))


def _looked(request: OfficerRequest, listed: list[page.FileLine], kind: str) -> page.Looked | None:
    """Return the file asked for, else the first that waits for somebody, else the first."""
    asked, at = request.GET.get("file", ""), request.GET.get("at", "")
    waits = {"due": 0, "overdue": 1}
    first = sorted(listed, key=lambda one: waits.get(one.status, 2))[:1]
    chosen = [one for one in listed if str(one.file.pk) == asked] or first
    return page.look_at(chosen[0], kind, int(at) if at.isdigit() else 0) if chosen else None


def live_context(batch: Batch, files: list[SourceFile]) -> dict[str, Any]:
    """Return what changes while the work runs."""
    working = batch.state in WORKING
    paused = working and batch.paused_at is not None
    names = names_of({batch.paused_by}) if paused else {}
    return {
        "now": timezone.now(),
        "batch": batch,
        "outcome": outcome(batch, names.get(batch.paused_by, "")),
        "empty": is_empty(batch),
        "working": working,
        "paused": paused,
        "was": _as_shown(batch),
        "left": left(batch.progress, timezone.now().timestamp()) if working and not paused else None,
        "steps": page.steps(batch, files),
        "progress": page.progress(batch),
    }


def _as_shown(batch: Batch) -> str:
    """Return what the page was drawn for; when it is another, the page loads anew."""
    return f"{batch.state}-paused" if batch.paused_at else batch.state


@officer_page(*page.POSTS)
def live(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Answer the page's question every second; when the state has changed, let the page load anew."""
    batch = batch_of(request, batch_id)
    if _as_shown(batch) != request.GET.get("was"):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "command/intake/live.html", live_context(batch, _files(batch)))
