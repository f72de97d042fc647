"""Opening a new matter: choose the kind, say about whom and where, fill in what its procedure asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.db import DataError, IntegrityError, transaction
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bihuan.command import doors
from bihuan.command.pages.opening import PersonForm, PlaceForm, may_open, needs_place, openers
from bihuan.command.pages.taking import WhenForm, again, lists_for
from bihuan.core.access.permissions import visible
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import Conflict, Contradicts, KeyReused, NotAllowed, NotDone, Refused
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import masked
from bihuan.core.people.merging import same_person
from bihuan.core.people.people import register
from bihuan.core.people.search import search
from bihuan.core.spec.matters import MatterType, Snapshot
from bihuan.core.spec.text import Text
from bihuan.kit.forms import PayloadForm, form_for
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb

NEW = Text("登记新事项", "Register a new matter")


def _address(code: str) -> str:
    if code not in openers():
        return reverse("open_matter", args=[code])
    try:
        return reverse(openers()[code]) if openers()[code] else ""
    except NoReverseMatch:
        return ""


@officer_page()
def choose(request: OfficerRequest) -> HttpResponseBase:
    """Show the kinds of matter that the post opens."""
    kinds = [(kind, _address(kind.code)) for kind in may_open(request.actor)]
    crumbs = [Crumb(Text("待办", "Worklist"), reverse("worklist")), Crumb(NEW)]
    return render(request, "command/new.html", {"kinds": [k for k in kinds if k[1]], "crumbs": crumbs})


@officer_page()
def open_new(request: OfficerRequest, code: str) -> HttpResponseBase:
    """Ask for what opening the matter needs, and open it."""
    kind = next((k for k in may_open(request.actor) if k.code == code), None)
    if kind is None or not _address(code):
        raise NotAllowed
    if code in openers():
        return HttpResponseRedirect(_address(code))
    forms = _Forms(request, kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.valid():
        return _open(request, kind, forms)
    return _draw(request, kind, forms, status=422 if request.method == "POST" else 200)


class _Forms:
    """The forms of one opening: payload, person, place, when."""

    def __init__(self, request: OfficerRequest, kind: MatterType[Any], data: Any) -> None:
        actor, now = request.actor, timezone.now()
        empty = Snapshot(UUID(int=0), kind.code, kind.initial.code, 0, now, None, None)
        lists = lists_for(kind.opening, empty, actor)
        known = request.GET.get("person", "")
        payload: type = kind.opening
        self.payload: PayloadForm = form_for(payload)(data, lists=lists)
        self.person = PersonForm(data, prefix="who", initial={"person": known}) if kind.has_person else None
        self.place = PlaceForm(data, prefix="where", actor=actor) if needs_place(kind) else None
        self.when = WhenForm(data, prefix="when")

    def valid(self) -> bool:
        """Check every form, so that all that is wrong is shown at once."""
        asked = [form for form in (self.payload, self.person, self.place, self.when) if form is not None]
        return [form.is_valid() for form in asked].count(False) == 0


def _open(request: OfficerRequest, kind: MatterType[Any], forms: _Forms) -> HttpResponseBase:
    actor = request.actor
    try:
        with transaction.atomic():
            person = _person(request, forms)
            place = forms.place.place if forms.place else None
            opening = Opening(
                payload=forms.payload.payload(),
                occurred_at=forms.when.cleaned_data["occurred_at"] or timezone.now(),
                person_id=person,
                place_id=place.id if place else None,
                number_place=place.code if place else "",
                matter_id=uuid5(actor.officer_id or UUID(int=0), forms.payload.key),
            )
            outcome = engine.open(kind, opening, actor=actor, key=forms.payload.key)
    except (Refused, Conflict, KeyReused) as error:
        return _refused(request, kind, error)
    except (IntegrityError, DataError):
        return _refused(request, kind, Contradicts())
    doors.forget(actor)
    done = Text(f"已登记 {outcome.number}", f"Registered {outcome.number}")
    messages.success(request, said(done))
    return HttpResponseRedirect(reverse("matter", args=[outcome.matter_id]))


def _person(request: OfficerRequest, forms: _Forms) -> UUID | None:
    """Return the person: chosen among those the post may know of, or registered from what was entered."""
    if forms.person is None:
        return None
    chosen = forms.person.chosen
    if chosen is None:
        return register(forms.person.identity(), request.actor.jurisdiction)
    if not Matter.objects.filter(visible(request.actor), person_id__in=same_person(chosen)).exists():
        raise NotAllowed
    return chosen


def _refused(request: OfficerRequest, kind: MatterType[Any], error: NotDone) -> HttpResponseBase:
    forms = _Forms(request, kind, again(request.POST, 1))
    forms.valid()
    forms.payload.refuse(error)
    return _draw(request, kind, forms, status=409 if isinstance(error, Conflict) else 422)


def _draw(request: OfficerRequest, kind: MatterType[Any], forms: _Forms, status: int) -> HttpResponseBase:
    text = request.GET.get("q", "")[:64].replace("\x00", "")
    known = _known(request, forms)
    context = {
        "kind": kind,
        "title": Text(kind.opening_zh, kind.opening_en),
        "forms": forms,
        "q": text,
        "found": search(text, request.actor) if text and forms.person is not None else [],
        "known": known,
        "crumbs": [
            Crumb(Text("待办", "Worklist"), reverse("worklist")),
            Crumb(NEW, reverse("new_matter")),
            Crumb(kind.label),
        ],
    }
    return render(request, "command/open.html", context, status=status)


def _known(request: OfficerRequest, forms: _Forms) -> Any:
    """Return the person that was chosen from a search, masked; None for one the post may not know of."""
    if forms.person is None:
        return None
    try:
        chosen = UUID(request.POST.get("who-person") or request.GET.get("person", ""))
    except ValueError:
        return None
    if not Matter.objects.filter(visible(request.actor), person_id__in=same_person(chosen)).exists():
        return None
    return masked([chosen]).get(chosen)
