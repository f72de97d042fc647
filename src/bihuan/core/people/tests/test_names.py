"""Names, identifiers and numbers: one spelling, many ways to type them, little to be seen of them."""

from __future__ import annotations

import pytest
from django.utils import translation

from bihuan.core.people.blind import identifier_blind, name_blind, phone_blind, query_tokens, search_tokens
from bihuan.core.people.masks import (
    _mask,
    masked_address,
    masked_identifier,
    masked_name,
    masked_phone,
)  # fmt: skip
from bihuan.core.people.pinyin import spellings
from bihuan.core.people.search import matches


@pytest.mark.parametrize(
    "other",
    [
        "62222319900307123x",
        " 622223 19900307 123X ",
        "６２２２２３１９９００３０７１２３Ｘ",
        "'62222319900307123X",
    ],
)
def test_an_identifier_is_found_however_it_is_spelt(other: str) -> None:
    assert identifier_blind(other) == identifier_blind("62222319900307123X")


@pytest.mark.parametrize(
    "other", ["138 0013 8000", "+86-138-0013-8000", "8613800138000", "１３８００１３８０００"]
)
def test_a_phone_is_found_however_it_is_spelt(other: str) -> None:
    assert phone_blind(other) == phone_blind("13800138000")


@pytest.mark.parametrize(
    "other", ["阿依古丽•买买提", "阿依古丽.买买提", "阿依古丽买买提", " 阿依古丽 · 买买提"]
)
def test_a_name_is_found_whichever_dot_it_is_written_with(other: str) -> None:
    assert name_blind(other) == name_blind("阿依古丽·买买提")


def test_a_hash_of_one_kind_is_not_one_of_another() -> None:
    assert phone_blind("13800138000") != identifier_blind("13800138000")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shan"), ("单雄信", "sxx"), ("解晓东", "xiexiaodong"), ("曾国荃", "zengguoquan"),
        ("仇和", "qiuhe"), ("区寄", "ouji"), ("查良镛", "zhaliangyong"), ("尉迟恭", "yuchigong"),
        ("欧阳娜娜", "oynn"), ("张乐", "zhangyue"), ("张乐", "zhangle"), ("吕布", "lvbu"),
        ("阿依古丽·买买提", "aygl"),
    ],
)  # fmt: skip
def test_pinyin_knows_surnames_and_all_readings(name: str, typed: str) -> None:
    assert typed in spellings(name.partition("·")[0])


@pytest.mark.parametrize(
    "typed", ["张", "小三", "张小三", "zhang", "zhangxiaosan", "zxs", "xiao san", "张 san"]
)
def test_a_person_is_found_by_what_is_typed(typed: str) -> None:
    assert set(query_tokens(typed)) <= set(search_tokens("张小三"))
    assert matches("张小三", typed)


@pytest.mark.parametrize("typed", ["李", "三小", "zhangsan", "张三", "zxl"])
def test_a_person_is_not_found_by_something_else(typed: str) -> None:
    assert not matches("张小三", typed)


def test_tokens_fit_the_database_and_tell_nothing_without_the_key() -> None:
    tokens = search_tokens("欧阳娜娜")
    assert tokens
    assert all(-(2**63) <= token < 2**63 for token in tokens)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"), ("张小三", "张*"), ("欧阳娜娜", "欧阳*"), ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿*"), ("John Smith", "J*"), ("洋", "*"), ("", ""), ("尼" * 40, "尼*"),
    ],
)  # fmt: skip
def test_masked_names_tell_neither_length_nor_parts(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_masked_identifiers_and_phones() -> None:
    assert masked_identifier("622223199003071234") == "6222…1234"
    assert masked_identifier("E12345678") == "E1…78"
    assert masked_identifier("12345") == "…"
    assert masked_phone("13812345520") == "138****5520"
    assert masked_phone("09368215520") == "****5520"
    assert masked_phone("110") == "****10"
    assert masked_phone("10") == "****"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("甘肃省张掖市青禾县城关镇东大街12号3单元", "甘肃省张掖市青禾县城关镇…"),
        ("青禾县梁家墩镇六闸村2社", "青禾县梁家墩镇…"),
        ("甘肃省庆阳市镇原县屯字镇双联村", "甘肃省庆阳市镇原县屯字镇…"),
        ("青禾县东街街道甘泉社区9号楼", "青禾县东街街道…"),
        ("青禾县滨河路88号", "青禾县…"),
        ("滨河路88号", "…"),
    ],
)
def test_addresses_are_shown_down_to_the_township(address: str, shown: str) -> None:
    assert masked_address(address) == shown


def test_an_erased_person_reads_so_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert _mask({}, True).name == "已删除"
    with translation.override("en"):
        assert _mask({}, True).phone == "Erased"
