"""What must hold for every start: order, agreement with naive counting, extension from the origin."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.core.clock.calendar import WorkingCalendar
from bihuan.core.clock.due import Extension, Pause, due
from bihuan.core.clock.rules import rules
from bihuan.core.spec.deadlines import DAYS, LOCAL_RULE, WORKING_DAYS, Roll, Within
from bihuan.core.spec.laws import CIVIL_PROCEDURE

NOW = WorkingCalendar.as_known_at(date(2026, 11, 23))
STARTS = st.datetimes(datetime(2019, 1, 1), datetime(2026, 3, 1))
LAW_AT = date(2026, 6, 1)


@settings(deadline=None)
@given(
    rule=st.sampled_from(sorted(rules())), one=STARTS, later=st.timedeltas(timedelta(0), timedelta(days=40))
)
def test_who_starts_later_is_never_due_earlier(rule: str, one: datetime, later: timedelta) -> None:
    first = due(rule, one, calendar=NOW, law_at=LAW_AT).due_at
    second = due(rule, one + later, calendar=NOW, law_at=LAW_AT).due_at
    assert first is not None and second is not None and first <= second


@settings(deadline=None)
@given(start=STARTS, amount=st.integers(1, 40))
def test_working_days_agree_with_a_naive_count_on_an_independent_calendar(
    start: datetime, amount: int
) -> None:
    day, left = start.date(), amount
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    within = Within(amount, WORKING_DAYS, basis=CIVIL_PROCEDURE[1])
    assert due(within, start, calendar=NOW).due_date == day


@settings(deadline=None)
@given(start=STARTS, amount=st.integers(1, 90))
def test_days_roll_to_the_first_working_day_and_no_further(start: datetime, amount: int) -> None:
    last = start.date() + timedelta(days=amount)
    while not chinese_calendar.is_workday(last):
        last += timedelta(days=1)
    assert due(Within(amount, DAYS, basis=CIVIL_PROCEDURE[1]), start, calendar=NOW).due_date == last


@settings(deadline=None)
@given(start=STARTS, amount=st.integers(1, 40), more=st.integers(1, 40))
def test_an_extended_period_is_one_longer_period_from_the_origin(
    start: datetime, amount: int, more: int
) -> None:
    basis = CIVIL_PROCEDURE[1]
    extended = due(Within(amount, DAYS, basis=basis), start, calendar=NOW, extensions=[Extension(more, DAYS)])
    assert extended.due_at == due(Within(amount + more, DAYS, basis=basis), start, calendar=NOW).due_at


@settings(deadline=None)
@given(start=STARTS, amount=st.integers(2, 60), after=st.integers(0, 59), length=st.integers(0, 30))
def test_a_pause_shifts_by_as_many_days_as_it_lasts(
    start: datetime, amount: int, after: int, length: int
) -> None:
    begins = start + timedelta(days=min(after, amount))
    within = Within(amount, DAYS, basis=LOCAL_RULE, roll=Roll.NONE)
    plain = due(within, start, calendar=NOW).due_date
    paused = due(
        within, start, calendar=NOW, pauses=[Pause(begins, begins + timedelta(days=length))]
    ).due_date
    assert plain is not None and paused == plain + timedelta(days=length)


@settings(deadline=None)
@given(
    rule=st.sampled_from(sorted(rules())),
    start=st.datetimes(datetime(2019, 6, 1), datetime(2026, 6, 1)),
    known_on=st.dates(date(2022, 7, 1), date(2027, 1, 1)),
)
def test_what_was_known_on_a_day_is_all_that_an_answer_uses(
    rule: str, start: datetime, known_on: date
) -> None:
    known = WorkingCalendar.as_known_at(known_on)
    if all(v.published > known_on for v in rules()[rule].versions):
        return
    answer = due(rule, start, calendar=known)
    assert answer.version.published <= known_on
    issued = {n.document: n.published for n in known.notices}
    for used in answer.explanation["calendar"]:
        assert all(issued[document] <= known_on for document in used["documents"])
