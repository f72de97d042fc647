"""Configuration: organs, posts as declared, officers and their appointments, calendars, the rules of deadlines."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access import configuration
from bihuan.core.access.errors import Denied
from bihuan.core.access.models import ORGAN_KINDS, Appointment, Officer, Organ
from bihuan.core.access.permissions import content_types
from bihuan.core.clock.calendar import WorkingCalendar, official_data
from bihuan.core.clock.rules import rules
from bihuan.core.clock.wording import range_words, short_day
from bihuan.core.matters.registry import matter_types, posts
from bihuan.core.places.models import Place
from bihuan.core.spec.posts import ADMINISTRATOR, PUBLIC, SYSTEM
from bihuan.core.spec.text import Text
from bihuan.kit.dates import moment
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Column, Crumb, Table

NAME = Text("配置", "Setup")
PAGES = (
    ("configuration", Text("机关", "Organs"), "building"),
    ("config_posts", Text("岗位", "Posts"), "id"),
    ("config_officers", Text("人员与任职", "Officers"), "users"),
    ("config_calendars", Text("工作日历", "Calendars"), "calendar"),
    ("config_rules", Text("时限规则", "Deadline rules"), "scale"),
)
OFFICERS_SHOWN = 200


def _context(here: str, **more: Any) -> dict[str, Any]:
    title = next(text for name, text, _ in PAGES if name == here)
    tabs = [{"url": reverse(n), "text": t, "icon": i, "current": n == here} for n, t, i in PAGES]
    return {
        "tabs": tabs,
        "title": title,
        "crumbs": [Crumb(NAME, reverse("configuration")), Crumb(title)],
        **more,
    }


def _refused(request: OfficerRequest, error: Exception) -> None:
    if isinstance(error, Denied):
        messages.error(request, said(error.text))
    elif isinstance(error, ValidationError):
        for words in error.messages:
            messages.error(request, words)


@officer_page(ADMINISTRATOR.code)
def organs(request: OfficerRequest) -> HttpResponseBase:
    """List the organs of the county; set one up."""
    actor = request.actor
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in ("code", "kind", "name_zh", "name_en")}
        try:
            configuration.create_organ(**{k: v[:80] for k, v in given.items()}, actor=actor)
        except Denied as denied:
            _refused(request, denied)
            return render(request, "command/config_organs.html", _organs(request, given), status=422)
        messages.success(request, said(Text("机关已登记", "the organ is set up")))
        return HttpResponseRedirect(reverse("configuration"))
    return render(request, "command/config_organs.html", _organs(request, {}))


def _organs(request: OfficerRequest, given: dict[str, str]) -> dict[str, Any]:
    found = Organ.objects.filter(jurisdiction=request.actor.jurisdiction).order_by("kind", "code")
    kinds = list(ORGAN_KINDS.items())
    return _context("configuration", organs=list(found), kinds=kinds, given=given)


@officer_page(ADMINISTRATOR.code)
def posts_declared(request: OfficerRequest) -> HttpResponseBase:
    """Show every post as the procedures declare it: which matters it sees, opens, and which steps it takes."""
    lines = []
    for post in sorted(
        (p for p in posts().values() if p.code not in {PUBLIC.code, SYSTEM.code}), key=lambda p: p.organ
    ):
        steps = {
            kind.label: [
                t.label for t in kind.transitions if post.code in {p.code for p in t.posts} and not t.hidden
            ]
            for kind in matter_types().values()
        }
        opens = [k.label for k in matter_types().values() if post.code in {p.code for p in k.opened_by}]
        lines.append(
            {
                "post": post,
                "organ": ORGAN_KINDS.get(post.organ, post.organ),
                "sees": [matter_types()[code].label for code in sorted(content_types(post.code))],
                "opens": opens,
                "steps": [(kind, labels) for kind, labels in steps.items() if labels],
            }
        )
    return render(request, "command/config_posts.html", _context("config_posts", lines=lines))


@officer_page(ADMINISTRATOR.code)
def officers(request: OfficerRequest) -> HttpResponseBase:
    """List officers with their running appointments; make accounts, appoint, end."""
    return render(request, "command/config_officers.html", _officers(request, {}))


def _officers(request: OfficerRequest, given: dict[str, str]) -> dict[str, Any]:
    now, here = timezone.now(), request.actor.jurisdiction
    running = defaultdict(list)
    appointments = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), organ__jurisdiction=here
    ).select_related("organ", "place")
    for one in appointments.order_by("since"):
        post = posts().get(one.post)
        running[one.officer_id].append((one, Text(post.zh, post.en) if post else Text(one.post, one.post)))
    found = Officer.objects.order_by("-is_active", "username")[:OFFICERS_SHOWN]
    return _context(
        "config_officers",
        officers=[(officer, running.get(officer.id, [])) for officer in found],
        organs=list(Organ.objects.filter(jurisdiction=here).order_by("code")),
        posts=sorted(
            (p for p in posts().values() if p.code not in {PUBLIC.code, SYSTEM.code}),
            key=lambda p: (p.organ, p.code),
        ),
        places=list(
            Place.objects.filter(jurisdiction=here).order_by("code").values_list("id", "name")[:1000]
        ),
        given=given,
    )


@require_POST
@officer_page(ADMINISTRATOR.code)
def change_officer(request: OfficerRequest, what: str) -> HttpResponseBase:
    """Make an account, appoint, end an appointment, close an account, give a new password; all in the ledger."""
    changes = {"create": _create, "appoint": _appoint, "end": _end, "close": _close, "password": _password}
    change = changes.get(what)
    given = {name: str(value).strip() for name, value in request.POST.items() if name != "password"}
    try:
        done = change(request) if change else None
    except (Denied, ValidationError) as error:
        _refused(request, error)
        return render(request, "command/config_officers.html", _officers(request, given), status=422)
    if done is not None:
        messages.success(request, said(done))
    return HttpResponseRedirect(reverse("config_officers"))


def _create(request: OfficerRequest) -> Text:
    made = configuration.create_officer(
        request.POST.get("username", "")[:64], request.POST.get("password", ""), request.POST.get("name", "")[:40],
        actor=request.actor,
    )  # fmt: skip
    return Text(
        f"账号 {made.username} 已建立，任职后才能办事",
        f"account {made.username} made; appoint the officer next",
    )


def _one(model: Any, key: str) -> Any:
    try:
        found = model.objects.filter(pk=UUID(key) if model is not Organ else key).first()
    except ValueError:
        found = None
    if found is None:
        raise Denied(Text("请选择", "Choose one of the list"))
    return found


def _appoint(request: OfficerRequest) -> Text:
    given = request.POST
    place = _one(Place, given["place"]) if given.get("place") else None
    configuration.appoint(
        _one(Officer, given.get("officer", "")), _one(Organ, given.get("organ", "")), given.get("post", "")[:40],
        actor=request.actor, place=place,
    )  # fmt: skip
    return Text("已任职", "appointed")


def _end(request: OfficerRequest) -> Text:
    configuration.end(_one(Appointment, request.POST.get("appointment", "")), actor=request.actor)
    return Text("任职已结束", "the appointment ended")


def _close(request: OfficerRequest) -> Text:
    configuration.deactivate(_one(Officer, request.POST.get("officer", "")), actor=request.actor)
    return Text("账号已停用，任职一并结束", "the account is closed, its appointments ended")


def _password(request: OfficerRequest) -> Text:
    officer = _one(Officer, request.POST.get("officer", ""))
    configuration.set_password(officer, request.POST.get("password", ""), actor=request.actor)
    return Text(
        f"{officer.username} 的密码已重设，原来的登录全部失效",
        f"{officer.username} has a new password; earlier logins have ended",
    )


@officer_page(ADMINISTRATOR.code)
def calendars(request: OfficerRequest) -> HttpResponseBase:
    """Show the working calendar year by year: its notices, what they make rest and work, provisional years."""
    calendar, today = WorkingCalendar.as_known_at(timezone.now()), timezone.localdate()
    notices = defaultdict(list)
    for notice in official_data()[0]:
        notices[notice.year].append(notice)
    years = range(max([*notices, today.year]) + 1, min([*notices, today.year]) - 1, -1)
    lines = []
    for year in years:
        known = [n for n in notices.get(year, ()) if n.published <= today]
        rest = [(range_words(a, b), holiday) for n in known for a, b, holiday in n.rest]
        working = sorted({d for n in known for d in n.working})
        lines.append(
            {
                "year": year,
                "version": calendar.version(year),
                "notices": known,
                "rest": rest,
                "working": [short_day(d) for d in working],
                "days": sum(1 for d in calendar.days(year) if d.working),
            }
        )
    return render(request, "command/config_calendars.html", _context("config_calendars", lines=lines))


@officer_page(ADMINISTRATOR.code)
def deadline_rules(request: OfficerRequest) -> HttpResponseBase:
    """Show the rules that deadlines are counted by, each with its article, its version in force and certainty."""
    today = timezone.localdate()
    lines = []
    for rule in rules().values():
        version = rule.version(today, today)
        effective = version.effective
        since = Text("—", "—") if effective == date.min else Text(str(effective), str(effective))
        lines.append(
            (version.label, version.period, version.basis.citation, since, version.certainty.label, rule.code)
        )
    columns = (
        Column(Text("规则", "Rule")),
        Column(Text("期限", "Period")),
        Column(Text("依据", "Basis")),
        Column(Text("施行日", "In force since")),
        Column(Text("可靠程度", "Certainty")),
        Column(Text("代码", "Code")),
    )
    table = Table(Text("时限规则", "Deadline rules"), columns, lines)
    return render(
        request,
        "command/config_rules.html",
        _context("config_rules", table=table, known=moment(timezone.now())),
    )
