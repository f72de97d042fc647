"""The slip and the notice of one stay: printed, printed again, or with a new code where the old one was lost."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bihuan.core.access.recording import record
from bihuan.core.matters.models import Matter
from bihuan.core.papers import services
from bihuan.core.papers.errors import PaperErased
from bihuan.core.people.masks import masked
from bihuan.core.spec import Text
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.modules.quarantine import codes, notices
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.views.reach import crumbs, inside, may, stay_of

JUST_ISSUED = "quarantine_slip"


@officer_page()
def slip(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Show what may be printed; the code itself only right after it was issued or asked for (which is recorded)."""
    site = inside(request.actor, code)
    stay = stay_of(request.actor, site, stay_id)
    if not may(request.actor, "admit"):
        raise PermissionDenied
    shown: codes.Slip | None = None
    if request.method == "POST":
        shown = _print(request, stay, anew=request.POST.get("anew") == "1")
    elif request.session.pop(JUST_ISSUED, None) == str(stay_id):
        shown = codes.issue(stay_id, request.actor)
    content = {
        "site": site,
        "crumbs": crumbs(site, Crumb(Text("告知书与纸条", "Notice and slip"))),
        "stay": stay,
        "row": Stay.objects.select_related("room").get(pk=stay_id),
        "who": masked([stay.person_id]).get(stay.person_id) if stay.person_id else None,
        "slip": shown,
        "notice": notices.latest(stay),
        "address": request.build_absolute_uri("/my/"),
    }
    return render(request, "quarantine/slip.html", content)


def _print(request: OfficerRequest, stay: Matter, *, anew: bool) -> codes.Slip:
    """Issue the notice with the slip, and a new code where the old one is lost."""
    made = codes.issue(stay.id, request.actor, anew=anew)
    if anew or notices.latest(stay) is None:
        base = request.build_absolute_uri("/").rstrip("/")
        notices.issue(stay, made, base, actor=request.actor, now=timezone.now())
    else:
        record(
            "quarantine.slip_shown", actor=request.actor, person_id=stay.person_id, matter_id=stay.id,
            place_id=stay.place_id, payload={"issue": made.issue},
        )  # fmt: skip
    return made


@officer_page()
def notice(request: OfficerRequest, code: str, stay_id: UUID) -> HttpResponse:
    """Give the notice as PDF; that it was opened, and by whom, is recorded."""
    site = inside(request.actor, code)
    stay = stay_of(request.actor, site, stay_id)
    paper = notices.latest(stay)
    if paper is None:
        raise Http404
    if not may(request.actor, "admit"):
        raise PermissionDenied
    try:
        content = services.read(paper)
    except PaperErased as error:
        raise Http404 from error
    record(
        "papers.opened", actor=request.actor, person_id=stay.person_id, matter_id=stay.id, place_id=stay.place_id,
        payload={"paper": str(paper.id), "purpose": "serve"},
    )  # fmt: skip
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="notice-{site.place.code}-{stay.number[-4:]}.pdf"'
    return answer
