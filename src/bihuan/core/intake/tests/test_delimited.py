"""CSV and TSV in the encodings that Chinese offices use."""

import pytest

from bihuan.core.intake import delimited
from bihuan.core.intake.delimited import read_delimited
from bihuan.core.intake.problems import UnreadableError

TEXT = "序号,姓名,身份证号,房间,备注\n1,周云,990102,305,与王玉同住\n2,王玉,990103,305,\n"
TRADITIONAL = "序號,姓名,身分證號碼,房間,聯絡電話,備註\n1,陳雲,A123456789,三樓,0912345678,與王玉同住\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_encoding_is_recognised(encoding: str) -> None:
    rows = list(read_delimited(TEXT.encode(encoding)).rows())
    assert rows[0] == (1, ["序号", "姓名", "身份证号", "房间", "备注"])
    assert rows[1][1][1] == "周云"


def test_big5_is_not_taken_for_gb18030() -> None:
    content = read_delimited(TRADITIONAL.encode("big5"))
    assert content.encoding == "big5"
    assert next(content.rows())[1][1] == "姓名"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_recognised(delimiter: str) -> None:
    rows = list(read_delimited(TEXT.replace(",", delimiter).encode()).rows())
    assert [len(cells) for _, cells in rows] == [5, 5, 5]


def test_rows_count_by_the_physical_line_they_start_on() -> None:
    text = '姓名,备注\n周云,"第一行\n第二行"\n王玉,无\n\n李明,无\n'
    assert [number for number, _ in read_delimited(text.encode()).rows()] == [1, 2, 4, 5, 6]


def test_nul_characters_are_removed_and_counted() -> None:
    content = read_delimited(TEXT.replace("周云", "周\x00云").encode("gb18030"))
    assert content.nuls == 1
    assert list(content.rows())[1][1][1] == "周云"


def test_a_file_cut_inside_a_character_keeps_what_is_whole() -> None:
    data = (TEXT * 3).encode() + "周".encode()[:2]
    content = read_delimited(data)
    assert content.cut_short
    assert content.encoding == "utf-8"
    assert content.text == TEXT * 3


def test_a_few_broken_bytes_do_not_hide_the_rest() -> None:
    data = (TEXT * 40).encode("gb18030").replace("王玉".encode("gb18030"), b"\xff\xff", 1)
    content = read_delimited(data)
    assert "周云" in content.text


def test_pictures_under_a_csv_name_are_refused() -> None:
    with pytest.raises(UnreadableError) as caught:
        read_delimited(bytes([0x89, 0x50, 0xFF, 0xFE, 0xFD, 0x80, 0x81]) * 300)
    assert caught.value.kind.key == "unreadable_file"


def test_two_million_rows_are_refused_before_they_are_parsed() -> None:
    with pytest.raises(UnreadableError) as caught:
        read_delimited(b"a,b\n" * 2_000_000)
    assert caught.value.kind.key == "file_too_large"


def test_a_million_columns_are_refused() -> None:
    with pytest.raises(UnreadableError) as caught:
        read_delimited(b"a," * 1_000_000)
    assert caught.value.kind.key == "file_too_large"


def test_the_sample_of_usual_characters_holds_both_scripts() -> None:
    assert set("姓名号码號碼") <= delimited._USUAL
