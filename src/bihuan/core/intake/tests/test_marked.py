"""The error workbook: the original, marked, and fit to be sent again."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bihuan.core.intake.checking import Intake, take_in
from bihuan.core.intake.dates import Period
from bihuan.core.intake.marked import AUTHOR, NOTE_HEADING, error_workbook
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.tests.files import put, workbook
from bihuan.core.intake.tests.test_checking import BOOKS, HEADING

LINES = (["图书登记"], HEADING, [1, "红楼梦", 3, "11月3日"], [2, "", 4, "=1+1"], [3, "水浒传", "许多", ""])


def checked(folder: Path) -> Intake:
    return take_in([folder], [BOOKS], period=Period.ending(date(2021, 11, 15)))


def marked(folder: Path, name: str, lang: str = "zh-hans") -> bytes:
    intake = checked(folder)
    own = [problem for problem in intake.problems if problem.source.file == name]
    tables = [item for item in intake.recognised["books"] if item.table.file == name]
    return error_workbook(folder / name, own, tables, lang)


def test_bad_cells_are_marked_and_explained_and_nothing_else_changes(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(*LINES))
    sheet = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.xlsx")))["人员台账"]
    assert sheet["B4"].fill.fgColor.rgb == "00FFC7CE"
    assert sheet["B4"].comment.author == AUTHOR
    assert "没有书名" in sheet["B4"].comment.text
    assert sheet["E2"].value == NOTE_HEADING["zh-hans"]
    assert sheet["E4"].value.startswith("[退回]")
    assert sheet["C5"].comment is not None
    assert sheet["B3"].value == "红楼梦"
    assert sheet["B3"].comment is None
    assert sheet["E3"].value is None


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(*LINES))
    put(tmp_path, "b.csv", "序号,书名,书架,购入日期\n1,=1+1,许多,\n")
    for name, cell in (("a.xlsx", "D4"), ("b.csv", "B2")):
        sheet = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, name))).worksheets[0]
        assert (sheet[cell].value, sheet[cell].data_type) == ("=1+1", "s")


def test_a_formula_is_replaced_by_the_value_it_showed(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet("人员台账")
        for column, heading in enumerate(HEADING):
            page.write(0, column, heading)
        page.write_formula(1, 2, "=1+2", None, 3)
    sheet = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.xlsx")))["人员台账"]
    assert (sheet["C2"].value, sheet["C2"].data_type) == (3, "n")


def test_sent_again_uncorrected_it_gives_the_same_result(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(*LINES))
    first = checked(tmp_path).result()
    for _ in range(2):
        put(tmp_path, "a.xlsx", marked(tmp_path, "a.xlsx"))
        assert checked(tmp_path).result() == first
        assert checked(tmp_path).notes == ()


def test_sent_again_corrected_the_marks_of_the_first_time_are_gone(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(*LINES))
    book = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.xlsx")))
    book["人员台账"]["B4"].value = "西游记"
    book["人员台账"]["D4"].value = "2021-11-04"
    book.save(tmp_path / "a.xlsx")
    assert checked(tmp_path).counts.rejected == 1
    sheet = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.xlsx")))["人员台账"]
    assert sheet["B4"].comment is None
    assert sheet["B4"].fill.fill_type is None
    assert sheet["E4"].value is None
    assert sheet["E5"].value.startswith("[退回]")


def test_a_text_file_comes_back_as_a_workbook_with_the_same_rows(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "序号,书名,书架,购入日期\n1,红楼梦,许多,11月3日\n".encode("gb18030"))
    sheet = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.csv", "en"))).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == ["1", "红楼梦", "许多", "11月3日"]
    assert sheet["C2"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["E1"].value == NOTE_HEADING["en"]
    assert sheet["E2"].value.startswith("[rejected]")


def test_what_cannot_be_read_cannot_be_marked(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        error_workbook(put(tmp_path, "a.xlsx", b"PK\x03\x04broken"), [])


def test_problems_of_the_file_stand_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["序号", "书架", "购入日期", "图书名"], [1, 3, "", "红楼梦"]))
    book = openpyxl.load_workbook(io.BytesIO(marked(tmp_path, "a.xlsx")))
    assert book.sheetnames == ["核对说明", "人员台账"]
    assert "书名" in book["核对说明"]["A1"].value
