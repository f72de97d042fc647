"""Every rule on file evaluates, explains itself in both languages, and says where it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from bihuan.core.clock.calendar import WorkingCalendar
from bihuan.core.clock.due import UnknownRuleError, due, permitted_extensions
from bihuan.core.clock.rules import Certainty, Rule, counting_rule, rule, rules
from bihuan.core.spec.deadlines import Counting, Unit

NOW = WorkingCalendar.as_known_at(date(2026, 11, 23))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVERY_RULE = pytest.mark.parametrize("rule_", rules().values(), ids=lambda r: r.code)


def bilingual(value: Any) -> Iterator[dict[str, str]]:
    """Yield every {zh, en} pair in a piece of JSON."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        for inner in value.values():
            yield from bilingual(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from bilingual(inner)


@EVERY_RULE
def test_it_evaluates_and_explains_itself_in_both_languages(rule_: Rule) -> None:
    for version in rule_.versions:
        start = datetime(2026, 9, 29, 9, 20)
        extensions = permitted_extensions(version, len([a for a in version.extensions if a.amount]))
        answer = due(
            rule_, start, calendar=NOW, extensions=extensions, law_at=max(version.effective, date(2019, 1, 1))
        )
        told = json.loads(json.dumps(answer.as_json(), ensure_ascii=False))
        assert datetime.fromisoformat(told["due_at"]).date().isoformat() == told["due_date"]
        assert told["rule"] == rule_.code
        pairs = list(bilingual(told))
        assert len(pairs) > 10
        for pair in pairs:
            assert pair["zh"].strip() and pair["en"].strip()
            assert not CHINESE.search(pair["en"]), pair
        terms = {line["term"]["zh"] for line in told["explanation"]["lines"]}
        assert {"法条", "不计入", "末日", "到几时", "工作日历", "可靠程度"} <= terms


@EVERY_RULE
def test_its_versions_are_in_order_and_none_is_in_force_before_it_was_known(rule_: Rule) -> None:
    for older, newer in pairwise(rule_.versions):
        assert older.effective < newer.effective
    assert all(v.published <= v.effective for v in rule_.versions)
    assert all(v.amount >= 0 and v.basis.law.zh for v in rule_.versions)


@EVERY_RULE
def test_local_practice_never_passes_for_law(rule_: Rule) -> None:
    for version in rule_.versions:
        if version.counting is Counting.PLAIN:
            assert version.certainty in {Certainty.SECONDARY, Certainty.UNVERIFIED}
        else:
            assert version.basis.article, "a statutory rule cites its article"


def test_the_limits_of_the_table_of_deadlines_are_all_there() -> None:
    expected = {
        "civil.filing_decision": (7, Unit.DAYS),
        "civil.fee": (7, Unit.DAYS),
        "civil.serve_complaint": (5, Unit.DAYS),
        "civil.answer": (15, Unit.DAYS),
        "civil.answer_foreign": (30, Unit.DAYS),
        "civil.hearing_notice": (3, Unit.DAYS),
        "civil.trial_ordinary": (6, Unit.MONTHS),
        "civil.trial_summary": (3, Unit.MONTHS),
        "civil.trial_small_claims": (2, Unit.MONTHS),
        "civil.trial_appeal": (3, Unit.MONTHS),
        "civil.appeal_judgment": (15, Unit.DAYS),
        "civil.public_notice": (30, Unit.DAYS),
        "enforcement.apply": (2, Unit.YEARS),
        "civil.obstacle": (10, Unit.DAYS),
        "criminal.obstacle": (5, Unit.DAYS),
        "mediation.choose": (2, Unit.WORKING_DAYS),
        "mediation.before_filing": (30, Unit.DAYS),
        "civil.judicial_confirmation": (30, Unit.DAYS),
        "prosecution.arrest_detained": (7, Unit.DAYS),
        "prosecution.review": (1, Unit.MONTHS),
        "defence.meeting": (48, Unit.HOURS),
        "defence.file_reading": (3, Unit.WORKING_DAYS),
        "police.public_security_case": (30, Unit.DAYS),
        "police.fine_payment": (15, Unit.DAYS),
        "legal_aid.review": (7, Unit.DAYS),
        "notarisation.certificate": (15, Unit.WORKING_DAYS),
        "reconsideration.apply": (60, Unit.DAYS),
        "reconsideration.review": (5, Unit.WORKING_DAYS),
        "reconsideration.answer": (10, Unit.WORKING_DAYS),
        "reconsideration.decision": (60, Unit.DAYS),
        "hotline.12368_work_order": (2, Unit.WORKING_DAYS),
        "alert.verification": (24, Unit.HOURS),
    }
    found = {code: (r.versions[-1].amount, r.versions[-1].unit) for code, r in rules().items()}
    assert {code: found[code] for code in expected} == expected


def test_an_unknown_rule_is_refused_with_the_nearest_names_in_both_languages() -> None:
    with pytest.raises(UnknownRuleError) as refused:
        rule("civil.filing_decison")
    assert "civil.filing_decision" in refused.value.text.zh
    assert "civil.filing_decision" in refused.value.text.en


def test_a_rule_is_not_known_before_its_law_was_published() -> None:
    with pytest.raises(UnknownRuleError, match="not known yet"):
        rule("legal_aid.review").version(date(2026, 1, 1), known_on=date(2021, 8, 19))


@pytest.mark.parametrize("code", list(Counting))
def test_every_way_of_counting_is_on_file_for_any_date(code: Counting) -> None:
    for day in (date(2015, 1, 1), date(2021, 11, 16), date(2026, 1, 1)):
        counting = counting_rule(code, day, day)
        assert counting.code is code
        assert not counting.custody or counting.last is not None
