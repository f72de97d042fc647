"""Moments as offices write them, to the second; a day alone says that it names no time of day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from bihuan.core.intake.moments import LOCAL, read_moment, year_among

AT = datetime(2021, 10, 28, 3, 5, tzinfo=LOCAL)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2021, 10, 28, 3, 5), 44497.12847, "44497.12847", "2021.10.28 03:05", "2021/10/28 3:05", "20211028 03:05", "202110280305",
        "20211028030500", "2021-10-28T03:05:00", "2021年10月28日3时5分", "２０２１．１０．２８ ０３：０５", "10月28日 03:05", "10-28 3:05",
        "十月二十八日 03:05", "'2021.10.28 03:05",
    ],
)  # fmt: skip
def test_every_form_means_the_same_moment(cell: Any) -> None:
    found = read_moment(cell, 2021)
    assert found is not None and found.at.replace(second=0) == AT and found.clock


@pytest.mark.parametrize("cell", ["", "昨天", "2021.13.40", "99", 7, True, None, "10月28日 03:05"])
def test_what_means_no_moment_is_none(cell: Any) -> None:
    assert read_moment(cell) is None


def test_a_written_day_has_no_clock_and_a_spreadsheet_s_day_is_midnight() -> None:
    written, own = read_moment("2021-10-28"), read_moment(date(2021, 10, 28))
    assert written and own and written.at == own.at
    assert (written.clock, own.clock) == (False, True)


def test_a_spreadsheet_counts_in_parts_of_a_day_and_misses_by_a_hair() -> None:
    found = read_moment(datetime(2021, 10, 28, 3, 4, 59, 999_950))
    assert found and found.at == AT
    assert read_moment(43035.12847, from_1904=True) == read_moment(44497.12847)


def test_the_year_is_the_commonest_that_is_named() -> None:
    assert year_among(["2021.10.1", "10月2日", datetime(2021, 1, 1), "2019-01-01"]) == 2021
    assert year_among(["10月2日", ""]) is None
