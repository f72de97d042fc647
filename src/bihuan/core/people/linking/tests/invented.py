"""An invented town and the lists pushed about it, with the mistakes that people and spreadsheets make; with the truth.

Households share a telephone and a home, siblings and twins nearly a name and an identifier: what must be kept apart is
in there as well as what must be found. Every seed is another town with other rates of mistakes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bihuan.core.people.linking.identifiers import check_digit
from bihuan.core.people.linking.said import Said

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕建国文志晓小春梅兰凤云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉慧昌进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以"
HOMOPHONES = {
    "晓": "小",
    "伟": "玮",
    "静": "婧",
    "丽": "莉",
    "志": "智",
    "红": "宏",
    "平": "萍",
    "明": "铭",
    "华": "花",
    "建": "健",
    "英": "瑛",
    "霞": "侠",
    "林": "琳",
    "李": "黎",
    "张": "章",
}
TRADITIONAL = {
    "张": "張",
    "刘": "劉",
    "陈": "陳",
    "杨": "楊",
    "赵": "趙",
    "黄": "黃",
    "吴": "吳",
    "孙": "孫",
    "马": "馬",
    "国": "國",
    "华": "華",
    "丽": "麗",
    "兰": "蘭",
    "凤": "鳳",
    "云": "雲",
    "莲": "蓮",
}
UYGHUR = (
    "阿依古丽",
    "古丽娜尔",
    "帕提古丽",
    "买买提",
    "艾合买提",
    "吐尔逊",
    "热依汗",
    "阿卜杜拉",
    "玛依拉",
    "努尔",
)
TOWNSHIPS = ("城关镇", "东街街道", "西街街道", "南乡镇", "沙河乡", "柳林镇", "新墩镇")
ROADS = ("东大街", "西环路", "丹霞路", "滨河路", "昭武路", "青年西街", "县府南街", "金安苑路", "八一路")
AREAS = ("110105", "110106", "110101", "110228", "150102", "310115")


@dataclass(frozen=True)
class Resident:
    """An invented person."""

    name: str
    identifier: str
    phone: str
    home: tuple[str, str, int, int]
    document: bool = True


@dataclass(frozen=True)
class Pushed:
    """Rows of lists, and whose each is."""

    said: list[Said]
    truth: list[int]


def town(people: int, seed: int) -> list[Resident]:
    """Return this many residents, in households of one to five."""
    chance = random.Random(f"town {seed}")
    found: list[Resident] = []
    taken: set[str] = set()
    while len(found) < people:
        home = (
            chance.choice(TOWNSHIPS), chance.choice(ROADS), chance.randint(1, 300), chance.randint(101, 1899)
        )  # fmt: skip
        for one in _household(chance, home):
            if one.identifier not in taken:
                taken.add(one.identifier)
                found.append(one)
    return found[:people]


def _household(chance: random.Random, home: tuple[str, str, int, int]) -> Iterator[Resident]:
    phone, surname = _phone(chance), chance.choice(SURNAMES)
    area = chance.choice(AREAS)
    for at in range(chance.choice((1, 1, 2, 2, 3, 4, 5))):
        own = chance.random() < 0.7
        family = surname if at != 1 else chance.choice(SURNAMES)
        name = _name(chance, family)
        first = _identifier(chance, area if chance.random() < 0.8 else chance.choice(AREAS))
        yield Resident(name, first, _phone(chance) if own else phone, home, chance.random() < 0.97)
        if chance.random() < 0.01:  # twins: born the same day, registered one after the other
            body = first[:14] + f"{(int(first[14:17]) + 1) % 1000:03d}"
            twin = name[:-1] + chance.choice(GIVEN)
            yield Resident(twin, body + check_digit(body), phone, home)


def _name(chance: random.Random, surname: str) -> str:
    if chance.random() < 0.03:
        return "·".join(chance.sample(UYGHUR, 2))
    return surname + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def _identifier(chance: random.Random, area: str) -> str:
    born = f"{chance.randint(1930, 2020)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body = f"{area}{born}{chance.randint(1, 999):03d}"
    return body + check_digit(body)


def _phone(chance: random.Random) -> str:
    return f"1{chance.choice(('38', '39', '50', '86', '99'))}{chance.randint(0, 99_999_999):08d}"


def pushes(people: list[Resident], seed: int) -> Pushed:
    """Return what lists say of these people: once or repeatedly, with mistakes, some of them corrected later."""
    chance = random.Random(f"pushes {seed}")
    rate = chance.uniform(0.02, 0.06)
    rows: list[tuple[float, int, Said]] = []
    for number, one in enumerate(people):
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            at = chance.random()
            rows.append((at, number, _row(chance, one, rate)))
            if chance.random() < 0.08:  # the same once more, in another list
                rows.append((min(1.0, at + 0.1), number, rows[-1][2]))
    rows.sort(key=lambda row: row[0])
    return Pushed([row[2] for row in rows], [row[1] for row in rows])


def _row(chance: random.Random, one: Resident, rate: float) -> Said:
    said = replace(one)
    for mistake in MISTAKES:
        if chance.random() < rate / 2:
            said = mistake(chance, said)
    return Said(
        _name_form(chance, said.name), _identifier_form(chance, said.identifier) if said.document else "",
        _phone_form(chance, said.phone), _address_form(chance, said.home),
    )  # fmt: skip


def one_digit(chance: random.Random, one: Resident) -> Resident:
    """A wrong digit in the identifier."""
    at = chance.randrange(17)
    wrong = chance.choice([digit for digit in "0123456789" if digit != one.identifier[at]])
    return replace(one, identifier=one.identifier[:at] + wrong + one.identifier[at + 1 :])


def two_swapped(chance: random.Random, one: Resident) -> Resident:
    """Two neighbouring digits of the identifier swapped."""
    text = one.identifier
    places = [at for at in range(16) if text[at] != text[at + 1]]
    at = chance.choice(places)
    return replace(one, identifier=text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def one_left_out(chance: random.Random, one: Resident) -> Resident:
    """A digit of the identifier left out."""
    at = chance.randrange(17)
    return replace(one, identifier=one.identifier[:at] + one.identifier[at + 1 :])


def spreadsheet(chance: random.Random, one: Resident) -> Resident:
    """What a spreadsheet leaves of a long number."""
    return replace(one, identifier=chance.choice((one.identifier[:15] + "000", "1.10105E+17")))


def misheard(chance: random.Random, one: Resident) -> Resident:
    """A character of the name that sounds the same, or another one."""
    known = [at for at, character in enumerate(one.name) if character in HOMOPHONES]
    if known and chance.random() < 0.6:
        at = chance.choice(known)
        return replace(one, name=one.name[:at] + HOMOPHONES[one.name[at]] + one.name[at + 1 :])
    return replace(one, name=one.name[:-1] + chance.choice(GIVEN))


def misdialled(chance: random.Random, one: Resident) -> Resident:
    """A wrong digit in the telephone number."""
    at = chance.randrange(3, 11)
    return replace(one, phone=one.phone[:at] + chance.choice("0123456789") + one.phone[at + 1 :])


MISTAKES: tuple[Callable[[random.Random, Resident], Resident], ...] = (
    one_digit, two_swapped, one_left_out, spreadsheet, misheard, misdialled
)  # fmt: skip


def _wide(text: str) -> str:
    return "".join(
        chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text
    )


def _identifier_form(chance: random.Random, text: str) -> str:
    forms = (text, text.lower(), text + "  ", "'" + text, f"{text[:6]} {text[6:14]} {text[14:]}", _wide(text))
    return chance.choices(forms, weights=(80, 6, 4, 4, 3, 3))[0]


def _phone_form(chance: random.Random, text: str) -> str:
    forms = (text, "+86" + text, f"{text[:3]}-{text[3:7]}-{text[7:]}", text + ".0", "")
    return chance.choices(forms, weights=(80, 5, 5, 5, 5))[0]


def _name_form(chance: random.Random, text: str) -> str:
    if "·" in text:
        return text.replace("·", chance.choice("·•‧・"))
    old = "".join(TRADITIONAL.get(character, character) for character in text)
    forms = (text, f"{text[0]} {text[1:]}", f" {text}\u3000", old)
    return chance.choices(forms, weights=(88, 5, 4, 3))[0]


def _address_form(chance: random.Random, home: tuple[str, str, int, int]) -> str:
    township, road, number, room = home
    forms = (
        f"青禾县{township}{road}{number}号{room}室",
        f"{township}{road}{number}号{room}室",
        f"青禾县{township}{road}{number}号{room}",
        f"{township}{road}{number}#{room}室",
        f"{road}{number}号{room}室",
        "",
    )
    return chance.choices(forms, weights=(75, 8, 6, 4, 4, 3))[0]
