"""One step on one stay: move room, waive, transfer, report an absence … the form is what the step declares."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.errors import Contradicts, NotDone
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.matters.models import Matter, Request
from bihuan.core.matters.registry import details
from bihuan.core.matters.steps import permitted, standing_refusal
from bihuan.core.people.masks import masked
from bihuan.core.spec import Snapshot, Text
from bihuan.core.spec.matters import Refusal, Transition
from bihuan.kit.fields import Listing
from bihuan.kit.forms import PayloadForm, form_for
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.quarantine.facts import StayFacts
from bihuan.modules.quarantine.forms import LISTS
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.views.reach import crumbs, inside, stay_of

ALREADY = Text(
    "这一页已经提交并办好，没有重复办理", "This page had been sent and done already; nothing was done twice"
)


def snapshot(stay: Matter) -> Snapshot:
    """Return a stay as guards see it."""
    facts = details(STAY.code).load([stay.id]).get(stay.id)
    return Snapshot(
        stay.id, stay.type, stay.state, stay.version, stay.opened_at, stay.person_id, stay.place_id, facts
    )


def lists_for(form: type[PayloadForm], seen: Snapshot, actor: Actor) -> dict[str, Listing]:
    """Return the lists that a form's fields are chosen from, for this stay."""
    return {name: list(LISTS[name](seen, actor)) for name in set(form.wanted.values()) if name in LISTS}


@officer_page()
def step(request: OfficerRequest, code: str, stay_id: UUID, transition: str) -> HttpResponse:
    """Ask what the step needs, and take it; what was typed stays where it was not taken."""
    actor = request.actor
    site = inside(actor, code)
    stay = stay_of(actor, site, stay_id)
    wanted = _wanted(transition, actor, stay)
    seen = snapshot(stay)
    make = form_for(wanted.payload)  # type: ignore[arg-type]  # mypy takes a bare type for unhashable
    lists = lists_for(make, seen, actor)
    form = make(request.POST or None, lists=lists, version=stay.version)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            engine.perform(
                stay.id, transition, form.payload(), actor=actor, key=form.key, version=form.version
            )
        except NotDone as error:
            form.refuse(with_who_was_first(error, stay.id, form.version))
            status = notice_of(error).status
        except (IntegrityError, DataError):
            form.refuse(Contradicts())
            status = 409
        else:
            messages.success(request, said(_done(wanted.label, stay)))
            return HttpResponseRedirect(_back(site.place.code, seen))
    elif request.method == "POST":
        if _repeated(request):
            messages.info(request, said(ALREADY))
            return HttpResponseRedirect(_back(site.place.code, seen))
        status = 422
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(wanted.label)),
        "stay": stay,
        "state": STAY.state(stay.state).label,
        "who": masked([stay.person_id]).get(stay.person_id) if stay.person_id else None,
        "transition": wanted,
        "form": form,
        "refusal": _refusal(wanted, seen),
        "back": _back(site.place.code, seen),
    }
    return render(request, "quarantine/step.html", content, status=status)


def _wanted(code: str, actor: Actor, stay: Matter) -> Transition[Any]:
    """Return the step with this code; 404 where a page has none, 403 where the post does not take it."""
    known = {one.code: one for one in STAY.transitions if not one.hidden}
    if code not in known:
        raise Http404
    if not permitted(actor, known[code].posts, stay.place_id):
        raise PermissionDenied
    return known[code]


def _repeated(request: OfficerRequest) -> bool:
    """Tell whether this very page was sent and done before; its choices may be gone because of that."""
    key = request.POST.get("bihuan_key", "")
    return Request.objects.filter(actor=request.actor.requester, key=key).exists()


def _refusal(transition: Transition[Any], seen: Snapshot) -> Refusal | None:
    if not transition.leaves(seen.state, STAY.open_states):
        state = STAY.state(seen.state).label
        return Refusal(Text(f"当前为“{state.zh}”，不能办理这一步", f"Not possible while “{state.en}”"))
    return standing_refusal(transition, seen, timezone.now())


def _done(label: Text, stay: Matter) -> Text:
    return Text(f"已办理“{label.zh}”：{stay.number}", f"Done: {label.en}, {stay.number}")


def _back(code: str, seen: Snapshot) -> str:
    board = reverse("quarantine:board", args=[code])
    room = seen.facts.room if isinstance(seen.facts, StayFacts) else None
    return f"{board}?room={room}" if room else board
