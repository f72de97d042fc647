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
MOST = 20  # a weight beyond a million to one says no more
SURE = {"same", "similar", "sounds_alike", "one_place", "swapped"}


@officer_page(REGISTRAR.code)
def queue(request: OfficerRequest) -> HttpResponseBase:
    """Show the pairs that wait for a decision, and the last decisions, which can be undone."""
    here = request.actor.jurisdiction
    after = _number(request.GET.get("after", ""))
    pairs = merging.waiting(here, SHOWN, after)
    recent = _recent(here)
    ids = {p for pair in pairs for p in (pair.first_id, pair.second_id)}
    ids |= {one["person"] for one in recent}
    people = masked(ids) if ids else {}
    counts = dict(
        Matter.objects.filter(person_id__in=ids).values_list("person_id").annotate(n=Count("id")).order_by()
    )
    context = {
        "pairs": [_pair(pair, people, counts) for pair in pairs],
        "recent": [{**one, "who": people.get(one["person"])} for one in recent],
        "after": after,
        "total": MergeCandidate.objects.filter(jurisdiction=here, same__isnull=True).count(),
        "crumbs": [Crumb(Text("合并核对", "Merging"))],
    }
    return render(request, "command/merging.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text) < NUMBER else 0


def _recent(here: str) -> list[dict[str, Any]]:
    """Return the last decisions of either kind, the newest first, each with what takes it back."""
    merges = Merge.objects.filter(merged__jurisdiction=here, undone_at__isnull=True).order_by("-id")[:RECENT]
    apart = MergeCandidate.objects.filter(jurisdiction=here, same=False, decided_at__isnull=False)
    found: list[dict[str, Any]] = [
        {"at": one.at, "person": one.kept_id, "merged": True, "by_model": one.by is None,
         "undo": reverse("merge_undo", args=[one.pk])}
        for one in merges
    ]  # fmt: skip
    found += [
        {"at": one.decided_at, "person": one.first_id, "merged": False, "by_model": False,
         "undo": reverse("merge_again", args=[one.pk])}
        for one in apart.order_by("-decided_at")[:RECENT]
    ]  # fmt: skip
    return sorted(found, key=lambda one: one["at"], reverse=True)[:RECENT]


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
        "weight": None if pair.weight is None else f"{pair.weight:.1f}",
        "odds": _odds(pair.weight),
        "counts": (counts.get(pair.first_id, 0), counts.get(pair.second_id, 0)),
    }


def _odds(weight: float | None) -> Text | None:
    """Return a match weight in words: how many times likelier one person is than two, or the other way round."""
    if weight is None:
        return None
    times = 2 ** abs(weight)
    zh, en = f"约为{{}}的 {times:,.0f} 倍", f"about {times:,.0f} times"
    if abs(weight) > MOST:
        zh, en = "为{}的 100 万倍以上", "more than a million times"
    elif times < 10:
        zh, en = f"约为{{}}的 {times:.1f} 倍", f"about {times:.1f} times"
    if weight >= 0:
        return Text("同一人的可能" + zh.format("两人"), f"one person is {en} as likely as two")
    return Text("两人的可能" + zh.format("同一人"), f"two people are {en} as likely as one")


@require_POST
@officer_page(REGISTRAR.code)
def decide(request: OfficerRequest, candidate_id: int) -> HttpResponseBase:
    """Merge a pair, or keep the two apart for good; what was put off stays put off."""
    same = request.POST.get("decision") == "merge"
    after = _number(request.POST.get("after", ""))
    back = HttpResponseRedirect(reverse("merge_queue") + (f"?after={after}" if after else ""))
    if request.POST.get("decision") not in {"merge", "apart"} or candidate_id >= NUMBER:
        return back
    try:
        merging.decide(candidate_id, same, actor=request.actor)
    except Denied as denied:
        messages.error(request, said(denied.text))
        return back
    done = Text("已合并为一人，可以撤销", "merged into one; it can be undone") if same else Text(
        "已确认为两人，不再询问；可以撤销", "kept apart; it will not be asked again and can be undone")  # fmt: skip
    messages.success(request, said(done))
    return back


@require_POST
@officer_page(REGISTRAR.code)
def again(request: OfficerRequest, candidate_id: int) -> HttpResponseBase:
    """Take back that two are apart: the pair waits again."""
    try:
        if candidate_id < NUMBER:
            merging.reconsider(candidate_id, actor=request.actor)
            messages.success(request, said(Text("已撤销，这一对重新待核对", "undone; the pair waits again")))
    except Denied as denied:
        messages.error(request, said(denied.text))
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
