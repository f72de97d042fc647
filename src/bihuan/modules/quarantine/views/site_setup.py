"""Setting up a site, and changing its rooms: written one line a floor, looked at before anything is saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.registry import details
from bihuan.core.matters.steps import permitted
from bihuan.core.spec import Nothing, Snapshot, Text
from bihuan.core.spec.matters import Transition
from bihuan.kit.forms import PayloadForm, form_for
from bihuan.kit.language import lazily, said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.quarantine import matter, room_plan
from bihuan.modules.quarantine.facts import SiteFacts
from bihuan.modules.quarantine.forms import LISTS
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import SiteRegistration
from bihuan.modules.quarantine.room_plan import FloorPlan, RoomPlan
from bihuan.modules.quarantine.views.reach import crumbs, inside

OPENERS = tuple(post.code for post in matter.SITE.opened_by)
CHANGES = ("add_rooms", "close_room", "reopen_room", "change_zone")
NEW = Text("新设隔离点", "Set up a site")
ROOMS = Text("房间设置", "Rooms and zones")
LOOK_AGAIN = Text("请先看一遍下面的房间，再按登记", "Look over the rooms below, then press again")
LATER = Text("启用日期还没到：先登记，到时再启用", "That day is still to come: register it now, open it then")


@dataclass(frozen=True, slots=True)
class Preview:
    """What was written, as it would be saved: floor by floor, how many rooms and beds, and its mark."""

    floors: list[FloorPlan]
    rooms: int
    beds: int
    mark: str


def preview_of(text: str) -> Preview | None:
    """Return a plan as it would be saved; None where it holds no rooms."""
    rooms = room_plan.read(text).rooms
    if not rooms:
        return None
    mark = hashlib.sha256(room_plan.written(rooms).encode()).hexdigest()[:16]
    return Preview(room_plan.floors(rooms), len(rooms), sum(room.capacity for room in rooms), mark)


def _read_plan(form: PayloadForm, facts: SiteFacts) -> bool:
    """Check the form and its rooms; what is wrong with them stands beside the box, line by line."""
    if form.is_valid():
        for problem in room_plan.read(form.payload().plan, facts.keys).problems[:12]:
            form.add_error("plan", lazily(problem))
    return form.is_valid()


@officer_page(*OPENERS)
def new_site(request: OfficerRequest) -> HttpResponse:
    """Ask what a site is called, where it is and which rooms it has; show them, then set it up."""
    form: PayloadForm = form_for(SiteRegistration)(request.POST or None)
    form.fields["name"].required = True
    form.fields["plan"].widget.attrs["rows"] = 8
    shown, status, wanted = None, 200, request.POST.get("do", "")
    if request.method == "POST":
        status = 422
        if _read_plan(form, SiteFacts()):
            shown = preview_of(form.payload().plan)
            looked = shown is None or request.POST.get("seen") == shown.mark
            if wanted not in {"open", "keep"}:
                status = 200
            elif not looked:
                form.add_error(None, lazily(LOOK_AGAIN))
            else:
                done = _set_up(form, request.actor, opens=wanted == "open")
                if done is not None:
                    messages.success(request, said(Text(f"已登记：{done}", f"Registered: {done}")))
                    code = form.cleaned_data["code"].strip()
                    return HttpResponseRedirect(reverse("quarantine:board", args=[code]))
                status = 422
    content = {"crumbs": crumbs(None, Crumb(NEW)), "title": NEW, "form": form, "preview": shown}
    return render(request, "quarantine/site_new.html", content, status=status)


def _set_up(form: PayloadForm, actor: Actor, *, opens: bool) -> str | None:
    """Set the site up; returns its number, or None where it was not done: the form says why."""
    now, payload = timezone.now(), form.payload()
    if opens and payload.opened_on is not None and payload.opened_on > timezone.localdate():
        form.add_error("opened_on", lazily(LATER))
        return None
    opening = Opening(payload, now, history=[Step("open_site", Nothing(), now)] if opens else [])
    try:
        return engine.open(matter.SITE, opening, actor=actor, key=form.key).number
    except NotDone as error:
        form.refuse(error)
        return None


@officer_page()
def site_rooms(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the rooms of a site floor by floor; add some, close one, reopen one, change a zone."""
    site = inside(request.actor, code)
    seen = snapshot(site)
    may = [
        t for t in map(matter.SITE.transition, CHANGES) if permitted(request.actor, t.posts, site.place_id)
    ]
    asked = next((t for t in may if t.code == request.POST.get("do")), None)
    forms = {t.code: _form(t, seen, request.actor, request.POST if t is asked else None) for t in may}
    shown, status = None, 200
    if asked is not None:
        form = forms[asked.code]
        shown, status = _take(request, site, asked, form, seen)
        if status == 302:
            return HttpResponseRedirect(reverse("quarantine:site_rooms", args=[code]))
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(ROOMS)),
        "title": ROOMS,
        "floors": _floors(seen.facts),
        "present": seen.facts.present,
        "state": matter.SITE.state(site.matter.state),
        "changes": [(t, forms[t.code]) for t in may if t.leaves(seen.state, matter.SITE.open_states)],
        "asked": asked.code if asked else "",
        "preview": shown,
    }
    return render(request, "quarantine/site_rooms.html", content, status=status)


def snapshot(site: Site) -> Snapshot:
    """Return a site as guards see it."""
    row = site.matter
    facts = details(row.type).load([row.id]).get(row.id, SiteFacts())
    return Snapshot(row.id, row.type, row.state, row.version, row.opened_at, None, site.place_id, facts)


def _form(step: Transition[Any], seen: Snapshot, actor: Actor, data: Any) -> PayloadForm:
    payload: type = step.payload
    make: type[PayloadForm] = form_for(payload)
    lists = {name: list(LISTS[name](seen, actor)) for name in set(make.wanted.values())}
    return make(data, lists=lists, version=seen.version, prefix=step.code)


def _take(
    request: OfficerRequest, site: Site, step: Transition[Any], form: PayloadForm, seen: Snapshot
) -> tuple[Preview | None, int]:
    """Take one change; returns what is to be looked at first, and the status (302: done)."""
    shown = None
    if step.code == "add_rooms":
        if not _read_plan(form, seen.facts):
            return None, 422
        shown = preview_of(form.payload().plan)
        if shown is not None and request.POST.get("seen") != shown.mark:
            return shown, 200
    elif not form.is_valid():
        return None, 422
    try:
        engine.perform(site.matter_id, step.code, form.payload(), actor=request.actor, key=form.key)
    except NotDone as error:
        form.refuse(error)
        return shown, notice_of(error).status
    label = step.label
    messages.success(request, said(Text(f"已办理“{label.zh}”", f"Done: {label.en}")))
    return None, 302


def _floors(facts: SiteFacts) -> list[dict[str, Any]]:
    """Return the rooms floor by floor: numbers, zones, beds, people, which are closed."""
    found = []
    for key in dict.fromkeys((room.building, room.floor) for room in facts.rooms):
        rooms = [room for room in facts.rooms if (room.building, room.floor) == key]
        open_ones = [RoomPlan(r.building, r.floor, r.number, 0, 1) for r in rooms if r.usable]
        found.append(
            {
                "building": key[0],
                "floor": key[1],
                "numbers": "、".join(one.numbers for one in room_plan.floors(open_ones)) or "—",
                "rooms": len(open_ones),
                "zones": "、".join(str(zone) if zone else "—" for zone in sorted({r.zone for r in rooms})),
                "beds": sum(r.capacity for r in rooms if r.usable),
                "people": sum(r.people for r in rooms),
                "closed": "、".join(r.number for r in rooms if not r.usable),
            }
        )
    return found
