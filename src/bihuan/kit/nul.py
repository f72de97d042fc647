"""NUL in an address: no text holds one and PostgreSQL keeps none, so it never reaches a page or a query."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from bihuan.kit.views import bad_request

NUL, CODED = "\x00", "%00"


def without_nul(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse a path that holds a NUL (400); take it out of a query, where a search may have been pasted.

    Forms refuse it by themselves, box by box, in words.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path:
            return bad_request(request, ValueError("NUL in the path"))
        while CODED in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace(CODED, "")
        return answer(request)

    return middleware
