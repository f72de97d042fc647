"""From files and folders to tables; a bad file never loses the good ones."""

import datetime
import io
import resource
import zipfile
from pathlib import Path
from random import Random

import openpyxl
import pytest

from bihuan.core.intake import safety
from bihuan.core.intake.problems import Problem
from bihuan.core.intake.tests.files import old_workbook, put, sheet_xml, with_part, workbook
from bihuan.core.intake.text import BrokenCell
from bihuan.core.intake.workbook import Table, read_file, read_folder

SOUND = workbook(["姓名", "电话"], ["周云", 19512345678])


def read(folder: Path) -> tuple[dict[str, Table], dict[str, str]]:
    """Tables by file, kinds of problems by file."""
    tables, said = {}, {}
    for item in read_folder([folder]):
        if isinstance(item, Problem):
            said[item.source.file] = item.kind.key
        else:
            item.rows()
            tables[item.file] = item
    return tables, said


def test_a_folder_gives_its_tables_with_names_relative_to_it(tmp_path: Path) -> None:
    put(tmp_path, "b/a.xlsx", SOUND)
    put(tmp_path, "c.csv", "姓名,电话\n周云,1\n")
    tables, said = read(tmp_path)
    assert list(tables) == ["b/a.xlsx", "c.csv"]
    assert said == {}
    assert tables["b/a.xlsx"].sheet == "人员台账"
    assert tables["c.csv"].sheet is None


def test_rows_keep_the_numbers_and_columns_of_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C4"] = "姓名"
    book.active["D6"] = datetime.date(2021, 11, 3)
    book.save(tmp_path / "a.xlsx")
    rows = read(tmp_path)[0]["a.xlsx"].rows()
    assert (4, ["", "", "姓名"]) in rows
    assert rows[-1] == (6, ["", "", "", datetime.date(2021, 11, 3)])


def test_a_cell_merged_downwards_counts_for_every_row_it_covers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["姓名", "房号", "备注"],
        ["周云", 305, ""],
        ["王玉", None, ""],
        ["李明", None, ""],
        ["陈芳", 306, ""],
    ):
        book.active.append(row)
    book.active.merge_cells("B2:B4")
    book.save(tmp_path / "a.xlsx")
    rows = read(tmp_path)[0]["a.xlsx"].rows()
    assert [cells[1] for _, cells in rows] == ["房号", 305, 305, 305, 306]


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    put(tmp_path, "a.xls", old_workbook())
    rows = read(tmp_path)[0]["a.xls"].rows()
    assert rows[0][1][1] == "姓名"
    assert rows[1][1][5] == datetime.date(2021, 11, 3)


def test_the_content_decides_what_a_file_is(tmp_path: Path) -> None:
    put(tmp_path, "really-xlsx.xls", SOUND)
    put(tmp_path, "really-csv.xls", "姓名,电话\n周云,1\n".encode("gb18030"))
    put(tmp_path, "really-xls.xlsx", old_workbook())
    put(tmp_path, "page.xls", "<html><table><tr><td>姓名</td></tr></table></html>")
    tables, said = read(tmp_path)
    assert set(tables) == {"really-xlsx.xls", "really-csv.xls", "really-xls.xlsx"}
    assert said == {"page.xls": "unreadable_file"}


BROKEN = {
    "empty.xlsx": (b"", "empty_file"),
    "blank.csv": (b"\r\n \r\n", "empty_file"),
    "cut.xlsx": (SOUND[: len(SOUND) // 2], "unreadable_file"),
    "cut.xls": (old_workbook()[:1500], "unreadable_file"),
    "noise.xls": (bytes(range(256)) * 40, "unreadable_file"),
    "nul.csv": (b"\x00" * 500, "unreadable_file"),
    "zip.xlsx": (b"PK\x03\x04" + b"\x00" * 200, "unreadable_file"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"),
        "encrypted_file",
    ),
    "~$open.xlsx": (b"\x05user", "lock_file"),
    "notes.docx": (b"PK\x03\x04", "not_a_table_file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_file_is_named_and_the_good_one_read(tmp_path: Path, name: str) -> None:
    data, kind = BROKEN[name]
    put(tmp_path, name, data)
    put(tmp_path, "good.xlsx", SOUND)
    tables, said = read(tmp_path)
    assert said == {name: kind}
    assert list(tables) == ["good.xlsx"]


def test_every_bad_file_says_what_happened_what_was_kept_and_what_to_do(tmp_path: Path) -> None:
    for name, (data, _) in BROKEN.items():
        put(tmp_path, name, data)
    errors = [
        item
        for item in read_folder([tmp_path])
        if isinstance(item, Problem) and item.policy.value == "reject"
    ]
    assert errors
    for problem in errors:
        assert "其他文件照常读取" in problem.message()
        assert "were" in problem.message("en")


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb = sheet_xml("<row r='1'><c r='A1'><v>" + "0" * 30_000_000 + "</v></c></row>")
    put(tmp_path, "bomb.xlsx", with_part(SOUND, "xl/worksheets/sheet1.xml", bomb))
    put(tmp_path, "good.xlsx", SOUND)
    tables, said = read(tmp_path)
    assert said == {"bomb.xlsx": "unsafe_file"}
    assert list(tables) == ["good.xlsx"]


def test_a_workbook_larger_than_the_limit_unpacked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "MAX_UNPACKED", 10_000)
    put(tmp_path, "large.xlsx", workbook(*[["x" * 50] * 20 for _ in range(50)]))
    assert read(tmp_path)[1] == {"large.xlsx": "file_too_large"}


def test_a_part_longer_than_it_declares_is_refused(tmp_path: Path) -> None:
    data = bytearray(SOUND)
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = data.rfind(size.to_bytes(4, "little"))
    data[at : at + 4] = (10).to_bytes(4, "little")
    put(tmp_path, "lying.xlsx", bytes(data))
    assert read(tmp_path)[1] == {"lying.xlsx": "unreadable_file"}


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2000000"><c r="A2000000"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="BDWGN1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="250000"><c r="XFD250000"><v>1</v></c></row>',
    ],
)
def test_sheets_that_claim_millions_of_rows_or_columns_are_refused(tmp_path: Path, cells: str) -> None:
    put(tmp_path, "wide.xlsx", with_part(SOUND, "xl/worksheets/sheet1.xml", sheet_xml(cells)))
    assert read(tmp_path)[1] == {"wide.xlsx": "file_too_large"}


def test_formatting_far_out_does_not_make_a_sheet_large(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
        '<row r="1048576"><c r="A1048576" s="0"/></row>'
    )
    put(tmp_path, "styled.xlsx", with_part(SOUND, "xl/worksheets/sheet1.xml", sheet_xml(cells)))
    tables, said = read(tmp_path)
    assert said == {}
    assert tables["styled.xlsx"].rows() == [(1, [1])]


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    put(tmp_path, "doctype.xlsx", with_part(SOUND, "xl/worksheets/sheet1.xml", xml))
    assert read(tmp_path)[1] == {"doctype.xlsx": "unsafe_file"}


def test_a_formula_gives_its_stored_value_and_is_never_calculated(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1"><f>1+1</f><v>3</v></c><c r="B1" t="str"><f>"a"</f><v>text</v></c>'
        '<c r="C1"><f>1+1</f></c><c r="D1"><f>1+1</f><v></v></c><c r="E1" t="e"><v>#REF!</v></c>'
        '<c r="F1" t="str"><f>""</f><v></v></c><c r="G1"><v>7</v></c></row>'
    )
    put(tmp_path, "a.xlsx", with_part(SOUND, "xl/worksheets/sheet1.xml", sheet_xml(cells)))
    rows = read(tmp_path)[0]["a.xlsx"].rows()
    formula, error = BrokenCell("formula"), BrokenCell("#REF!")
    assert rows == [(1, [3, "text", formula, formula, error, "", 7])]


def test_macros_are_noted_and_the_data_read(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsm", with_part(SOUND, "xl/vbaProject.bin", b"macro"))
    tables, said = read(tmp_path)
    assert said == {"a.xlsm": "macros_ignored"}
    assert len(tables["a.xlsm"].rows()) == 2


def test_a_hidden_sheet_is_read_and_known_to_be_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "封面"
    hidden = book.create_sheet("旧表")
    hidden["A1"] = "姓名"
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    tables = [item for item in read_folder([tmp_path]) if isinstance(item, Table)]
    assert [(table.sheet, table.hidden) for table in tables] == [("Sheet", False), ("旧表", True)]


def test_a_workbook_counting_from_1904_says_so(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", workbook(["x"], date_1904=True))
    assert read(tmp_path)[0]["a.xlsx"].from_1904


def test_an_old_workbook_whose_sectors_run_in_a_circle_takes_no_memory_of_ours(tmp_path: Path) -> None:
    data = bytearray(old_workbook())
    entry = 512 + 8 * 512 + 4 * 9  # of the allocation table, for the sector that holds the directory
    data[entry : entry + 4] = (9).to_bytes(4, "little")
    put(tmp_path, "circle.xls", bytes(data))
    put(tmp_path, "good.xlsx", SOUND)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tables, said = read(tmp_path)
    assert said == {"circle.xls": "unreadable_file"}
    assert list(tables) == ["good.xlsx"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_to_a_file_ever_stops_the_reading(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    for number in range(25):
        data = bytearray(SOUND)
        for _ in range(random.randint(1, 30)):
            data[random.randrange(len(data))] = random.randrange(256)
        put(tmp_path, f"{number}.xlsx", bytes(data[: random.randint(1, len(data))]))
    put(tmp_path, "good.xlsx", SOUND)
    assert "good.xlsx" in read(tmp_path)[0]


def test_why_a_file_was_not_read_is_said_in_one_language_at_a_time(tmp_path: Path) -> None:
    file = put(tmp_path, "坏.xlsx", b"PK\x03\x04 broken off")
    (problem,) = (item for item in read_file(file, "坏.xlsx") if isinstance(item, Problem))
    assert "损坏" in problem.message("zh-hans") and "damaged" not in problem.message("zh-hans")
    assert "damaged" in problem.message("en") and "损坏" not in problem.message("en")
