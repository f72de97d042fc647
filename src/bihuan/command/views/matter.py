"""A matter's page: where it stands, what I may do, until when and why, what happened; revealing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.command.pages import papers, related, standing, timeline
from bihuan.command.pages.lookup import Found, find, find_content
from bihuan.command.views import inbox
from bihuan.command.worklist.filters import Filters, single
from bihuan.core.access.errors import Denied
from bihuan.core.access.permissions import reveals
from bihuan.core.matters import engine
from bihuan.core.matters.errors import UnknownMatter
from bihuan.core.matters.registry import posts
from bihuan.core.messages import queries
from bihuan.core.people.identity import FIELD_LABELS, FIELDS
from bihuan.core.people.masks import masked
from bihuan.core.people.reveal import PURPOSES, reveal
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec.text import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

SHOWN_SECONDS = 300
NEIGHBOURS = 2_000
ERASED = Text(
    "此人的个人信息已依期删除，不能再查看", "This person's data were erased when their time was over"
)


@officer_page()
def matter(request: OfficerRequest, matter_id: UUID) -> HttpResponseBase:
    """Show one matter. Somebody else's, or an unknown one, is 404; the two are not told apart."""
    return render(request, "command/matter.html", matter_context(request, find(matter_id, request.actor)))


def matter_context(request: OfficerRequest, found: Found) -> dict[str, Any]:
    """Return what the page shows of a matter to this reader."""
    actor, row, now = request.actor, found.matter, timezone.now()
    offers = engine.available(found.snapshot(), actor, now) if found.content else []
    everything = "all" in request.GET
    history = timeline.history(row.id, found.kind, actor.post, everything=everything, content=found.content)
    person = masked([row.person_id]).get(row.person_id) if row.person_id and found.content else None
    post = posts().get(actor.post)
    title = (
        Text(row.title_zh, row.title_en or row.title_zh)
        if found.content and row.title_zh
        else found.kind.label
    )
    return {
        "now": now,
        "found": found,
        "matter": row,
        "kind": found.kind,
        "state": found.kind.state(row.state),
        "title": title,
        "crumbs": _crumbs(request, found),
        "steps": standing.steps(row, history.visited),
        "deadline": standing.deadline(row),
        "first": next((o for o in offers if o.refusal is None and o.transition.primary), None),
        "offers": [o for o in offers if o.refusal is None],
        "refused": [o for o in offers if o.refusal is not None],
        "post": Text(post.zh, post.en) if post else Text(actor.post, actor.post),
        "lines": history.lines,
        "more": history.more,
        "everything": everything,
        "person": person,
        "reveals": person is not None and not person.erased and reveals(actor),
        "related": related.related(found, actor) if found.content else [],
        **papers.card(found, actor),
        "told": [inbox.line(one) for one in queries.of_matter(row.id)] if found.content else [],
        "turn": _neighbours(request, found),
        **_reveal_choices(),
    }


def _crumbs(request: OfficerRequest, found: Found) -> list[Crumb]:
    back = reverse("worklist") + Filters.asked(request.GET.dict(), request.actor).address()
    kind = reverse("worklist") + Filters(type=found.kind.code, tab="open").address()
    return [
        Crumb(Text("待办", "Worklist"), back),
        Crumb(found.kind.label, kind),
        Crumb(Text(found.matter.number, found.matter.number)),
    ]


def _reveal_choices() -> dict[str, Any]:
    return {
        "purposes": list(PURPOSES.items()),
        "fields": [(name, FIELD_LABELS[name]) for name in FIELDS],
        "minutes": SHOWN_SECONDS // 60,
    }


def _neighbours(request: OfficerRequest, found: Found) -> dict[str, Any] | None:
    """Return the matters before and after this one on the list that the reader came from. One query."""
    actor, filters = request.actor, Filters.asked(request.GET.dict(), request.actor)
    ids = list(single(actor, filters, timezone.now()).values_list("id", flat=True)[:NEIGHBOURS])
    if found.matter.id not in ids:
        return None
    here, query = ids.index(found.matter.id), filters.address()

    def address(position: int) -> str:
        return reverse("matter", args=[ids[position]]) + query if 0 <= position < len(ids) else ""

    return {"at": here + 1, "of": len(ids), "previous": address(here - 1), "next": address(here + 1)}


@require_POST
@officer_page()
def reveal_person(request: OfficerRequest, matter_id: UUID) -> HttpResponseBase:
    """Show personal fields for five minutes, for a stated purpose; the ledger keeps who looked and why."""
    found = find_content(matter_id, request.actor)
    person_id = found.matter.person_id
    if person_id is None:
        raise UnknownMatter(matter_id)
    wanted = [name for name in request.POST.getlist("field") if name in FIELDS] or ["name"]
    shown: dict[str, str] = {}
    refused: Text | None = None
    try:
        shown = reveal(person_id, wanted, request.POST.get("purpose", ""), matter_id, request.actor)
    except Denied as denied:
        refused = denied.text
    except ErasedError:
        refused = ERASED
    context = {
        "matter": found.matter,
        "person": masked([person_id]).get(person_id),
        "shown": [(FIELD_LABELS[name], value) for name, value in shown.items()],
        "not_shown": refused,
        "reveals": reveals(request.actor),
        "purpose": request.POST.get("purpose", ""),
        "seconds": SHOWN_SECONDS,
        **_reveal_choices(),
    }
    if request.htmx:
        return render(request, "command/partials/person.html", context, status=403 if refused else 200)
    page = render(
        request,
        "command/matter.html",
        {**matter_context(request, found), **context},
        status=403 if refused else 200,
    )
    if shown:
        page["Refresh"] = f"{SHOWN_SECONDS}; url={reverse('matter', args=[matter_id])}"
    return page


@officer_page()
def person_card(request: OfficerRequest, matter_id: UUID) -> HttpResponseBase:
    """Draw the person masked again, when the five minutes are over."""
    found = find_content(matter_id, request.actor)
    person_id = found.matter.person_id
    context = {
        "matter": found.matter,
        "person": masked([person_id]).get(person_id) if person_id else None,
        "reveals": reveals(request.actor),
        **_reveal_choices(),
    }
    return render(request, "command/partials/person.html", context)
