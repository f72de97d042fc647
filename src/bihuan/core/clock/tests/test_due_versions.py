"""Which version of a law or a calendar answers, and periods that a declaration states itself."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bihuan.core.clock.calendar import Notice, WorkingCalendar
from bihuan.core.clock.due import Due, due
from bihuan.core.clock.rules import adapted, rule, rules
from bihuan.core.spec.deadlines import DAYS, LOCAL_RULE, Within
from bihuan.core.spec.laws import CIVIL_PROCEDURE
from bihuan.core.spec.text import Text

NOW = WorkingCalendar.as_known_at(date(2026, 11, 23))


def on(rule: str | Within, *start: int, calendar: WorkingCalendar = NOW, **more: object) -> Due:
    return due(rule, datetime(*start), calendar=calendar, **more)  # type: ignore[arg-type]


def line(answer: Due, term: str) -> str:
    return next(x["text"]["zh"] for x in answer.explanation["lines"] if x["term"]["zh"] == term)


class TestVersionsOfTheLaw:
    def test_service_by_public_notice_took_sixty_days_until_2022(self) -> None:
        old, new = on("civil.public_notice", 2021, 11, 16), on("civil.public_notice", 2022, 1, 4)
        assert (old.due_date, new.due_date) == (date(2022, 1, 15), date(2022, 2, 3))
        assert "第92条" in line(old, "法条") and "第95条" in line(new, "法条")

    def test_in_november_2021_the_articles_bore_their_old_numbers(self) -> None:
        answer = on("civil.filing_decision", 2021, 11, 16)
        assert "第123条" in line(answer, "法条") and "第82条" in line(answer, "不计入")

    def test_ten_days_for_the_respondent_became_working_days_in_2024(self) -> None:
        assert on("reconsideration.answer", 2023, 9, 25).due_date == date(2023, 10, 7)
        assert on("reconsideration.answer", 2024, 9, 25).due_date == date(2024, 10, 14)

    def test_the_law_of_another_date_may_be_asked_for(self) -> None:
        answer = on("civil.public_notice", 2021, 12, 20, law_at=date(2022, 1, 1))
        assert answer.explanation["rule"]["edition"] == "2021"

    def test_a_start_before_the_oldest_version_is_not_passed_off_as_certain(self) -> None:
        answer = on("legal_aid.forward_request", 2021, 11, 16, 9)
        assert answer.explanation["certainty"] == "unverified"
        assert "人工核对" in line(answer, "可靠程度")


class TestProvisional:
    def test_a_period_that_ends_in_a_year_without_notice_says_so_until_the_notice_comes(self) -> None:
        waiting = on("reconsideration.review", 2026, 12, 28)
        assert waiting.provisional and "暂定" in line(waiting, "工作日历")
        notice = Notice(
            2027,
            "国办发明电〔2026〕0号",
            date(2026, 11, 20),
            date(2026, 11, 20),
            ((date(2027, 1, 1), date(2027, 1, 4), Text("元旦", "New Year's Day")),),
            frozenset(),
        )
        told = WorkingCalendar.as_known_at(date(2026, 11, 23), extra=(notice,))
        answer = on("reconsideration.review", 2026, 12, 28, calendar=told)
        assert not answer.provisional
        assert (waiting.due_date, answer.due_date) == (date(2027, 1, 5), date(2027, 1, 6))

    def test_a_period_that_cannot_roll_is_never_provisional(self) -> None:
        assert not on("quarantine.centralised", 2026, 12, 28).provisional


class TestDeclaredPeriods:
    def test_a_period_stated_in_a_declaration_counts_by_the_law_it_cites(self) -> None:
        answer = on(Within(7, DAYS, basis=CIVIL_PROCEDURE[126]), 2026, 9, 29)
        assert answer.due_date == date(2026, 10, 8) and answer.explanation["certainty"] == "declared"

    def test_a_local_period_does_not_roll(self) -> None:
        assert on(Within(7, DAYS, basis=LOCAL_RULE), 2026, 9, 29).due_date == date(2026, 10, 6)

    def test_a_named_rule_may_be_referred_to(self) -> None:
        assert on(Within.rule("civil.filing_decision"), 2026, 9, 29).due_date == date(2026, 10, 8)

    def test_a_date_set_by_a_field_is_not_counted(self) -> None:
        with pytest.raises(ValueError, match="set by a field"):
            on(Within.set_by("correct", "reply_by"), 2026, 9, 29)

    def test_a_period_without_a_basis_cannot_be_declared(self) -> None:
        with pytest.raises(ValueError, match="needs a basis"):
            Within(7, DAYS)

    def test_days_of_travel_are_left_out(self) -> None:
        assert on("civil.answer", 2026, 3, 2, travel_days=3).due_date == date(2026, 3, 20)


class TestLocalRules:
    def test_a_county_may_set_its_own_limit_from_a_date_on(self) -> None:
        own = adapted(
            rule("hotline.12368_work_order"), 1, effective=date(2026, 6, 1), published=date(2026, 5, 20)
        )
        book = {**rules(), own.code: own}
        assert on(own.code, 2026, 6, 1, rulebook=book).due_date == date(2026, 6, 2)
        assert on(own.code, 2026, 5, 25, rulebook=book).due_date == date(2026, 5, 27)
        before = WorkingCalendar.as_known_at(date(2026, 5, 19))
        assert on(own.code, 2026, 6, 1, rulebook=book, calendar=before).due_date == date(2026, 6, 3)

    def test_a_statutory_period_is_not_configurable(self) -> None:
        with pytest.raises(ValueError, match="set by law"):
            adapted(rule("civil.filing_decision"), 3, effective=date(2026, 6, 1), published=date(2026, 5, 20))
