"""The site board: rooms by days, and beside it the room one looks at."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from functools import cache

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bihuan.core.access.actors import Actor
from bihuan.core.matters.steps import permitted
from bihuan.core.people.masks import masked
from bihuan.core.spec import Text
from bihuan.kit import dates
from bihuan.kit.language import language
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Empty
from bihuan.kit.pictures import icon
from bihuan.kit.pictures import mark as kit_mark
from bihuan.modules.quarantine import board, matter, panel, queries
from bihuan.modules.quarantine.figures import ONSET
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.protocols import binding, binding_of
from bihuan.modules.quarantine.queries import RoomLine
from bihuan.modules.quarantine.services import DEFAULT_PROTOCOL
from bihuan.modules.quarantine.views.reach import crumbs, inside, may

ICONS = {"symptoms": "stethoscope", "waived": "minus"}
NO_ROOMS = Empty(
    Text("还没有登记房间", "No rooms yet"),
    Text(
        "在“房间设置”里每层写一行，或导入隔离点台账；这里随后显示每间房的两周。",
        "Add them under Rooms, one line a floor, or import the register; each room then shows its two weeks.",
    ),
)
CATEGORIES = {str(one): one.text for one in Category}


@officer_page()
def site_board(request: OfficerRequest, code: str) -> HttpResponse:
    """Show two weeks of a floor of the site; `?room=` opens a room beside it."""
    actor, now = request.actor, timezone.now()
    site = inside(actor, code)
    today = now.astimezone(LOCAL).date()
    rooms = queries.rooms_with(site.place_id, board.since(today))
    floors = board.floors(rooms)
    opened = _room(rooms, request.GET.get("room", ""))
    current = _floor(floors, opened, request.GET.get("floor", ""))
    shown = [r for r in rooms if current and (r.building, r.floor) == (current.building, current.floor)]
    queries.add_marks([stay for room in shown for stay in room.stays])
    lines = list(board.rows(shown, now))
    names = masked({line.stay.person_id for line in lines if line.stay})
    days = board.days_shown(today)
    content = {
        **_numbers(board.numbers(rooms, now), now),
        "site": site,
        "crumbs": crumbs(site),
        "now": now,
        "today": today,
        "days": days,
        "ordered": queries.waiting(site.place_id),
        "floors": floors,
        "current": current,
        "headings": [(day, _weekday(day, today)) for day in days],
        "last": days[-1],
        "lines": [
            (line, names.get(line.stay.person_id) if line.stay else None, _cells(line), _what(line, today))
            for line in lines
        ],
        "opened": opened,
        "panel": panel.of_room(opened, site, actor, now, names) if opened else None,
        "onset": ONSET,
        "legend": [(drawn(mark, language()), mark.text) for mark in board.LEGEND],
        "protocols": _protocols(rooms, today),
        "no_rooms": NO_ROOMS,
        "rounds": may(actor, "observe"),
        "admits": may(actor, "admit"),
        "switch": _opens(site, actor),
        "here": reverse("quarantine:board", args=[code]),
    }
    return render(request, "quarantine/board.html", content)


def _opens(site: Site, actor: Actor) -> str:
    """Return the step by which this officer opens a site that is being prepared; empty where there is none."""
    step = matter.SITE.transition("open_site")
    preparing = step.leaves(site.matter.state, matter.SITE.open_states)
    return step.code if preparing and permitted(actor, step.posts, site.place_id) else ""


def _numbers(numbers: board.Numbers, now: datetime) -> dict[str, object]:
    """Return the site's numbers with what stands small beside them."""
    return {
        "numbers": numbers,
        "free": numbers.rooms - numbers.rooms_used,
        "used": round(100 * numbers.rooms_used / numbers.rooms) if numbers.rooms else 0,
        "worst": dates.amount_of(now - numbers.worst) if numbers.worst else None,
    }


def _floor(floors: list[board.Floor], opened: RoomLine | None, asked: str) -> board.Floor | None:
    """Return the floor to show: the opened room's, the one asked for, or the first."""
    key = f"{opened.building}-{opened.floor}" if opened else asked
    return next((floor for floor in floors if floor.key == key), floors[0] if floors else None)


def _room(rooms: list[RoomLine], asked: str) -> RoomLine | None:
    return next((room for room in rooms if asked.isdigit() and room.id == int(asked)), None)


def _protocols(rooms: list[RoomLine], today: date) -> list[dict[str, object]]:
    """Return the protocol versions that bind the people present, the most frequent first; else the default."""
    counted = Counter(stay.protocol_id for room in rooms for stay in room.stays if stay.ended_at is None)
    bound = [binding(one).rules for one, _ in counted.most_common(2)] or [
        binding_of(DEFAULT_PROTOCOL, today).rules
    ]
    return [
        {
            "label": rules.label,
            "version": rules.version,
            "first_day": rules.first_day,
            "tests": _listed(
                [str(day) for one in rules.series if one.kind == board.TEST for day in one.days]
            ),
        }
        for rules in bound
    ]


def _listed(days: list[str]) -> Text:
    return Text("、".join(days) or "—", ", ".join(days) or "—")


def _weekday(day: date, today: date) -> Text:
    if day == today:
        return Text("今天", "today")
    return Text(f"周{'一二三四五六日'[day.weekday()]}", f"{day:%a}")


def _what(line: board.Row, today: date) -> Text:
    """Return the words beside a room: category and day of whoever is there, or that it is free."""
    if line.stay is None:
        return Text("空房", "free")
    name, day = CATEGORIES.get(line.stay.category), line.stay.day(today)
    if name is None:
        return Text(f"第 {day} 天", f"day {day}")
    return Text(f"{name.zh} · 第 {day} 天", f"{name.en}, day {day}")


def _cells(line: board.Row) -> SafeString:
    """Draw a line's fourteen cells; here and not in the template, because a floor has hundreds."""
    here = language()
    found = []
    for position, cell in enumerate(line.cells):
        style = f"{cell.place} today".strip() if position == board.BEFORE else cell.place
        inner = "".join(drawn(mark, here) for mark in cell.marks)
        span = f'<span class="cell">{inner}</span>' if cell.stays else ""
        found.append(f'<td class="{style}">{span}</td>' if style else f"<td>{span}</td>")
    return mark_safe("".join(found))  # noqa: S308 - only our own marks and class names


@cache
def drawn(mark: board.Mark, here: str) -> SafeString:
    """Return a mark as it is drawn, with its words for whoever listens; `here` is the language."""
    if mark.name in ICONS:
        picture = icon(ICONS[mark.name], label=mark.text)
        return format_html('<span class="bh-mk qs-{}">{}</span>', mark.name, picture)
    return kit_mark(mark.name, mark.text.zh, mark.text.en)
