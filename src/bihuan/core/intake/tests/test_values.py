"""Names, identifiers and numbers as they come out of workbooks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.core.intake.problems import UnreadableError, column_letter, masked
from bihuan.core.intake.text import BrokenCell, chinese_number, is_blank
from bihuan.core.intake.values import (
    DocumentKind,
    id_text,
    masked_id,
    parse_count,
    parse_id,
    parse_name,
    parse_number,
    parse_phone,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identifier(body: str) -> str:
    """The body with its check digit by the standard's own table."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


SOUND = identifier("99010219850731998")
WITH_X = next(
    number for serial in range(999) if (number := identifier(f"99010219850731{serial:03d}")).endswith("X")
)


def kind_of(parse: object, written: object) -> str:
    with pytest.raises(UnreadableError) as caught:
        parse(written)  # type: ignore[operator]
    return caught.value.kind.key


@pytest.mark.parametrize("form", ["{}", "'{}", "{}  ", " {}", "{}\u3000", "\u200b{}", "“{}”"])
def test_an_identifier_in_any_wrapping_is_read(form: str) -> None:
    assert parse_id(form.format(SOUND)) == parse_id(SOUND)
    assert parse_id(SOUND).number == SOUND  # type: ignore[union-attr]


def test_blanks_inside_full_width_and_lower_case_x_are_mended() -> None:
    wide = WITH_X.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)})
    for written in (
        f"{WITH_X[:6]} {WITH_X[6:14]} {WITH_X[14:]}",
        wide,
        WITH_X.lower(),
        WITH_X.replace("X", "×"),
    ):
        document = parse_id(written)
        assert document is not None
        assert document.number == WITH_X
        assert document.kind is DocumentKind.RESIDENT


@pytest.mark.parametrize("written", [6.20902199505139e17, 620902199505139000, "6.30102E+17", "6.2e17", 1.5])
def test_an_identifier_turned_into_a_number_is_an_error_never_guessed(written: object) -> None:
    assert kind_of(parse_id, written) == "destroyed_id"


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_fails_the_check(place: int, change: int) -> None:
    digit = str((int(SOUND[place]) + change) % 10)
    assert kind_of(parse_id, SOUND[:place] + digit + SOUND[place + 1 :]) == "bad_id_checksum"


@pytest.mark.parametrize("written", [SOUND[:-1], SOUND + "1", "张三", "12345"])
def test_what_has_the_wrong_form_fails_too(written: str) -> None:
    assert kind_of(parse_id, written) == "bad_id_checksum"


def test_areas_and_birthdays_are_not_grounds_for_refusal() -> None:
    # 99 is no province and 1985 had no 29 February; both occur in sound registers of other people's lists.
    assert parse_id(identifier("99010219850229998")) is not None


def test_old_identifiers_are_completed_and_permits_accepted() -> None:
    old = parse_id("990102850731998")
    assert old is not None
    assert old.number == identifier("99010219850731998")
    permit = parse_id("h12345678")
    assert permit is not None
    assert permit.kind is DocumentKind.OTHER
    assert parse_id("E12345678") is not None


def test_an_identifier_never_shows_itself() -> None:
    document = parse_id(SOUND)
    assert SOUND not in repr(document) + str(document)
    assert masked_id(SOUND) == f"{SOUND[:4]}…{SOUND[-2:]}"
    assert SOUND not in masked(f"编号 {SOUND} 有误", 60)
    assert id_text(f"'{SOUND[:6]} {SOUND[6:]}") == SOUND


PHONES = (
    "19512345678 19512345678.0 +8619512345678 8619512345678 195-1234-5678 １９５１２３４５６７８ '19512345678"
)


@pytest.mark.parametrize(
    "written", [*PHONES.split(), 19512345678.0, "195 1234 5678", "19512345678/13900000000"]
)
def test_a_telephone_number_in_any_form(written: object) -> None:
    assert parse_phone(written) == "19512345678"


def test_landlines_blanks_and_wrong_numbers() -> None:
    assert parse_phone("0936-8212345") == "09368212345"
    assert parse_phone(" ") is None
    assert kind_of(parse_phone, "1951234567") == "bad_phone"


@pytest.mark.parametrize("dot", "·•‧・∙.")
def test_the_dot_in_a_name_is_always_the_same(dot: str) -> None:
    assert parse_name(f" 阿依{dot}买买提\u3000") == "阿依·买买提"


def test_blanks_in_names() -> None:
    assert parse_name("王 玉") == parse_name("王\u3000玉") == parse_name(" 王玉 ") == "王玉"
    assert parse_name("Anna  Maria Lind") == "Anna Maria Lind"
    assert parse_name("/") is None


def test_numbers_with_units_and_in_signs() -> None:
    assert parse_count("147间") == parse_count(147.0) == parse_count("１４７") == 147
    assert parse_count("三栋") == 3
    assert parse_number("38.951746") == 38.951746
    assert parse_number("") is None
    assert kind_of(parse_count, "2.5") == kind_of(parse_number, "许多") == "unreadable_number"


def test_chinese_numbers() -> None:
    assert [chinese_number(text) for text in ("十", "十一", "三十六", "二〇二一", "十十")] == [
        10,
        11,
        36,
        2021,
        None,
    ]


def test_small_things_other_parts_rely_on() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert is_blank("　/ ")
    assert not is_blank(0)
    assert BrokenCell("#N/A") == BrokenCell("#N/A") != BrokenCell("formula")
    assert len({BrokenCell("#N/A"), BrokenCell("#N/A")}) == 1
