"""One spelling of what lists write: names, identifiers, telephones, addresses, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from stdnum.iso7064 import mod_11_2

from bihuan.core.people.linking import addresses, identifiers, names, telephones
from bihuan.core.people.linking.addresses import Address

DIGITS = "0123456789"
bodies = some.builds(
    "{}{:04d}{:02d}{:02d}{:03d}".format,
    some.text(DIGITS, min_size=6, max_size=6),
    some.integers(1930, 2020), some.integers(1, 12), some.integers(1, 28), some.integers(0, 999),
)  # fmt: skip
numbers = bodies.map(lambda body: body + identifiers.check_digit(body))
mobiles = some.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@given(bodies)
def test_the_check_digit_is_the_standard_one(body: str) -> None:
    assert identifiers.check_digit(body) == mod_11_2.calc_check_digit(body)


@given(numbers)
def test_an_identifier_is_read_however_it_is_written(number: str) -> None:
    forms = (
        number.lower(), f" {number}\u3000 ", f"'{number}", wide(number), f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{number[:6]}-{number[6:]}",
    )  # fmt: skip
    assert {identifiers.read(form) for form in forms} == {(number, True)}


@given(numbers, some.integers(0, 16), some.sampled_from(DIGITS))
def test_no_wrong_digit_is_trusted(number: str, at: int, digit: str) -> None:
    if number[at] != digit:
        assert not identifiers.read(number[:at] + digit + number[at + 1 :]).valid


@given(numbers, some.integers(0, 16))
def test_no_two_swapped_neighbours_are_trusted(number: str, at: int) -> None:
    if number[at] != number[at + 1]:
        swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert not identifiers.read(swapped).valid


@pytest.mark.parametrize(
    "raw", ["", "  ", "1.10105E+17", "1.101051990030701E17", "无", "-", "0" * 18, "1" * 18, "1" * 15]
)
def test_what_is_no_identifier_leaves_nothing_to_trust_or_compare(raw: str) -> None:
    assert identifiers.read(raw).valid is False
    assert len(identifiers.read(raw).text) < 14


def test_a_number_with_an_impossible_birthday_is_not_trusted() -> None:
    body = "11010519900230001"
    assert not identifiers.read(body + identifiers.check_digit(body)).valid


def test_old_numbers_are_completed_and_passports_trusted_by_their_form() -> None:
    assert identifiers.read("110105900307001") == ("110105199003070017", False)
    assert identifiers.read(" e12345678") == ("E12345678", True)


@given(some.text(max_size=40))
def test_anything_can_be_read(text: str) -> None:
    for read in (identifiers.read, names.normal, names.spelled, telephones.normal, addresses.parse):
        read(text)
    names.sound(names.normal(text))


characters = some.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | some.sampled_from(
    "aBcZ ·•.Ａ\u3000"
)


@given(some.text(characters, max_size=12))
def test_a_name_in_its_one_spelling_stays_as_it_is(text: str) -> None:
    once = names.normal(text)
    assert names.normal(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", " 张\u3000三 "), ("张三", "張三"), ("阿依古丽·买买提", "阿依古丽•买买提"), ("阿依古丽·买买提", "阿依古丽‧买买提"),
        ("高清", "髙淸"), ("John Smith", "Ｊｏｈｎ　ｓｍｉｔｈ"),
    ],
)  # fmt: skip
def test_names_written_differently_are_one(one: str, other: str) -> None:
    assert names.normal(one) == names.normal(other)


def test_names_that_sound_alike_and_those_that_do_not() -> None:
    assert names.sound("林晓") == names.sound("林小") != names.sound("林霄雨")
    assert names.sound("单平") == names.sound("善平")  # as a surname 单 is read shan


def test_a_name_is_kept_with_its_own_characters() -> None:
    assert names.spelled(" 張　三 ") == "張三"
    assert names.spelled("阿依古丽 • 买买提") == "阿依古丽·买买提"
    assert names.spelled("John  Smith") == "John Smith"


@given(mobiles)
def test_a_mobile_number_is_read_however_it_is_written(number: str) -> None:
    forms = (
        "+86" + number, "0086" + number, f"{number[:3]}-{number[3:7]}-{number[7:]}", number + ".0", wide(number),
        f"{number[:3]} {number[3:7]} {number[7:]}", f"{number}、13800138000", f"'{number}",
    )  # fmt: skip
    assert {telephones.normal(form) for form in forms} == {number}


@pytest.mark.parametrize("raw", ["", "无", "123", "1.93E+10", "00000000000", "13333333333"])
def test_what_is_no_telephone_says_nothing(raw: str) -> None:
    assert telephones.normal(raw) == ""


HOME = Address("东街街道", "", "湿地路", "46", "305")


@pytest.mark.parametrize(
    "text",
    [
        "甘州区东街街道湿地路46号305室", "张掖市甘州区东街街道湿地路46号305室", "东街街道湿地路46号305", "东街街道湿地路46#305室",
        "甘州区东街\n街道湿地路46号305室", "甘州区 东街街道 湿地路 ４６号 305室", "甘州区东街街道办事处湿地路四十六号305室",
        "甘肃省张掖市甘州区东街街道湿地路46号305室",
    ],
)  # fmt: skip
def test_an_address_written_differently_has_the_same_parts(text: str) -> None:
    assert addresses.parse(text) == HOME


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("安阳乡县府南街272号117室", ("安阳乡", "", "县府南街", "272", "117")),
        ("梁家墩镇昭武路265#1399室", ("梁家墩镇", "", "昭武路", "265", "1399")),
        ("丹霞路91号178", ("", "", "丹霞路", "91", "178")),
        ("青禾县城关镇东大街12号3号楼2单元301室", ("城关镇", "", "东大街", "12", "3-2-301")),
        ("青禾县新墩镇流泉村三社12号", ("新墩镇", "流泉村", "3社", "12", "")),
        ("城关镇东街社区阳光小区3号楼2单元301", ("城关镇", "东街社区", "阳光小区", "3", "2-301")),
        ("阳光小区3号楼2单元301", ("", "", "阳光小区", "3", "2-301")),
        ("南乡镇县府南街1号", ("南乡镇", "", "县府南街", "1", "")),
        ("长安镇八一路十二号", ("长安镇", "", "八一路", "12", "")),
        ("新镇路12号", ("", "", "新镇路", "12", "")),
        ("312国道45号", ("", "", "312国道", "45", "")),
        ("", ("", "", "", "", "")),
    ],
)  # fmt: skip
def test_the_parts_of_an_address(text: str, parts: tuple[str, ...]) -> None:
    assert addresses.parse(text) == parts


@given(
    some.sampled_from(["城关镇", "东街街道", "沙河乡"]), some.sampled_from(["东大街", "八一路", "金安苑路"]),
    some.integers(1, 999), some.integers(1, 9999),
)  # fmt: skip
def test_any_number_and_room_come_out_as_they_went_in(
    township: str, road: str, number: int, room: int
) -> None:
    for form in ("青禾县{}{}{}号{}室", "{}{}{}#{}室", "{}{}{}号{}"):
        found = addresses.parse(form.format(township, road, number, room))
        assert found == (township, "", road, str(number), str(room))
