"""Invented people for drills: names from common characters, identifiers from a range that is never issued."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from stdnum.cn import ric

from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register_many

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
DOUBLE = ("欧阳", "司马", "上官", "诸葛")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉华建文辉力健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新清"
AREAS = ("620702", "620721", "620722", "620723", "620724", "620725", "620102", "620302")


@dataclass(frozen=True, slots=True)
class Invented:
    """A person who does not exist."""

    name: str
    identifier: str
    phone: str
    address: str


def invent(random_: random.Random, number: int) -> Invented:
    """Return an invented person; `number` makes identifier and phone unique (up to 10 million).

    Sequence numbers 990–999 of a day and the 19x-0000 block are used, as in the exchange samples.
    """
    surname = random_.choice(DOUBLE) if random_.random() < 0.01 else random_.choice(SURNAMES)
    name = surname + "".join(random_.choices(GIVEN, k=random_.choice((1, 2, 2, 2))))
    day, area = number % 20_000, AREAS[(number // 20_000) % len(AREAS)]
    year, rest = 1945 + day // 336, day % 336
    born = f"{year}{rest // 28 + 1:02d}{rest % 28 + 1:02d}"
    sequence = 990 + (number // 160_000) % 10
    stem = f"{area}{born}{sequence}"
    identifier = stem + ric.calc_check_digit(stem + "0")
    phone = f"19{number % 10}0{number // 10:07d}"[:11]
    address = f"{random_.choice(STREETS)}{random_.choice(COMMUNITIES)}{random_.randint(1, 399)}号"
    return Invented(name, identifier, phone, address)


def register_invented(people: Iterable[Invented], jurisdiction: str) -> list[UUID]:
    """Register invented people; who is registered already stays the same person."""
    return register_many(
        [
            Identity(
                name=p.name,
                identifier_type="resident",
                identifier=p.identifier,
                phone=p.phone,
                address=p.address,
            )
            for p in people
        ],
        jurisdiction,
    )


STREETS = (
    "东街街道",
    "西街街道",
    "南街街道",
    "北街街道",
    "新墩镇",
    "梁家墩镇",
    "上秦镇",
    "大满镇",
    "沙井镇",
    "乌江镇",
)
COMMUNITIES = ("南关社区", "北关社区", "泰安社区", "长沙门社区", "青松村", "白塔村", "下泉村", "柳树寨村")
