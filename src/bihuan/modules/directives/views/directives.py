"""All directives, the earliest due first, and one of them: what is asked, who works on what, how far it is, what went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import content_types
from bihuan.core.matters import engine
from bihuan.core.people.masks import masked
from bihuan.core.spec import ADMINISTRATOR, REGISTRAR, Snapshot, Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty, Step, Suggestion
from bihuan.modules.directives import papers, queries
from bihuan.modules.directives.facts import DirectiveFacts
from bihuan.modules.directives.matter import DIRECTIVE, TASK
from bihuan.modules.directives.models import Directive, FeedbackRow, ListedRow
from bihuan.modules.directives.payloads import Finding, Method
from bihuan.modules.directives.services import why_due
from bihuan.modules.directives.views.reach import NAME, POSTS, WORKING, directive_of

PER_PAGE, ROWS_PER_PAGE = 20, 50
HANDING_IN = {REGISTRAR.code, ADMINISTRATOR.code}
SHOWS = (
    ("", Text("全部", "All")), ("open", Text("办理中", "Open")), ("late", Text("已超期", "Late")),
    ("fed_back", Text("已反馈", "Fed back")), ("epidemic", Text("涉疫", "Epidemic-related")), ("closed", Text("已办结", "Closed")),
)  # fmt: skip
PARTS = (
    ("", Text("全部", "All")), ("pending", Text("未反馈", "Missing")), ("answered", Text("已反馈", "Answered")),
    ("late", Text("逾期反馈", "Late")), ("gone", Text("不再列出", "No longer listed")),
)  # fmt: skip
STATUS = {
    "received": "due", "signed": "due", "worked": "active", "fed_back": "done", "closed": "done", "withdrawn": "idle",
    "given": "active", "reported": "due", "accepted": "done", "recalled": "idle",
}  # fmt: skip


@officer_page(*POSTS)
def directives(request: OfficerRequest) -> HttpResponseBase:
    """Show the directives of the county."""
    actor, now = request.actor, timezone.now()
    show, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:60]
    found = queries.directives(actor.jurisdiction, show, words, now)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [Crumb(NAME)], "now": now, "page": page, "q": words, "show": show,
        "lines": [(line, DIRECTIVE.state(line.directive.matter.state), STATUS[line.directive.matter.state], line.is_late(now))
                  for line in queries.lines(list(page))],
        "tabs": [(text, _tab(code, words), queries.directives(actor.jurisdiction, code, words, now).count(), code == show)
                 for code, text in SHOWS],
        "works": actor.post in WORKING, "hands_in": actor.post in HANDING_IN, "empty": _empty(actor, show, words),
    }  # fmt: skip
    return render(request, "directives/directives.html", context)


def _tab(code: str, words: str) -> str:
    kept = {name: value for name, value in (("show", code), ("q", words)) if value}
    return f"?{urlencode(kept)}"


def _empty(actor: Actor, show: str, words: str) -> Empty:
    here = reverse("directives:directives")
    if show or words:
        return Empty(
            Text("没有这样的指令", "No such directive"), Text("其他指令仍在。", "The others are there."),
            [Suggestion(Text("看全部指令", "All directives"), here, "file-text")], words, here,
        )  # fmt: skip
    first = (
        [Suggestion(Text("登记指令", "Register a directive"), reverse("directives:new"), "plus")]
        if actor.post in WORKING
        else []
    )
    if actor.post in HANDING_IN:
        first.append(
            Suggestion(Text("导入指令工作簿", "Import workbooks"), reverse("intake"), "file-spreadsheet")
        )
    return Empty(
        Text("还没有收到合成作战指令", "No directive has come yet"),
        Text(
            "收到的工作簿整份导入,或在这里登记并附上名单:随即签收、出回执,名单逐人开立核查,时限照指令写明的算。",
            "Import the workbook as it is, or register it here with its list: it is signed for at once with a receipt, every "
            "listed person becomes a verification, and the directive's own time limit runs.",
        ),
        [*first, Suggestion(Text("回到待办", "Back to the worklist"), reverse("worklist"), "clipboard-list")],
    )  # fmt: skip


@officer_page(*POSTS)
def one(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Show one directive."""
    return render(
        request, "directives/directive.html", context_of(request, directive_of(request.actor, directive_id))
    )


def context_of(request: OfficerRequest, directive: Directive) -> dict[str, Any]:
    """Return what the page of a directive shows."""
    actor, now, matter = request.actor, timezone.now(), directive.matter
    works = actor.post in WORKING
    (line,) = queries.lines([directive])
    units, told = queries.parts(directive.pk), queries.tally(directive.pk)
    facts = _facts(line, units)
    acts = offers(actor, directive, facts, now) if works else {}
    return {
        "crumbs": [Crumb(NAME, reverse("directives:directives")), Crumb(directive.reference)],
        "now": now, "directive": directive, "matter": matter, "line": line, "late": line.is_late(now),
        "state": DIRECTIVE.state(matter.state), "status": STATUS[matter.state], "steps": _steps(matter.state), "works": works,
        "why": why_due(facts), "facts": facts, "acts": acts, "key": str(uuid4()),
        "units": [(one, TASK.state(one.state), STATUS[one.state]) for one in units],
        "spread": told.units, "methods": [(method.text, *told.methods[method]) for method in Method if method in told.methods],
        "townships": queries.townships(directive.pk) if works and matter.state in ("signed", "worked") else [],
        "sent": list(directive.sent.select_related("paper").defer("content").order_by("-at")) if works else [],
        "address": papers.address_of(directive), **(_rows(request, line) if works else {}),
    }  # fmt: skip


def offers(actor: Actor, directive: Directive, facts: Any, now: datetime) -> dict[str, Any]:
    """Return what may be done now by the generic forms, by code; what waits has its reason."""
    matter = directive.matter
    seen = Snapshot(
        matter.id, matter.type, matter.state, matter.version, matter.opened_at, None, matter.place_id, facts
    )
    return {
        offer.transition.code: offer for offer in engine.available(seen, actor, now) if offer.refusal is None
    }


def _facts(line: queries.Line, units: list[queries.PartLine]) -> DirectiveFacts:
    """Return what guards need to know, of what the page has read already."""
    one = line.directive
    return DirectiveFacts(
        one.due_at, one.received_at, one.first_due, one.due_why, one.due_by, one.asked_until, one.returned, line.listed, line.answered,
        sum(part.state in ("given", "reported") for part in units),
    )  # fmt: skip


def _rows(request: OfficerRequest, line: queries.Line) -> dict[str, Any]:
    directive, part = line.directive, request.GET.get("part", "")
    page = Paginator(queries.rows(directive.pk, part), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    counts = {
        "": line.listed + line.gone,
        "pending": line.pending,
        "answered": line.answered,
        "gone": line.gone,
    }
    tabs = [
        (text, f"?part={code}#rows" if code else "?#rows", counts.get(code), code == part)
        for code, text in PARTS
        if code != "gone" or line.gone
    ]
    links = "verification.item" in content_types(request.actor.post)
    return {"page": page, "rows": shown(list(page)), "part": part, "tabs": tabs, "links": links}


def shown(found: list[ListedRow]) -> list[tuple[ListedRow, Any, list[tuple[FeedbackRow, Text, Text]]]]:
    """Return rows with whom they name (masked) and the feedback on them in words."""
    people = masked({row.person_id for row in found})
    on = queries.feedback_on(found)
    return [
        (row, people.get(row.person_id), [(line, Method(line.method).text, Finding(line.finding).text) for line in on.get(row.pk, ())])
        for row in found
    ]  # fmt: skip


def _steps(state: str) -> list[Step]:
    if state == "withdrawn":
        return [Step(DIRECTIVE.state("received").label, "was"), Step(DIRECTIVE.state(state).label, "was")]
    order = ["received", "signed", "worked", "fed_back", "closed"]
    at = order.index(state)
    when = ["was" if n < at or state == "closed" else "now" if n == at else "" for n in range(len(order))]
    return [Step(DIRECTIVE.state(code).label, w) for code, w in zip(order, when, strict=True)]
