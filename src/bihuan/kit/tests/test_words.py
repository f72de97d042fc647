"""What the template library writes: both languages, deadlines, numbers, and nothing that could run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.clock.events import END_OF_DAY
from bihuan.core.spec import Text
from bihuan.kit import dates, wording

NOW = datetime(2026, 10, 8, 10, 12, tzinfo=SHANGHAI)


def written(source: str, language: str = "zh-hans", **values: Any) -> str:
    with override(language):
        return Template("{% load bihuan %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("due", "status", "zh", "en"),
    [
        (NOW - timedelta(days=7, hours=16), "overdue", "超期 7 天", "7 days over"),
        (NOW - timedelta(days=1), "overdue", "超期 1 天", "1 day over"),
        (NOW - timedelta(hours=3), "overdue", "超 3 小时", "3 h over"),
        (NOW - timedelta(minutes=42), "overdue", "超 42 分", "42 min over"),
        (NOW - timedelta(seconds=5), "overdue", "超 1 分", "1 min over"),
        (NOW.replace(hour=17, minute=30), "due", "今天 17:30", "today 17:30"),
        (datetime.combine(NOW.date(), END_OF_DAY, SHANGHAI), "due", "今天 24:00", "today 24:00"),
        (NOW + timedelta(days=1), "soon", "明天", "tomorrow"),
        (NOW + timedelta(days=2), "soon", "10月10日", "10 Oct"),
        (NOW + timedelta(days=3), "soon", "10月11日", "11 Oct"),
        (NOW + timedelta(days=4), "later", "10月12日", "12 Oct"),
        (NOW + timedelta(days=90), "later", "2027年1月6日", "6 Jan 2027"),
    ],
)
def test_a_deadline_says_how_it_stands(due: datetime, status: str, zh: str, en: str) -> None:
    stands = dates.due(due, NOW)
    assert (stands.status, stands.text) == (status, Text(zh, en))


def test_the_day_is_the_countys_wherever_the_moment_was_written_down() -> None:
    late = datetime(2026, 10, 7, 16, 30, tzinfo=SHANGHAI).astimezone(tz=None)
    assert dates.due(late + timedelta(hours=8), NOW).status == "overdue"
    assert dates.day(datetime(2026, 10, 8, 0, 10, tzinfo=SHANGHAI).date()).zh == "10月8日"


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(hours=7, minutes=18), "7 小时 18 分", "7 h 18 min"),
        (timedelta(days=2, hours=3), "2 天 3 小时", "2 days 3 h"),
        (timedelta(days=1), "1 天", "1 day"),
        (timedelta(minutes=9), "9 分", "9 min"),
    ],
)
def test_what_is_left_is_told_in_its_two_largest_units(span: timedelta, zh: str, en: str) -> None:
    assert dates.amount_of(span) == Text(zh, en)


def test_a_deadline_is_a_chip_with_icon_word_and_exact_time() -> None:
    chip = written("{% due at now %}", at=NOW.replace(hour=17, minute=30), now=NOW)
    assert 'class="bh-chip bh-due"' in chip
    assert "#i-hourglass-high" in chip
    assert 'datetime="2026-10-08T17:30+08:00"' in chip
    assert "今天 17:30" in chip
    assert written("{% due at now %}", at=None, now=NOW) == ""


def test_one_of_two_languages_is_written_and_values_are_escaped() -> None:
    source = '{% t "还剩 {n} 项" "{n} left" n=n %}'
    assert written(source, n=3) == "还剩 3 项"
    assert written(source, "en", n=3) == "3 left"
    assert written(source, n="<script>") == "还剩 &lt;script&gt; 项"
    assert written(source, "en", n=Text("三", "three")) == "three left"


@pytest.mark.parametrize("value", [Text("甲", "A"), {"zh": "甲", "en": "A"}])
def test_a_text_is_told_whatever_holds_it(value: object) -> None:
    assert written("{{ v|tr }}", v=value) == "甲"
    assert written("{{ v|tr }}", "en", v=value) == "A"


def test_what_a_person_typed_is_never_markup() -> None:
    evil = '<img src=x onerror="alert(1)">'
    for source in ("{{ v|tr }}", '{% chip "done" v %}', '{% t "{v}" "{v}" v=v %}', '{% icon "x" label=v %}'):
        assert "<img" not in written(source, v=evil)


@pytest.mark.parametrize(
    ("value", "words"),
    [(6591, "6,591"), (Decimal("1234.50"), "1,234.50"), (0, "0"), (None, "—"), (-1000, "-1,000")],
)
def test_numbers_have_their_thousands_apart(value: Any, words: str) -> None:
    assert wording.grouped(value) == words


def test_a_number_that_is_not_there_yet_is_a_dash() -> None:
    """A batch that is still being read has no result; its list must open all the same."""
    assert written("{{ v.rows.read|number }}", v=None) == "—"


def test_a_figure_is_a_link_to_its_records() -> None:
    assert written("{% figure 6591 url %}", url="/rows/?a=1&b=2") == (
        '<a class="bh-fig bh-num" href="/rows/?a=1&amp;b=2">6,591</a>'
    )


def test_pages_keep_the_filters_of_the_address() -> None:
    from django.core.paginator import Paginator

    request = RequestFactory().get("/?q=王&state=open&page=2")
    with override("zh-hans"):
        drawn = Template("{% load bihuan %}{% pagination page %}").render(
            Context({"page": Paginator(range(500), 50).get_page(2), "request": request})
        )
    assert 'href="?q=%E7%8E%8B&amp;state=open&amp;page=3"' in drawn
    assert 'aria-current="page">2<' in drawn
    assert "第 51—100 项，共 500 项" in drawn


def test_the_strip_of_a_deadline_is_drawn_from_its_explanation() -> None:
    cells = [
        {"date": "2026-09-29", "mark": "start", "n": None, "label": {"zh": "起始", "en": "start"}, "gap": 0},
        {"date": None, "mark": "counted", "n": None, "label": {"zh": "…", "en": "…"}, "gap": 12},
        {"date": "2026-10-08", "mark": "due", "n": None, "label": {"zh": "到期", "en": "due"}, "gap": 0},
    ]
    drawn = written("{% strip cells %}", cells=cells)
    assert '<li class="no"><b class="bh-num">9/29</b>起始</li>' in drawn
    assert "12 天" in drawn
    assert '<li class="end"><b class="bh-num">8</b>到期</li>' in drawn


def test_a_date_with_another_year_names_it() -> None:
    assert dates.day(date(2025, 12, 31), date(2026, 10, 8)) == Text("2025年12月31日", "31 Dec 2025")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("关闭: {reason}", "关闭：{reason}"),
        ("还有 3 人在住,不能关闭", "还有 3 人在住，不能关闭"),
        ("传染病防治法(2013 年修正)第 39 条", "传染病防治法（2013 年修正）第 39 条"),
        ("截至 08:00,共 97,449 条", "截至 08:00，共 97,449 条"),
    ],
)
def test_a_chinese_text_reads_with_full_width_marks_however_it_was_typed(typed: str, read: str) -> None:
    text = Text(typed, "(1), a: b")
    assert (text.zh, text.en) == (read, "(1), a: b")
