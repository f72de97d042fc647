"""From recognised tables to rows, problems and counts, by a small invented register of library books."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bihuan.core.intake.checking import Intake, take_in
from bihuan.core.intake.dates import Period
from bihuan.core.intake.problems import Kind, Policy, Problem, Source
from bihuan.core.intake.register import DATE, Context, Field, Judged, Register
from bihuan.core.intake.tests.files import put, sheet_xml, with_part, workbook
from bihuan.core.intake.values import parse_count, parse_text

NO_TITLE = Kind("missing_title", Policy.REJECT, "{cell} 没有书名。", "{cell} has no title.")
SAME_SHELF = Kind("same_shelf", Policy.FLAG, "与 {others} 同架。", "Stands with {others}.")


@dataclass(frozen=True)
class Book:
    title: str
    shelf: int | None
    bought: date | None
    source: Source


def one_per_shelf(lines: Sequence[Judged[Book]], context: Context) -> Iterable[Problem]:
    books = [*context.known.get("books", ()), *(line.row for line in lines if line.row)]
    for book in books:
        others = tuple(other.source for other in books if other is not book and other.shelf == book.shelf)
        if others:
            yield Problem(SAME_SHELF, book.source, others=others)


BOOKS: Register[Book] = Register(
    key="books",
    zh="图书登记",
    en="Books",
    fields=(
        Field(
            "title", "书名", "Title", parse_text, required=NO_TITLE, column_required=True, identifying=True
        ),
        Field("shelf", "书架", "Shelf", parse_count, identifying=True),
        Field("bought", "购入日期", "Bought", DATE, identifying=True),
    ),
    synonyms={
        "serial": ["序号"],
        "intake_note": ["核对结果"],
        "title": ["书名"],
        "shelf": ["书架"],
        "bought": ["购入日期"],
    },
    distinctive=frozenset({"title", "shelf", "bought"}),
    build=lambda draft, context: Book(
        draft.get("title"), draft.get("shelf"), draft.get("bought"), draft.source
    ),
    same_place=lambda draft, context: "library",
    cross_checks=(one_per_shelf,),
    recognised_from=3,
)
HEADING = ["序号", "书名", "书架", "购入日期"]


def take(folder: Path, **options: object) -> Intake:
    return take_in([folder], [BOOKS], period=Period.ending(date(2021, 11, 15)), **options)  # type: ignore[arg-type]


def kinds(intake: Intake) -> dict[int | None, list[str]]:
    said: dict[int | None, list[str]] = {}
    for problem in intake.problems:
        said.setdefault(problem.source.row, []).append(problem.kind.key)
    return said


def test_rows_are_read_typed_and_counted(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["图书登记"], HEADING, [1, "红楼梦", 3, "11月3日"], [2, "", 4, ""]))
    intake = take(tmp_path)
    assert intake.checked["books"].rows == (
        Book("红楼梦", 3, date(2021, 11, 3), Source("a.xlsx", "人员台账", 3)),
    )
    assert intake.result()["rows"] == {"read": 2, "accepted": 1, "skipped": 0, "rejected": 1}


def test_an_error_names_file_sheet_row_column_kind_and_says_it_in_both_languages(tmp_path: Path) -> None:
    put(tmp_path, "sub/a.xlsx", workbook(HEADING, [1, "", 4, ""]))
    intake = take(tmp_path)
    assert intake.result()["errors"] == [
        {
            "file": "sub/a.xlsx",
            "sheet": "人员台账",
            "row": 2,
            "column": "B 书名",
            "kind": "missing_title",
            "message": "B2（书名） 没有书名。",
        }
    ]
    assert intake.result("en")["errors"][0]["message"] == "B2 (书名) has no title."  # type: ignore[index]


@pytest.mark.parametrize(
    "line",
    [
        [None, None, None, None],
        [28, None, None, None],
        ["合计", "", "55本"],
        ["总计:", None, 12],
        ["小计", "", "", ""],
        ["", "合计", "55本"],
        ["", "本页小计:", 10, 10],
        ["填报人:周云   审核人:王玉"],
        ["", "", "负责人(签字):", "2021年11月15日"],
        ["单位(盖章):"],
        ["注:本表一式两份"],
        ["二、外文图书"],
        HEADING,
    ],
)
def test_totals_signatures_section_titles_and_repeated_headings_are_no_rows(
    tmp_path: Path, line: list[object]
) -> None:
    put(tmp_path, "a.xlsx", workbook(HEADING, [1, "红楼梦", 3, "11月3日"], line, [2, "水浒传", 5, ""]))
    assert take(tmp_path).result()["rows"] == {"read": 2, "accepted": 2, "skipped": 0, "rejected": 0}


def test_a_line_that_repeats_another_but_for_its_number_is_skipped_and_flagged(tmp_path: Path) -> None:
    book = ["红楼梦", 3, "11月3日"]
    put(tmp_path, "a.xlsx", workbook(HEADING, [1, *book], [2, *book], [3, "红楼梦", 4, "11月3日"]))
    put(tmp_path, "b.xlsx", workbook([*HEADING, "核对结果"], [9, *book, "略过"]))
    intake = take(tmp_path)
    assert intake.result()["rows"] == {"read": 4, "accepted": 2, "skipped": 2, "rejected": 0}
    skipped = [flag for flag in intake.problems if flag.kind.key == "exact_duplicate_row"]
    assert [(flag.source.file, flag.source.row) for flag in skipped] == [("a.xlsx", 3), ("b.xlsx", 2)]
    assert skipped[0].others == (Source("a.xlsx", "人员台账", 2),)


def test_contradictions_are_also_sought_with_rows_accepted_earlier(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(HEADING, [1, "红楼梦", 3, ""]))
    earlier = Book("水浒传", 3, None, Source("old.xlsx", "Sheet1", 7))
    intake = take(tmp_path, known={"books": [earlier]})
    assert kinds(intake) == {2: ["same_shelf"]}
    assert [problem.source for problem in intake.checked["books"].on_known] == [earlier.source]


def test_an_unknown_heading_stops_only_its_table_and_says_what_it_may_mean(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["序号", "书架", "购入日期", "图书名"], [1, 3, "", "红楼梦"]))
    put(tmp_path, "b.xlsx", workbook(HEADING, [1, "红楼梦", 3, ""]))
    intake = take(tmp_path)
    (problem,) = [item for item in intake.problems if item.kind.key == "missing_column"]
    assert problem.source == Source("a.xlsx", "人员台账")
    assert "图书名" in problem.message()
    assert intake.counts.read == 1
    assert "图书名" in problem.message("en")
    assert "Title" in problem.message("en")
    ((key, waiting),) = intake.to_confirm
    assert (key, waiting.header.unknown[0].suggestions[0].field) == ("books", "title")
    again = take(tmp_path, confirmed={"books": {"title": ["图书名"]}})
    assert again.counts.accepted == 2
    assert not [item for item in again.problems if item.kind.key == "missing_column"]


def test_a_table_no_register_knows_is_left_untouched_and_is_no_error(tmp_path: Path) -> None:
    put(tmp_path, "list.csv", "预警编号,姓名,住址\n1,周云,河东\n")
    put(tmp_path, "readme.md", "x")
    intake = take(tmp_path)
    assert intake.result() == {
        "rows": {"read": 0, "accepted": 0, "skipped": 0, "rejected": 0},
        "errors": [],
        "flags": [],
    }
    assert sorted(note.kind.key for note in intake.notes) == ["not_a_table_file", "not_recognised"]


def test_a_bad_file_is_an_error_of_the_file_and_the_others_are_taken(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(HEADING, [1, "红楼梦", 3, ""]))
    put(tmp_path, "b.xlsx", b"PK\x03\x04broken")
    intake = take(tmp_path)
    assert intake.counts.accepted == 1
    assert [(item.source.file, item.source.row, item.kind.key) for item in intake.problems] == [
        ("b.xlsx", None, "unreadable_file")
    ]


def test_a_formula_nobody_calculated_is_an_error_of_its_row(tmp_path: Path) -> None:
    cells = '<row r="1">' + "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{word}</t></is></c>'
        for letter, word in zip("ABCD", HEADING, strict=True)
    )
    cells += (
        '</row><row r="2"><c r="B2" t="inlineStr"><is><t>红楼梦</t></is></c><c r="C2"><f>1+2</f></c></row>'
    )
    put(tmp_path, "a.xlsx", with_part(workbook(["x"]), "xl/worksheets/sheet1.xml", sheet_xml(cells)))
    assert kinds(take(tmp_path)) == {2: ["formula_without_value"]}


def test_the_period_comes_from_the_titles_when_nobody_gives_it(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["图书登记(2020年3月5日)"], HEADING, [1, "红楼梦", 3, "2月29日"]))
    intake = take_in([tmp_path], [BOOKS])
    assert intake.period == Period(2020, date(2020, 3, 5))
    assert intake.checked["books"].rows[0].bought == date(2020, 2, 29)


def test_without_a_year_in_any_title_the_dates_written_in_full_tell_it(tmp_path: Path) -> None:
    rows = [1, "红楼梦", 3, "2019-10-01"], [2, "水浒传", 4, "10月2日"], [3, "西游记", 5, "11月20日"]
    put(tmp_path, "a.xlsx", workbook(["图书登记(截至11月15日)"], HEADING, *rows))
    intake = take_in([tmp_path], [BOOKS])
    assert intake.period == Period(2019, date(2019, 11, 15))
    assert [book.bought for book in intake.checked["books"].rows][1:] == [
        date(2019, 10, 2),
        date(2019, 11, 20),
    ]


def test_and_where_there_are_none_the_rows_accepted_earlier(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["图书登记(截至11月15日)"], HEADING, [2, "水浒传", 4, "10月2日"]))
    earlier = Book("红楼梦", 3, date(2019, 10, 1), Source("old.xlsx", "s", 2))
    intake = take_in([tmp_path], [BOOKS], known={"books": [earlier]})
    assert intake.checked["books"].rows[0].bought == date(2019, 10, 2)
