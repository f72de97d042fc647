"""Periodic work on access."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bihuan.core.access.login import prune


@app.periodic(cron="7 4 * * *", periodic_id="access.prune")
@app.task(name="access.prune", queueing_lock="access.prune")
def prune_login_failures(timestamp: int) -> None:
    """Delete failed log-ins that count no more, every night."""
    prune()
