"""Registers taken in, sent again, corrected, and sent piece by piece: what the county's figures then say."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.access.setup import command_line_actor
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.intake.models import Row
from bihuan.core.intake.reporting import Report
from bihuan.core.intake.runs import run
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.people.models import Person
from bihuan.modules.quarantine.drill_registers import Truth, write_registers
from bihuan.modules.quarantine.models import Task

pytestmark = pytest.mark.django_db

CUTOFF = date(2021, 11, 15)


def county(folder: Path, seed: int = 11, *, each: int = 1, persons: int = 60) -> Truth:
    return write_registers(folder, seed, cutoff=CUTOFF, sites=3, persons=persons, each=each)


def take(*paths: Path, dry_run: bool = False) -> Report:
    return run(list(paths), actor=command_line_actor(), dry_run=dry_run)


def said(report: Report) -> dict[str, Any]:
    """What a machine reads, without what tells this run from another."""
    told = json.loads(json.dumps(report.as_json()))
    return {key: told[key] for key in ("rows", "errors", "flags")}


def figure(key: str) -> Any:
    at = timezone.make_aware(datetime.combine(CUTOFF, datetime.min.time())) + timedelta(days=1)
    return values(Moment(at, timezone.now(), settings.BIHUAN.jurisdiction), [key])[key]


def stays() -> int:
    return Matter.objects.filter(type="quarantine.stay").count()


def state_of_county() -> tuple[int, ...]:
    return stays(), Person.objects.count(), Matter.objects.count(), Entry.objects.count()


def test_the_result_has_the_shape_a_machine_reads(tmp_path: Path) -> None:
    truth = county(tmp_path)
    told = take(tmp_path).as_json()
    assert told["rows"] == {
        "read": truth.read, "accepted": truth.accepted, "skipped": truth.skipped, "rejected": truth.rejected,
    }  # fmt: skip
    assert list(told)[:3] == ["rows", "errors", "flags"]
    for entry in (*told["errors"], *told["flags"]):  # type: ignore[misc]
        assert list(entry) == ["file", "sheet", "row", "column", "kind", "message"]


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    county(tmp_path)
    before = state_of_county()
    dry = take(tmp_path, dry_run=True)
    assert state_of_county() == before
    assert said(dry) == said(take(tmp_path))


def test_running_again_prints_the_same_and_changes_nothing(tmp_path: Path) -> None:
    county(tmp_path, each=2)
    first = take(tmp_path)
    before, accepted = state_of_county(), figure("intake.rows_accepted")
    again = take(tmp_path)
    assert said(again) == said(first)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)
    assert state_of_county() == before
    assert figure("intake.rows_accepted") == accepted == first.new


def test_the_same_registers_under_another_name_change_nothing(tmp_path: Path) -> None:
    county(tmp_path / "a", each=2)
    first = take(tmp_path / "a")
    before, rejected = state_of_county(), figure("intake.rows_rejected")
    shutil.copytree(tmp_path / "a" / "stays", tmp_path / "b")
    for file in (tmp_path / "b").iterdir():
        file.rename(file.with_stem(f"{file.stem} (1)"))
    again = take(tmp_path / "b")
    assert again.intake.counts == first.intake.counts
    assert state_of_county() == before
    assert figure("intake.rows_rejected") == rejected == first.rejected


def test_sites_and_stays_may_come_from_several_folders(tmp_path: Path) -> None:
    truth = county(tmp_path / "whole")
    (tmp_path / "sites").mkdir()
    shutil.move(tmp_path / "whole" / "sites.xlsx", tmp_path / "sites" / "sites.xlsx")
    report = take(tmp_path / "whole" / "stays", tmp_path / "sites")
    assert report.intake.counts.accepted == truth.accepted
    assert stays() == truth.accepted


def test_stays_alone_are_taken_when_their_sites_are_known(tmp_path: Path) -> None:
    truth = county(tmp_path)
    take(tmp_path / "sites.xlsx")
    assert stays() == 0
    report = take(tmp_path / "stays")
    assert report.intake.counts.accepted == truth.accepted
    assert figure("intake.rows_accepted") == truth.accepted


def test_stays_without_their_sites_are_sent_back_and_taken_once_the_sites_are_known(tmp_path: Path) -> None:
    truth = county(tmp_path)
    refused = take(tmp_path / "stays")
    assert refused.intake.counts.accepted == 0
    assert figure("intake.rows_rejected") == refused.rejected
    take(tmp_path)
    assert stays() == truth.accepted
    assert figure("intake.rows_rejected") == truth.rejected


def _first(truth: Truth, kind: str) -> tuple[str, str, int]:
    file, sheet, row, _ = sorted(p for p in truth.problems if p[3] == kind and p[0].endswith(".xlsx"))[0]
    assert sheet is not None
    return file, sheet, row


def column(sheet: Any, *headings: str) -> int:
    for row in sheet.iter_rows(max_row=6):
        for cell in row:
            if "".join(str(cell.value).split()) in headings:
                return int(cell.column)
    raise AssertionError(headings)


CHECK_IN = ("入住时间", "隔离开始日期", "入住日期", "集中隔离起始", "入点时间", "起始日期")
CHECK_OUT = ("离点时间", "解除时间", "解除隔离日期", "离点日期", "结束日期")


def test_a_corrected_row_sent_again_is_taken_and_no_other(tmp_path: Path) -> None:
    truth = county(tmp_path, each=2)
    first = take(tmp_path)
    before, rejected = stays(), figure("intake.rows_rejected")
    file, sheet, row = _first(truth, "missing_check_in")
    book = openpyxl.load_workbook(tmp_path / file)
    book[sheet].cell(row, column(book[sheet], *CHECK_IN)).value = "2021-11-10"
    book.save(tmp_path / file)
    report = take(tmp_path / file)
    assert (report.new, report.changed) == (1, 0)
    assert [source.row for source in report.corrected] == [row]
    assert stays() == before + 1
    assert figure("intake.rows_rejected") == rejected - 1 == first.rejected - 1
    assert figure("intake.rows_accepted") == first.new + 1


def test_a_check_in_that_changed_is_another_stay_and_both_are_put_to_a_person(tmp_path: Path) -> None:
    truth = county(tmp_path, each=0)
    take(tmp_path)
    before = stays()
    file, sheet, row = an_open_stay(tmp_path, truth)
    book = openpyxl.load_workbook(tmp_path / file)
    book[sheet].cell(row, column(book[sheet], *CHECK_IN)).value = "2021-11-14"
    book.save(tmp_path / file)
    report = take(tmp_path)
    assert (report.new, stays()) == (1, before + 1)
    flagged = [f for f in said(report)["flags"] if f["kind"] == "overlapping_stays_in_site"]
    assert [f["row"] for f in flagged] == [row]
    assert "此前报送" in flagged[0]["message"]
    kinds = ("overlapping_stays_in_site",)
    task = Task.objects.get(matter__type="quarantine.dispute", kind__in=kinds)
    assert task.stay_id is not None and len(task.other_stays) == 1
    again = take(tmp_path)
    assert again.new == 0 and Task.objects.filter(kind__in=kinds).count() == 1


def test_a_stay_that_gains_its_check_out_is_released_as_registered(tmp_path: Path) -> None:
    truth = county(tmp_path, each=0)
    take(tmp_path)
    released = figure("quarantine.persons_released")
    file, sheet, row = an_open_stay(tmp_path, truth)
    book = openpyxl.load_workbook(tmp_path / file)
    book[sheet].cell(row, column(book[sheet], *CHECK_OUT)).value = "2021-11-15"
    book.save(tmp_path / file)
    report = take(tmp_path)
    assert (report.new, report.changed) == (0, 1)
    assert list(report.changes.values()) == [("check_out",)]
    changed = Row.objects.get(file=file, sheet=sheet, row=row, state="accepted")
    assert changed.matter_id is not None
    stay = Matter.objects.get(pk=changed.matter_id)
    assert stay.state == "released"
    assert stay.closed_at is not None
    assert figure("quarantine.persons_released") == released + 1
    assert take(tmp_path).changed == 0


def an_open_stay(folder: Path, truth: Truth) -> tuple[str, str, int]:
    """A row whose fourteen days are over on the cut-off, or all but, without a check-out."""
    rows = Row.objects.filter(state="accepted", register="stays", file__endswith=".xlsx")
    open_stays = set(Matter.objects.filter(closed_at=None).values_list("pk", flat=True))
    row = next(r for r in rows.order_by("file", "row") if r.matter_id in open_stays)
    return row.file, row.sheet, row.row


def test_contradictions_are_put_to_a_person_once(tmp_path: Path) -> None:
    county(tmp_path / "a", each=2)
    take(tmp_path / "a")
    disputes = Matter.objects.filter(type="quarantine.dispute")
    once = disputes.count()
    assert once
    shutil.copytree(tmp_path / "a", tmp_path / "b" / "new")
    take(tmp_path / "b")
    assert disputes.count() == once


def test_a_bad_file_never_costs_the_good_ones(tmp_path: Path) -> None:
    truth = county(tmp_path)
    (tmp_path / "stays" / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    report = take(tmp_path)
    assert stays() == truth.accepted
    assert {p.kind.key for p in report.intake.files} >= {"unreadable_file"}


def test_stays_that_clash_with_others_entered_by_hand_are_taken_and_put_to_a_person(tmp_path: Path) -> None:
    truth = county(tmp_path, each=0, persons=40)
    take(tmp_path)
    Row.objects.filter(register="stays").delete()  # as if they had been admitted on the page
    report = take(tmp_path)
    assert report.new == truth.accepted
    assert stays() == 2 * truth.accepted
    assert Matter.objects.filter(type="quarantine.dispute").count() >= truth.accepted // 2
