"""All sites a post may see, those with something overdue first; every number opens to who it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.messages.events import topics_of
from bihuan.core.spec import REGISTRAR, Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Empty, Suggestion
from bihuan.modules.quarantine import matter, queries
from bihuan.modules.quarantine.queries import SiteLine
from bihuan.modules.quarantine.views.reach import may, sees_stays

POSTS = tuple(post.code for post in matter.SITE.seen_by)
OPENERS = {post.code for post in matter.SITE.opened_by}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One way to narrow the list."""

    code: str
    text: Text
    keeps: Callable[[SiteLine], bool]


NARROWINGS = (
    Narrowing("", Text("全部", "All"), lambda _site: True),
    Narrowing("overdue", Text("有逾期", "Something overdue"), lambda site: site.overdue > 0),
    Narrowing("leaving", Text("今天有解除", "Releases today"), lambda site: site.leaving > 0),
    Narrowing("positive", Text("有阳性", "A positive"), lambda site: site.positives > 0),
    Narrowing(
        "free",
        Text("有空房", "Rooms free"),
        lambda site: site.rooms_used < site.rooms and site.state == "open",
    ),
    Narrowing("closed", Text("未启用或已关闭", "Not open"), lambda site: site.state != "open"),
)


@dataclass(frozen=True, slots=True)
class Totals:
    """What all shown sites hold together."""

    sites: int
    rooms: int
    rooms_used: int
    present: int
    today: int
    overdue: int
    leaving: int
    positives: int


@officer_page(*POSTS)
def sites(request: OfficerRequest) -> HttpResponse:
    """Show the sites of the post."""
    actor, now = request.actor, timezone.now()
    every = queries.sites(actor.jurisdiction, actor.place_ids, now)
    asked = request.GET.get("show", "")
    narrowing = next((one for one in NARROWINGS if one.code == asked), NARROWINGS[0])
    words, street = request.GET.get("q", "").strip(), request.GET.get("street", "")
    found = [
        site
        for site in every
        if narrowing.keeps(site)
        and (not words or words in site.name or words in site.code)
        and (not street or site.street == street)
    ]
    content = {
        "sites": found,
        "live": topics_of(actor.place_ids),
        "totals": _totals(found),
        "now": now,
        "people": sees_stays(actor),
        "rounds": may(actor, "observe"),
        "narrowings": [
            (one, _address(one.code, words, street), sum(map(one.keeps, every)), one is narrowing)
            for one in NARROWINGS
        ],
        "streets": sorted({site.street for site in every if site.street}),
        "street": street,
        "q": words,
        "show": narrowing.code,
        "states": {state.code: state.label for state in matter.SITE.states},
        "empty": _empty(bool(every), narrowing, words, street, actor),
        "protocols": sees_stays(actor),
        "opens": actor.post in OPENERS,
    }
    return render(request, "quarantine/sites.html", content)


def _address(code: str, words: str, street: str) -> str:
    kept = {name: value for name, value in (("show", code), ("q", words), ("street", street)) if value}
    return f"?{urlencode(kept)}" if kept else "?"


def _totals(found: list[SiteLine]) -> Totals:
    return Totals(
        len(found),
        *(
            sum(getattr(site, name) for site in found)
            for name in ("rooms", "rooms_used", "present", "today", "overdue", "leaving", "positives")
        ),
    )


def _empty(known: bool, narrowing: Narrowing, words: str, street: str, actor: Actor) -> Empty:
    here = reverse("quarantine:sites")
    if known:
        filters = "、".join(part for part in (said(narrowing.text), words, street) if part)
        return Empty(
            Text("没有符合筛选的隔离点", "No site matches"),
            Text(
                "其他隔离点仍在，清除筛选即可看到。",
                "The other sites are there; clear the filters to see them.",
            ),
            [Suggestion(Text("看全部隔离点", "All sites"), here, "building-hospital")],
            filters,
            here,
        )
    return Empty(
        Text("还没有隔离点", "There are no sites yet"),
        Text(
            "新设一个，或导入隔离点台账；房间、人员和每日观察随后都在这里。",
            "Set one up, or import the site register; rooms, people and daily observations then appear here.",
        ),
        list(_first(actor)),
    )


def _first(actor: Actor) -> Iterator[Suggestion]:
    """Offer what this post can begin with; what it may not open is not offered."""
    if actor.post in OPENERS:
        yield Suggestion(Text("新设隔离点", "Set up a site"), reverse("quarantine:new_site"), "plus")
    if actor.post == REGISTRAR.code:
        yield Suggestion(Text("导入台账", "Import registers"), reverse("intake"), "file-spreadsheet")
    if sees_stays(actor):
        yield Suggestion(
            Text("看观察方案", "See the protocols"), reverse("quarantine:protocols"), "list-check"
        )
    yield Suggestion(Text("回到待办", "Back to the worklist"), reverse("worklist"), "clipboard-list")
