"""What every officer's page needs: somebody signed in, a post, and refusals that say what to do next."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache

from bihuan.core.access.actors import Actor, NoAppointment
from bihuan.core.matters.errors import NotDone
from bihuan.kit import session
from bihuan.kit.refusals import NO_POST, notice, notice_of, refusal_page, signed_out

P = ParamSpec("P")


class OfficerRequest(HttpRequest):
    """A request of a signed-in officer who holds a post. `actor` is who acts, under which post, where."""

    actor: Actor
    htmx: Any


View = Callable[Concatenate[OfficerRequest, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def officer_page(*posts: str) -> Callable[[View[P]], Page[P]]:
    """Make a view an officer's page: `@officer_page()` for every post, `@officer_page("clerk")` for some.

    Somebody who is not signed in goes to the login and comes back; who was in the middle of sending a form
    is told that nothing is lost. The engine's refusals become pages (or, for htmx, a note) with the right
    status: 403 not this post, 404 unknown, 409 somebody was first, 422 refused, why, and the next best thing.
    """

    def decorate(view: View[P]) -> Page[P]:
        @never_cache
        @wraps(view)
        def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            try:
                return view(_admitted(request, posts), *args, **kwargs)
            except NotDone as error:
                return refusal_page(request, notice_of(error))
            except (
                PermissionDenied
            ):  # said here: Django would log it with a traceback, as if it were a failure
                return refusal_page(request, notice(403))
            except NoAppointment:
                return refusal_page(request, NO_POST)

        return cast("Page[P]", page)

    return decorate


def _admitted(request: HttpRequest, posts: tuple[str, ...]) -> OfficerRequest:
    actor = session.actor(request)
    if posts and actor.post not in posts:
        raise PermissionDenied
    admitted = cast("OfficerRequest", request)
    admitted.actor = actor
    return admitted


def _to_login(request: HttpRequest) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        return signed_out(request)
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return redirect_to_login(request.get_full_path())


def found(value: Any) -> Any:
    """Return a value that was looked up, or raise 404 where there is none."""
    if value is None:
        raise Http404
    return value
