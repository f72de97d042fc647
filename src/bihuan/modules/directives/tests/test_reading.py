"""Workbooks of every dialect say what was meant; what cannot be read is named by its row and costs itself alone."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from bihuan.core.intake.moments import LOCAL
from bihuan.core.intake.parcels import Glimpse
from bihuan.core.people.normal import normal_identifier, normal_name
from bihuan.modules.directives import cover, reading
from bihuan.modules.directives.drill_workbooks import Dialect, Invention, invent_directive, write
from bihuan.modules.directives.payloads import Finding
from bihuan.modules.directives.taking import Directives

NOW = datetime(2026, 10, 8, 10, tzinfo=LOCAL)


def _read(path: Path, now: datetime = NOW) -> reading.Workbook:
    return reading.read(path, path.name, now)


def _invented(seed: int, at: datetime, **more: object) -> Invention:
    return invent_directive(random.Random(seed), seed, at, listed=25, first=seed * 100, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(24))
def test_any_office_s_dialect_reads_as_it_was_meant(tmp_path: Path, seed: int) -> None:
    made = _invented(seed, NOW - timedelta(days=3 + seed), epidemic=seed % 3 > 0)
    book = _read(write(tmp_path, made, Dialect.invent(random.Random(seed + 100))))
    said = book.cover
    assert (said.reference, said.issuer, said.subject, said.epidemic) == (
        made.reference, made.issuer, made.subject, made.epidemic,
    )  # fmt: skip
    assert (said.received_at, said.due_at) == (made.received, made.due) and not book.problems
    assert sorted(one.who for one in book.listed) == sorted(one.identifier for one in made.people)
    assert len(book.feedback) == len(made.answers)
    for one, answer in zip(book.feedback, made.answers, strict=True):
        person = made.people[answer.person]
        assert (one.who, one.name) == (person.identifier, normal_name(person.name))
        assert (one.method, one.at, one.unit, one.words) == (
            answer.method,
            answer.at,
            answer.unit,
            answer.finding,
        )
        assert one.finding is not Finding.OTHER


@pytest.mark.parametrize(
    "at",
    [
        datetime(2019, 2, 27, 9, tzinfo=LOCAL),
        datetime(2020, 12, 30, 20, tzinfo=LOCAL),
        datetime(2025, 12, 31, 8, tzinfo=LOCAL),
    ],
)
@pytest.mark.parametrize("times", ["month_day", "dots", "serial"])
def test_any_year_is_read_also_over_new_year(tmp_path: Path, at: datetime, times: str) -> None:
    made = _invented(3, at, hours=72)
    dialect = Dialect.invent(random.Random(7))
    dialect.times = (times,)
    book = _read(write(tmp_path, made, dialect))
    if times == "month_day":  # no date of it says its year: the directive's number does
        assert made.reference.startswith(f"HC{at.year}")
    assert (book.cover.received_at, book.cover.due_at) == (made.received, made.due)
    assert [one.at for one in book.feedback] == [one.at for one in made.answers]


def test_a_workbook_without_feedback_is_a_list_to_work_on(tmp_path: Path) -> None:
    made = _invented(4, NOW - timedelta(hours=2))
    book = _read(write(tmp_path, made, Dialect.invent(random.Random(4)), feedback=False))
    assert len(book.listed) == 25 and not book.feedback and not book.problems


def test_several_lists_are_one_and_a_person_on_two_is_opened_once(tmp_path: Path) -> None:
    made = _invented(5, NOW - timedelta(hours=2))
    dialect = Dialect.invent(random.Random(5))
    dialect.sheets = 2
    made.people += made.people[:3]
    book = _read(write(tmp_path, made, dialect, feedback=False))
    assert (book.rows, len(book.listed), book.repeated, book.rejected) == (28, 25, 3, 0)
    assert [one.kind.key for one in book.problems] == ["directive_row_repeated"] * 3


def _sheet(path: Path, **sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


COVER: list[list[object]] = [
    ["指令编号", "HC202600001"], ["下发单位", "市疾控流调组"], ["指令主题", "关于协查密切接触者的指令"], ["接收时间", "2026-10-07 08:00"],
    ["反馈时限", "2026-10-08 08:00"], ["是否涉疫", "是"],
]  # fmt: skip
PEOPLE: list[list[object]] = [
    ["序号", "姓名", "证件号码", "手机号"],
    [1, "甲一", "620702199001019902", ""],
    [2, "乙二", "620702199001029916", ""],
]


def test_bad_rows_are_named_and_the_others_taken(tmp_path: Path) -> None:
    path = _sheet(
        tmp_path / "a.xlsx",
        封面=COVER,
        名单=[
            *PEOPLE,
            [3, "", "620702199001039922", ""],
            [4, "", "", ""],
            [5, "丙三", "", ""],
            [6, "丁四", "", "19000000001"],
        ],
        反馈=[
            ["序号", "姓名", "证件号码", "核查方式", "核查结果", "反馈时间", "核查单位"],
            [1, "甲一", "620702199001019902", "电话", "情况属实", "2026-10-07 09:00", "东街街道派出所"],
            [2, "乙二", "620702199001029916", "传真", "", "2026-10-07 09:00", ""],
            [3, "乙二", "620702199001029916", "电话", "", "昨天下午", ""],
            [4, "乙二", "620702199001029916", "电话", "", "2027-10-07 09:00", ""],
            [5, "乙二", "620702199001029916", "上门核查", "在家,有发热", "2026-10-07 10:00", ""],
        ],
    )
    book = _read(path)
    assert [one.name for one in book.listed] == ["甲一", "乙二", "丁四"] and book.rejected == 2
    assert [(one.kind.key, one.source.sheet, one.source.row) for one in book.problems] == [
        ("directive_row_without_person", "名单", 4), ("directive_row_without_person", "名单", 6),
        ("feedback_unknown_method", "反馈", 3), ("feedback_unreadable_time", "反馈", 4), ("feedback_ahead_of_now", "反馈", 5),
    ]  # fmt: skip
    assert [(one.finding, one.words) for one in book.feedback] == [
        (Finding.TRUE, "情况属实"), (Finding.OTHER, "在家,有发热"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({4: ["反馈时限", ""]}, "directive_cover_lacks"), ({0: ["指令编号", ""]}, "directive_cover_lacks"),
        ({5: ["是否涉疫", "也许"]}, "directive_cover_unreadable"), ({4: ["反馈时限", "尽快"]}, "directive_cover_unreadable"),
        ({4: ["反馈时限", "2026-10-07 07:00"]}, "directive_due_before_received"),
    ],
)  # fmt: skip
def test_a_cover_that_leaves_the_decisive_open_is_not_guessed_at(
    tmp_path: Path, change: dict[int, list[object]], kind: str
) -> None:
    rows = [change.get(number, row) for number, row in enumerate(COVER)]
    book = _read(_sheet(tmp_path / "b.xlsx", 封面=rows, 名单=PEOPLE))
    assert book.unreadable and [one.kind.key for one in book.problems] == [kind]
    assert "登记指令" in book.problems[0].message()


def test_a_limit_that_names_a_day_runs_to_the_end_of_it(tmp_path: Path) -> None:
    rows = [*COVER[:4], ["反馈时限", "2026年10月8日"], COVER[5]]
    book = _read(_sheet(tmp_path / "c.xlsx", 封面=rows, 名单=PEOPLE))
    assert book.cover.due_at == datetime(2026, 10, 8, 23, 59, 59, tzinfo=LOCAL)
    assert [one.kind.key for one in book.problems] == ["directive_due_without_clock"]


def test_without_a_time_of_receipt_it_came_when_it_was_taken_in(tmp_path: Path) -> None:
    book = _read(_sheet(tmp_path / "d.xlsx", 封面=[*COVER[:3], *COVER[4:]], 名单=PEOPLE))
    assert book.cover.received_at is None and not book.unreadable
    assert [one.kind.key for one in book.problems] == ["directive_without_received"]


def test_only_workbooks_with_a_cover_are_claimed(tmp_path: Path) -> None:
    kind = Directives()
    stays = _sheet(
        tmp_path / "s.xlsx",
        台账=[["姓名", "证件号码", "入住时间", "房号"], ["甲一", "620702199001019902", "2026-10-01", "301"]],
    )
    alerts = tmp_path / "alerts.csv"
    alerts.write_text(
        "预警编号,姓名,证件号码,推送原因,推送时间,推送单位\n1,甲,620702199001019902,密接,2026-10-01,组\n",
        "utf-8",
    )
    own = _sheet(tmp_path / "o.xlsx", 名单=[*COVER, [], *PEOPLE])
    assert [kind.claims(Glimpse(path, path.name)) for path in (stays, alerts, own)] == [False, False, True]


def test_a_cover_in_one_cell_each_and_full_width_is_read() -> None:
    rows = [
        (1, ["指令编号：HC202600009", "", "下发单位:县疾控"]),
        (2, ["主题", "核查", "反馈期限", "２０２６．１０．９ １２：００", "类别", "非涉疫类"]),
    ]
    said = cover.read(rows)
    assert (said.reference, said.issuer, said.subject, said.epidemic) == (
        "HC202600009",
        "县疾控",
        "核查",
        False,
    )
    assert said.due_at == datetime(2026, 10, 9, 12, tzinfo=LOCAL)


def test_a_damaged_file_is_named_and_nothing_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    book = _read(path)
    assert book.unreadable and book.problems[0].kind.key == "unreadable_file"
    assert _read(tmp_path / "gone.xlsx").unreadable


def test_identifiers_compare_in_one_spelling() -> None:
    one = reading.Listed("", 1, "甲", "'６２０７０２ 19900101 990x", "", "")
    assert one.who == normal_identifier("62070219900101990X")
