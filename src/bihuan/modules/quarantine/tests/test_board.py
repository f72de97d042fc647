"""What the board shows of a stay, day by day: each sign for what it stands for, nothing skipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bihuan.modules.quarantine import board, queries
from bihuan.modules.quarantine.board import Cell, Row
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.queries import RoomLine, StayLine
from bihuan.modules.quarantine.tests.county import County

pytestmark = pytest.mark.django_db
NOON = time(12, 0)


@pytest.fixture
def stay(county: County) -> StayLine:
    """Somebody who checked in early on the first of six days, everything done up to yesterday."""
    line = next(
        one
        for one in queries.stays_of(county.sites[0].place_id, county.now)
        if one.ended_at is None and one.state == "observed"
    )
    line.admitted_at = datetime.combine(line.day_one, time(7, 0), LOCAL)
    line.positive_at = None
    line.done = frozenset(due.item.code for due in line.schedule() if due.item.day < 6)
    line.marks = {code: "negative" if ":test" in code else "done" for code in line.done}
    return line


def _now(stay: StayLine) -> datetime:
    return datetime.combine(stay.day_one + timedelta(days=5), NOON, LOCAL)


def _row(*stays: StayLine, now: datetime) -> list[Row]:
    return list(board.rows([RoomLine(1, "A", 3, "305", 1, stays)], now))


def _signs(cell: Cell) -> list[str]:
    return [mark.name for mark in cell.marks]


def test_past_today_and_to_come_differ(stay: StayLine) -> None:
    (row,) = _row(stay, now=_now(stay))
    today = row.cells[board.BEFORE]
    assert _signs(row.cells[board.BEFORE - 5]) == ["ok", "test"]  # day 1: observed and sampled
    assert _signs(row.cells[board.BEFORE - 3]) == ["ok"]
    assert _signs(today) == ["late"]  # the morning of day 6 was missed, the afternoon waits behind it
    assert _signs(row.cells[board.BEFORE + 1]) == ["plan", "tplan"]
    assert not row.cells[board.BEFORE - 6].stays and "a" in row.cells[board.BEFORE - 5].place


def test_what_waits_today_is_a_clock(stay: StayLine) -> None:
    stay.done |= {"6:temperature:am"}
    (row,) = _row(stay, now=_now(stay))
    assert _signs(row.cells[board.BEFORE]) == ["due"]


@pytest.mark.parametrize(
    ("item", "told", "signs"),
    [
        ("3:temperature:am", "fever", ["fever"]),
        ("3:symptoms", "symptoms", ["symptoms"]),
        ("4:test", "positive", ["ok", "pos"]),
        ("4:test", "waived", ["ok", "waived"]),
    ],
)
def test_findings_have_signs_of_their_own(stay: StayLine, item: str, told: str, signs: list[str]) -> None:
    stay.marks[item] = told
    (row,) = _row(stay, now=_now(stay))
    assert _signs(row.cells[board.BEFORE - 6 + int(item.split(":", maxsplit=1)[0])]) == signs


def test_a_day_of_which_all_is_waived_says_so(stay: StayLine) -> None:
    for code in ("3:temperature:am", "3:temperature:pm", "3:symptoms"):
        stay.marks[code] = "waived"
    (row,) = _row(stay, now=_now(stay))
    assert _signs(row.cells[board.BEFORE - 3]) == ["waived"]


def test_a_missed_day_stays_a_triangle_until_it_is_waived(stay: StayLine) -> None:
    stay.done -= {"2:temperature:pm"}
    (row,) = _row(stay, now=_now(stay))
    assert _signs(row.cells[board.BEFORE - 4]) == ["late", "test"]
    numbers = board.numbers([row.room], _now(stay))
    assert (
        numbers.overdue == 1
        and numbers.worst is not None
        and numbers.worst.date() == stay.day_one + timedelta(days=1)
    )


def test_people_who_share_stand_below_each_other_and_who_follows_beside(stay: StayLine) -> None:
    now = _now(stay)
    companion = replace(stay, marks={}, done=frozenset())
    assert len(_row(stay, companion, now=now)) == 2
    gone = replace(
        stay, admitted_at=stay.admitted_at - timedelta(days=9), ended_at=stay.admitted_at - timedelta(days=2)
    )
    gone.day_one = stay.day_one - timedelta(days=9)
    (row,) = _row(gone, stay, now=now)
    assert row.stay is stay and row.cells[0].stays


def test_every_sign_is_in_the_legend() -> None:
    made = {one for one in vars(board).values() if isinstance(one, board.Mark)}
    assert made == set(board.LEGEND)
