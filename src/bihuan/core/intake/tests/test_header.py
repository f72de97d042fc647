"""Headings: found wherever they stand, understood by the vocabulary, suggested where unknown."""

import pytest

from bihuan.core.intake.header import HeaderMatch, Vocabulary, find_header, load_synonyms
from bihuan.core.intake.workbook import Table

COMMON = load_synonyms("bihuan.core.intake")["common"]
WORDS = Vocabulary(
    {
        **COMMON,
        "check_in": ["入住时间", "集中隔离起始"],
        "check_out": ["离点时间"],
        "room": ["房号"],
        "test_day": ["第{n}天", "核酸第{n}天"],
        "test_round": ["{o}检"],
    }
)
PERSON = ["序号", "姓 名", "身份证号", "联系电话"]


def table(*rows: list[object]) -> Table:
    return Table("a.xlsx", "人员台账", [(number, row) for number, row in enumerate(rows, 1)])


def found(*rows: list[object], required: tuple[str, ...] = ()) -> HeaderMatch:
    match = find_header(table(*rows), WORDS, required)
    assert match is not None
    return match


def columns(match: HeaderMatch) -> dict[str, int]:
    return {key: column.index for key, column in match.columns.items()}


def test_a_heading_in_the_first_row() -> None:
    match = found([*PERSON, "入住时间"], [1.0, "周云", "x", "", "11月3日"])
    assert (match.first_row, match.last_row) == (1, 1)
    assert columns(match) == {"serial": 0, "name": 1, "id_number": 2, "phone": 3, "check_in": 4}


def test_titles_notes_and_blank_rows_may_stand_above() -> None:
    match = found(
        ["某某隔离点人员台账(截至11月15日)"],
        ["填报单位:河东街道    填报日期:2021-11-15"],
        [],
        [*PERSON, "入住时间"],
        [1.0, "周云", "x", "", "11月3日"],
    )
    assert (match.first_row, match.last_row) == (4, 4)


def test_a_heading_on_two_rows_with_groups() -> None:
    match = found(
        ["标题"],
        ["序号", "人员信息", "", "入住时间", "核酸检测结果", "", "", "备注"],
        ["", "姓名", "身份证号", "", "首检", "二检", "第4天", ""],
        [1.0, "周云", "x", "11月3日", "阴", "阴", "", ""],
    )
    assert (match.first_row, match.last_row) == (2, 3)
    assert columns(match) == {
        "serial": 0,
        "name": 1,
        "id_number": 2,
        "check_in": 3,
        "test_round:1": 4,
        "test_round:2": 5,
        "test_day:4": 6,
        "remark": 7,
    }


def test_a_group_and_a_general_word_below_it_make_one_heading() -> None:
    match = found(["姓名", "入住", "离点", "房号"], ["", "时间", "时间", ""], ["周云", "11月3日", "", "305"])
    assert columns(match) == {"name": 0, "check_in": 1, "check_out": 2, "room": 3}


def test_a_first_row_of_data_is_no_second_heading_row() -> None:
    match = found([*PERSON, "备注"], [1.0, "周云", "x", "电话", ""])
    assert match.last_row == 1


def test_numbered_headings_in_figures_and_words() -> None:
    match = found(["姓名", "第1天", "核酸第十四天", "首检", "三检"])
    assert set(match.columns) == {"name", "test_day:1", "test_day:14", "test_round:1", "test_round:3"}
    assert match.matched == {"name", "test_day", "test_round"}


@pytest.mark.parametrize(
    "heading", ["姓名", "姓 名", "姓\u3000名", " 姓名 ", "姓名:", "*姓名", "姓名(必填)", "姓\n名", "ＮＡＭＥ"]
)
def test_blanks_brackets_width_and_case_do_not_matter(heading: str) -> None:
    assert WORDS.meaning(heading) == "name"


def test_an_unknown_heading_gets_suggestions_and_is_not_used() -> None:
    match = found([*PERSON, "入住的时间", "开水房"], required=("name", "check_in"))
    assert match.missing == ("check_in",)
    unknown = {item.column.heading: item.suggestions for item in match.unknown}
    assert unknown["入住的时间"][0].field == "check_in"
    assert 0.5 < unknown["入住的时间"][0].confidence < 1
    assert all(suggestion.field != "name" for suggestion in unknown["开水房"])


def test_a_confirmed_heading_is_understood_from_then_on() -> None:
    words = WORDS.extended({"check_in": ["进房时刻"]})
    match = find_header(table([*PERSON, "进房时刻"]), words, ("check_in",))
    assert match is not None
    assert match.missing == ()
    assert WORDS.meaning("进房时刻") is None


def test_of_two_columns_with_one_meaning_the_first_is_used() -> None:
    match = found([*PERSON, "手机号"])
    assert match.columns["phone"].index == 3
    assert [item.column.index for item in match.unknown] == [4]


def test_a_sheet_without_headings_has_no_match() -> None:
    assert find_header(table(["通知"], ["请认真填写", "姓名"]), WORDS) is None
