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
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.registers import sealed
from bihuan.modules.quarantine.registers.histories import RESULTS, leaving, midnight, tests
from bihuan.modules.quarantine.registers.rows import StayRow

Changed = Sequence[tuple[StayRow, Standing[StayRow]]]
CHANGED = "changed_record"


def change_many(changed: Changed, run: Run[StayRow]) -> None:
    """Take in the lines that say something else than when they were accepted."""
    steps: list[tuple[UUID, Step]] = []
    for row, before in changed:
        assert before.matter_id is not None and before.person_id is not None
        steps += [(before.matter_id, step) for step in _added(row, before)]
        box = seal(before.person_id, "quarantine", sealed.as_data(row))
        run.notes["resealed"][before.matter_id] = box
    refused = engine.perform_many(steps, actor=run.actor).refused if steps else []
    unfit = {steps[position][0] for position, _ in refused}
    for row, before in changed:
        if before.matter_id in unfit or _takes_back(row, before.row):
            _ask(row, before, run)


def _added(row: StayRow, before: Standing[StayRow]) -> list[Step]:
    """Return the steps that the line adds: new results, results corrected, the end of the stay.

    What officers have done here meanwhile, as the line tells it, is not done again.
    """
    stay = Stay.objects.get(pk=before.matter_id)
    first_day = stay.day_one or row.check_in
    old = {step.payload.item: step.payload.result for step in tests(before.row, first_day)}
    known = {o.item: o for o in Observation.objects.filter(stay_id=before.matter_id)}
    steps = []
    for step in tests(row, first_day):
        test: TestResult = step.payload
        stands = known.get(test.item)
        if old.get(test.item) == test.result or (stands is not None and stands.mark == test.result):
            continue
        corrects = stands.entry_id if stands is not None and test.item in old else None
        steps.append(dataclasses.replace(step, corrects=corrects, belated=True))
    ending = leaving(row, moves_on=False)
    if before.row.check_out is None and ending is not None and not _left_on(stay, ending):
        steps.append(ending)
    return steps


def _left_on(stay: Stay, ending: Step) -> bool:
    """Tell whether the stay has ended here already on the day that the line names."""
    return stay.ended_at is not None and stay.ended_at.astimezone(LOCAL).date() == ending.occurred_at.date()


def _takes_back(row: StayRow, old: StayRow) -> bool:
    """Tell whether the line contradicts what was accepted, rather than add to it."""
    return (
        row.room != old.room
        or row.category != old.category
        or (old.check_out is not None and row.check_out != old.check_out)
        or not _tested_on(old) <= _tested_on(row)
    )


def _tested_on(row: StayRow) -> set[int]:
    return {day for day, outcome in row.tests if outcome in RESULTS}


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
