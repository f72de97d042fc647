"""Rooms as they are written, one line a floor: read, refused by line, written back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.modules.quarantine.room_plan import RoomPlan, floors, read, written


@pytest.mark.parametrize(
    ("line", "rooms"),
    [
        ("A 3 301-303 3 2", ["A-301", "A-302", "A-303"]),
        ("Ａ栋　３层　３０１—３０２　３区　２床", ["A-301", "A-302"]),
        ("b 12 1201、1203,1205", ["B-1201", "B-1203", "B-1205"]),
        ("A 2-3层 01-02", ["A-201", "A-202", "A-301", "A-302"]),
        ("主楼 1 101 通风区7", ["主-101"]),
        ("1号楼 1 101", ["1-101"]),
    ],
)
def test_a_floor_is_one_line_in_any_usual_spelling(line: str, rooms: list[str]) -> None:
    plan = read(line)
    assert [room.name for room in plan.rooms] == rooms and not plan.problems


def test_zone_and_beds_are_kept_and_may_be_left_out() -> None:
    (full,) = read("A 3 301 7 4").rooms
    (bare,) = read("A 3 302").rooms
    assert (full.zone, full.capacity) == (7, 4) and (bare.zone, bare.capacity) == (0, 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A 三楼 301", "第 1 行：看不懂"),
        ("# 说明\nA 3 318-301", "第 2 行：楼层或房号的起止不对"),
        ("A 3 301-303\nA 3 303-304", "第 2 行：A-303写了两次"),
        ("A 3 301-302、302", "第 1 行：A-302写了两次"),
        ("A 3 300", "第 1 行：A-300本点已有"),
        ("A 3 301 1 90", "第 1 行：每间 1 至 12 床"),
        ("A 2-3 201-203", "第 1 行：几层写在一行时"),
        ("A 1 1-999999", "第 1 行：楼层或房号的起止不对"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text: str, says: str) -> None:
    plan = read(text, known=[("A", "300")])
    assert len(plan.problems) == 1 and plan.problems[0].zh.startswith(says)


def test_a_preview_joins_runs_of_numbers() -> None:
    shown = floors(read("A 3 301-303、305 2\nA 4 401 3").rooms)
    assert [(f.floor, f.numbers, f.count, f.zone) for f in shown] == [
        (3, "301-303、305", 4, 2),
        (4, "401", 1, 3),
    ]


@given(
    st.lists(
        st.builds(
            RoomPlan,
            building=st.sampled_from("ABC"),
            floor=st.integers(-2, 30),
            number=st.integers(100, 3020).map(str),
            zone=st.integers(0, 99),
            capacity=st.integers(1, 12),
        ),
        max_size=40,
        unique_by=lambda room: room.key,
    )
)
def test_what_the_ledger_keeps_of_rooms_reads_back_as_the_same_rooms(rooms: list[RoomPlan]) -> None:
    plan = read(written(rooms))
    assert set(plan.rooms) == set(rooms) and not plan.problems
