"""Registers of invented counties: every planted mistake found, nothing sound refused, whatever the seed."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bihuan.core.intake.checking import Intake, take_in
from bihuan.core.intake.dates import Period
from bihuan.modules.quarantine.drill_registers import PLANTED, Truth, write_registers
from bihuan.modules.quarantine.episodes import status_at
from bihuan.modules.quarantine.registers.sites import SITES
from bihuan.modules.quarantine.registers.stays import REGISTERS, STAYS

CUTOFFS = (date(2021, 11, 15), date(2020, 11, 15), date(2022, 1, 10), date(2023, 11, 15), date(2020, 3, 5))
Place = tuple[str, str | None, int | None, str]


def reported(intake: Intake) -> set[Place]:
    """(file, sheet, row, kind) of everything in the result."""
    return {(p.source.file, p.source.sheet, p.source.row, p.kind.key) for p in intake.problems}


def county(folder: Path, seed: int) -> Truth:
    return write_registers(
        folder,
        seed,
        cutoff=CUTOFFS[seed % 5],
        sites=3 + seed % 5,
        persons=100 + 30 * (seed % 4),
        each=1 + seed % 3,
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_result_agrees_with_the_truth_to_the_row(tmp_path: Path, seed: int) -> None:
    truth = county(tmp_path, seed)
    intake = take_in([tmp_path], REGISTERS)
    found = reported(intake)
    assert found - truth.problems == set(), "refused or flagged though sound"
    assert truth.problems - found == set(), "planted and missed"
    counts = intake.counts
    assert (counts.read, counts.accepted, counts.skipped, counts.rejected) == (
        truth.read,
        truth.accepted,
        truth.skipped,
        truth.rejected,
    )
    assert intake.period.cutoff == CUTOFFS[seed % 5]


def test_every_kind_of_mistake_is_planted_somewhere(tmp_path: Path) -> None:
    planted: Counter[str] = Counter()
    for seed in range(3):
        planted += county(tmp_path / str(seed), seed).planted
    assert set(planted) == set(PLANTED)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("进入隔离点日期", "check_in"), ("医学观察开始时间", "check_in"), ("离点(解除)时间", "check_out"),
        ("解除集中隔离日期", "check_out"), ("所在房间", "room"), ("人员分类", "category"), ("身份证件号", "id_number"),
        ("被隔离人姓名", "name"), ("联系电话(手机)", "phone"), ("最后一次接触时间", "last_exposure"),
        ("当日体温", "temperature"), ("情况备注", "remark"), ("编号", "serial"),
    ],
)  # fmt: skip
def test_headings_of_other_offices_mean_the_same(heading: str, field: str) -> None:
    assert STAYS.vocabulary().meaning(heading) == field


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_registers_that_arrive_one_by_one_give_the_same_result(tmp_path: Path, seed: int) -> None:
    truth = county(tmp_path, seed)
    period = Period.ending(CUTOFFS[seed % 5])
    sites = take_in([tmp_path / "sites.xlsx"], REGISTERS, period=period).checked[SITES.key].rows
    known: list[object] = []
    found: set[Place] = set()
    for file in sorted((tmp_path / "stays").iterdir()):
        intake = take_in([file], REGISTERS, known={SITES.key: sites, STAYS.key: known}, period=period)
        stays = intake.checked[STAYS.key]
        known += stays.rows
        for problem in (*stays.problems, *stays.on_known):
            found.add((f"stays/{problem.source.file}", *problem.source[1:], problem.kind.key))
    # Early releases can be explained away by a register that comes later (a transfer's first half).
    assert truth.problems - found == set()
    assert found - truth.problems == set()
    assert len(known) == truth.accepted


def test_sending_the_same_registers_again_contradicts_nothing_new(tmp_path: Path) -> None:
    county(tmp_path, 7)
    first = take_in([tmp_path], REGISTERS)
    again = take_in(
        [tmp_path], REGISTERS, known={key: checked.rows for key, checked in first.checked.items()}
    )
    assert again.result() == first.result()
    assert again.checked[STAYS.key].on_known == ()


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    truth = county(tmp_path, 5)
    stays, sites = tmp_path / "stays", tmp_path / "sites.xlsx"
    intake = take_in([stays, sites], REGISTERS)
    assert {(f"stays/{file}", *rest) for file, *rest in reported(intake)} == truth.problems


def test_without_the_list_of_sites_every_stay_is_sent_back_and_says_why(tmp_path: Path) -> None:
    county(tmp_path, 3)
    intake = take_in([tmp_path / "stays"], REGISTERS)
    assert intake.counts.accepted == 0
    assert {"unknown_site"} <= {problem.kind.key for problem in intake.problems}


def test_messages_name_no_person_and_no_identifier(tmp_path: Path) -> None:
    truth = county(tmp_path, 9)
    intake = take_in([tmp_path], REGISTERS)
    names = {line.name for line in truth.lines if len(line.name) > 1}
    numbers = {line.number for line in truth.lines} | {line.phone for line in truth.lines}
    for lang in ("zh-hans", "en"):
        for problem in (*intake.problems, *intake.notes):
            said = problem.message(lang)
            assert not [number for number in numbers if number in said]
            assert not [name for name in names if name in said.replace(problem.source.file, "")]


def test_figures_follow_from_the_accepted_stays(tmp_path: Path) -> None:
    truth = county(tmp_path, 8)
    intake = take_in([tmp_path], REGISTERS)
    status = status_at(intake.checked[STAYS.key].rows, intake.period.cutoff)
    sound = {
        line.number
        for line in truth.lines
        if not {"exact_duplicate_row", *PLANTED[:7]}.intersection(line.kinds)
    }
    assert status.persons == len(sound)
    assert status.still_observed + status.hospital + status.released <= status.persons
    assert sum(status.episodes.values()) == status.persons + status.readmissions
    assert status.episodes["unapproved"] == truth.planted["early_release_unapproved"]  # type: ignore[index]
