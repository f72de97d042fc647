"""Pausing the work on a batch and going on with it; who did, stands on the page and in the ledger.

A pause is kept with the batch, so it outlives the worker and the computer. Taking in goes on with the files not yet
taken; a check, which writes nothing, begins anew.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.intake.batches import NotNow
from bihuan.core.intake.models import Batch
from bihuan.core.spec.text import Text

WORKING = ("reading", "applying")


def pause(batch: Batch, *, actor: Actor) -> bool:
    """Let the work stop at the next row or file; False where it is paused already. Raises NotNow."""
    with transaction.atomic():
        working = Batch.objects.filter(pk=batch.pk, state__in=WORKING)
        if working.filter(paused_at=None).update(paused_at=timezone.now(), paused_by=actor.officer_id):
            _tell("intake.paused", batch, actor)
            return True
        if working.exists():
            return False
    raise NotNow(
        Text("这一批已经处理完,没有可以暂停的", "This batch is done with; there is nothing to pause")
    )


def go_on(batch: Batch, *, actor: Actor) -> bool:
    """Let the work go on; the caller queues it. False where it was not paused."""
    with transaction.atomic():
        paused = Batch.objects.filter(pk=batch.pk, state__in=WORKING, paused_at__isnull=False)
        if not paused.update(paused_at=None, paused_by=None, progress={"files": batch.files.count()}):
            return False
        _tell("intake.continued", batch, actor)
        return True


def _tell(kind: str, batch: Batch, actor: Actor) -> None:
    record(kind, actor=actor, payload={"batch": str(batch.id), "number": batch.number})
