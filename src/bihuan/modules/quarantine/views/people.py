"""Who is behind a number of the board: present, due today, overdue, positive … one line a person, masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bihuan.core.people.masks import masked
from bihuan.core.spec import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty
from bihuan.modules.quarantine import board, matter, queries
from bihuan.modules.quarantine.matter import ABSENT
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.queries import StayLine
from bihuan.modules.quarantine.views.reach import back_to_board, crumbs, inside

PAGE = 50


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, and the ends of today."""

    now: datetime

    @property
    def today(self) -> date:
        """Return the county's date."""
        return self.now.astimezone(LOCAL).date()

    @property
    def tomorrow(self) -> datetime:
        """Return the midnight that ends today."""
        return datetime.combine(self.today + timedelta(days=1), time(0), LOCAL)


Keeps = Callable[[StayLine, Clock], bool]
SHOWN: dict[str, tuple[Text, Keeps]] = {
    "present": (Text("在住", "Present"), lambda s, c: True),
    "today": (
        Text("今天待办", "To do today"),
        lambda s, c: s.release_due <= c.today or bool(s.open_items(c.tomorrow)),
    ),
    "overdue": (Text("逾期", "Overdue"), lambda s, c: s.release_due < c.today or bool(s.open_items(c.now))),
    "admitted": (
        Text("今天入住", "In today"),
        lambda s, c: s.admitted_at.astimezone(LOCAL).date() == c.today,
    ),
    "leaving": (Text("待解除", "To release"), lambda s, c: s.release_due <= c.today),
    "absent": (Text("擅自离点", "Left without leave"), lambda s, c: True),
    "positive": (Text("核酸阳性", "Positives"), lambda s, c: s.positive_at is not None),
}


@officer_page()
def people(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the people of the site that a number counts."""
    site = inside(request.actor, code)
    clock, asked = Clock(timezone.now()), request.GET.get("show", "present")
    if asked == "rooms":
        return _rooms(request, code)
    if asked not in SHOWN:
        raise Http404
    rooms = queries.rooms_with(site.place_id, clock.now)
    lines = [(room, stay) for room in rooms for stay in room.stays if stay.ended_at is None]
    kept = [line for line in lines if _counts(asked, line[1], clock)]
    page = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    names = masked({stay.person_id for _, stay in page.object_list})
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(SHOWN[asked][0])),
        "now": clock.now,
        "page": page,
        "lines": [_line(room, stay, names, clock) for room, stay in page.object_list],
        "tabs": [
            (name, text, sum(_counts(name, stay, clock) for _, stay in lines), name == asked)
            for name, (text, _) in SHOWN.items()
        ],
        "heading": SHOWN[asked][0],
        "empty": Empty(
            Text("没有人在此列", "Nobody is on this list"),
            Text("这是好事：这一项目前没有要办的。", "That is good news: there is nothing to do here."),
            back_to_board(code),
        ),
    }
    return render(request, "quarantine/people.html", content)


def _counts(name: str, stay: StayLine, clock: Clock) -> bool:
    """Tell whether a number counts this stay; whoever left without leave is counted apart, and nowhere else."""
    return (stay.state == ABSENT.code) == (name == "absent") and SHOWN[name][1](stay, clock)


def _line(
    room: queries.RoomLine, stay: StayLine, names: Mapping[UUID, object], clock: Clock
) -> dict[str, object]:
    still = stay.open_items(clock.tomorrow)
    return {
        "room": room,
        "stay": stay,
        "who": names.get(stay.person_id),
        "category": Category(stay.category).text,
        "day": stay.day(clock.now.astimezone(LOCAL).date()),
        "state": matter.STAY.state(stay.state).label,
        "open": still,
        "first": still[0] if still else None,
    }


def _rooms(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the rooms: places, zone, who is there."""
    site = inside(request.actor, code)
    found = queries.rooms_with(site.place_id, timezone.now())
    names = masked({stay.person_id for room in found for stay in room.stays if stay.ended_at is None})
    lines = [
        (room, [(stay, names.get(stay.person_id)) for stay in room.stays if stay.ended_at is None])
        for room in found
    ]
    free = request.GET.get("free") == "1"
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("房间", "Rooms"))),
        "lines": [line for line in lines if not (free and board.occupied(line[0]))],
        "free": free,
        "counts": (len(found), sum(not board.occupied(room) for room in found)),
    }
    return render(request, "quarantine/rooms.html", content)
