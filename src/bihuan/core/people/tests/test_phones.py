"""What people write as a telephone number, and what is none."""

from __future__ import annotations

import pytest

from bihuan.core.people.masks import masked_phone
from bihuan.core.people.normal import normal_phone
from bihuan.core.people.phones import kept_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13812345520", "13812345520"),
        ("1381234-5520", "13812345520"),
        ("138 1234 5520", "13812345520"),
        ("１３８１２３４５５２０", "13812345520"),
        ("+86 138-1234-5520", "13812345520"),
        ("0086 13812345520", "13812345520"),
        ("19912345520", "19912345520"),
        ("0936-8215520", "09368215520"),
        ("（0936）8215520", "09368215520"),
        ("010-65551234", "01065551234"),
        ("8215520", "8215520"),
        ("0936-8215520 转 801", "09368215520转801"),
        ("0936-8215520-801", "09368215520转801"),
        ("09368215520 ext. 801", "09368215520转801"),
        ("+852 2345 6789", "+85223456789"),
        ("+44 20 7946 0018", "+442079460018"),
        ("400-818-8188", "4008188188"),
    ],
)
def test_every_usual_way_of_writing_a_number_is_read(typed: str, kept: str) -> None:
    assert kept_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "无",
        "123",
        "1381234552",
        "138123455201",
        "没有电话",
        "138-abcd-5520",
        "+999 1234",
        "0936",
        "12345678901",
    ],
)
def test_what_no_telephone_has_is_no_number(typed: str) -> None:
    assert kept_phone(typed) is None


def test_an_extension_is_no_part_of_the_number_by_which_a_person_is_found() -> None:
    assert normal_phone("0936-8215520 转 801") == normal_phone("09368215520") == "09368215520"
    assert "09368215520" not in masked_phone("09368215520转801")
