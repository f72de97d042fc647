"""Dates as offices write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.core.intake.dates import Period, parse_date, period_in
from bihuan.core.intake.problems import UnreadableError

PERIOD = Period.ending(date(2021, 11, 15))
THIRD = date(2021, 11, 3)


@pytest.mark.parametrize(
    "written",
    [
        THIRD,
        datetime(2021, 11, 3, 23, 59),
        44503,
        44503.58333,
        20211103.0,
        "44503",
        "44503.5",
        "20211103",
        "2021110314",
        "2021.11.3",
        "2021.11.03",
        "2021-11-03",
        "2021/11/3",
        "2021/11/03 14:30",
        "2021-11-03T14:30:00",
        "2021年11月3日",
        "2021年11月3日 14时",
        "2021年11月3日下午3点",
        "2021年11月3日(星期三)",
        "2021 年 11 月 3 日",
        "11月3日",
        "11月3号晚",
        "11月3日 15:00",
        "11-3",
        "11/3",
        "11.3",
        "21-11-3",
        "21年11月3日",
        "11/3/21",
        "11/3/2021",
        "3-Nov-21",
        "3 November 2021",
        "十一月三日",
        "二〇二一年十一月三日",
        "２０２１．１１．３",
        " '2021.11.3 ",
        "\u200b2021.11.3",
    ],
)
def test_every_usual_form_means_the_same_day(written: object) -> None:
    assert parse_date(written, PERIOD) == THIRD


@pytest.mark.parametrize(
    "written", ["", None, "/", "-", "——", "无", "不详", "在隔", "未解除", "至今", "待定"]
)
def test_nothing_written_is_no_date(written: object) -> None:
    assert parse_date(written, PERIOD) is None


@pytest.mark.parametrize(
    "written",
    [
        "11月31日",
        "2021.13.1",
        "昨天",
        "2021.11",
        "1103",
        11.3,
        3,
        True,
        time(9),
        timedelta(1),
        "20211303",
        "密接",
    ],
)
def test_what_is_no_date_is_said_and_never_guessed(written: object) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_date(written, PERIOD)
    assert caught.value.kind.key == "unreadable_date"


def test_a_workbook_that_counts_from_1904_means_other_days() -> None:
    assert parse_date(44503 - 1462, PERIOD, from_1904=True) == THIRD


def test_a_month_and_day_after_the_cut_off_stays_in_the_year_of_the_title() -> None:
    assert parse_date("12月17日", PERIOD) == date(2021, 12, 17)


def test_around_new_year_december_belongs_to_the_year_before() -> None:
    january = Period.ending(date(2022, 1, 10))
    assert parse_date("12月28日", january) == date(2021, 12, 28)
    assert parse_date("1月3日", january) == date(2022, 1, 3)
    assert parse_date("2月3日", january) == date(2022, 2, 3)


def test_29_february_without_a_year_exists_only_in_leap_years() -> None:
    assert parse_date("2月29日", Period.ending(date(2020, 3, 5))) == date(2020, 2, 29)
    with pytest.raises(UnreadableError):
        parse_date("2月29日", Period.ending(date(2021, 3, 5)))


@pytest.mark.parametrize(
    ("titles", "cutoff"),
    [
        (["清河区隔离点台账(2021年11月15日)"], date(2021, 11, 15)),
        (["2022年清河区隔离点台账"], date(2022, 11, 15)),
        (["2020年隔离点台账", "某隔离点人员台账(截至10月8日)"], date(2020, 10, 8)),
        (["填报单位:河东街道  填报日期:2023-11-15"], date(2023, 11, 15)),
        (["二〇二一年十一月十五日"], date(2021, 11, 15)),
        (["人员台账"], None),
    ],
)
def test_titles_name_the_period(titles: list[str], cutoff: date | None) -> None:
    period = period_in(titles)
    assert (period.cutoff if period else None) == cutoff
    assert period is None or period.year == cutoff.year


@given(st.dates(date(2020, 1, 1), date(2024, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(day: date) -> None:
    period = Period.ending(day)
    forms: list[object] = [
        day,
        (day - date(1899, 12, 30)).days,
        int(f"{day:%Y%m%d}"),
        f"{day:%Y/%m/%d} 07:05",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.month}月{day.day}日",
    ]
    assert {parse_date(form, period) for form in forms} == {day}
