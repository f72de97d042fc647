"""“Check the records and route”: one press, one run, stretch by stretch; it goes on after a kill and can be undone.

Every stretch is one transaction with the mark of how far the run has come, so that nothing is done twice whatever dies.
First all that records settle is settled, then the rest is given out by the plan that the preview showed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
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
from bihuan.modules.verification.payloads import Assigned, Method, Settling
from bihuan.modules.verification.roster import Colleague, colleagues
from bihuan.modules.verification.routing import CALL, Dealer, Group, Plan, plan
from bihuan.modules.verification.waiting import Waiting, grouped, settled_by, stretch, stretches

ASSIGN = {CALL: "assign_call"}
LOAD = """
SELECT officer_id, count(*) FROM verification_item
 WHERE jurisdiction = %s AND stage IN ('call', 'visit') AND officer_id IS NOT NULL GROUP BY officer_id
"""


class AlreadyRunning(NotDone):
    """Somebody has pressed; two runs at once would deal the same people twice."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "正在核对和分派，请等这一次做完再按",
                "A routing is under way; wait until it is done and press again",
            )
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a press would do: how many by which records, to whom how many, and who is left."""

    total: int
    settled: Counter[str]
    plan: Plan
    workers: list[Colleague]
    load: Mapping[UUID, int]

    @property
    def by_record(self) -> int:
        """Return how many are settled by record."""
        return sum(self.settled.values())


def loads(jurisdiction: str) -> dict[UUID, int]:
    """Return how many people each officer has on the list."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [jurisdiction])
        return dict(cursor.fetchall())


def preview(jurisdiction: str, source: UUID | None, now: datetime) -> Preview:
    """Return what a press would do now; nothing is written."""
    waiting: Counter[Group] = Counter()
    settled: Counter[str] = Counter()
    total = 0
    for found in stretches(jurisdiction, source):
        records = settled_by(found, jurisdiction)
        settled.update(one[0].kind for one in records.values())
        waiting.update(one.group for one in found if one.item not in records)
        total += len(found)
    workers, load = colleagues(jurisdiction, now), loads(jurisdiction)
    return Preview(total, settled, plan(waiting, workers, load, now), workers, load)


@transaction.atomic
def press(run_id: UUID, source: UUID | None, *, actor: Actor) -> Run:
    """Begin a run; the same one again is the same run. Raises AlreadyRunning."""
    assert actor.officer_id is not None and actor.organ is not None
    with connection.cursor() as cursor:  # two leads press at once: the second waits here, then sees the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('verification.run'))")
    known = Run.objects.filter(id=run_id, officer_id=actor.officer_id).first()
    if known is not None:
        return known
    if Run.objects.filter(jurisdiction=actor.jurisdiction, state__in=BUSY).exists():
        raise AlreadyRunning
    return Run.objects.create(
        id=run_id, jurisdiction=actor.jurisdiction, officer_id=actor.officer_id, organ=actor.organ,
        source_id=source, asked_at=timezone.now(), total=_waiting_number(actor.jurisdiction, source),
    )  # fmt: skip


BUSY = ("waiting", "settling", "routing", "undoing")


def _waiting_number(jurisdiction: str, source: UUID | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM verification_item WHERE stage = 'route' AND jurisdiction = %(jurisdiction)s"
            " AND (%(source)s::uuid IS NULL OR source_id = %(source)s)",
            {"jurisdiction": jurisdiction, "source": source},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def presser(run: Run) -> Actor:
    """Return the lead who pressed, in whose name everything of the run is done."""
    return Actor(run.officer_id, LEAD.code, run.organ, run.jurisdiction, None, "")


def work(run_id: UUID) -> None:
    """Do a run to its end, from wherever it stands."""
    while _settle_stretch(run_id):
        pass
    run = Run.objects.get(id=run_id)
    if run.state != "routing":
        return
    now = timezone.now()
    waiting = grouped(run.jurisdiction, run.source_id)
    dealer = Dealer(plan(waiting, colleagues(run.jurisdiction, now), loads(run.jurisdiction), now))
    while _route_stretch(run_id, dealer):
        pass


def _settle_stretch(run_id: UUID) -> bool:
    """Settle the next stretch by record; False when all have been looked at."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if run.state not in {"waiting", "settling"}:
            return False
        run.state = "settling"
        found = stretch(run.jurisdiction, run.source_id, _mark(run))
        if found:
            run.settled += _settle(run, found)
            run.mark_due, run.mark_item = found[-1].mark
        else:
            run.state, run.mark_due, run.mark_item = "routing", None, None
        run.save()
        return bool(found)


def _mark(run: Run) -> tuple[datetime, UUID] | None:
    return None if run.mark_due is None or run.mark_item is None else (run.mark_due, run.mark_item)


def _settle(run: Run, found: list[Waiting]) -> int:
    now = timezone.now()
    steps = [
        (
            item,
            Step(
                "settle_by_record",
                Settling(
                    method=Method.RECORD, run=run.id,
                    kinds=tuple(dict.fromkeys(one.kind for one in records)),
                    entries=tuple(one.entry_id for one in records),
                    matters=tuple(dict.fromkeys(one.matter_id for one in records)),
                ),
                now,
            ),
        )
        for item, records in settled_by(found, run.jurisdiction).items()
    ]  # fmt: skip
    return engine.perform_many(steps, actor=presser(run)).entries if steps else 0


def _route_stretch(run_id: UUID, dealer: Dealer) -> bool:
    """Give out the next stretch; False when all have been dealt with."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if run.state != "routing":
            return False
        found = stretch(run.jurisdiction, run.source_id, _mark(run))
        if found:
            routed = _route(run, found, dealer)
            run.routed += routed
            run.left += len(found) - routed
            run.mark_due, run.mark_item = found[-1].mark
        else:
            run.state, run.finished_at = "done", timezone.now()
        run.save()
        return bool(found)


def _route(run: Run, found: list[Waiting], dealer: Dealer) -> int:
    now = timezone.now()
    steps = []
    for one in found:
        officer = dealer.next(one.group)
        if officer is not None:
            code = ASSIGN.get(one.group[0], "assign_visit")
            steps.append((one.item, Step(code, Assigned(officer=officer, run=run.id), now)))
    return engine.perform_many(steps, actor=presser(run)).entries if steps else 0
