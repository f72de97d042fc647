"""Taking a step: one address for each, drawn whole or, by htmx, inside the matter's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import DataError, IntegrityError
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.command import doors
from bihuan.command.pages.lookup import Found, find_content
from bihuan.command.pages.taking import StepPage, again, prepare
from bihuan.command.pages.timeline import says
from bihuan.command.worklist.rows import address
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.errors import (
    Conflict,
    Contradicts,
    KeyReused,
    NotAllowed,
    NotCorrectable,
    NotDone,
    NotFromHere,
    Refused,
    Stale,
    UnknownMatter,
)
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.matters.steps import permitted, standing_refusal
from bihuan.core.spec.matters import Transition
from bihuan.core.spec.text import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.wording import spaced

NUMBER = 2**63


@officer_page()
def step(request: OfficerRequest, matter_id: UUID, code: str) -> HttpResponseBase:
    """Ask for what the step needs, and take it. What was typed stays when the engine says no."""
    found = find_content(matter_id, request.actor)
    transition = _transition(found, code, request)
    corrects = _corrected(request, found, transition)
    if request.method == "POST":
        return _take(request, found, transition, corrects)
    page = prepare(found, transition, request.actor, corrects=corrects)
    return _draw(request, page)


def _transition(found: Found, code: str, request: OfficerRequest) -> Transition[Any]:
    transition = next((t for t in found.kind.transitions if t.code == code), None)
    if transition is None:
        raise UnknownMatter(found.matter.id)
    if not permitted(request.actor, transition.posts, found.matter.place_id):
        raise NotAllowed
    return transition


def _corrected(request: OfficerRequest, found: Found, transition: Transition[Any]) -> Entry | None:
    """Return the entry that is to be replaced: one of this matter and this step, not replaced before."""
    given = request.POST.get("corrects") or request.GET.get("corrects")
    if not given:
        return None
    if not transition.corrects or not given.isdecimal() or int(given) >= NUMBER:
        raise UnknownMatter(found.matter.id)
    kind = f"{found.kind.code}.{transition.code}"
    entry = Entry.objects.filter(id=int(given), matter_id=found.matter.id, kind=kind).first()
    if entry is None or Entry.objects.filter(corrects=entry.id).exists():
        raise UnknownMatter(found.matter.id)
    return entry


def _take(
    request: OfficerRequest, found: Found, transition: Transition[Any], corrects: Entry | None
) -> HttpResponseBase:
    page = prepare(found, transition, request.actor, request.POST, corrects)
    if not (page.form.is_valid() & page.when.is_valid()):
        return _draw(request, page, status=422)
    try:
        outcome = engine.perform(
            found.matter.id,
            transition.code,
            page.form.payload(),
            actor=request.actor,
            key=page.form.key,
            version=page.form.version,
            occurred_at=page.when.cleaned_data["occurred_at"],
            corrects=corrects.id if corrects else None,
        )
    except (Refused, Stale, NotFromHere, NotCorrectable, KeyReused, Conflict) as error:
        told = with_who_was_first(error, found.matter.id, page.form.version)
        return _refused(request, found, transition, corrects, told)
    except (IntegrityError, DataError):
        return _refused(request, found, transition, corrects, Contradicts())
    doors.forget(request.actor)
    label, state = transition.label, found.kind.state(outcome.state).label
    done = Text(f"已办理“{label.zh}”，现为“{state.zh}”。台账 #{spaced(outcome.entry_id)}",
                f"Done: {label.en}; now “{state.en}”. Ledger #{spaced(outcome.entry_id)}")  # fmt: skip
    messages.success(request, said(done))
    return _back(request, address(found.matter))


def _refused(
    request: OfficerRequest, found: Found, transition: Transition[Any], corrects: Entry | None, error: NotDone
) -> HttpResponseBase:
    """Draw the form again with what was typed, the reason, and the matter as it stands now."""
    now = find_content(found.matter.id, request.actor)  # with a new key, so with what may be chosen now
    page = prepare(now, transition, request.actor, again(request.POST, now.matter.version), corrects)
    page.form.is_valid(), page.when.is_valid()
    page.form.refuse(error)
    return _draw(request, page, status=422 if isinstance(error, (Refused, KeyReused)) else 409)


def _back(request: OfficerRequest, address: str) -> HttpResponseBase:
    if not request.htmx:
        return HttpResponseRedirect(address)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer


def _draw(request: OfficerRequest, page: StepPage, status: int = 200) -> HttpResponseBase:
    found, now = page.found, timezone.now()
    here = address(found.matter)
    open_states = found.kind.open_states
    context = {
        "now": now,
        "matter": found.matter,
        "kind": found.kind,
        "state": found.kind.state(found.matter.state),
        "page": page,
        "form": page.form,
        "transition": page.transition,
        "refusal": standing_refusal(page.transition, page.snapshot, now),
        "fits": page.transition.leaves(found.matter.state, open_states),
        "corrected": says(page.corrects) if page.corrects else None,
        "crumbs": [
            Crumb(Text("待办", "Worklist"), reverse("worklist")),
            Crumb(Text(found.matter.number, found.matter.number), here),
            Crumb(page.transition.label),
        ],
    }
    name = "command/partials/step.html" if request.htmx else "command/step.html"
    return render(request, name, context, status=status)
