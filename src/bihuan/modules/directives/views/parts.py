"""A unit's parts: what it has to check until when, and one of them with its rows, answered by one press each."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access.permissions import content_types
from bihuan.core.access.recording import record
from bihuan.core.matters import engine
from bihuan.core.matters.registry import details
from bihuan.core.people.reveal import PURPOSES
from bihuan.core.people.sealing import ErasedError, open_sealed
from bihuan.core.spec import Snapshot, Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty, Suggestion
from bihuan.modules.directives import queries
from bihuan.modules.directives.keeping import PURPOSE
from bihuan.modules.directives.matter import TASK, UNIT_OFFICER
from bihuan.modules.directives.models import ListedRow, Part
from bihuan.modules.directives.payloads import Answer, Finding, Method
from bihuan.modules.directives.views.directives import STATUS, shown
from bihuan.modules.directives.views.reach import NAME, ON_PARTS, PART_POSTS, part_of

PER_PAGE = 30
ITEM = "verification.item"
FOR = ("contact", "identify")
MINE = Text("本单位的分工", "Our parts")
METHODS = (Method.PHONE, Method.IN_PERSON, Method.SIGNED_ONLY)
FINDINGS = tuple(one for one in Finding if one not in (Finding.NONE, Finding.OTHER))
NARROWED = (
    ("pending", Text("未反馈", "Missing")),
    ("answered", Text("已反馈", "Answered")),
    ("", Text("全部", "All")),
)


@officer_page(UNIT_OFFICER.code)
def parts(request: OfficerRequest) -> HttpResponseBase:
    """Show the parts of the officer's units, the earliest due first."""
    page = Paginator(queries.own_parts(request.actor.place_ids or ()), PER_PAGE).get_page(
        request.GET.get("page")
    )
    facts = details(TASK.code).load([one.pk for one in page])
    context = {
        "crumbs": [Crumb(MINE)], "now": timezone.now(), "page": page,
        "parts": [(one, TASK.state(one.matter.state), STATUS[one.matter.state], facts[one.pk]) for one in page],
        "empty": Empty(
            Text("没有分给本单位的指令", "No directive is given to your unit"),
            Text("分到后会收到站内提醒,名单和时限都在这里。", "You are told when one is; its list and its time limit stand here then."),
            [Suggestion(Text("回到待办", "Back to the worklist"), reverse("worklist"), "clipboard-list")],
        ),
    }  # fmt: skip
    return render(request, "directives/parts.html", context)


@officer_page(*PART_POSTS)
def part(request: OfficerRequest, part_id: UUID) -> HttpResponseBase:
    """Show one part: its rows, those without feedback first, each with its answer form."""
    return _page(request, part_of(request.actor, part_id))


def _page(
    request: OfficerRequest, one: Part, seen_row: tuple[int, list[str]] | None = None
) -> HttpResponseBase:
    """Draw a part; `seen_row`: the row whose content was asked for, with what it says."""
    actor, now = request.actor, timezone.now()
    narrowed = request.GET.get("part", "pending")
    facts = details(TASK.code).load([one.pk])[one.pk]
    page = Paginator(queries.rows(one.directive_id, narrowed, one.pk), PER_PAGE).get_page(
        request.GET.get("page")
    )
    matter, works = one.matter, actor.post in ON_PARTS
    seen = Snapshot(
        matter.id, matter.type, matter.state, matter.version, matter.opened_at, None, matter.place_id, facts
    )
    counts = {"pending": facts.pending, "answered": facts.answered, "": facts.rows}
    context = {
        "crumbs": [_up(request, one), Crumb(one.unit)], "now": now, "part": one, "matter": matter, "facts": facts,
        "state": TASK.state(matter.state), "status": STATUS[matter.state], "page": page, "rows": shown(list(page)) if works else [], "works": works, "seen": seen_row,
        "links": ITEM in content_types(actor.post), "purposes": [(code, PURPOSES[code]) for code in FOR],
        "tabs": [(text, f"?part={code}", counts[code], code == narrowed) for code, text in NARROWED],
        "acts": {offer.transition.code: offer.transition for offer in engine.available(seen, actor, now) if offer.refusal is None},
        "answers": matter.state == "given", "methods": METHODS, "findings": FINDINGS, "key": str(uuid4()), "desk": actor.post != UNIT_OFFICER.code,
    }  # fmt: skip
    return render(request, "directives/part.html", context)


def _up(request: OfficerRequest, one: object) -> Crumb:
    if request.actor.post == UNIT_OFFICER.code:
        return Crumb(MINE, reverse("directives:parts"))
    return Crumb(NAME, reverse("directives:directive", args=[getattr(one, "directive_id", None)]))


@require_POST
@officer_page(*ON_PARTS)
def reveal(request: OfficerRequest, part_id: UUID) -> HttpResponseBase:
    """Show what a row says of its person, for a stated purpose; the ledger keeps who looked at whom and why."""
    one = part_of(request.actor, part_id)
    purpose, row = request.POST.get("purpose", ""), request.POST.get("row", "")
    found = (
        ListedRow.objects.filter(pk=int(row), task_id=one.pk, gone=False).first() if row.isdecimal() else None
    )
    if found is None:
        raise Http404
    if purpose not in FOR:
        messages.warning(request, said(Text("请先选择查看用途", "State first what you need it for")))
        return _page(request, one)
    record(
        "directives.person_revealed", actor=request.actor, matter_id=one.pk, person_id=found.person_id, place_id=one.matter.place_id,
        payload={"purpose": purpose, "fields": ["name", "identifier", "phone", "address"]},
    )  # fmt: skip
    try:
        cells = open_sealed(found.person_id, PURPOSE, bytes(found.sealed))["said"]
    except ErasedError:
        cells = [said(Text("已依法删除", "erased"))]
    return _page(request, one, (found.pk, cells))


@require_POST
@officer_page(*ON_PARTS)
def answer(request: OfficerRequest, part_id: UUID) -> HttpResponseBase:
    """Record what was found out about one person; pressed twice, it is recorded once."""
    one = part_of(request.actor, part_id)
    back = HttpResponseRedirect(
        f"{reverse('directives:part', args=[part_id])}?part={request.POST.get('part', 'pending')}#rows"
    )
    try:
        found = Answer(
            row=int(request.POST.get("row", "")), method=Method(request.POST.get("method", "")), finding=Finding(request.POST.get("finding", ""))
        )  # fmt: skip
    except ValueError:
        messages.warning(
            request,
            said(Text("请选核查方式和结果,没有登记", "Choose method and finding; nothing was recorded")),
        )
        return back
    key = f"{request.POST.get('key', '')[:40] or uuid4()}/{found.row}"
    done = engine.perform(one.pk, "answer", found, actor=request.actor, key=key)
    words = (
        Text("已登记过,没有重复", "Recorded already; nothing was done twice")
        if done.repeated
        else Text("已登记一人的结果", "Recorded")
    )
    messages.success(request, said(words))
    return back
