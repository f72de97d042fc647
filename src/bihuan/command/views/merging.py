"""The merge queue: two records side by side, masked, with the evidence; merge, keep apart, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.core.access.errors import Denied
from bihuan.core.matters.models import Matter
from bihuan.core.people import merging
from bihuan.core.people.identity import FIELD_LABELS, FIELDS
from bihuan.core.people.masks import masked
from bihuan.core.people.models import Merge, MergeCandidate
from bihuan.core.spec.posts import REGISTRAR
from bihuan.core.spec.text import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

SHOWN, RECENT = 20, 10
NUMBER = 2**63
SURE = {"same", "similar", "sounds_alike", "one_place", "swapped"}


@officer_page(REGISTRAR.code)
def queue(request: OfficerRequest) -> HttpResponseBase:
    """Show the pairs that wait for a decision, and the last merges, which can be undone."""
    here = request.actor.jurisdiction
    pairs = merging.waiting(here, SHOWN)
    recent = list(
        Merge.objects.filter(merged__jurisdiction=here, undone_at__isnull=True).order_by("-id")[:RECENT]
    )
    ids = {p for pair in pairs for p in (pair.first_id, pair.second_id)}
    ids |= {p for one in recent for p in (one.kept_id, one.merged_id)}
    people = masked(ids) if ids else {}
    counts = dict(
        Matter.objects.filter(person_id__in=ids).values_list("person_id").annotate(n=Count("id")).order_by()
    )
    context = {
        "pairs": [_pair(pair, people, counts) for pair in pairs],
        "recent": [{"merge": one, "kept": people.get(one.kept_id)} for one in recent],
        "total": MergeCandidate.objects.filter(jurisdiction=here, same__isnull=True).count(),
        "crumbs": [Crumb(Text("合并核对", "Merging"))],
    }
    return render(request, "command/merging.html", context)


def _pair(pair: MergeCandidate, people: Any, counts: dict[Any, int]) -> dict[str, Any]:
    first, second = people.get(pair.first_id), people.get(pair.second_id)
    lines = []
    for field in FIELDS:
        agreement = pair.evidence.get(field)
        known = merging.Agreement(agreement) if agreement else None
        lines.append(
            {
                "label": FIELD_LABELS[field],
                "first": getattr(first, field, "") or "—",
                "second": getattr(second, field, "") or "—",
                "agreement": known.text if known else None,
                "agrees": agreement in SURE,
                "same": agreement == "same",
            }
        )
    return {
        "id": pair.pk,
        "proposed_at": pair.proposed_at,
        "lines": lines,
        "first": first,
        "counts": (counts.get(pair.first_id, 0), counts.get(pair.second_id, 0)),
    }


@require_POST
@officer_page(REGISTRAR.code)
def decide(request: OfficerRequest, candidate_id: int) -> HttpResponseBase:
    """Merge a pair, or keep the two apart for good."""
    same = request.POST.get("decision") == "merge"
    if request.POST.get("decision") not in {"merge", "apart"} or candidate_id >= NUMBER:
        return HttpResponseRedirect(reverse("merge_queue"))
    try:
        merging.decide(candidate_id, same, actor=request.actor)
    except Denied as denied:
        messages.error(request, said(denied.text))
        return HttpResponseRedirect(reverse("merge_queue"))
    done = Text("已合并为一人，可以撤销", "merged into one; it can be undone") if same else Text(
        "已确认为两人，不再询问", "kept apart; it will not be asked again")  # fmt: skip
    messages.success(request, said(done))
    return HttpResponseRedirect(reverse("merge_queue"))


@require_POST
@officer_page(REGISTRAR.code)
def undo(request: OfficerRequest, merge_id: int) -> HttpResponseBase:
    """Take a merge back."""
    try:
        if merge_id < NUMBER:
            merging.undo(merge_id, actor=request.actor)
            messages.success(
                request,
                said(Text("已撤销合并，恢复为两条记录", "undone; the two records stand for themselves")),
            )
    except Denied as denied:
        messages.error(request, said(denied.text))
    return HttpResponseRedirect(reverse("merge_queue"))
