"""The cells that only quarantine has: rooms, zones, categories, test results, temperatures, remarks."""

import re
from typing import Final

from bihuan.core.intake.problems import UnreadableError, masked
from bihuan.core.intake.text import Cell, arabic, fold, is_blank, squeeze
from bihuan.core.intake.values import parse_name, parse_text
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.plates import looks_like_plate
from bihuan.modules.quarantine.registers import kinds
from bihuan.modules.quarantine.registers.rows import Outcome, Remark, Room, SiteRow, Zone

_BUILDING: Final = r"(?P<building>[A-Z]|\d{1,2})"
_HOUSE: Final = "(?:栋|座|幢|号楼|楼|区)"
_FLOOR: Final = r"(?P<floor>\d{1,2})"
_DOOR: Final = r"(?P<door>\d{3,4})"
_END: Final = "(?:室|号|房|房间|号房)?"
_ROOM_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_BUILDING}{_HOUSE}-?{_FLOOR}(?:层|楼|F)-?(?P<number>\d{{1,3}}){_END}",  # B栋3层05
        rf"{_BUILDING}{_HOUSE}-?{_DOOR}{_END}",  # B栋-305
        rf"{_BUILDING}{_HOUSE}?-{_FLOOR}-(?P<number>\d{{1,2}}){_END}",  # B-3-05
        rf"(?P<building>[A-Z])-?{_DOOR}{_END}",  # B305
        rf"{_FLOOR}(?:层|楼|F)-?(?P<number>\d{{1,2}}){_END}",  # 3楼05室
        rf"{_DOOR}{_END}(?:[-/]?\d床?)?",  # 305室, 305-1床
    )
)
_ZONE: Final = re.compile(r"(\d+)区[:：]?([A-Z]|\d{1,2})(?:栋|座|幢|号楼)(\d+)(?:[-—~至到](\d+))?[层楼]")
_PEOPLE: Final = "(人员|者)?"
_RISK_AREA: Final = re.compile(
    rf"(中高|高中|高|中|中、高)风险(地区|区域|区)?(来返|返回|来|返|回|归来|旅居|来访)?{_PEOPLE}"
)
_ABROAD: Final = re.compile(rf"(境外|入境|国外)(返.{{1,3}}|来.{{1,3}}|回国|回来|归国|输入)?{_PEOPLE}")
_CATEGORIES: Final = {
    Category.CONTACT: "密接 密接者 密切接触者 密切接触 密接人员 一级密接 closecontact",
    Category.SECONDARY_CONTACT: "次密接 次密 次密接者 次密接人员 次密切接触者 次密切接触 密接的密接 "
    "密切接触者的密切接触者 二级密接",
    Category.OTHER: "其他 其它 其他人员 其它人员 其他类 other",
}
_CATEGORY: Final = {word: category for category, words in _CATEGORIES.items() for word in words.split()}
_RESULTS: Final = {
    Outcome.NEGATIVE: "阴 阴性 - -- — – ﹣ (-) (—) 阴(-) 阴性(-) 阴(—) 未检出 neg negative n",
    Outcome.POSITIVE: "阳 阳性 + ++ (+) 阳(+) 阳性(+) 检出 pos positive p",
    Outcome.MISSED: "未检 漏检 未采 未采样 未做 没做 缺检 未测 拒检 missed",
    Outcome.PENDING: "待出 待检 待结果 已采 已采样 检测中 结果未出 未出 待报 pending",
    Outcome.UNCLEAR: "可疑 灰区 待复检 复检 弱阳 弱阳性 不确定 无效",
}
_RESULT: Final = {word: outcome for outcome, words in _RESULTS.items() for word in words.split()}
_TEMPERATURE: Final = re.compile(r"(\d{2}(?:\.\d+)?)(?:℃|°C|°|度|C|摄氏度)?(?:(\d)分?)?", re.I)
_HUMAN: Final = (30.0, 45.0)

_SHARING: Final = re.compile(
    r"(?:与|跟|(?:^|(?<=[,，;；。\s]))[和同])([^,，;；。()（）]{1,60}?)"
    r"(?:同住|同屋|同室|合住|共住|同间|一室|住一起|一起住)"
)
_NOT_APPROVED: Final = re.compile(r"(?:未经?|没有?|无|待|尚未|未获|不予?)[^,，;；。]{0,6}(?:批准|同意|审批)")
_APPROVED: Final = re.compile(r"批准|同意|审批|获批|经批")
_HOSPITAL: Final = re.compile(r"(?:转|送|入|收治|住)[^,，;；。]{0,6}(?:定点|医院|方舱|救治)")
_HOME: Final = re.compile(r"居家")
_TRANSFER_TO: Final = re.compile(r"(?:转至|转往|转到|转入至|转去|移至|调至|迁至)([^,，;；。]+)")
_TRANSFER_FROM: Final = re.compile(r"(?:由|从|自)([^,，;；。]+?)(?:转入|转来|转至本|移入|调入|迁入)")
_READMITTED: Final = re.compile(r"再次|二次隔离|重新隔离|重复隔离")


def parse_category(cell: Cell) -> Category | None:
    """The category a cell names. Raises UnreadableError(`unknown_category`) for any other word."""
    if is_blank(cell):
        return None
    word = squeeze(cell).strip("()（）").lower()
    if word in _CATEGORY:
        return _CATEGORY[word]
    if risk := _RISK_AREA.fullmatch(word):
        return Category.MEDIUM_RISK_AREA if risk[1] == "中" else Category.HIGH_RISK_AREA
    if _ABROAD.fullmatch(word):
        return Category.ENTRY
    raise UnreadableError(kinds.UNKNOWN_CATEGORY, value=masked(cell))


def parse_result(cell: Cell) -> Outcome | None:
    """A test's result; a lone hyphen is negative, an empty cell or slash says nothing.

    Raises UnreadableError(`unknown_result`) for any other word.
    """
    if isinstance(cell, str) and cell in _RESULT:
        return _RESULT[cell]
    word = squeeze(cell).lower()
    if word in ("", "/", "\\", "无"):
        return None
    word = re.sub(r"^\d{1,2}[月./]\d{1,2}日?", "", word) or word
    if word in _RESULT:
        return _RESULT[word]
    if "阴" in word and "阳" not in word:
        return Outcome.NEGATIVE
    if "阳" in word and "阴" not in word and "弱" not in word:
        return Outcome.POSITIVE
    raise UnreadableError(kinds.UNKNOWN_RESULT, value=masked(cell))


def parse_temperature(cell: Cell) -> float | None:
    """Degrees Celsius: 36.5, 36.5℃, 36度5, 三十六度五. 正常 says nothing measurable.

    Raises UnreadableError(`unclear_temperature`) outside 30–45 or for any other text.
    """
    if is_blank(cell) or squeeze(cell) in ("正常", "体温正常", "无异常"):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        value = float(cell)
    else:
        match = _TEMPERATURE.match(_spoken(squeeze(cell)))
        if match is None:
            raise UnreadableError(kinds.UNCLEAR_TEMPERATURE, value=masked(cell))
        value = float(match[1]) + (int(match[2]) / 10 if match[2] and "." not in match[1] else 0)
    if not _HUMAN[0] <= value <= _HUMAN[1]:
        raise UnreadableError(kinds.UNCLEAR_TEMPERATURE, value=masked(cell))
    return round(value, 1)


def parse_room(cell: Cell, site: SiteRow | None) -> Room | None:
    """A room of the site: B栋-305, B-3-05, B305; 305, 305室 and 305 as a number where A is the one building.

    Raises UnreadableError(`unclear_room`) for a door without building where the site has several, and for any
    other text.
    """
    if is_blank(cell):
        return None
    text = squeeze(cell).upper().replace("—", "-").replace("–", "-").replace("_", "-").removesuffix(".0")
    for form in _ROOM_FORMS:
        if match := form.fullmatch(text):
            parts = match.groupdict()
            building = _building(parts.get("building"), site)
            if building is None:
                break
            if door := parts.get("door"):
                return Room(building, int(door[:-2]), int(door[-2:]))
            return Room(building, int(parts["floor"]), int(parts["number"]))
    raise UnreadableError(kinds.UNCLEAR_ROOM, value=masked(cell))


def parse_zones(cell: Cell) -> tuple[Zone, ...]:
    """The ventilation zones of a site: 1区:A栋1-2层;2区:A栋3层. Empty where none is written.

    Raises UnreadableError(`unclear_zones`) when something is written that names no zone.
    """
    if is_blank(cell):
        return ()
    zones = tuple(
        Zone(int(number), _letter(building), int(first), int(last or first))
        for number, building, first, last in _ZONE.findall(squeeze(cell).upper())
    )
    if not zones:
        raise UnreadableError(kinds.UNCLEAR_ZONES, value=masked(cell, 24))
    return zones


def parse_remark(cell: Cell) -> Remark:
    """The parts of a remark that the rules need; the text itself is kept."""
    if is_blank(cell):
        return Remark()
    text = fold(cell)
    plain = re.sub(r"[ \t\r\n]+", "", text)
    approved = bool(_APPROVED.search(_NOT_APPROVED.sub("", plain)))
    to_home = bool(_HOME.search(plain))
    hospital = bool(_HOSPITAL.search(plain))
    destination = _TRANSFER_TO.search(plain)
    origin = _TRANSFER_FROM.search(plain)
    to = destination[1] if destination and not re.search(r"医院|方舱|居家", destination[1]) else None
    names = [name for match in _SHARING.finditer(text) for name in _names(match[1])]
    return Remark(
        text=text,
        approved=approved,
        to_home=to_home,
        hospital=hospital,
        transfer_to=to,
        transfer_from=origin[1] if origin else None,
        readmitted=bool(_READMITTED.search(plain)),
        sharing_with=tuple(dict.fromkeys(names)),
    )


def _names(text: str) -> list[str]:
    """The names of a list. 和 joins two names or belongs to one (李和平): both readings are kept."""
    names = []
    for part in text.split("、"):
        names.append(parse_name(part))
        halves = [parse_name(half) for half in re.split("[和及]", part)]
        if len(halves) > 1 and all(half and len(half) > 1 for half in halves):
            names += halves
    return [name for name in names if name]


def _spoken(text: str) -> str:
    """三十六度五 → 36度5."""
    return arabic(text).replace("点", ".")


def _building(written: str | None, site: SiteRow | None) -> str | None:
    if written is not None:
        return _letter(written)
    return "A" if site is None or site.buildings == 1 else None


def _letter(building: str) -> str:
    return chr(ord("A") + int(building) - 1) if building.isdigit() else building


def parse_trip(cell: Cell) -> str | None:
    """The trip's number a cell names. Raises UnreadableError(`licence_plate`): its row is taken in without it."""
    trip = parse_text(cell)
    if trip and looks_like_plate(trip):
        raise UnreadableError(kinds.LICENCE_PLATE)
    return trip
