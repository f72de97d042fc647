"""What changed between two reports, or two moments: values that differ, records that came and went, and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.command.matter import REPORT
from bihuan.command.pages.timeline import says
from bihuan.command.sitrep import checks, moments, reports
from bihuan.command.views.report import NAME, READERS
from bihuan.command.worklist.filters import midnight
from bihuan.core.figures.evaluate import Change, Moment, compare
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import figures
from bihuan.core.spec.text import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

DAY = 1
NAMED_MOST = 40
COMPARED_MOST = 150_000


@officer_page(*READERS)
def compare_reports(request: OfficerRequest) -> HttpResponseBase:
    """Compare two moments; with `fig` also the records by which that number differs."""
    now = timezone.now()
    b = _moment(request, "b", midnight(now))
    a = _moment(request, "a", midnight(now, -DAY))
    before, after = moments.known_values(a), moments.known_values(b)
    key = request.GET.get("fig", "")
    context: dict[str, Any] = {
        "a": a,
        "b": b,
        "differences": checks.differences(before, after),
        "same": [f for f in figures().values() if before.get(f.key) == after.get(f.key)],
        "corrections": _corrections(a, b),
        "choices": _choices(request),
        "query": urlencode({"a": a.cutoff.isoformat(), "ak": a.known_at.isoformat(),
                            "b": b.cutoff.isoformat(), "bk": b.known_at.isoformat()}),
        "crumbs": [Crumb(NAME, reverse("reports")), Crumb(Text("对照", "Compare"))],
    }  # fmt: skip
    if key in figures() and before[key] != after[key]:
        context["chosen"] = figures()[key]
        context["too_many"] = max(before[key], after[key]) > COMPARED_MOST
        if not context["too_many"]:
            change = compare(a, b, [key], limit=NAMED_MOST)[0]
            context.update(_named(change))
    return render(request, "command/compare.html", context)


def _moment(request: OfficerRequest, name: str, usual: Any) -> Moment:
    """Read one side: a moment (`a`, `ak`), or a report by its id (`ra`)."""
    chosen = request.GET.get(f"r{name}", "")
    if chosen:
        row = Matter.objects.filter(
            type=REPORT.code, jurisdiction=request.actor.jurisdiction, number=chosen
        ).first()
        if row is not None:
            return reports.load(row).at
    cutoff = moments.cutoff(request.GET.get(name, ""), usual)
    return moments.moment(cutoff, moments.read(request.GET.get(f"{name}k", "")))


def _choices(request: OfficerRequest) -> list[str]:
    found = Matter.objects.filter(type=REPORT.code, jurisdiction=request.actor.jurisdiction)
    return list(found.order_by("-opened_at").values_list("number", flat=True)[:60])


def _corrections(a: Moment, b: Moment) -> list[Entry]:
    """Return the corrections that became known between the two, of what had happened before the earlier cut-off."""
    low, high = sorted((a.known_at, b.known_at))
    found = Entry.objects.filter(
        corrects__isnull=False, recorded_at__gt=low, recorded_at__lte=high,
        occurred_at__lt=min(a.cutoff, b.cutoff), jurisdiction=a.jurisdiction,
    )  # fmt: skip
    return list(found.order_by("-id")[:NAMED_MOST])


def _named(change: Change) -> dict[str, Any]:
    ids = [*change.came[:NAMED_MOST], *change.went[:NAMED_MOST]]
    entries = Entry.objects.in_bulk(ids)
    words = {number: says(entry, content=False) for number, entry in entries.items()}
    return {
        "came": [(number, words.get(number)) for number in change.came[:NAMED_MOST]],
        "went": [(number, words.get(number)) for number in change.went[:NAMED_MOST]],
    }
