"""A line that comes again and says more than before: what it adds is done; what it takes back a person decides."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bihuan.core.intake.taking import Run, Standing
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.people.sealing import seal
from bihuan.core.spec import Text
from bihuan.modules.quarantine.matter import DISPUTE
from bihuan.modules.quarantine.models import Observation, Stay
from bihuan.modules.quarantine.payloads import Contradiction, TestResult
from bihuan.modules.quarantine.registers import sealed
from bihuan.modules.quarantine.registers.histories import leaving, midnight, tests
from bihuan.modules.quarantine.registers.rows import StayRow

Changed = Sequence[tuple[StayRow, Standing[StayRow]]]
CHANGED = "changed_record"


def change_many(changed: Changed, run: Run[StayRow]) -> None:
    """Take in the lines that say something else than when they were accepted."""
    steps: list[tuple[UUID, Step]] = []
    for row, before in changed:
        assert before.matter_id is not None and before.person_id is not None
        steps += [(before.matter_id, step) for step in _added(row, before)]
        if _takes_back(row, before.row):
            _ask(row, before, run)
        box = seal(before.person_id, "quarantine", sealed.as_data(row))
        run.notes["resealed"][before.matter_id] = box
    if steps:
        engine.perform_many(steps, actor=run.actor, raising=True)


def _added(row: StayRow, before: Standing[StayRow]) -> list[Step]:
    """Return the steps that the line adds: new results, results corrected, the end of the stay."""
    first_day = Stay.objects.values_list("day_one", flat=True).get(pk=before.matter_id) or row.check_in
    old = {step.payload.item: step.payload for step in tests(before.row, first_day)}
    entries = dict(Observation.objects.filter(stay_id=before.matter_id).values_list("item", "entry_id"))
    steps = []
    for step in tests(row, first_day):
        test: TestResult = step.payload
        if test.item not in old:
            steps.append(step)
        elif old[test.item].result != test.result:
            steps.append(dataclasses.replace(step, corrects=entries.get(test.item)))
    ending = leaving(row, moves_on=False)
    if before.row.check_out is None and ending is not None:
        steps.append(ending)
    return steps


def _takes_back(row: StayRow, old: StayRow) -> bool:
    """Tell whether the line contradicts what was accepted, rather than add to it."""
    return (
        row.room != old.room
        or row.category != old.category
        or (old.check_out is not None and row.check_out != old.check_out)
    )


def _ask(row: StayRow, before: Standing[StayRow], run: Run[StayRow]) -> None:
    assert before.matter_id is not None
    engine.open(
        DISPUTE,
        Opening(
            payload=Contradiction(kind=CHANGED, stays=(before.matter_id,), where=(row.source.words(),)),
            occurred_at=midnight(date.today()),
            title=Text("登记矛盾:重报内容与原登记不符", "Contradiction: sent again with other content"),
        ),
        actor=run.actor,
        key=f"register/changed/{before.matter_id}/{run.batch}",
    )
