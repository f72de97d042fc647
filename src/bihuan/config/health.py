"""`/healthz`: does the county work, told to a machine; no figures, no names, so nobody needs to sign in."""

from __future__ import annotations

from dataclasses import asdict

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bihuan.adapters.postgres.health import measures


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 where the database answers, the worker beats and the sealer follows; else 503, and why."""
    try:
        with connection.cursor() as cursor:
            found = measures(cursor)
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    ok = found.worker_beats and found.sealer_follows
    return JsonResponse({"ok": ok, "database": True, **asdict(found)}, status=200 if ok else 503)
