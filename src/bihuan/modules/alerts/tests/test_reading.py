"""Lists as senders write them: encodings, separators, quotes, times; and what arrives broken or poisoned."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from bihuan.core.intake.parcels import Glimpse
from bihuan.modules.alerts import times
from bihuan.modules.alerts.drill_lists import HEADINGS, write_lists
from bihuan.modules.alerts.reading import NUMBER, Pushed, read
from bihuan.modules.alerts.records import LONGEST, records
from bihuan.modules.alerts.taking import AlertLists

ROW = [
    "YJ1",
    "赵试一",
    "620702194501019909",
    "19000000001",
    "新墩镇演练路1号",
    "密接名单",
    "2021-11-11 06:00:00",
    "市疾控流调组",
]
UNTIL = datetime(2021, 11, 15, 20, tzinfo=UTC)


def row(number: int, **cells: str) -> str:
    named = dict(zip(HEADINGS, ROW, strict=True)) | {"预警编号": f"YJ{number}"} | cells
    return ",".join(named.values())


def written(folder: Path, *lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Pushed:
    file = folder / "list.csv"
    file.write_bytes(end.join([",".join(HEADINGS), *lines, ""]).encode(encoding))
    return read(file, "list.csv")


def numbers(pushed: Pushed) -> list[str]:
    return [cells[NUMBER] for cells in pushed.said]


@pytest.mark.parametrize("seed", [1, 42, 1911, 90_390, 524_287])
def test_every_dialect_is_read_to_the_line(tmp_path: Path, seed: int) -> None:
    truth = write_lists(tmp_path, rows=900, lists=5, seed=seed, until=UNTIL, workbook=True)
    fates = {(line.file, line.line): line.fate for line in truth.lines}
    seen: set[tuple[str, int]] = set()
    for file in tmp_path.iterdir():
        pushed = read(file, file.name)
        assert pushed.unreadable is None, seed
        assert all(moment is not None for moment in pushed.pushed), seed
        good = {(file.name, line) for _, line in pushed.lines}
        bad = {(file.name, bad.line) for bad in pushed.bad}
        assert {fates[one] for one in bad} <= {"wrong_column_count"}, seed
        assert "wrong_column_count" not in {fates[one] for one in good}, seed
        seen |= good | bad
    assert seen == set(fates), seed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    pushed = written(tmp_path, row(1), row(2), encoding=encoding, end=end)
    assert numbers(pushed) == ["YJ1", "YJ2"]
    assert [line for _, line in pushed.lines] == [2, 3]


def test_a_quoted_line_break_is_one_row_and_lines_are_the_files_own(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1, 现住址='"新墩镇\n演练路1号"'), row(2))
    assert [line for _, line in pushed.lines] == [2, 4]


def test_nul_bytes_are_taken_out_and_said(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1, 现住址="新墩\0镇"), row(2))
    assert numbers(pushed) == ["YJ1", "YJ2"]
    assert pushed.nuls == 1
    assert [problem.kind.key for problem in pushed.problems()] == ["nul_removed"]


def test_malformed_lines_are_named_with_what_stands_there_and_cost_no_other(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1), row(2) + ",还有一格", row(3).rpartition(",")[0], row(4), ",,,,,,,", "")
    assert numbers(pushed) == ["YJ1", "YJ4"]
    assert [(bad.line, bad.found, bad.wanted) for bad in pushed.bad] == [(3, 9, 8), (4, 7, 8)]
    assert "还有一格" in pushed.bad[0].text
    assert [problem.source.row for problem in pushed.problems()] == [3, 4]


def test_empty_cells_behind_the_last_column_are_no_columns(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1) + ",,", row(2) + ", ")
    assert numbers(pushed) == ["YJ1", "YJ2"]


def test_a_quote_that_is_never_closed_costs_its_own_line(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1), row(2, 现住址='"新墩镇'), *(row(n) for n in range(3, 200)))
    assert numbers(pushed) == ["YJ1", *(f"YJ{n}" for n in range(3, 200))]
    assert [bad.line for bad in pushed.bad] == [3]


def test_a_file_of_nothing_but_open_quotes_is_read_in_time(tmp_path: Path) -> None:
    """Each of them may look at so many lines ahead, no further."""
    lines = [row(n, 现住址=f'"{n}新墩镇') for n in range(3000)]
    pushed = written(tmp_path, *lines)
    assert pushed.rows <= 3000
    assert len(list(records("\n".join(['"a'] * 1000), ",", 8))) == 1000
    assert LONGEST < 100


def test_headings_go_by_many_names_in_any_order_below_a_title(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "11月11日预警数据\n下发单位,推送事由,预警时间,联系电话,住址,身份证号,人员姓名,预警ID\n"
        "市疾控流调组,密接名单,11-11 06:00,19000000001,新墩镇1号,620702194501019909,赵试一,YJ9\n",
        "utf-8",
    )
    pushed = read(file, "list.csv")
    assert pushed.said == [
        [
            "YJ9",
            "赵试一",
            "620702194501019909",
            "19000000001",
            "新墩镇1号",
            "密接名单",
            "11-11 06:00",
            "市疾控流调组",
        ]
    ]
    assert pushed.lines == [(0, 3)]


def test_a_list_without_a_column_it_needs_says_which(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("预警编号,姓名,推送原因,推送时间,推送单位\nYJ1,赵试一,密接名单,2021-11-11,甲\n", "utf-8")
    pushed = read(file, "list.csv")
    assert pushed.unreadable is not None
    assert "证件号码" in pushed.unreadable.message()


def test_a_workbook_with_real_dates_serials_formulas_and_numbers(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, ROW)
        page.write_datetime(
            1, 6, datetime(2021, 11, 11, 6, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        )
        page.write_row(2, 0, ROW)
        page.write_number(2, 6, 44511.25)
        page.write_number(2, 3, 19000000002)
        page.write_row(3, 0, ROW)
        page.write_formula(3, 4, '=HYPERLINK("http://example.invalid")', None, "点这里")
    pushed = read(file, "list.xlsx")
    assert [m and m.strftime("%m-%d %H:%M") for m in pushed.pushed] == [
        "11-11 06:30",
        "11-11 06:00",
        "11-11 06:00",
    ]
    assert pushed.said[1][3] == "19000000002"
    assert pushed.said[2][4] == "点这里"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2021/10/24 06:00", "2021-10-24 06:00:00"),
        ("20211025060000", "2021-10-25 06:00:00"),
        ("2021-11-11 06:00:00", "2021-11-11 06:00:00"),
        ("2021-11-11T06:00:05", "2021-11-11 06:00:05"),
        ("2021年11月11日6时5分", "2021-11-11 06:05:00"),
        ("２０２１／１１／１１　０６：００", "2021-11-11 06:00:00"),
        ("202111110600", "2021-11-11 06:00:00"),
        ("20211111", "2021-11-11 00:00:00"),
        ("44511.25", "2021-11-11 06:00:00"),
        ("11-11 06:00", "2021-11-11 06:00:00"),
        ("11月11日 6时", "2021-11-11 06:00:00"),
        ("12/28 06:00", "2020-12-28 06:00:00"),
        ("十一月十一日 6:00", "2021-11-11 06:00:00"),
    ],
)
def test_times_in_every_dialect(text: str, wanted: str) -> None:
    found = times.parse(text, now=datetime(2021, 11, 20, tzinfo=UTC))
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M:%S}" == wanted


@pytest.mark.parametrize(
    "text", ["", "昨天", "2021-13-01", "2021-02-30 06:00", "99999999999999", "12345678901", "11.3", "25:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    found = times.parse(text, now=datetime(2021, 11, 20, tzinfo=UTC))
    assert found is None or text == "11.3"


def test_a_million_columns_bombs_and_mixed_encodings_are_refused_or_read_never_believed(
    tmp_path: Path,
) -> None:
    (tmp_path / "wide.csv").write_bytes(b",".join([b"x"] * 10**6))
    (tmp_path / "mixed.csv").write_bytes(
        ",".join(HEADINGS).encode("gb18030")
        + b"\r\n"
        + row(1).encode("gb18030")
        + b"\r\n"
        + row(2).encode("utf-8")
    )
    (tmp_path / "bomb.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 2000)
    (tmp_path / "empty.csv").write_bytes(b"")
    claimed = [f.name for f in sorted(tmp_path.iterdir()) if AlertLists().claims(Glimpse(f, f.name))]
    assert set(claimed) <= {"mixed.csv"}
    for name in ("wide.csv", "bomb.xlsx", "empty.csv"):
        assert read(tmp_path / name, name).unreadable is not None
    mixed = read(tmp_path / "mixed.csv", "mixed.csv")
    assert mixed.unreadable is not None or mixed.rows == 2


def test_a_register_of_people_and_a_feedback_form_are_no_lists(tmp_path: Path) -> None:
    for name, headings in {
        "stays.csv": "姓名,身份证号,联系电话,入住时间,房间,人员类别",
        "reg.csv": "序号,姓名,证件号码,手机号,现住址",
    }.items():
        (tmp_path / name).write_text(f"{headings}\n", "utf-8")
        assert not AlertLists().claims(Glimpse(tmp_path / name, name))


def test_a_cell_beyond_every_measure_costs_its_own_line(tmp_path: Path) -> None:
    pushed = written(tmp_path, row(1), row(2, 现住址="长" * (csv.field_size_limit() + 1)), row(3))
    assert numbers(pushed) == ["YJ1", "YJ3"]
    assert [bad.line for bad in pushed.bad] == [3]
