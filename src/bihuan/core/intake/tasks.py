"""What the worker does with batches: reads them, takes them in, and picks up what a killed worker left behind."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from bihuan.core.access.actors import system_actor
from bihuan.core.intake import batches, originals
from bihuan.core.intake.models import Batch
from bihuan.core.intake.runs import Busy
from bihuan.core.matters.errors import NotDone
from bihuan.core.spec.text import Text

log = logging.getLogger("bihuan.intake")
KEPT_DAYS = 30
"""Days for which originals are kept after a batch is done (or lies unfinished), to fetch marked workbooks from."""
WAITING = ("todo", "doing")
AFTER_BUSY = RetryStrategy(max_attempts=360, wait=5, retry_exceptions={Busy})


@app.task(name="intake.read", pass_context=True, retry=AFTER_BUSY)
def read(context: JobContext, batch_id: str) -> None:
    """Read a batch (a dry run); run twice, the second finds it read."""
    _guarded(batch_id, "reading")


@app.task(name="intake.apply", pass_context=True, retry=AFTER_BUSY)
def apply(context: JobContext, batch_id: str) -> None:
    """Take a batch in; waits while another intake runs; run twice, nothing comes twice."""
    _guarded(batch_id, "applying")


def _guarded(batch_id: str, state: str) -> None:
    """Do the work; what was refused is told in its own words, what broke is logged and told without details."""
    try:
        (batches.read if state == "reading" else batches.apply)(UUID(batch_id))
    except Busy:
        raise
    except NotDone as refused:
        batches.fail(UUID(batch_id), state, refused.text)
    except Exception:
        log.exception("batch %s failed while %s", batch_id, state)
        why = Text(
            "处理时出错,已记入系统日志;文件完好,可以再试一次",
            "An error occurred and is in the system's log; the files are intact, try again",
        )
        batches.fail(UUID(batch_id), state, why)


def start_reading(batch_id: UUID) -> None:
    """Put a batch in the queue to be read; a transaction that fails takes it back out."""
    _defer("intake.read", batch_id)


def start_applying(batch_id: UUID) -> None:
    """Put a batch in the queue to be taken in."""
    _defer("intake.apply", batch_id)


def _defer(task: str, batch_id: UUID) -> bool:
    """Queue a job; one that waits in the queue already will do, for it looks at the batch when it begins."""
    job = app.configure_task(task, queueing_lock=f"{task}/{batch_id}", lock=f"intake/{batch_id}")
    try:
        with transaction.atomic():
            job.defer(batch_id=str(batch_id))
    except AlreadyEnqueued:
        return False
    return True


@app.periodic(cron="* * * * *", periodic_id="intake.pick_up")
@app.task(name="intake.pick_up", queueing_lock="intake.pick_up")
def pick_up(timestamp: int) -> int:
    """Queue again what waits to be read or applied and has no job any more: restored backups, lost workers."""
    queued = 0
    for batch in Batch.objects.filter(state__in=("reading", "applying"), paused_at=None).exclude(key=""):
        task = "intake.read" if batch.state == "reading" else "intake.apply"
        jobs = ProcrastinateJob.objects.filter(
            task_name=task, status__in=WAITING, args__batch_id=str(batch.id)
        )
        if not jobs.exists():
            queued += _defer(task, batch.id)
    return queued


@app.periodic(cron="40 3 * * *", periodic_id="intake.forget")
@app.task(name="intake.forget", queueing_lock="intake.forget")
def forget(timestamp: int) -> int:
    """Destroy the originals of batches that are done with, or were left lying; rows, figures, receipts stay."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    for batch in Batch.objects.filter(state__in=("checked", "failed"), started_at__lt=before):
        batches.cancel(batch, actor=system_actor(batch.jurisdiction))
    old = Batch.objects.filter(finished_at__lt=before, files__stored__gt="").distinct()
    for batch in old:
        originals.destroy(batch)
    return len(old)
