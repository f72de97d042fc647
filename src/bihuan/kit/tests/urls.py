"""Pages that behave badly on purpose, beside the kit's own."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.urls import include, path

from bihuan.core.matters import errors
from bihuan.core.spec import Text
from bihuan.core.spec.matters import Refusal
from bihuan.kit.pages import OfficerRequest, officer_page

REFUSAL = Refusal(
    Text("隔离期未满", "The period is not over"),
    missing=(Text("第 14 天采样", "Sample of day 14"),),
    instead=Text("先安排采样", "Arrange the sample first"),
)
FAILURES = {
    "refused": errors.Refused(REFUSAL),
    "not_allowed": errors.NotAllowed(),
    "unknown": errors.UnknownMatter(uuid4()),
    "stale": errors.Stale(3, 4),
    "key_reused": errors.KeyReused(),
}


@officer_page()
def fails(request: OfficerRequest, how: str) -> HttpResponse:
    """Do what the engine would not."""
    raise FAILURES[how]


@officer_page("filing_clerk")
def clerks_only(request: OfficerRequest) -> HttpResponse:
    """Greet the clerk by post."""
    return HttpResponse(request.actor.post)


def broken(request: object) -> HttpResponse:
    """Fail as a programme fails."""
    raise RuntimeError("张三 must not be shown")


urlpatterns = [
    path("", include("bihuan.kit.urls")),
    path("fails/<str:how>/", fails),
    path("clerks/", clerks_only),
    path("broken/", broken),
]
handler400 = "bihuan.kit.views.bad_request"
handler403 = "bihuan.kit.views.forbidden"
handler404 = "bihuan.kit.views.not_found"
handler500 = "bihuan.kit.views.failed"
