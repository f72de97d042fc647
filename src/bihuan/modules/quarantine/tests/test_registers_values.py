"""The cells that only quarantine has."""

import pytest

from bihuan.core.intake.problems import Source, UnreadableError
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.registers.rows import Outcome, Room, SiteRow, Zone
from bihuan.modules.quarantine.registers.values import (
    parse_category,
    parse_remark,
    parse_result,
    parse_room,
    parse_temperature,
    parse_zones,
)


def site(buildings: int, floors: int | None = 10, rooms: int | None = 200) -> SiteRow:
    empty = dict.fromkeys(
        ("township", "address", "longitude", "latitude", "opened", "manager", "phone", "remark")
    )
    return SiteRow(
        "QZ1", "云栖酒店隔离点", buildings, floors, rooms, (), source=Source("sites.xlsx"), **empty
    )  # type: ignore[arg-type]


def kind_of(parse: object, *args: object) -> str:
    with pytest.raises(UnreadableError) as caught:
        parse(*args)  # type: ignore[operator]
    return caught.value.kind.key


ROOMS = (
    "B栋-305 B-3-05 B-3-5 B305 b305 B栋305 B座305室 B栋3层05 2栋-305 2号楼305 2-3-05 B栋305房间 "
    "Ｂ－３－０５ B—3—05"
)


@pytest.mark.parametrize("written", ROOMS.split())
def test_a_room_with_its_building(written: str) -> None:
    assert parse_room(written, site(2)) == Room("B", 3, 5)


@pytest.mark.parametrize(
    "written", ["305", "305室", 305.0, 305, "305.0", " 305 室", "3楼05室", "305-1床", "３０５"]
)
def test_a_room_without_building_where_there_is_one(written: object) -> None:
    assert parse_room(written, site(1)) == Room("A", 3, 5)
    assert kind_of(parse_room, written, site(2)) == "unclear_room"


def test_floors_above_nine_and_nonsense() -> None:
    assert parse_room("1012", site(1)) == Room("A", 10, 12)
    assert parse_room("A-11-01", site(1)) == parse_room("A栋-1101", site(1)) == Room("A", 11, 1)
    assert parse_room("/", site(1)) is None
    assert kind_of(parse_room, "东头", site(1)) == "unclear_room"


def test_a_site_knows_which_rooms_it_can_have() -> None:
    place = site(2, floors=5, rooms=100)  # ten on each floor
    assert place.has_room(Room("B", 5, 10))
    assert not place.has_room(Room("B", 5, 11))
    assert not place.has_room(Room("B", 6, 1))
    assert not place.has_room(Room("C", 1, 1))
    assert site(1, floors=None, rooms=None).has_room(Room("A", 99, 99))


def test_zones() -> None:
    zones = parse_zones("1区:A栋1-2层;2区:A栋3层;3区:B栋1-3层")
    assert zones == (Zone(1, "A", 1, 2), Zone(2, "A", 3, 3), Zone(3, "B", 1, 3))
    assert zones[0].holds(Room("A", 2, 7))
    assert not zones[0].holds(Room("B", 2, 7))
    assert parse_zones("") == ()
    assert kind_of(parse_zones, "东区和西区") == "unclear_zones"


@pytest.mark.parametrize(
    ("written", "category"),
    [
        ("密接", Category.CONTACT),
        ("密接 ", Category.CONTACT),
        ("密切接触者", Category.CONTACT),
        ("次密接", Category.SECONDARY_CONTACT),
        ("密接的密接", Category.SECONDARY_CONTACT),
        ("高风险区来返", Category.HIGH_RISK_AREA),
        ("中高风险地区返回人员", Category.HIGH_RISK_AREA),
        ("中风险区来返", Category.MEDIUM_RISK_AREA),
        ("入境返甘", Category.ENTRY),
        ("入境返川", Category.ENTRY),
        ("境外返回人员", Category.ENTRY),
        ("其它", Category.OTHER),
    ],
)
def test_categories(written: str, category: Category) -> None:
    assert parse_category(written) is category


@pytest.mark.parametrize("written", ["待定", "??", "三类", "A类", "待核", "时空伴随", "风险", "接触"])
def test_other_words_are_no_category(written: str) -> None:
    assert kind_of(parse_category, written) == "unknown_category"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.NEGATIVE, "阴 阴性 - — 阴(-) 阴（-） (-) NEG 未检出 11.3阴性 阴性(11月3日)"),
        (Outcome.POSITIVE, "阳 阳性 + 阳(+) (+) POS"),
        (Outcome.MISSED, "未检 漏检 未采"),
        (Outcome.PENDING, "待出 已采样"),
        (Outcome.UNCLEAR, "可疑 弱阳性"),
    ],
)
def test_results(outcome: Outcome, words: str) -> None:
    assert {parse_result(word) for word in words.split()} == {outcome}


def test_no_result_and_no_known_result() -> None:
    assert parse_result("") is parse_result("/") is parse_result(None) is None
    assert kind_of(parse_result, "合格") == "unknown_result"
    assert kind_of(parse_result, "阴转阳") == "unknown_result"


@pytest.mark.parametrize(
    "written", [36.5, "36.5", "36.5℃", "36.5度", "36度5", "三十六度五", "３６．５℃", "36.5°C"]
)
def test_temperatures(written: object) -> None:
    assert parse_temperature(written) == 36.5


def test_temperatures_that_say_nothing_or_too_much() -> None:
    assert parse_temperature("三十七度") == 37.0
    assert parse_temperature("正常") is parse_temperature("/") is None
    assert kind_of(parse_temperature, 365) == kind_of(parse_temperature, "发热") == "unclear_temperature"


def test_a_remark_in_parts() -> None:
    assert parse_remark("与索南•卓玛同住").sharing_with == ("索南·卓玛",)
    assert parse_remark("转至云栖酒店隔离点;与王 玉同住").transfer_to == "云栖酒店隔离点"
    assert parse_remark("由安和酒店隔离点转入,与王玉同住").transfer_from == "安和酒店隔离点"
    assert parse_remark("由安和酒店隔离点转入,与王玉同住").sharing_with == ("王玉",)
    assert parse_remark("区指挥部批准,转居家隔离").approved
    assert parse_remark("经批准提前解除转居家隔离").transfer_to is None
    assert parse_remark("核酸阳性,转定点医院").hospital
    assert parse_remark("转至市人民医院").hospital
    assert parse_remark("转至市人民医院").transfer_to is None
    assert parse_remark("再次隔离").readmitted
    assert parse_remark("") == parse_remark("/") == parse_remark(None)


@pytest.mark.parametrize("text", ["未经批准离开", "未批准", "没有获得批准", "待批准"])
def test_a_missing_approval_is_no_approval(text: str) -> None:
    assert not parse_remark(text).approved


def test_names_that_contain_the_word_for_and() -> None:
    assert "巴图·孟和" in parse_remark("与巴图·孟和同住").sharing_with
    assert "李和平" in parse_remark("与李和平同住").sharing_with
    assert {"王玉", "周云"} <= set(parse_remark("与王玉和周云同住").sharing_with)
    assert parse_remark("与王玉、周云同住").sharing_with == ("王玉", "周云")
