"""Who is to be released: the loop closed, or what is missing; released in one press, waived with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import Masked, masked
from bihuan.core.spec import Text
from bihuan.core.spec.matters import Refusal
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty
from bihuan.modules.quarantine import panel, queries, rules
from bihuan.modules.quarantine.matter import ABSENT
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import Category, Release, Waiver
from bihuan.modules.quarantine.protocol import LOCAL, DueItem
from bihuan.modules.quarantine.queries import RoomLine, StayLine
from bihuan.modules.quarantine.views.reach import back_to_board, crumbs, inside, may, stay_of

LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One person whose release day has come; `refusal` says what stands against it, `missing` which items."""

    room: RoomLine
    stay: StayLine
    who: Masked | None
    category: Text
    refusal: Refusal | None
    missing: list[DueItem]
    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What was filled in to waive items and could not be taken: it is shown again."""

    stay: UUID
    items: list[str]
    reason: str


@officer_page()
def releases(request: OfficerRequest, code: str) -> HttpResponse:
    """Show whose release day has come, those whose loop is closed first."""
    return _page(request, inside(request.actor, code))


def _page(request: OfficerRequest, site: Site, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    code = site.place.code
    now = timezone.now()
    lines = _lines(site, now)
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("解除隔离", "Releases"))),
        "now": now,
        "typed": typed,
        "lines": lines,
        "ready": sum(line.refusal is None for line in lines),
        "releases": may(request.actor, "release"),
        "empty": Empty(
            Text("今天没有到期解除的人", "Nobody is due for release"),
            Text(
                "到解除日当天零点，名单自动出现在这里。",
                "The list fills by itself at midnight of each release day.",
            ),
            back_to_board(code),
        ),
    }
    return render(request, "quarantine/releases.html", content, status=status)


def _lines(site: Site, now: datetime) -> list[Line]:
    """Return whose release day has come, those whose loop is closed first."""
    today = now.astimezone(LOCAL).date()
    found = [
        (room, stay)
        for room in queries.rooms_with(site.place_id, now)
        for stay in room.stays
        if stay.ended_at is None and stay.release_due <= today and stay.state != ABSENT.code
    ]
    names = masked({stay.person_id for _, stay in found})
    lines = []
    for room, stay in found:
        seen = panel.snapshot_of(stay, site)
        missing = [due for due in stay.schedule() if due.item.code not in stay.done]
        lines.append(
            Line(
                room, stay, names.get(stay.person_id), Category(stay.category).text,
                rules.loop_still_open(seen, now), missing, str(uuid4()),
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: line.refusal is not None)


@require_POST
@officer_page()
def release(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Release one person; refused, with the list, while the loop is open."""
    actor = request.actor
    site = inside(actor, code)
    stay = stay_of(actor, site, stay_id)
    key = request.POST.get("bihuan_key", "")[:64]
    try:
        _release(stay, actor, key)
    except NotDone as error:
        told = with_who_was_first(error, stay.id, None)
        messages.error(request, f"{stay.number}: {said(told.text)}")
    else:
        messages.success(request, said(Text(f"已解除：{stay.number}", f"Released: {stay.number}")))
    return HttpResponseRedirect(reverse("quarantine:releases", args=[code]))


def _release(stay: Matter, actor: Actor, key: str) -> None:
    """Release; where the night's work has not yet moved the stay to its release day, that is done first."""
    with transaction.atomic():
        today = timezone.now().astimezone(LOCAL).date()
        if stay.state == "observed" and queries.release_day(stay.id) <= today:
            at = datetime.combine(today, datetime.min.time(), LOCAL)
            system = system_actor(actor.jurisdiction)
            engine.perform(stay.id, "reach_release", actor=system, key=f"{key}/reach", occurred_at=at)
        engine.perform(stay.id, "release", Release(), actor=actor, key=key)


@require_POST
@officer_page()
def waive(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Waive the ticked items of one stay, with the reason; all of them or none."""
    actor = request.actor
    site = inside(actor, code)
    stay = stay_of(actor, site, stay_id)
    items = request.POST.getlist("item")
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    typed, said_no = Typed(stay.id, items, reason), None
    if not items or not reason:
        said_no = Text(
            "免做没有提交：请勾选项目并写明理由", "Nothing waived: tick the items and give the reason"
        )
    else:
        said_no = _waive(stay, typed, actor, request.POST.get("bihuan_key", "")[:64])
    if said_no is not None:
        messages.error(request, f"{stay.number}: {said(said_no)}")
        return _page(request, site, typed, status=422)
    words = Text(f"已免做 {len(items)} 项：{stay.number}", f"{len(items)} waived: {stay.number}")
    messages.success(request, said(words))
    return HttpResponseRedirect(reverse("quarantine:releases", args=[code]))


def _waive(stay: Matter, typed: Typed, actor: Actor, key: str) -> Text | None:
    """Waive all of the items or none; returns why not, if not."""
    now = timezone.now()
    steps = [(stay.id, Step("waive", Waiver(item=item, reason=typed.reason), now)) for item in typed.items]
    try:
        engine.perform_many(steps, actor=actor, key=f"{key}/waive", raising=True)
    except NotDone as error:
        return with_who_was_first(error, stay.id, None).text
    return None
