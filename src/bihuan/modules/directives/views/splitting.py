"""The list among units: which unit takes which township, who sees to it, proposed by name and changeable."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from bihuan.core.matters import engine
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.directives import queries, units
from bihuan.modules.directives.models import Directive
from bihuan.modules.directives.payloads import Part, Split
from bihuan.modules.directives.views.reach import NAME, WORKING, directive_of


@dataclass(frozen=True, slots=True)
class Share:
    """One township on the form: how many of its persons nobody has, and the unit that takes them."""

    number: int
    township: str
    rows: int
    unit: str


@officer_page(*WORKING)
def split(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Propose how to split, and split."""
    directive = directive_of(request.actor, directive_id)
    shares = _shares(request, directive)
    error: NotDone | None = None
    if request.method == "POST":
        try:
            parts = _parts(request, shares)
            version = int(request.POST["version"]) if request.POST.get("version", "").isdecimal() else None
            engine.perform(
                directive.pk, "split", Split(parts=parts), actor=request.actor, key=request.POST.get("key", "")[:64] or str(uuid4()),
                version=version,
            )  # fmt: skip
        except NotDone as refused:
            error = with_who_was_first(refused, directive.pk, directive.matter.version)
        else:
            words = Text(f"已分给 {len(parts)} 个单位", f"Given to {len(parts)} units")
            messages.success(request, said(words))
            return HttpResponseRedirect(reverse("directives:directive", args=[directive_id]) + "#units")
    context = {
        "crumbs": [Crumb(NAME, reverse("directives:directives")), Crumb(directive.reference, reverse("directives:directive", args=[directive_id])),
                   Crumb(Text("分工", "Split"))],
        "directive": directive, "matter": directive.matter, "shares": shares, "error": error, "key": str(uuid4()),
        "units": units.known_units(request.actor.jurisdiction), "officers": units.officers_of(request.actor.jurisdiction),
        "total": sum(one.rows for one in shares), "whole": request.POST.get("whole", ""),
    }  # fmt: skip
    return render(request, "directives/split.html", context, status=notice_of(error).status if error else 200)


def _shares(request: OfficerRequest, directive: Directive) -> list[Share]:
    known = units.known_units(request.actor.jurisdiction)
    found = queries.townships(directive.pk)
    return [
        Share(n, town, rows, request.POST.get(f"unit-{n}", units.usual_unit(town, known) if request.method == "GET" else "").strip()[: units.LONGEST])
        for n, (town, rows) in enumerate(found)
        if request.method == "GET" or request.POST.get(f"town-{n}") == town
    ]  # fmt: skip


def _parts(request: OfficerRequest, shares: list[Share]) -> tuple[Part, ...]:
    """Return the parts by unit; a township without a unit stays with the desk. A directive without a list is one part."""
    by_unit: dict[str, list[Share]] = {}
    for share in shares:
        if share.unit:
            by_unit.setdefault(share.unit, []).append(share)
    whole = request.POST.get("whole", "").strip()[: units.LONGEST]
    if whole and not shares:
        by_unit[whole] = []
    officers = {unit: officer for officer, _, unit in reversed(units.officers_of(request.actor.jurisdiction))}
    return tuple(
        Part(
            unit=unit, townships=tuple(one.township for one in mine), rows=sum(one.rows for one in mine), officer=officers.get(unit)
        )
        for unit, mine in by_unit.items()
    )  # fmt: skip
