"""The lead's screen: lists and officers, what is late, what will be; routing, shifts, giving people to colleagues."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.places.models import Place
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty
from bihuan.modules.verification import roster, runs
from bihuan.modules.verification.handing_over import hand_over
from bihuan.modules.verification.matter import LEAD, VERIFIER, VISITOR
from bihuan.modules.verification.models import Run
from bihuan.modules.verification.roster import Colleague
from bihuan.modules.verification.team import team
from bihuan.modules.verification.townships import KIND, NOWHERE
from bihuan.modules.verification.views.shifts import asked_end, usual_end

TEAM = Text("核查组", "Verification")


@officer_page(LEAD.code)
def team_page(request: OfficerRequest) -> HttpResponse:
    """Show how the team stands, per list and per officer."""
    actor, now = request.actor, timezone.now()
    workers = roster.colleagues(actor.jurisdiction, now)
    content: dict[str, Any] = {
        "crumbs": [Crumb(Text("待办", "Worklist"), "/"), Crumb(TEAM)],
        "team": team(actor.jurisdiction, workers, now),
        "run": latest_run(actor.jurisdiction),
        "busy": runs.BUSY,
        "now": now,
        "ends": usual_end(now),
        "key": uuid4().hex,
        "empty": Empty(
            Text("没有名单在核查", "No list is being verified"),
            Text("签收的名单和指令会出现在这里。", "Lists and directives that were signed for appear here."),
        ),
    }
    return render(request, "verification/team.html", content)


def latest_run(jurisdiction: str) -> Run | None:
    """Return the latest routing of the last day."""
    since = timezone.now() - timedelta(hours=24)
    return Run.objects.filter(jurisdiction=jurisdiction, asked_at__gte=since).order_by("-asked_at").first()


def _colleague(request: OfficerRequest, officer: UUID, now: datetime) -> Colleague:
    found = next(
        (one for one in roster.colleagues(request.actor.jurisdiction, now) if one.id == officer), None
    )
    if found is None:
        raise Http404
    return found


@require_POST
@officer_page(LEAD.code)
def shift(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Put an officer on shift until a time, or take one off."""
    now = timezone.now()
    who = _colleague(request, officer_id, now)
    if request.POST.get("end"):
        roster.end_shift(who.id, now, actor=request.actor)
    else:
        roster.begin_shift(who.id, asked_end(request.POST.get("until", ""), now), now, actor=request.actor)
    return HttpResponseRedirect(reverse("verification:team") + "#officers")


@require_POST
@officer_page(LEAD.code)
def give_over(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Give an officer's people to colleagues on shift."""
    now = timezone.now()
    who = _colleague(request, officer_id, now)
    given, left = hand_over(who.id, now, actor=request.actor, key=request.POST.get("key", "") or uuid4().hex)
    told = Text(
        f"{who.masked} 的 {given} 人已分给在班同事" + (f"；{left} 人没有人能接，仍在原处" if left else ""),
        f"{given} of {who.masked}'s people were given to colleagues"
        + (f"; nobody takes {left}, who stay" if left else ""),
    )
    (messages.success if given or not left else messages.warning)(request, said(told))
    return HttpResponseRedirect(reverse("verification:team") + "#officers")


@require_POST
@officer_page(LEAD.code)
def give_out(request: OfficerRequest) -> HttpResponse:
    """Give those who are to be called or visited and are nobody's to whoever on shift takes them."""
    key = request.POST.get("key", "") or uuid4().hex
    given, left = hand_over(None, timezone.now(), actor=request.actor, key=key)
    told = Text(
        f"已派出 {given} 人" + (f"；{left} 人没有在班的人能接" if left else ""),
        f"{given} given out" + (f"; nobody on shift takes {left}" if left else ""),
    )
    (messages.warning if left else messages.success)(request, said(told))
    return HttpResponseRedirect(reverse("verification:team"))


@officer_page(LEAD.code)
def describe(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Note which townships and languages an officer takes."""
    now = timezone.now()
    who = _colleague(request, officer_id, now)
    known = sorted(
        set(
            Place.objects.filter(kind=KIND, jurisdiction=request.actor.jurisdiction).values_list(
                "name", flat=True
            )
        )
        - {NOWHERE}
    )
    if request.method == "POST":
        chosen = [name for name in request.POST.getlist("township") if name in known]
        roster.describe(who.id, chosen, request.POST.getlist("language"), actor=request.actor)
        done = Text(
            f"已保存 {who.masked} 的乡镇和语言，下次分派起用",
            f"Saved for {who.masked}; used from the next routing on",
        )
        messages.success(request, said(done))
        return HttpResponseRedirect(reverse("verification:team") + "#officers")
    content = {
        "crumbs": [Crumb(TEAM, reverse("verification:team")), Crumb(Text(who.masked, who.masked))],
        "who": who, "townships": known, "languages": roster.LANGUAGES.items(),
    }  # fmt: skip
    return render(request, "verification/officer.html", content)


@officer_page(LEAD.code, VERIFIER.code, VISITOR.code)
def at_township(request: OfficerRequest, code: str) -> HttpResponse:
    """Go where a township's verifications are worked through, each post to its own page."""
    pages = {VERIFIER.code: "verification:calls", VISITOR.code: "verification:visits"}
    return HttpResponseRedirect(reverse(pages.get(request.actor.post, "verification:preview")))
