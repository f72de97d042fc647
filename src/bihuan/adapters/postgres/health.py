"""What the database itself shows of a county at work: does the worker beat, does the sealer follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

WORKER_SILENT: Final = 60  # seconds without a heartbeat (it beats every 10)
SEALS_LATE: Final = 900  # seconds that an entry may stand unsealed


@dataclass(frozen=True, slots=True)
class Measures:
    """Seconds since the worker last beat (None: never), and since the oldest unsealed entry came."""

    worker_seconds: float | None
    unsealed_seconds: float

    @property
    def worker_beats(self) -> bool:
        """Tell whether a worker is at work."""
        return self.worker_seconds is not None and self.worker_seconds < WORKER_SILENT

    @property
    def sealer_follows(self) -> bool:
        """Tell whether entries are sealed in time."""
        return self.unsealed_seconds < SEALS_LATE


def measures(cursor: Any) -> Measures:
    """Ask the database, in one query."""
    cursor.execute(
        "SELECT extract(epoch FROM now() - (SELECT max(last_heartbeat) FROM procrastinate_workers)), "
        "extract(epoch FROM now() - (SELECT min(recorded_at) FROM ledger_entry "
        "WHERE id > (SELECT coalesce(max(last_id), 0) FROM ledger_seal)))"
    )
    worker, unsealed = cursor.fetchone()
    return Measures(
        None if worker is None else round(float(worker), 1),
        0.0 if unsealed is None else round(float(unsealed), 1),
    )
