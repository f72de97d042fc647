"""The worklist: what must be closed today, its filters, steps on many at once, search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.command import doors
from bihuan.command.pages.opening import may_open
from bihuan.command.worklist import paging
from bihuan.command.worklist.beginning import beginning
from bihuan.command.worklist.counts import Tally, closed_today, rolled_to_today, tally
from bihuan.command.worklist.duties import has_duties
from bihuan.command.worklist.filters import TABS, Filters, by_words, chosen, in_order, listed, single
from bihuan.command.worklist.rows import as_text, rows, without_words
from bihuan.command.worklist.week import columns, remarks
from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.access.permissions import content_types, overseen, oversees, visible
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_types
from bihuan.core.messages.events import topics_of
from bihuan.core.places.models import Place
from bihuan.core.spec.matters import Nothing
from bihuan.core.spec.text import Text
from bihuan.kit.dates import relative
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Empty, Suggestion
from bihuan.kit.refusals import notice, refusal_page

HEADINGS = {
    "today": Text("今天要办结的", "To be closed today"),
    "overdue": Text("已经超期的", "Overdue"),
    "soon": Text("3 日内到期的", "Due within three days"),
    "open": Text("全部未结", "All open matters"),
}
ICONS = {"today": "hourglass-high", "overdue": "alert-octagon", "soon": "clock", "open": "list-check"}
FOUND_MOST = 50


@officer_page()
def worklist(request: OfficerRequest) -> HttpResponseBase:
    """Show the post's list: opens on what must be closed today, by legal consequence, then by time."""
    now, actor = timezone.now(), request.actor
    filters = Filters.asked(request.GET.dict(), actor)
    counted = tally(actor, filters, now)
    if not filters.narrowed and (filters.scope == "mine") == has_duties(actor):
        doors.keep(actor, counted)
    pages = paging.Counted(counted.rows(filters.tab))
    page = pages.get_page(request.GET.get("page"))
    first = (page.number - 1) * paging.PAGE
    groups = paging.groups(actor, filters, counted, now, first, first + paging.PAGE)
    shown = [row for group in groups for row in group.rows]
    closed = closed_today(actor, now)
    context: dict[str, Any] = {
        "now": now,
        "live": topics_of(actor.place_ids),
        "filters": filters,
        "heading": HEADINGS[filters.tab],
        "tabs": _tabs(filters, counted),
        "groups": groups,
        "page": page,
        "steps": without_words(shown, actor),
        "key": str(uuid4()),
        "back": filters.address(),
        "closed": closed,
        "waiting": counted.rows("today"),
        "week": columns(counted, now),
        "remarks": remarks(now),
        "rolled": _rolled(actor, filters, now),
        "choices": _choices(request, filters),
    }
    if not groups:
        context["empty"] = _empty(request, filters, counted, closed)
    return render(request, "command/worklist.html", context)


def _tabs(filters: Filters, counted: Tally) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "icon": ICONS[code],
            "count": counted.rows(code),
            "url": filters.address(tab=code),
            "current": code == filters.tab,
        }
        for code, text in TABS.items()
    ]


def _rolled(actor: Any, filters: Filters, now: Any) -> dict[str, Any] | None:
    count, why = rolled_to_today(actor, filters, now)
    if not why:
        return None
    roll: Any = why["roll"]
    return {"count": count, "reason": as_text(roll["reason"]), "citation": as_text(roll.get("citation"))}


def _choices(request: OfficerRequest, filters: Filters) -> dict[str, Any]:
    """Return what the filters may be set to, for this post."""
    actor = request.actor
    seen = set(matter_types()) if oversees(actor) else content_types(actor.post)
    kinds = [kind for code, kind in matter_types().items() if code in seen]
    states: dict[str, Text] = {}
    for kind in kinds:
        if not filters.type or kind.code == filters.type:
            states.update({s.code: s.label for s in kind.states if not s.closed})
    places = Place.objects.filter(jurisdiction=actor.jurisdiction).order_by("code")
    if actor.place_ids is not None:
        places = places.filter(id__in=actor.place_ids)
    organs = Organ.objects.filter(jurisdiction=actor.jurisdiction, kind__in={k.organ for k in kinds})
    return {
        "types": [(kind.code, kind.label) for kind in kinds],
        "states": list(states.items()),
        "places": list(places.values_list("code", "name")[:500]),
        "organs": list(organs.order_by("code")) if len({k.organ for k in kinds}) > 1 else [],
        "mine": has_duties(actor),
        "unmine": Text("去掉筛选，看本岗位可见的全部", "remove; see all that my post may see"),
    }


def _empty(request: OfficerRequest, filters: Filters, counted: Tally, closed: int) -> Empty:
    address = reverse("worklist")
    if filters.narrowed:
        return Empty(
            Text("没有符合筛选的事项", "Nothing fits these filters"),
            filters=_words(filters),
            clear=address + filters.clear_address,
        )
    if (first := beginning(request.actor)) is not None:
        return first
    following = (
        in_order(listed(request.actor, filters).filter(due_at__gt=timezone.now())).order_by("due_at").first()
    )
    note = Text(f"{closed} 项已办结，没有超期。", f"{closed} closed, none overdue.")
    if following is not None and following.due_at is not None:
        when = relative(following.due_at, timezone.now())
        kind = matter_types()[following.type].label
        note = Text(f"{note.zh}下一个时限是 {when.zh}：{kind.zh} {following.number}。",
                    f"{note.en} The next deadline is {when.en}: {kind.en} {following.number}.")  # fmt: skip
    title = (
        Text("今天的都办完了", "Everything for today is done")
        if filters.tab == "today"
        else Text("这里没有事项", "Nothing here")
    )
    return Empty(title, note, tuple(_suggestions(request.actor, filters, counted)))


def _suggestions(actor: Actor, filters: Filters, counted: Tally) -> Iterator[Suggestion]:
    """Offer only what leads somewhere: nothing to start on, or nothing this post opens, is not offered."""
    address, soon, unfinished = reverse("worklist"), counted.rows("soon"), counted.rows("open")
    if soon:
        yield Suggestion(Text(f"提前办 3 日内的 {soon} 项", f"Start on the {soon} due within three days"),
                         address + filters.address(tab="soon"), "clock",
                         Text("到期前办完，不占假期", "before they are due"))  # fmt: skip
    if unfinished:
        yield Suggestion(Text("查看全部未结", "See everything open"), address + filters.address(tab="open"), "list-check",
                         Text(f"共 {unfinished} 项", f"{unfinished} in all"))  # fmt: skip
    if may_open(actor):
        yield Suggestion(Text("登记一件新事项", "Register a new matter"), reverse("new_matter"), "plus",
                         Text("窗口、来电或信件收到的，都从这里进", "from the counter, the telephone or a letter"))  # fmt: skip


def _words(filters: Filters) -> str:
    kinds = matter_types()
    parts = [said(kinds[filters.type].label)] if filters.type else []
    return "、".join([*parts, *(p for p in (filters.state, filters.place, filters.organ, filters.q) if p)])


@officer_page()
def place_rows(request: OfficerRequest, code: str, state: str, place: str) -> HttpResponseBase:
    """Open one row by place: its first matters, for htmx to put below it."""
    now, actor = timezone.now(), request.actor
    filters = Filters.asked({**request.GET.dict(), "type": code, "state": state, "place": place}, actor)
    found = single(actor, filters, now).select_related("organ", "place")[:20]
    context = {
        "now": now,
        "rows": rows(found, actor),
        "all": reverse("worklist") + filters.address(),
        "back": "",
    }
    return render(request, "command/partials/place_rows.html", context)


@require_POST
@officer_page()
def take_many(request: OfficerRequest) -> HttpResponseBase:
    """Take one step that needs no form on every chosen matter; each that is refused is named with its reason."""
    code, _, step = request.POST.get("step", "").rpartition(".")
    kind = matter_types().get(code)
    picked = chosen(request.POST.getlist("matter"))
    if kind is None or step not in {t.code for t in kind.transitions} or not picked:
        return refusal_page(request, notice(400))
    transition = kind.transition(step)
    fits = list(
        Matter.objects.filter(visible(request.actor), id__in=picked, type=code, closed_at__isnull=True)
        .order_by("id").values_list("id", "state", "number")
    )  # fmt: skip
    fits = [row for row in fits if transition.leaves(row[1], kind.open_states)]
    now = timezone.now()
    outcome = engine.perform_many(
        [(matter, Step(step, Nothing(), now)) for matter, _, _ in fits],
        actor=request.actor,
        key=request.POST.get("key", "")[:64] or str(uuid4()),
    )
    doors.forget(request.actor)
    _tell(request, transition.label, len(fits) - len(outcome.refused), len(picked) - len(fits))
    for position, why in outcome.refused:
        messages.warning(request, f"{fits[position][2]}: {said(why.text)}")
    back = request.POST.get("back", "")
    return HttpResponseRedirect(reverse("worklist") + (back if back.startswith("?") else ""))


def _tell(request: OfficerRequest, step: Text, done: int, passed: int) -> None:
    words = Text(f"“{step.zh}”已办理 {done} 项", f"“{step.en}”: {done} done")
    if passed:
        words = Text(
            f"{words.zh}；{passed} 项不在这一步，没有变动",
            f"{words.en}; {passed} not at this step, unchanged",
        )
    messages.success(request, said(words))


@officer_page()
def search(request: OfficerRequest) -> HttpResponseBase:
    """Find matters, closed ones too, by number or by the person's name; one exact hit opens at once."""
    actor, text = request.actor, request.GET.get("q", "").strip().replace("\x00", "")[:64]
    found: list[Matter] = []
    if text:
        where = (
            by_words(text, actor) & visible(actor)
            if not oversees(actor)
            else Q(number__icontains=text) & overseen(actor)
        )
        found = list(
            Matter.objects.filter(where)
            .select_related("organ", "place")
            .order_by("closed_at", "-opened_at")[: FOUND_MOST + 1]
        )
        exact = [m for m in found if m.number == text]
        if len(exact) == 1:
            return HttpResponseRedirect(reverse("matter", args=[exact[0].id]))
    context = {
        "q": text,
        "rows": rows(found[:FOUND_MOST], actor),
        "more": len(found) > FOUND_MOST,
        "now": timezone.now(),
    }
    return render(request, "command/search.html", context)
