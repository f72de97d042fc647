"""`bihuan calendar` and `bihuan deadline` as a script uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bihuan.cli import clock

app = typer.Typer()
clock.register(app)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_calendar_prints_every_date_of_the_year() -> None:
    days = answer("calendar", "2020", "--known-at", "2020-01-28")
    assert len(days) == 366 and set(days.values()) == {"working", "rest"}
    assert (days["2020-01-31"], days["2020-02-01"], days["2020-02-03"]) == ("rest", "rest", "working")


@pytest.mark.parametrize(
    ("known_at", "saturday"),
    [("2020-01-26", "working"), ("2020-01-26T15:59:00Z", "working"), ("2020-01-26T16:00:00Z", "rest")],
)
def test_calendar_answers_as_known_at_a_date_or_a_moment(known_at: str, saturday: str) -> None:
    assert answer("calendar", "2020", "--known-at", known_at)["2020-02-01"] == saturday


def test_calendar_says_in_the_table_that_a_year_is_provisional() -> None:
    result = run("calendar", "2027", "--known-at", "2026-11-23")
    assert result.exit_code == 0 and "暂定" in result.stdout and "Provisional" in result.stdout


def test_deadline_prints_the_due_time_and_its_explanation() -> None:
    told = answer("deadline", "civil.filing_decision", "--start", "2026-09-29T21:46", "--closes", "17:30")
    assert told["rule"] == "civil.filing_decision" and told["start"] == "2026-09-29T21:46:00+08:00"
    assert told["due_at"] == "2026-10-08T17:30:00+08:00" and told["due_date"] == "2026-10-08"
    assert told["explanation"]["basis"]["article"] == "126" and told["days"]


def test_deadline_takes_pauses_extensions_restarts_and_custody() -> None:
    held = answer("deadline", "prosecution.arrest_detained", "--start", "2026-09-28", "--custody")
    assert held["due_date"] == "2026-10-05"
    paused = answer(
        "deadline",
        "civil.trial_ordinary",
        "--start",
        "2026-03-02T09:00",
        "--pause",
        "2026-03-10T09:00/2026-03-20T17:00:appraisal",
        "--extend",
        "1",
        "--known-at",
        "2026-11-23",
    )
    assert paused["due_date"] == "2027-03-12" and paused["provisional"]
    assert "鉴定期间" in json.dumps(paused["explanation"]["excluded"], ensure_ascii=False)
    restarted = answer("deadline", "civil.fee", "--start", "2026-03-02", "--restart", "2026-03-12")
    assert restarted["due_date"] == "2026-03-19"
    stopped = answer("deadline", "civil.fee", "--start", "2026-03-02", "--pause", "2026-03-04/")
    assert stopped["due_at"] is None and stopped["stopped"]


def test_deadline_lists_the_rules() -> None:
    listed = answer("deadline", "--list")
    filing = next(r for r in listed if r["rule"] == "civil.filing_decision")
    assert filing["citation"]["zh"] == "民事诉讼法 第126条" and len(filing["versions"]) == 3
    table = run("deadline", "--list")
    assert table.exit_code == 0 and "reconsideration" in table.stdout


def test_deadline_prints_a_table_for_people() -> None:
    result = run("deadline", "civil.filing_decision", "--start", "2026-09-29")
    assert result.exit_code == 0 and "10月8日" in result.stdout and "8 Oct 2026" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("deadline", "civil.nonsense", "--start", "2026-03-02"),
        ("deadline", "civil.fee", "--start", "yesterday"),
        ("deadline", "civil.fee", "--start", "2026-02-30"),
        ("deadline", "civil.fee", "--start", "2026-03-02", "--known-at", "soon"),
        ("deadline", "civil.fee", "--start", "2026-03-02", "--pause", "2026-03-04"),
        ("deadline", "civil.fee", "--start", "2026-03-02", "--pause", "2026-03-04/2026-03-03"),
        ("deadline", "civil.fee", "--start", "2026-03-02", "--closes", "late"),
        ("deadline", "civil.fee", "--start", "2026-03-02", "--extend", "1"),
        ("deadline", "civil.fee", "--start", "9999-12-31"),
        ("deadline", "civil.fee"),
        ("deadline",),
        ("calendar", "1949"),
        ("calendar", "2026", "--known-at", "2026-13-01"),
    ],
    ids=" ".join,
)
def test_a_question_that_makes_no_sense_is_refused_in_both_languages(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    chinese, slash, english = result.stderr.strip().partition(" / ")
    assert slash and any("\u4e00" <= c <= "\u9fff" for c in chinese) and english.isascii()


def test_the_commands_start_without_django() -> None:
    code = "import sys; import bihuan.cli.clock; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
