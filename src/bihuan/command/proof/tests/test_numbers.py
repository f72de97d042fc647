"""Every number of a text is found, and told apart from what counts nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.command.proof.numbers import COUNT, DATE, NAME, ORDER, TIME, Number, numbers


def told(text: str) -> list[tuple[int, str, str]]:
    return [(int(n.value), n.unit, n.kind) for n in numbers(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("设隔离点47个、6,591人", [(47, "个", COUNT), (6591, "人", COUNT)]),
        ("４７个隔离点", [(47, "个", COUNT)]),
        ("彩页4万份,来电1.2万人次", [(40_000, "份", COUNT), (12_000, "人次", COUNT)]),
        ("二十三人转院,三件结案", [(23, "人", COUNT), (3, "件", COUNT)]),
        ("无一人感染,统一部署,一个也不能少", []),
        ("11月6日8:30起,24小时值守", [(11, "", DATE), (6, "", DATE), (8, "", DATE), (30, "", DATE), (24, "", TIME)]),
        ("拨打“12368”,见《通告2021》", [(12368, "", NAME), (2021, "", NAME)]),
        ("第3至7天2人", [(3, "", ORDER), (7, "", ORDER), (2, "人", COUNT)]),
    ],
)  # fmt: skip
def test_numbers_are_found_as_people_write_them(text: str, found: list[tuple[int, str, str]]) -> None:
    assert told(text) == found


def test_more_than_is_said_of_what_lies_just_above() -> None:
    [hundreds, thousands] = numbers("咨询350多人次,数据11万余条")
    assert [hundreds.could_be(n) for n in (349, 350, 359, 360)] == [False, True, True, False]
    assert [thousands.could_be(n) for n in (97_462, 110_000, 119_999, 120_000)] == [False, True, True, False]


@given(st.text(max_size=60), st.integers(0, 10**9), st.text(max_size=60))
def test_any_text_is_read_and_every_number_stands_where_it_says(before: str, value: int, after: str) -> None:
    text = f"{before} 共{value:,}人,{after}"
    found = numbers(text)
    assert all(isinstance(n, Number) and n.text == text[n.start : n.end].strip() for n in found)
    assert any(n.value == value for n in found)
