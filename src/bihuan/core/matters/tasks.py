"""Periodic work of the spine, in the worker."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from bihuan.core.matters.overdue import tell_overdue
from bihuan.core.matters.sweeper import recount_clocks, sweep_overdue


@app.periodic(cron="* * * * *", periodic_id="overdue")
@app.task(queueing_lock="overdue", pass_context=False)
def overdue(timestamp: int) -> int:
    """Take the steps that passed deadlines bring; tell the officers of those that are still open."""
    moved = sweep_overdue(settings.BIHUAN.jurisdiction)
    tell_overdue(settings.BIHUAN.jurisdiction)
    return moved


@app.periodic(cron="5 0 * * *", periodic_id="recount")
@app.task(queueing_lock="recount", pass_context=False)
def recount(timestamp: int) -> int:
    """Count all clocks again with the rules and the calendar known today."""
    return recount_clocks(settings.BIHUAN.jurisdiction)
