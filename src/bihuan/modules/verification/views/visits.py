"""The phone's page of visits, what makes it installable, its worker, and a plain list for browsers without scripts."""

from __future__ import annotations

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
from bihuan.modules.verification import visits
from bihuan.modules.verification.matter import VISITOR

VISITS = Text("上门核查", "Visits")
KEPT, PAGE = "bihuan-visits-1", r"^\/verification\/visits\/$"


@officer_page(VISITOR.code)
def visit_page(request: OfficerRequest) -> HttpResponse:
    """Show the page of visits; it fetches its list, keeps it, and works on without a network."""
    content = {
        "officer": f"{request.actor.name[:1]}*",
        "who": str(request.actor.officer_id),
        "shell": offline.shell(
            "verification/visits.css", "verification/visits.js", "verification/carried.js"
        ),
        "language": language(),
    }
    return render(request, "verification/visits.html", content)


@officer_page(VISITOR.code)
def visit_list(request: OfficerRequest) -> HttpResponse:
    """Show the visits as plain links, for a browser without scripts: each leads to the matter's page."""
    made = visits.data(request.actor, timezone.now())
    content = {
        "crumbs": [Crumb(Text("待办", "Worklist"), "/"), Crumb(VISITS)],
        "visits": made["visits"],
        "empty": Empty(Text("没有要上门的人", "Nobody is to be visited")),
    }
    return render(request, "verification/visit_list.html", content)


@officer_page(VISITOR.code)
def manifest(request: OfficerRequest) -> HttpResponse:
    """Return what makes the page installable on a phone."""
    return offline.manifest(reverse("verification:visits"), "/verification/visits/", VISITS, VISITS)


@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker of the visits' page."""
    return offline.worker(KEPT, PAGE)
