"""`/healthz`: does the county work, told to a machine; no figures, no names, so nobody needs to sign in."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

WORKER_SILENT: Final = 60  # seconds without a heartbeat (it beats every 10)
SEALS_LATE: Final = 900  # seconds that an entry may stand unsealed


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 where the database answers, the worker beats and the sealer follows; else 503, and why."""
    try:
        found = measures()
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    worker, unsealed = found["worker_seconds"], found["unsealed_seconds"]
    ok = worker is not None and worker < WORKER_SILENT and unsealed < SEALS_LATE
    return JsonResponse({"ok": ok, "database": True, **found}, status=200 if ok else 503)


def measures() -> dict[str, float | None]:
    """Return the seconds since the worker's last heartbeat, and since the oldest unsealed entry came."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        worker = cursor.fetchone()[0]
        cursor.execute(
            "SELECT extract(epoch FROM now() - min(recorded_at)) FROM ledger_entry "
            "WHERE id > (SELECT coalesce(max(last_id), 0) FROM ledger_seal)"
        )
        unsealed = cursor.fetchone()[0]
    return {
        "worker_seconds": None if worker is None else round(float(worker), 1),
        "unsealed_seconds": 0.0 if unsealed is None else round(float(unsealed), 1),
    }
