"""Periodic work of quarantine: on the release day a stay waits for its release, not for another round."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from bihuan.core.access.actors import system_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.spec import Nothing
from bihuan.modules.quarantine.protocol import LOCAL


@app.periodic(cron="*/5 * * * *", periodic_id="quarantine-release")
@app.task(queueing_lock="quarantine-release", pass_context=False)
def release_day(timestamp: int) -> int:
    """Move the stays whose release day has come."""
    return reach_release(settings.BIHUAN.jurisdiction)


def reach_release(jurisdiction: str, now: datetime | None = None) -> int:
    """Move every stay under observation whose release day has come; returns how many. Twice does nothing more."""
    today = (now or timezone.now()).astimezone(LOCAL).date()
    due = _due(jurisdiction, today)
    if not due:
        return 0
    at = datetime.combine(today, datetime.min.time(), LOCAL)
    outcome = engine.perform_many(
        [(stay, Step("reach_release", Nothing(), at)) for stay in due], actor=system_actor(jurisdiction)
    )
    return outcome.entries


def _due(jurisdiction: str, today: date) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM matters_matter m JOIN quarantine_stay s ON s.matter_id = m.id"
            " WHERE m.type = 'quarantine.stay' AND m.state = 'observed' AND m.jurisdiction = %s"
            " AND s.release_due <= %s",
            [jurisdiction, today],
        )
        return [row[0] for row in cursor.fetchall()]
