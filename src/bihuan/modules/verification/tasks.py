"""What the worker does for verification: routings and their undoing; it picks up what a killed worker left."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from bihuan.modules.verification import runs, undoing
from bihuan.modules.verification.models import Run

log = logging.getLogger("bihuan.verification")


@app.task(name="verification.route")
def route(run_id: str) -> None:
    """Do a run, or undo it, as it asks for; run twice, the second finds it done."""
    runs.work(UUID(run_id))
    undoing.work(UUID(run_id))


def start(run: Run) -> None:
    """Put a run in the queue; a transaction that fails takes it out again."""
    job = app.configure_task(
        "verification.route", queueing_lock=f"verification/{run.id}", lock=f"verification/{run.jurisdiction}"
    )
    try:
        with transaction.atomic():
            job.defer(run_id=str(run.id))
    except AlreadyEnqueued:
        log.info("run %s waits in the queue already", run.id)


@app.periodic(cron="* * * * *", periodic_id="verification.pick_up")
@app.task(name="verification.pick_up", queueing_lock="verification.pick_up")
def pick_up(timestamp: int) -> int:
    """Queue again what is not done and has no job any more: restored backups, lost workers."""
    waiting = list(Run.objects.filter(state__in=runs.BUSY))
    for run in waiting:
        start(run)
    return len(waiting)
