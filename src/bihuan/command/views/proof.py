"""A draft pasted, every number of it marked: agrees, differs, no figure behind it, parts that do not add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.command.proof.claims import AGREES, DIFFERS, NO_FIGURE, PARTS, Claim, TooLong, proof
from bihuan.command.proof.numbers import COUNT
from bihuan.command.sitrep import moments
from bihuan.command.views.report import NAME, READERS
from bihuan.core.figures.evaluate import Moment
from bihuan.core.spec.text import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

VERDICTS = {
    PARTS: ("overdue", Text("分项不合", "Parts do not add up")),
    DIFFERS: ("overdue", Text("不一致", "Differs")),
    NO_FIGURE: ("idle", Text("无指标", "No figure")),
    AGREES: ("done", Text("一致", "Agrees")),
}
"""Each verdict's mark and word, what needs attention first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One claim as the page shows it: its place in the list, its mark, where its records are."""

    place: int
    claim: Claim
    mark: str
    word: Text
    records: str


@officer_page(*READERS)
def proof_draft(request: OfficerRequest) -> HttpResponseBase:
    """Take a draft and show it with its numbers marked. The draft is not kept."""
    now = timezone.now()
    draft = request.POST.get("draft", "")
    at = moments.moment(moments.cutoff(request.POST.get("cutoff", ""), now))
    context: dict[str, Any] = {
        "draft": draft,
        "at": at,
        "now": now,
        "crumbs": [Crumb(NAME, reverse("reports")), Crumb(Text("核对稿件", "Proof a draft"))],
    }
    try:
        lines = _lines(proof(draft, at), at) if draft.strip() else None
    except TooLong as error:
        lines, context["refused"] = None, error.text
    if lines is not None:
        counted = [line for line in lines if line.claim.number.kind == COUNT]
        context["pieces"] = _pieces(draft, lines)
        context["lines"] = sorted(counted, key=lambda line: list(VERDICTS).index(line.claim.verdict))
        context["tally"] = [
            (mark, word, sum(line.claim.verdict == verdict for line in counted))
            for verdict, (mark, word) in VERDICTS.items()
        ]
        context["others"] = len(lines) - len(counted)
    return render(request, "command/proof.html", context)


def _lines(claims: Sequence[Claim], at: Moment) -> list[Line]:
    query = {"cutoff": at.cutoff.isoformat(), "known_at": at.known_at.isoformat()}
    return [
        Line(
            place, claim, *VERDICTS[claim.verdict],
            f"{reverse('report_at')}?{urlencode({**query, 'fig': claim.figure.key})}#fig" if claim.figure else "",
        )
        for place, claim in enumerate(claims, 1)
    ]  # fmt: skip


def _pieces(draft: str, lines: Sequence[Line]) -> list[tuple[str, Line | None]]:
    """Return the draft in pieces: words, and numbers with their line (dates and names stay words)."""
    pieces: list[tuple[str, Line | None]] = []
    done = 0
    for line in lines:
        if line.claim.number.kind == COUNT:
            pieces += [(draft[done : line.claim.number.start], None), (line.claim.number.text, line)]
            done = line.claim.number.start + len(line.claim.number.text)
    return [*pieces, (draft[done:], None)]
