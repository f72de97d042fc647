"""The phone's page of the daily round, its manifest and its service worker."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bihuan.core.spec import Text
from bihuan.kit import offline
from bihuan.kit.language import language
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb, Empty
from bihuan.modules.quarantine import rounds
from bihuan.modules.quarantine.views.reach import back_to_board, crumbs, inside, may

KEPT, PAGE = "bihuan-round-1", r"^\/sites\/[\w-]+\/round\/$"


@officer_page()
def daily_round(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the round's page; it fetches its data, keeps them, and works on without a network."""
    site = inside(request.actor, code)
    if not may(request.actor, "observe"):
        raise PermissionDenied
    content = {
        "site": site,
        "officer": f"{request.actor.name[:1]}*",
        "shell": offline.shell("quarantine/round.css", "quarantine/round.js"),
        "language": language(),
    }
    return render(request, "quarantine/round.html", content)


@officer_page()
def round_list(request: OfficerRequest, code: str) -> HttpResponse:
    """Show the round as plain links, for a browser without scripts: each leads to the step's own form."""
    site = inside(request.actor, code)
    if not may(request.actor, "observe"):
        raise PermissionDenied
    made = rounds.data(site, request.actor, timezone.now())
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("每日巡查", "Daily round"))),
        "slot": Text(made["slot"]["zh"], made["slot"]["en"]),
        "visits": [visit for visit in made["visits"] if visit["items"]],
        "empty": Empty(
            Text("这一轮都做完了", "This round is done"),
            Text(
                "下一轮到时，要看的房间会列在这里。",
                "The rooms of the next round appear here when it begins.",
            ),
            back_to_board(code),
        ),
    }
    return render(request, "quarantine/round_list.html", content)


@officer_page()
def manifest(request: OfficerRequest, code: str) -> HttpResponse:
    """Return what makes the page installable on a phone."""
    site = inside(request.actor, code)
    here = reverse("quarantine:round", args=[code])
    return offline.manifest(
        here, "/sites/", Text("每日巡查", "Daily round"), Text("巡查", "Round"), site.place.name
    )


@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker; from here and not from the static files, so that it may serve `/sites/`."""
    return offline.worker(KEPT, PAGE)
