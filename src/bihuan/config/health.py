"""`/healthz`: does the county work, told to a machine; no figures, no names, so nobody needs to sign in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
    return JsonResponse({"ok": found.ok, "database": True, **asdict(found)}, status=200 if found.ok else 503)


@dataclass(frozen=True, slots=True)
class Measures:
    """Seconds since the worker last beat (None: never), and since the oldest unsealed entry came."""

    worker_seconds: float | None
    unsealed_seconds: float

    @property
    def ok(self) -> bool:
        """Tell whether the worker beats and the sealer follows."""
        beats = self.worker_seconds is not None and self.worker_seconds < WORKER_SILENT
        return beats and self.unsealed_seconds < SEALS_LATE


def measures() -> Measures:
    """Return the seconds since the worker's last heartbeat, and since the oldest unsealed entry came."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        worker = cursor.fetchone()[0]
        cursor.execute(
            "SELECT extract(epoch FROM now() - min(recorded_at)) FROM ledger_entry "
            "WHERE id > (SELECT coalesce(max(last_id), 0) FROM ledger_seal)"
        )
        unsealed = cursor.fetchone()[0]
    return Measures(
        None if worker is None else round(float(worker), 1),
        0.0 if unsealed is None else round(float(unsealed), 1),
    )
