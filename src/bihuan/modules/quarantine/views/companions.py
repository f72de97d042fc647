"""Who came near a person under observation, and how that is known: on screen, printed, as a file. Masked everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bihuan.core.access.recording import record
from bihuan.core.people.masks import Masked, masked
from bihuan.core.spec import Text
from bihuan.kit.dates import moment
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.sheets import as_csv
from bihuan.modules.quarantine import matter
from bihuan.modules.quarantine.companions import KINDS, STAFF_ROUND, Companion, Link, companions, counted
from bihuan.modules.quarantine.cross_infection import INFECTIOUS_BEFORE
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.views.reach import crumbs, inside, stay_of

LABELS = {
    "room": Text("同房", "Same room"),
    "trip": Text("同车", "Same trip"),
    "zone": Text("同通风区", "Same ventilation zone"),
    "round": Text("同轮巡查", "Same staff round"),
}
ICONS = {"room": "bed", "trip": "ambulance", "zone": "wind", "round": "temperature"}
STILL = 9000  # the year from which on an end means that there is none
HEADINGS = (
    Text("隔离记录", "Stay"),
    Text("人员", "Person"),
    Text("隔离点", "Site"),
    Text("状态", "State"),
    Text("关系", "Link"),
    Text("依据", "Evidence"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One person of the list: masked, where the stay stands, and each link in words."""

    stay_id: UUID
    number: str
    who: Masked | None
    place: str
    state: Text
    links: list[tuple[str, str, Text, Text]]


@officer_page()
def companions_page(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Show the list. People in sites that the post does not reach are counted, not shown."""
    site = inside(request.actor, code)
    stay = stay_of(request.actor, site, stay_id)
    near, elsewhere = _reached(request, stay_id)
    positive = Stay.objects.values_list("positive_at", flat=True).get(pk=stay_id)
    names = masked({one.person_id for one in near} | ({stay.person_id} if stay.person_id else set()))
    tallies = counted(near)
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("同房同区同车同轮", "Who came near"))),
        "stay": stay,
        "who": names.get(stay.person_id) if stay.person_id else None,
        "positive": positive,
        "near": [_shown(one, names) for one in near],
        "elsewhere": elsewhere,
        "tallies": [(LABELS[kind], ICONS[kind], tallies[kind]) for kind in KINDS],
        "minutes": int(STAFF_ROUND.total_seconds() // 60),
        "days": INFECTIOUS_BEFORE.days,
        "now": timezone.now(),
    }
    return render(request, "quarantine/companions.html", content)


@officer_page()
def companions_file(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Send the same list as CSV, one line a link, people masked as on the screen; the ledger keeps that it went."""
    site = inside(request.actor, code)
    stay = stay_of(request.actor, site, stay_id)
    near, _ = _reached(request, stay_id)
    names = masked({one.person_id for one in near})
    record(
        "quarantine.companions_exported", actor=request.actor, person_id=stay.person_id, matter_id=stay.id,
        place_id=site.place_id, payload={"people": len(near)},
    )  # fmt: skip
    table = as_csv(_lines([_shown(one, names) for one in near]))
    answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="companions-{stay.id}.csv"'
    return answer


def _reached(request: OfficerRequest, stay_id: UUID) -> tuple[list[Companion], int]:
    """Return those whose stays the actor's post reaches, and how many others there are (a shared trip)."""
    near, places = companions(stay_id), request.actor.place_ids
    mine = [one for one in near if places is None or one.place_id in places]
    return mine, len(near) - len(mine)


def _shown(one: Companion, names: Mapping[UUID, Masked]) -> Shown:
    links = [(link.kind, ICONS[link.kind], LABELS[link.kind], evidence(link)) for link in one.links]
    state = matter.STAY.state(one.state).label
    return Shown(one.stay_id, one.number, names.get(one.person_id), one.place, state, links)


def _lines(shown: list[Shown]) -> Iterator[list[str]]:
    yield [said(heading) for heading in HEADINGS]
    for one in shown:
        for _, _, label, words in one.links:
            yield [one.number, str(one.who or ""), one.place, said(one.state), said(label), said(words)]


def evidence(link: Link) -> Text:
    """Return in words what the record says of a link."""
    since, until = moment(link.since), moment(link.until)
    if link.kind == "trip":
        return Text(
            f"车次 {link.detail}：该人 {since.zh}，此人 {until.zh}",
            f"trip {link.detail}: the person {since.en}, this one {until.en}",
        )
    if link.kind == "round":
        officer = f"{link.detail[:1]}*"
        apart = _apart(link)
        often = Text(f"，共 {link.times} 次", f", {link.times} times in all")
        return Text(
            f"工作人员{officer} {since.zh} 在该人处，{apart.zh}在此人处{often.zh if link.times > 1 else ''}",
            f"officer {officer} was with the person on {since.en} and with this one {apart.en}"
            f"{often.en if link.times > 1 else ''}",
        )
    if link.until.year > STILL:
        return Text(f"{link.detail}：{since.zh} 起至今", f"{link.detail}: since {since.en}")
    return Text(f"{link.detail}：{since.zh} 至 {until.zh}", f"{link.detail}: {since.en} to {until.en}")


def _apart(link: Link) -> Text:
    """Return how long after (or before) the person this one was visited; after is what carries something on."""
    minutes = round((link.until - link.since).total_seconds() / 60)
    if minutes == 0:
        return Text("同一分钟", "in the same minute")
    if minutes > 0:
        return Text(f"{minutes} 分钟后", f"{minutes} min later")
    return Text(f"{-minutes} 分钟前", f"{-minutes} min before")
