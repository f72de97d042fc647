"""Registers sent again about people who have left, or whom officers dealt with here meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.access.setup import command_line_actor
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.intake.models import Row
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.models import Matter
from bihuan.modules.quarantine.payloads import Release
from bihuan.modules.quarantine.tests.test_intake_runs import (
    CHECK_OUT,
    CUTOFF,
    an_open_stay,
    column,
    county,
    figure,
    take,
)

pytestmark = pytest.mark.django_db

NEGATIVE = {"阴", "阴性", "阴(-)", "-"}


def contradicted() -> int:
    """How many rows sent again a person has to decide on."""
    return Entry.objects.filter(kind="quarantine.dispute.open", payload__kind="changed_record").count()


def a_left_stay(folder: Path) -> tuple[Row, str]:
    """A row of somebody who left in the middle of the period, and the heading under which day 1 stands."""
    left = set(
        Matter.objects.filter(state__in=("released", "home", "transferred"))
        .exclude(closed_at=None).values_list("pk", flat=True)
    )  # fmt: skip
    for row in Row.objects.filter(state="accepted", register="stays", file__endswith=".xlsx"):
        if row.matter_id in left:
            sheet = openpyxl.load_workbook(folder / row.file)[row.sheet]
            heading = "".join(str(sheet.cell(row.row, column(sheet, *FIRST_TEST)).value).split())
            if heading in NEGATIVE:
                return row, heading
    raise AssertionError("no such stay in this county")


FIRST_TEST = ("首检", "第1天", "核酸第1天", "第1天核酸", "1检", "第一次核酸")


def set_first_test(folder: Path, row: Row, value: str | None) -> None:
    book = openpyxl.load_workbook(folder / row.file)
    book[row.sheet].cell(row.row, column(book[row.sheet], *FIRST_TEST)).value = value
    book.save(folder / row.file)


def test_a_result_corrected_after_the_person_left_counts_as_corrected_and_moves_nothing_else(
    tmp_path: Path,
) -> None:
    county(tmp_path, each=0)
    take(tmp_path)
    row, _ = a_left_stay(tmp_path)
    assert row.matter_id is not None
    stay = Matter.objects.get(pk=row.matter_id)
    positives, done = figure("quarantine.positives"), figure("quarantine.items_done")
    known = timezone.now()
    set_first_test(tmp_path, row, "阳性")
    report = take(tmp_path)
    assert (report.new, report.changed) == (0, 1)
    assert figure("quarantine.positives") == positives + 1
    assert figure("quarantine.items_done") == done
    at = timezone.make_aware(datetime.combine(CUTOFF, datetime.min.time())) + timedelta(days=1)
    asked = Moment(at, known, settings.BIHUAN.jurisdiction)
    assert values(asked, ["quarantine.positives"])["quarantine.positives"] == positives
    after = Matter.objects.get(pk=row.matter_id)
    assert (after.state, after.closed_at, after.version) == (stay.state, stay.closed_at, stay.version + 1)
    assert take(tmp_path).changed == 0


def test_a_result_that_comes_in_after_the_person_left_is_recorded(tmp_path: Path) -> None:
    county(tmp_path, each=0)
    take(tmp_path)
    row, value = a_left_stay(tmp_path)
    done = figure("quarantine.items_done")
    set_first_test(tmp_path, row, None)
    take(tmp_path)
    assert figure("quarantine.items_done") == done, "what is taken back is for a person to decide"
    assert contradicted() == 1
    set_first_test(tmp_path, row, value)
    take(tmp_path)
    assert figure("quarantine.items_done") == done


@pytest.mark.parametrize(("day", "decisions"), [(15, 0), (16, 1)])
def test_what_officers_did_meanwhile_is_not_done_again_by_the_register(
    tmp_path: Path, day: int, decisions: int
) -> None:
    truth = county(tmp_path, each=0)
    take(tmp_path)
    file, sheet, row = an_open_stay(tmp_path, truth)
    stay = Row.objects.get(file=file, sheet=sheet, row=row, state="accepted").matter_id
    assert stay is not None
    left = timezone.make_aware(datetime(2021, 11, day, 9))
    by_hand = Step("release_as_registered", Release(approved=True, certificate=False), left)
    assert not engine.perform_many([(stay, by_hand)], actor=command_line_actor()).refused
    entries = Entry.objects.filter(matter_id=stay).count()
    book = openpyxl.load_workbook(tmp_path / file)
    book[sheet].cell(row, column(book[sheet], *CHECK_OUT)).value = "2021-11-15"
    book.save(tmp_path / file)
    assert take(tmp_path).changed == 1
    assert Entry.objects.filter(matter_id=stay).count() == entries
    assert contradicted() == decisions
