"""Undoing a routing: whoever was given out and not yet tried goes back; what has a result since stays as it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.spec import Text
from bihuan.modules.verification.matter import LEAD
from bihuan.modules.verification.models import Run
from bihuan.modules.verification.payloads import Unassigned, Unsettled
from bihuan.modules.verification.waiting import STRETCH

REASON = "撤回本次分派"
OF_RUN = """
SELECT matter_id, stage, last_entry, last_step,
       (stage IN ('call', 'visit') AND (last_at IS NULL OR last_at < %(pressed)s) OR outcome = 'by_record' AND last_step = 'settle_by_record')
       AND (claimed_until IS NULL OR claimed_until < %(now)s) AS untouched
  FROM verification_item
 WHERE run_id = %(run)s AND (%(after)s::uuid IS NULL OR matter_id > %(after)s) ORDER BY matter_id LIMIT %(limit)s
"""


class NotUndoable(NotDone):
    """The run is not done, or was undone already."""

    def __init__(self) -> None:
        super().__init__(
            Text("这次分派还没做完，或已经撤回", "This routing is not finished, or was undone already")
        )


@transaction.atomic
def ask(run_id: UUID, *, actor: Actor) -> Run:
    """Begin to undo a run; again, it is the same. Raises NotUndoable, Run.DoesNotExist."""
    run = Run.objects.select_for_update().get(id=run_id, jurisdiction=actor.jurisdiction)
    if run.state in {"undoing", "undone"}:
        return run
    if run.state != "done":
        raise NotUndoable
    assert actor.officer_id is not None and actor.organ is not None
    run.state, run.mark_due, run.mark_item = "undoing", None, None
    run.undone_by, run.undone_organ = actor.officer_id, actor.organ
    run.save()
    return run


def work(run_id: UUID) -> None:
    """Undo a run to its end, from wherever it stands."""
    while _stretch(run_id):
        pass


def _stretch(run_id: UUID) -> bool:
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if run.state != "undoing":
            return False
        now = timezone.now()
        found = _of_run(run, now)
        steps = [(row[0], _back(row, now)) for row in found if row[4]]
        done = engine.perform_many(steps, actor=_undoer(run)).entries if steps else 0
        run.undone += done
        run.kept += len(found) - done
        if found:
            run.mark_item = found[-1][0]
        else:
            run.state, run.finished_at = "undone", now
        run.save()
        return bool(found)


def _undoer(run: Run) -> Actor:
    return Actor(run.undone_by, LEAD.code, run.undone_organ, run.jurisdiction, None, "")


def _of_run(run: Run, now: datetime) -> list[tuple[UUID, str, int | None, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            OF_RUN,
            {"run": run.id, "after": run.mark_item, "now": now, "pressed": run.asked_at, "limit": STRETCH},
        )
        found: list[tuple[UUID, str, int | None, str, bool]] = cursor.fetchall()
        return found


def _back(row: tuple[UUID, str, int | None, str, bool], now: datetime) -> Step:
    _, stage, entry, _, _ = row
    if stage:
        return Step("unassign", Unassigned(reason=REASON), now)
    return Step("unsettle", Unsettled(entry=entry or 0, reason=REASON), now)
