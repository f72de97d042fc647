"""A draft held against a county: its own report agrees, a changed number differs, what no figure says is named."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from bihuan.command.proof.claims import AGREES, DIFFERS, LONGEST, NO_FIGURE, PARTS, TooLong, proof
from bihuan.command.report.build import document
from bihuan.command.report.plain import as_text
from bihuan.command.sitrep.moments import known_values, moment
from bihuan.command.tests.conftest import County
from bihuan.core.figures.evaluate import Moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(county: County) -> Moment:
    return moment(timezone.now())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_count_of_the_countys_own_report_agrees(now: Moment, language: str) -> None:
    text = as_text(document(now, dict(known_values(now))), language)
    body = "\n".join(line for line in text.splitlines() if line.startswith(" "))
    told = proof(body, now)
    agreeing = [c for c in told if c.verdict == AGREES and c.figure]
    assert len(agreeing) >= 16
    assert not [c for c in told if c.verdict in {DIFFERS, PARTS}]
    assert {c.figure.key for c in agreeing if c.figure} >= {
        "quarantine.sites",
        "quarantine.positives.probable",
    }


def test_a_number_that_is_not_the_ledgers_differs_and_says_by_how_much(now: Moment) -> None:
    value = known_values(now)["quarantine.persons_observed"]
    [claim] = proof(f"{value + 5}名集中隔离医学观察对象无一人发生交叉感染。", now)
    assert claim.verdict == DIFFERS and claim.ledger_value == value
    assert claim.figure is not None and claim.figure.key == "quarantine.persons_observed"
    assert "多 5" in claim.note.zh and "+5" in claim.note.en


def test_what_no_figure_says_is_named_and_dates_are_not_mistaken(now: Moment) -> None:
    told = proof("11月6日,67个核酸检测点有120名干警。", now)
    assert [(c.number.text, c.verdict) for c in told] == [
        ("11", NO_FIGURE), ("6", NO_FIGURE), ("67个", NO_FIGURE), ("120名", NO_FIGURE)
    ]  # fmt: skip
    assert told[0].note.zh == "日期" and "没有指标" in told[2].note.zh


def test_parts_that_do_not_add_up_to_their_total_are_found(now: Moment) -> None:
    text = "反馈指令34个,其中涉疫指令21个,核查数据11万余条,其中电话核查2424人次,技术核查2865人次,主动核查1783人次,签收预警90390条。"
    broken = [c for c in proof(text, now) if c.verdict == PARTS]
    assert [c.number.text for c in broken] == ["11万余条"]
    assert "97,462" in broken[0].note.zh and "12,538" in broken[0].note.zh
    whole = proof("受理10件,其中调解6件,判决4件;另有2件。", now)
    assert not [c for c in whole if c.verdict == PARTS], "a semicolon ends the list"


def test_the_page_marks_the_numbers_keeps_no_draft_and_is_for_readers_of_reports(
    now: Moment, county: Any
) -> None:
    reporter = county.client("reporter")
    assert reporter.get("/report/proof/").status_code == 200
    page = reporter.post(
        "/report/proof/", {"draft": "设集中隔离点 9999 个 <script>", "cutoff": ""}
    ).content.decode()
    assert re.search(r'bh-said-overdue" href="#n1">9999 个', page) and "不一致" in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "9999" not in reporter.get("/report/proof/").content.decode()
    assert county.client("site_nurse").get("/report/proof/").status_code == 403


def test_a_draft_beyond_the_limit_is_refused_whole_and_kept_in_the_box(now: Moment, county: Any) -> None:
    draft = "设集中隔离点 9999 个。" + "无" * LONGEST
    with pytest.raises(TooLong):
        proof(draft, now)
    page = county.client("reporter").post("/report/proof/", {"draft": draft, "cutoff": ""}).content.decode()
    assert "没有核对" in page and "9999" in page and "bh-said" not in page
