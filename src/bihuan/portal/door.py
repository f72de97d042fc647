"""Who is at the person's page: whoever entered the code of a slip, for half an hour of stillness at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bihuan.core.access.actors import Actor, person_actor
from bihuan.kit.carrying import carried
from bihuan.modules.quarantine.models import Stay

KEPT = "my_stay"
STILL = timedelta(minutes=30)
OPEN_AFTER_END = timedelta(days=30)
P = ParamSpec("P")


def enter(request: HttpRequest, stay: UUID, issue: int, now: datetime) -> None:
    """Open the page for this browser; under a new session key, so that nobody can have set it beforehand."""
    request.session.cycle_key()
    request.session[KEPT] = {"stay": str(stay), "issue": issue, "at": now.timestamp()}


def leave(request: HttpRequest) -> None:
    """Close the page for this browser."""
    request.session.pop(KEPT, None)


def present(request: HttpRequest, now: datetime) -> UUID | None:
    """Return whose page this browser may see now: code still valid, not idle for long, the stay not long over."""
    kept = request.session.get(KEPT)
    if not kept or now.timestamp() - kept["at"] > STILL.total_seconds():
        leave(request)
        return None
    stay = Stay.objects.filter(pk=kept["stay"], code_issue=kept["issue"]).values("pk", "ended_at").first()
    if stay is None or (stay["ended_at"] is not None and stay["ended_at"] < now - OPEN_AFTER_END):
        leave(request)
        return None
    if now.timestamp() - kept["at"] > 60:
        request.session[KEPT] = {**kept, "at": now.timestamp()}
    return UUID(str(stay["pk"]))


def actor_for(person: UUID) -> Actor:
    """Return the person concerned as whoever acts."""
    return person_actor(person, settings.BIHUAN.jurisdiction)


def closed(request: HttpRequest) -> HttpResponse:
    """Lead to the door; whoever was sending something finds it on the page that says so, ready to be sent."""
    kept = carried(request)
    if kept is None or not kept.typed:
        return redirect("my:door")
    return render(request, "portal/closed.html", {"carried": kept}, status=401)


View = Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def own_page(view: View[P]) -> Page[P]:
    """Make a view a page of the person's own: without a valid code it leads to the door, and keeps nothing."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        stay = present(request, timezone.now())
        if stay is None:
            return closed(request)
        return view(request, stay, *args, **kwargs)

    return cast("Page[P]", page)
