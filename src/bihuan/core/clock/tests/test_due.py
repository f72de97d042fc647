"""The reckoning by use case: the hard ones of the law and of January 2020."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bihuan.core.clock.calendar import SHANGHAI, WorkingCalendar
from bihuan.core.clock.due import (
    BusinessHours,
    Due,
    Extension,
    Pause,
    Restart,
    due,
    permitted_extensions,
    resolve,
)
from bihuan.core.clock.wording import clock_time
from bihuan.core.spec.deadlines import DAYS, HOURS, MONTHS, YEARS, Within
from bihuan.core.spec.laws import CIVIL_PROCEDURE
from bihuan.core.spec.text import Text

NOW = WorkingCalendar.as_known_at(date(2026, 11, 23))


def on(rule: str | Within, *start: int, calendar: WorkingCalendar = NOW, **more: object) -> Due:
    return due(rule, datetime(*start), calendar=calendar, **more)  # type: ignore[arg-type]


def line(answer: Due, term: str) -> str:
    return next(x["text"]["zh"] for x in answer.explanation["lines"] if x["term"]["zh"] == term)


class TestNationalDay2026:
    def test_seven_days_that_end_in_the_holiday_roll_to_its_end_and_close_with_business(self) -> None:
        answer = on(
            "civil.filing_decision",
            2026,
            9,
            29,
            21,
            46,
            business_hours=BusinessHours(time(8, 30), time(17, 30)),
        )
        assert answer.due_at == datetime(2026, 10, 8, 17, 30, tzinfo=SHANGHAI)
        assert answer.explanation["roll"]["from"] == "2026-10-06"
        assert "民事诉讼法 第126条" in line(answer, "法条")
        assert "国庆节" in line(answer, "末日") and "10月8日" in line(answer, "末日")
        assert "2026 年工作日历 第1版" in line(answer, "工作日历")
        assert "10月10日（周六）上班" in line(answer, "工作日历")
        assert "民法典 第203条" in line(answer, "到几时")

    def test_the_strip_shows_start_seven_days_the_holiday_and_the_day_of_expiry(self) -> None:
        marks = [(c["date"][5:], c["mark"], c["n"]) for c in on("civil.filing_decision", 2026, 9, 29).days]
        assert marks[0] == ("09-29", "start", None)
        assert marks[1:8] == [
            ("09-30", "counted", 1),
            *((f"10-{n:02}", "counted", n + 1) for n in range(1, 7)),
        ]
        assert marks[8:] == [("10-07", "rolled", None), ("10-08", "due", None)]

    def test_a_working_saturday_is_a_last_day_like_any_other(self) -> None:
        assert on("civil.fee", 2026, 10, 3).due_date == date(2026, 10, 10)

    def test_without_business_hours_the_day_ends_at_24(self) -> None:
        answer = on("civil.filing_decision", 2026, 9, 29)
        assert answer.due_at is not None and answer.due_at.date() == date(2026, 10, 8)
        assert answer.due_at.isoformat() == "2026-10-08T23:59:59.999999+08:00"
        assert clock_time(answer.due_at) == "24:00" and answer.explanation["until"] == "24:00"


class TestJanuary2020:
    before = WorkingCalendar.as_known_at(date(2020, 1, 23))
    after = WorkingCalendar.as_known_at(date(2020, 1, 28))

    def test_a_running_period_of_days_moves_from_31_january_to_3_february(self) -> None:
        old = on("civil.filing_decision", 2020, 1, 21, calendar=self.before)
        new = on("civil.filing_decision", 2020, 1, 21, calendar=self.after)
        assert (old.due_date, new.due_date) == (date(2020, 1, 31), date(2020, 2, 3))
        assert "第1版" in line(old, "工作日历") and "第2版" in line(new, "工作日历")

    def test_a_running_period_of_working_days_loses_the_working_saturday(self) -> None:
        old = on("reconsideration.review", 2020, 1, 22, calendar=self.before)
        new = on("reconsideration.review", 2020, 1, 22, calendar=self.after)
        assert (old.due_date, new.due_date) == (date(2020, 2, 4), date(2020, 2, 6))

    def test_in_custody_nothing_moves(self) -> None:
        for calendar in (self.before, self.after):
            answer = on("prosecution.arrest_detained", 2020, 1, 21, calendar=calendar, custody=True)
            assert answer.due_date == date(2020, 1, 28)


class TestMonthsAndYears:
    @pytest.mark.parametrize(
        ("start", "amount", "unit", "end"),
        [
            ((2026, 1, 31), 1, MONTHS, date(2026, 2, 28)),
            ((2024, 1, 31), 1, MONTHS, date(2024, 2, 29)),
            ((2024, 2, 29), 12, MONTHS, date(2025, 2, 28)),
            ((2024, 2, 29), 2, YEARS, date(2026, 2, 28)),
            ((2025, 8, 31), 6, MONTHS, date(2026, 2, 28)),
            ((2025, 11, 30), 3, MONTHS, date(2026, 2, 28)),
            ((2026, 3, 12), 3, MONTHS, date(2026, 6, 12)),
        ],
    )
    def test_end_on_the_corresponding_date_or_the_months_last(
        self, start: tuple[int, ...], amount: int, unit: object, end: date
    ) -> None:
        within = Within(amount, unit, basis=CIVIL_PROCEDURE[152])  # type: ignore[arg-type]
        assert on(within, *start).due_date == end

    def test_a_month_and_fifteen_days_are_counted_without_a_roll_between(self) -> None:
        # One month ends on 1 October 2026, in the holiday; the extension goes on from there all the same.
        version = resolve("prosecution.review", date(2026, 9, 1), NOW)
        answer = on("prosecution.review", 2026, 9, 1, extensions=permitted_extensions(version, 1))
        assert answer.due_date == date(2026, 10, 16)


class TestCustody:
    def test_a_criminal_period_rolls_only_for_a_person_at_liberty(self) -> None:
        free = on("prosecution.arrest_detained", 2026, 9, 28)
        held = on("prosecution.arrest_detained", 2026, 9, 28, custody=True)
        assert (free.due_date, held.due_date) == (date(2026, 10, 8), date(2026, 10, 5))
        assert "在押期间不顺延" in line(held, "末日") and "刑事诉讼法 第105条" in line(held, "末日")

    def test_the_police_rule_excepts_custody_too(self) -> None:
        held = on("police.public_security_case", 2026, 9, 6, custody=True)
        assert held.due_date == date(2026, 10, 6)

    def test_civil_procedure_knows_no_such_exception(self) -> None:
        assert on("civil.filing_decision", 2026, 9, 29, custody=True).due_date == date(2026, 10, 8)


class TestExtensions:
    def test_are_counted_from_the_origin_not_from_the_rolled_day(self) -> None:
        assert on("police.public_security_case", 2026, 9, 6).due_date == date(2026, 10, 8)
        version = resolve("police.public_security_case", date(2026, 9, 6), NOW)
        once, twice = permitted_extensions(version, 1), permitted_extensions(version, 2)
        assert on("police.public_security_case", 2026, 9, 6, extensions=once).due_date == date(2026, 11, 5)
        assert on("police.public_security_case", 2026, 9, 6, extensions=twice).due_date == date(2026, 12, 7)

    def test_a_public_security_case_could_be_extended_once_before_2026(self) -> None:
        old = resolve("police.public_security_case", date(2025, 12, 31), NOW)
        new = resolve("police.public_security_case", date(2026, 1, 1), NOW)
        assert (len(permitted_extensions(old, 1)), len(permitted_extensions(new, 2))) == (1, 2)
        with pytest.raises(ValueError, match="最多延长 1 次"):
            permitted_extensions(old, 2)

    def test_an_extension_without_a_unit_is_of_the_periods_own(self) -> None:
        answer = on("reconsideration.review", 2026, 9, 28, extensions=[Extension(3)])
        assert answer.due_date == date(2026, 10, 14)
        assert "3 个工作日" in line(answer, "延长")

    def test_an_extension_in_hours_of_a_period_in_days_is_refused(self) -> None:
        with pytest.raises(ValueError, match="hours"):
            on("civil.fee", 2026, 3, 2, extensions=[Extension(4, HOURS)])


class TestPauses:
    appraisal = Text("鉴定", "appraisal")

    def test_push_the_remainder_and_the_roll_comes_last(self) -> None:
        pause = Pause(datetime(2026, 9, 28, 9), datetime(2026, 10, 12, 17), self.appraisal)
        answer = on("mediation.before_filing", 2026, 9, 10, pauses=[pause])
        assert answer.explanation["last_day"] == "2026-10-24", "10 October and fourteen days"
        assert answer.due_date == date(2026, 10, 26), "the 24th is a Saturday"
        assert "鉴定" in line(answer, "不计入") and "在线调解规则 第26条" in line(answer, "不计入")

    def test_across_a_holiday_take_working_days_only_where_there_are_any(self) -> None:
        pause = Pause(datetime(2026, 9, 29), datetime(2026, 10, 12), self.appraisal)
        assert on("notarisation.certificate", 2026, 9, 21, pauses=[pause]).due_date == date(2026, 10, 26)

    def test_on_the_day_of_the_start_shift_it_by_as_many_days(self) -> None:
        pause = Pause(datetime(2026, 3, 2, 11), datetime(2026, 3, 5, 9))
        assert on("civil.fee", 2026, 3, 2, 10, pauses=[pause]).due_date == date(2026, 3, 12)

    def test_overlapping_ones_count_once(self) -> None:
        pauses = [
            Pause(datetime(2026, 3, 4), datetime(2026, 3, 8)),
            Pause(datetime(2026, 3, 6), datetime(2026, 3, 10)),
        ]
        assert on("civil.answer", 2026, 3, 2, pauses=pauses).due_date == date(2026, 3, 23)

    def test_a_longer_run_may_reach_into_the_next_one(self) -> None:
        pauses = [
            Pause(datetime(2026, 3, 4), datetime(2026, 3, 8)),
            Pause(datetime(2026, 3, 11), datetime(2026, 3, 13)),
        ]
        assert on("civil.fee", 2026, 3, 2, pauses=pauses).due_date == date(2026, 3, 16)

    def test_one_that_still_stands_leaves_no_due_time(self) -> None:
        answer = on(
            "civil.trial_ordinary", 2026, 3, 2, pauses=[Pause(datetime(2026, 4, 1), None, self.appraisal)]
        )
        assert answer.due_at is None and answer.due_date is None
        assert "停止计算，鉴定" in line(answer, "停止")
        assert answer.as_json()["stopped"] is True and answer.days == []

    def test_one_that_began_after_expiry_changes_nothing(self) -> None:
        answer = on("civil.fee", 2026, 3, 2, pauses=[Pause(datetime(2026, 4, 1), None)])
        assert answer.due_date == date(2026, 3, 9)

    def test_one_that_ends_before_it_begins_is_refused(self) -> None:
        with pytest.raises(ValueError, match="end before it begins"):
            on("civil.fee", 2026, 3, 2, pauses=[Pause(datetime(2026, 3, 5), datetime(2026, 3, 4))])

    def test_the_reconsideration_period_goes_on_after_an_obstacle(self) -> None:
        quarantine = Pause(datetime(2026, 3, 20), datetime(2026, 4, 3), Text("隔离", "quarantine"))
        answer = on("reconsideration.obstacle", 2026, 3, 2, pauses=[quarantine])
        assert answer.due_date == date(2026, 5, 15)
        assert "行政复议法 第20条" in line(answer, "不计入")


class TestRestarts:
    def test_a_correction_begins_the_period_anew_and_drops_what_was_granted_before(self) -> None:
        answer = on(
            "civil.filing_decision",
            2026,
            3,
            2,
            restarts=[Restart(datetime(2026, 3, 12, 10), Text("收到补正材料", "correction received"))],
            extensions=[Extension(30, DAYS, granted_at=datetime(2026, 3, 5))],
        )
        assert answer.due_date == date(2026, 3, 19)
        assert "收到补正材料" in line(answer, "重新起算")


class TestHours:
    def test_the_first_hour_is_excluded_by_the_procedural_laws(self) -> None:
        answer = on("defence.meeting", 2026, 3, 2, 9, 20)
        assert answer.due_at == datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)
        assert "自 10:00 起算" in line(answer, "不计入")

    def test_questioning_is_counted_from_the_very_minute(self) -> None:
        assert on("police.questioning", 2026, 3, 1, 22, 20).due_at == datetime(
            2026, 3, 2, 6, 20, tzinfo=SHANGHAI
        )

    def test_hours_do_not_roll_over_a_holiday(self) -> None:
        assert on("alert.verification", 2026, 10, 1, 8).due_date == date(2026, 10, 2)

    def test_a_pause_pushes_hours_by_the_minute(self) -> None:
        pause = Pause(datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 12, 30))
        answer = on("alert.verification", 2026, 3, 2, 9, pauses=[pause])
        assert answer.due_at == datetime(2026, 3, 3, 11, 30, tzinfo=SHANGHAI)

    def test_overlapping_pauses_push_hours_once_and_only_from_the_start_on(self) -> None:
        pauses = [
            Pause(datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 10)),
            Pause(datetime(2026, 3, 2, 11), datetime(2026, 3, 2, 13)),
            Pause(datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 14)),
        ]
        answer = on("alert.verification", 2026, 3, 2, 9, pauses=pauses)
        assert answer.due_at == datetime(2026, 3, 3, 13, tzinfo=SHANGHAI)


class TestBackwardAndSameDay:
    def test_a_hearing_notice_goes_out_three_days_before(self) -> None:
        answer = on("civil.hearing_notice", 2026, 10, 12, 9)
        assert answer.due_date == date(2026, 10, 9)
        assert [c["mark"] for c in answer.days] == ["due", "counted", "counted", "event"]

    def test_a_reconsideration_hearing_notice_counts_working_days_back(self) -> None:
        assert on("reconsideration.hearing_notice", 2026, 10, 12, 9).due_date == date(2026, 9, 29)

    def test_after_the_cut_off_the_case_is_the_next_working_days(self) -> None:
        assert on("prosecution.same_day", 2026, 10, 9, 17, 30).due_date == date(2026, 10, 9)
        assert on("prosecution.same_day", 2026, 10, 9, 17, 31).due_date == date(2026, 10, 10)
        assert on("prosecution.same_day", 2026, 10, 9, 17, 31, cutoff=time(18)).due_date == date(2026, 10, 9)
