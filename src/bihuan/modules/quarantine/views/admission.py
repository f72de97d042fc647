"""Check-in at a site: who, on which order, in which room; one press, and the notice can be printed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters.errors import KeyReused, NotDone
from bihuan.core.people import search
from bihuan.core.people.masks import Masked, masked
from bihuan.core.people.people import find_by_identifier, find_by_phone
from bihuan.core.spec import Snapshot, Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.quarantine import forms, queries
from bihuan.modules.quarantine.admission import check_in
from bihuan.modules.quarantine.admission_form import CheckInForm
from bihuan.modules.quarantine.forms import RoomRow
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import TRIP
from bihuan.modules.quarantine.views.reach import crumbs, inside, may
from bihuan.modules.quarantine.views.slips import JUST_ISSUED


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody in a room, with whom it may be shared."""

    stay: UUID
    who: Masked | None


@dataclass(frozen=True, slots=True)
class FloorRooms:
    """The rooms of a floor as the chooser shows them: free ones, and those with a bed left."""

    building: str
    floor: int
    free: list[RoomRow]
    shared: list[tuple[RoomRow, list[Neighbour]]]


@officer_page()
def admit(request: OfficerRequest, code: str) -> HttpResponse:
    """Ask who, order and room; check in; go on to the notice and the slip."""
    actor = request.actor
    site = inside(actor, code)
    if not may(actor, "admit"):
        raise PermissionDenied
    rooms = forms.rooms(site.place_id)
    form = CheckInForm(
        request.POST.dict() if request.method == "POST" else None,
        lists={"protocols": forms.protocols(_nobody(site), actor)},
        rooms=[room[0] for room in rooms],
        orders=orders(actor),
    )
    status = 200
    if request.method == "POST":
        asked = form.asked()
        status = 422
        if asked is not None:
            try:
                done = check_in(asked, site, actor=actor, key=form.key, now=timezone.now())
            except KeyReused as error:
                form.begin_anew()
                status = notice_of(error).status
            except NotDone as error:
                form.refuse(*error.lines)
                status = notice_of(error).status
                rooms = forms.rooms(site.place_id)
            else:
                request.session[JUST_ISSUED] = str(done.stay)
                return HttpResponseRedirect(reverse("quarantine:slip", args=[code, done.stay]))
    elif not form.room:
        form.room = request.GET.get("room", "")
    return render(request, "quarantine/admit.html", _content(site, form, rooms), status=status)


def orders(actor: Actor) -> bool:
    """Tell whether the post may write the order itself, or only admit whom an order names."""
    return actor.post in {post.code for post in STAY.opened_by}


def _nobody(site: Site) -> Snapshot:
    return Snapshot(site.matter_id, STAY.code, STAY.initial.code, 1, timezone.now(), None, site.place_id)


def _content(site: Site, form: CheckInForm, rooms: list[RoomRow]) -> dict[str, object]:
    waiting = queries.waiting(site.place_id)
    there = [
        stay
        for room in queries.rooms_with(site.place_id, timezone.now())
        for stay in room.stays
        if stay.ended_at is None
    ]
    chosen = form.who.partition(":")[2] if form.who.startswith("person:") else ""
    names = masked(
        {row[2] for row in waiting}
        | {stay.person_id for stay in there}
        | ({UUID(chosen)} if chosen else set())
    )
    neighbours: dict[int, list[Neighbour]] = defaultdict(list)
    for stay in there:
        neighbours[stay.room_id].append(Neighbour(stay.matter_id, names.get(stay.person_id)))
    by_floor: dict[tuple[str, int], list[RoomRow]] = defaultdict(list)
    for room in rooms:
        by_floor[room[1], room[2]].append(room)
    return {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("办理入住", "Check in"))),
        "trip_hint": TRIP,
        "form": form,
        "waiting": [(number, names.get(person), at, f"stay:{stay}") for stay, number, person, at in waiting],
        "chosen": search.Found(UUID(chosen), names[UUID(chosen)]) if chosen and UUID(chosen) in names else None,
        "floors": [
            FloorRooms(
                building, floor, [room for room in found if room[6] == 0],
                [(room, neighbours[room[0]]) for room in found if 0 < room[6] < room[5]],
            )
            for (building, floor), found in sorted(by_floor.items())
        ],
        "free": sum(room[6] == 0 for room in rooms),
        "now": timezone.now(),
    }  # fmt: skip


@officer_page()
def found(request: OfficerRequest, code: str) -> HttpResponse:
    """Show whom a name, an identifier or a telephone number finds: masked, at most ten."""
    actor = request.actor
    inside(actor, code)
    if not orders(actor):
        raise PermissionDenied
    text = request.GET.get("q", "").strip()[:60]
    people = [one.person_id for one in search.search(text, actor, limit=10)]
    if text and sum(character.isdigit() for character in text) >= 7:
        exact = find_by_identifier(text, actor.jurisdiction)
        people += [exact] if exact else []
        people += find_by_phone(text, actor.jurisdiction)
    shown = masked(dict.fromkeys(people))
    content = {
        "q": text,
        "found": [search.Found(one, shown[one]) for one in dict.fromkeys(people) if one in shown][:10],
    }
    return render(request, "quarantine/admit_found.html", content)
