"""Licence plates are out of bounds: one typed as a trip's number is refused in words, at every door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from bihuan.core.intake.checking import take_in
from bihuan.core.intake.dates import Period
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.modules.quarantine.drill_registers import write_registers
from bihuan.modules.quarantine.models import Room, Stay
from bihuan.modules.quarantine.plates import looks_like_plate
from bihuan.modules.quarantine.registers.stays import REGISTERS, STAYS
from bihuan.modules.quarantine.tests.county import County
from bihuan.modules.quarantine.tests.test_registers import CUTOFFS

SignedIn = Callable[[str], Client]


@pytest.mark.parametrize(
    "typed",
    ["甘G12345", "甘 G·12345", "甘g-123 45", "甘Ｇ１２３４５", "甘GD12345", "甘G1234警", "救护车甘GA0B12第2趟", "WJ甘12345"],
)  # fmt: skip
def test_a_plate_is_noticed_however_it_is_written(typed: str) -> None:
    assert looks_like_plate(typed)


@pytest.mark.parametrize(
    "typed", ["", "转07-2", "Z5", "1103-2", "G1234", "甘州区第3车", "甘A20211103", "青转12345"]
)
def test_a_trips_number_is_no_plate(typed: str) -> None:
    assert not looks_like_plate(typed)


@pytest.mark.django_db
def test_check_in_with_a_plate_is_refused_says_what_to_write_and_keeps_what_was_typed(
    county: County, signed_in: SignedIn
) -> None:
    site = county.sites[0]
    taken = Stay.objects.filter(ended_at__isnull=True, room__isnull=False).values("room_id")
    room = Room.objects.filter(site=site).exclude(pk__in=taken).order_by("walk")[0]
    typed = {
        "bihuan_key": "0f5b1e5c-7d53-4c53-8d0e-5d6f2a8f3a11", "who": "new", "p-name": "甄测",
        "p-identifier_type": "resident", "p-phone": "13900009999", "o-category": "contact",
        "o-legal_basis": "传染病防治法 第39条", "room": str(room.pk), "trip": "甘G·12345",
    }  # fmt: skip
    answer = signed_in("manager").post(f"/sites/{site.place.code}/admit/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "不登记车牌" in page and "派车单上的车次编号，例如" in page
    assert "甄测" in page and not Stay.objects.filter(room=room, ended_at__isnull=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["transfer_hospital", "transfer_site"])
def test_a_departure_with_a_plate_is_refused_over_the_api_too(
    county: County, signed_in: SignedIn, step: str
) -> None:
    stay = Matter.objects.filter(place=county.sites[0].place, type="quarantine.stay", state="observed")[0]
    answer: Any = signed_in("manager").post(
        f"/api/matters/{stay.id}/steps/{step}",
        {"payload": {"to": "县人民医院", "trip": "甘GD12345"}},
        content_type="application/json",
        headers={"Idempotency-Key": f"plate-{step}"},
    )
    assert answer.status_code == 422 and "不登记车牌" in answer.json()["zh"]
    assert "plate" in answer.json()["en"] and answer.json()["instead"]["en"]
    assert not Entry.objects.filter(matter_id=stay.id, kind=f"quarantine.stay.{step}").exists()


def test_a_register_with_plates_is_taken_in_without_them(tmp_path: Path) -> None:
    truth = write_registers(tmp_path, 0, cutoff=CUTOFFS[0], sites=2, persons=60, each=1)
    source = next(path for path in sorted((tmp_path / "stays").rglob("*.xlsx")))
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if any("姓名" in str(cell.value) for cell in row))
    last = sheet.max_column + 1
    sheet.cell(header[0].row, last, "转运车次")
    for row in range(header[0].row + 1, sheet.max_row + 1):
        if sheet.cell(row, 2).value:
            sheet.cell(row, last, "甘G12345")
    book.save(source)
    intake = take_in([tmp_path], REGISTERS, period=Period.ending(CUTOFFS[0]))
    found = [problem for problem in intake.problems if problem.kind.key == "licence_plate"]
    assert found and intake.counts.accepted == truth.accepted
    assert all(row.trip == "" for row in intake.checked[STAYS.key].rows)
    assert not any("12345" in found[0].message(language) for language in ("zh-hans", "en"))
