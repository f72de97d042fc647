"""The working calendar against the notices, and as somebody could have known it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.core.clock.calendar import Notice, WorkingCalendar, official_data
from bihuan.core.spec.text import Text

NOW = WorkingCalendar.as_known_at(date(2026, 11, 23))
NOTICES = official_data()[0]


@pytest.mark.parametrize("year", range(2019, 2027))
def test_every_date_agrees_with_an_independent_calendar(year: int) -> None:
    differing = [d.date for d in NOW.days(year) if d.working != chinese_calendar.is_workday(d.date)]
    assert differing == []


@pytest.mark.parametrize("notice", NOTICES, ids=lambda n: n.document)
def test_a_notice_makes_weekends_work_and_nothing_works_and_rests_at_once(notice: Notice) -> None:
    resting = {day for day, holiday in notice.covers() if holiday}
    assert all(day.weekday() >= 5 for day in notice.working)
    assert not resting & notice.working
    assert notice.dated <= notice.published < date(notice.year, 12, 31)


def test_the_extension_of_27_january_2020_changes_two_dates() -> None:
    before = WorkingCalendar.as_known_at(date(2020, 1, 26))
    after = WorkingCalendar.as_known_at(date(2020, 1, 27))
    changed = [d.date for d in after.days(2020) if d.working != before.is_working(d.date)]
    assert changed == [date(2020, 1, 31), date(2020, 2, 1)]
    assert before.is_working(date(2020, 2, 1)), "the working Saturday of the first notice"
    assert not after.is_working(date(2020, 2, 2)) and after.is_working(date(2020, 2, 3))
    assert before.version(2020).label.zh == "2020 年工作日历 第1版"
    assert after.version(2020).label.zh == "2020 年工作日历 第2版"
    assert after.day(date(2020, 1, 31)).document == "国办发明电〔2020〕1号"


def test_labour_day_2019_grew_in_march() -> None:
    before = WorkingCalendar.as_known_at(date(2019, 3, 21))
    after = WorkingCalendar.as_known_at(date(2019, 3, 22))
    assert [d.date.isoformat() for d in after.days(2019) if d.working != before.is_working(d.date)] == [
        "2019-04-28",
        "2019-05-02",
        "2019-05-03",
        "2019-05-05",
    ]


def test_a_moment_is_read_in_shanghai() -> None:
    just_after_midnight = datetime(2020, 1, 26, 16, 1, tzinfo=UTC)
    assert WorkingCalendar.as_known_at(just_after_midnight).version(2020).number == 2
    assert WorkingCalendar.as_known_at(datetime(2020, 1, 26, 23, 59)).version(2020).number == 1


def test_a_year_without_a_notice_is_provisional_and_rests_by_law() -> None:
    rest = {d.date for d in NOW.days(2027) if not d.working and d.date.weekday() < 5}
    assert rest == {
        date(2027, 1, 1),
        date(2027, 2, 8),
        date(2027, 2, 9),
        date(2027, 4, 5),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 1),
    }
    assert all(d.provisional for d in NOW.days(2027))
    assert "暂定" in NOW.version(2027).label.zh and "provisional" in NOW.version(2027).label.en


def test_before_the_amendment_was_known_the_older_law_filled_a_provisional_year() -> None:
    eve, second_of_may = date(2025, 1, 28), date(2025, 5, 2)
    before = WorkingCalendar.as_known_at(date(2024, 11, 11))
    assert before.is_working(eve) and before.is_working(second_of_may)
    assert before.is_provisional(eve)
    later = WorkingCalendar.as_known_at(date(2026, 11, 23))
    assert not later.is_working(date(2028, 1, 25)), "the eve of Spring Festival 2028 rests by law"
    assert not later.is_working(date(2028, 5, 2))


def test_a_notice_may_name_dates_of_the_year_before() -> None:
    known = WorkingCalendar.as_known_at(date(2018, 12, 6))
    assert known.is_working(date(2018, 12, 29)) and not known.is_working(date(2018, 12, 31))


def test_a_notice_entered_later_ends_the_provisional_year() -> None:
    notice = Notice(
        2027,
        "国办发明电〔2026〕0号",
        date(2026, 11, 20),
        date(2026, 11, 20),
        ((date(2027, 1, 1), date(2027, 1, 3), Text("元旦", "New Year's Day")),),
        frozenset({date(2027, 1, 9)}),
    )
    known = WorkingCalendar.as_known_at(date(2026, 11, 23), extra=(notice,))
    assert known.version(2027).number == 1
    assert known.is_working(date(2027, 1, 9)) and not known.is_provisional(date(2027, 5, 4))
    assert WorkingCalendar.as_known_at(date(2026, 11, 19), extra=(notice,)).version(2027).provisional


def test_years_whose_notices_are_not_on_file_are_refused() -> None:
    with pytest.raises(ValueError, match="2018"):
        NOW.days(2018)


@settings(deadline=None)
@given(known_on=st.dates(date(2015, 1, 1), date(2027, 12, 31)))
def test_known_at_never_sees_the_future(known_on: date) -> None:
    calendar = WorkingCalendar.as_known_at(known_on)
    assert all(n.published <= known_on for n in calendar.notices)
    announced = {n.year for n in NOTICES if n.published <= known_on}
    for year in range(2019, 2029):
        assert calendar.version(year).provisional == (year not in announced)


@settings(deadline=None)
@given(
    start=st.dates(date(2019, 1, 1), date(2026, 3, 1)),
    amount=st.integers(0, 60),
)
def test_counting_working_days_agrees_with_counting_them_one_by_one(start: date, amount: int) -> None:
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    assert NOW.add_working_days(start, amount) == day
