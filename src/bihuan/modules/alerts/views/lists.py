"""All lists that were signed for, and one of them with its rows: how they stand, and what is late."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import content_types, visible
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import masked
from bihuan.core.people.reveal import PURPOSES
from bihuan.core.spec import ADMINISTRATOR, REGISTRAR, Snapshot, Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty, Step, Suggestion
from bihuan.modules.alerts import board, queries
from bihuan.modules.alerts.facts import ListFacts
from bihuan.modules.alerts.matter import ALERT_DESK, DESKS, LIST
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.queries import Line

POSTS = tuple(post.code for post in LIST.seen_by)
WORKING = {post.code for post in DESKS}
HANDING_IN = {REGISTRAR.code, ADMINISTRATOR.code}
NAME = Text("预警名单", "Alert lists")
LISTS_PER_PAGE, ROWS_PER_PAGE, LINES_SHOWN = 20, 30, 200
SHOWS = (
    ("", Text("全部", "All")),
    ("open", Text("待反馈", "To be answered")),
    ("late", Text("已超期", "Late")),
    ("answered", Text("已反馈", "Answered")),
)
PURPOSE_OF_LINES = ("correct", "identify")


@officer_page(*POSTS)
def lists(request: OfficerRequest) -> HttpResponseBase:
    """Show the lists, what is still to be answered and what is late."""
    actor, now = request.actor, timezone.now()
    show = request.GET.get("show", "")
    page = Paginator(queries.lists(actor.jurisdiction, show, now), LISTS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    found = queries.lines(list(page))
    context = {
        "crumbs": [Crumb(NAME)],
        "now": now,
        "page": page,
        "lines": [(line, board.bar(line), _is_late(line, now)) for line in found],
        "states": {state.code: state.label for state in LIST.states},
        "tabs": [
            (
                text,
                f"?show={code}" if code else "?",
                queries.lists(actor.jurisdiction, code, now).count(),
                code == show,
            )
            for code, text in SHOWS
        ],
        "hands_in": actor.post in HANDING_IN,
        "legend": [(board.LABELS[code], board.STATUS[code], code) for code in queries.PARTS],
        "empty": _empty(actor, show),
    }
    return render(request, "alerts/lists.html", context)


def _is_late(line: Line, now: Any) -> bool:
    due = line.list.matter.due_at
    return line.late and due is not None and due < now


def _empty(actor: Actor, show: str) -> Empty:
    here = reverse("alerts:lists")
    if show:
        return Empty(
            Text("没有这样的名单", "No such list"), Text("其他名单仍在。", "The others are there."),
            [Suggestion(Text("看全部名单", "All lists"), here, "list-check")], clear=here,
        )  # fmt: skip
    first = (
        [Suggestion(Text("上传名单", "Hand a list in"), reverse("intake"), "upload")]
        if actor.post in HANDING_IN
        else []
    )
    return Empty(
        Text("还没有收到预警名单", "No alert list has come yet"),
        Text(
            "把推送来的 .csv .tsv .xlsx 原样交上来:系统先核对,您看过条数、重复和退回,再点签收;签收即出回执,逐条开立核查。",
            "Hand the pushed .csv, .tsv or .xlsx in as it is: it is checked first, you see rows, repetitions and lines sent back, "
            "and only signing writes anything. A receipt is made and every row becomes a verification.",
        ),
        [*first, Suggestion(Text("回到待办", "Back to the worklist"), reverse("worklist"), "clipboard-list")],
    )


def list_of(actor: Actor, list_id: UUID) -> AlertList:
    """Return a list that the actor sees; 404 where there is none."""
    seen = Matter.objects.filter(visible(actor), type=LIST.code)
    found = (
        AlertList.objects.filter(pk=list_id, matter__in=seen)
        .select_related("matter__organ", "receipt")
        .first()
    )
    if found is None:
        raise Http404
    return found


@officer_page(*POSTS)
def one(request: OfficerRequest, list_id: UUID) -> HttpResponseBase:
    """Show one list: its balance, its rows (to those who work on it), what was sent back and fed back."""
    return render(request, "alerts/list.html", context_of(request, list_of(request.actor, list_id)))


def context_of(request: OfficerRequest, alert_list: AlertList) -> dict[str, Any]:
    """Return what the page of a list shows."""
    actor, now, matter = request.actor, timezone.now(), alert_list.matter
    (line,) = queries.lines([alert_list])
    part = request.GET.get("part", "")
    address = reverse("alerts:list", args=[alert_list.pk])
    works = actor.post in WORKING
    return {
        "crumbs": [Crumb(NAME, reverse("alerts:lists")), Crumb(Text(matter.number, matter.number))],
        "now": now,
        "list": alert_list,
        "matter": matter,
        "line": line,
        "bar": board.bar(line),
        "adds_up": board.adds_up(line),
        "late": _is_late(line, now),
        "state": LIST.state(matter.state),
        "steps": _steps(matter.state),
        "tabs": board.tabs(line, part, address),
        "works": works,
        **(_rows(request, alert_list, part) if works else {}),
        "malformed": queries.malformed(alert_list.pk)[:LINES_SHOWN],
        "purposes": [(code, PURPOSES[code]) for code in PURPOSE_OF_LINES],
        "fed_back": list(alert_list.feedback.select_related("paper").defer("content").order_by("-at")),
        **_acts(actor, line),
        "key": str(uuid4()),
    }


def _rows(request: OfficerRequest, alert_list: AlertList, part: str) -> dict[str, Any]:
    page = Paginator(queries.rows(alert_list.pk, part), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    found = list(page)
    people = masked({row.person_id for row in found if row.person_id is not None})
    repeats = queries.repeated(found, alert_list.jurisdiction)
    links = "verification.item" in content_types(request.actor.post)
    return {"page": page, "rows": board.shown(found, people, repeats, links), "part": part}


def _steps(state: str) -> list[Step]:
    order = ["received", "signed", "fed_back", "closed"]
    at = order.index({"to_correct": "fed_back"}.get(state, state))
    when = ["was" if n < at or state == "closed" else "now" if n == at else "" for n in range(len(order))]
    labels = [LIST.state(code).label for code in order]
    if state == "to_correct":
        labels[2] = LIST.state("to_correct").label
    return [Step(label, w) for label, w in zip(labels, when, strict=True)]


def _acts(actor: Actor, line: Line) -> dict[str, Any]:
    """Return what the reader may do now, and why the rest waits."""
    matter = line.list.matter
    facts = ListFacts(line.pending, line.settled)
    snapshot = Snapshot(
        matter.id, matter.type, matter.state, matter.version, matter.opened_at, None, matter.place_id, facts
    )
    offers = {offer.transition.code: offer for offer in engine.available(snapshot, actor, timezone.now())}
    works = actor.post in {post.code for post in (ALERT_DESK, REGISTRAR)}
    return {
        "may_answer": works and matter.state in ("signed", "fed_back", "to_correct") and line.settled > 0,
        "whole": line.pending == 0,
        "may_extend": "extend" in offers,
        "may_close": "close" in offers,
    }
