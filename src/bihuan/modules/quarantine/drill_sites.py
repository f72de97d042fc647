"""The invented sites of the drill county: hotels taken over, with their buildings, floors and rooms."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.core.people.invented import STREETS
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.sites import RoomPlan, SitePlan

PERIOD = 24  # days from the first check-in to now
HOTELS = (
    "晨曦",
    "祥云",
    "福临",
    "瑞禾",
    "金穗",
    "银杏",
    "沁园",
    "绿洲",
    "雅居",
    "安和",
    "天泽",
    "锦程",
    "鸿运",
    "盛景",
    "百合",
)
KINDS = ("宾馆", "酒店", "公寓", "度假村", "商务酒店")


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a drill is; a second one beside it begins at another site and person."""

    sites: int = 47
    people: int = 6_591
    first_site: int = 1
    first_person: int = 0


def invent_site(chance: random.Random, number: int, scale: Scale) -> SitePlan:
    """Return the plan of one site, as large as its share of the people needs."""
    wanted = max(24, int(scale.people / scale.sites * chance.uniform(0.7, 1.5)))
    buildings = "AB" if wanted > 140 and chance.random() < 0.5 else "A"
    floors = chance.randint(4, 8)
    per_floor = max(4, -(-wanted // (len(buildings) * floors)))
    rooms = [
        RoomPlan(building, floor, f"{floor}{door:02d}", zone=(ord(building) - 65) * 10 + (floor + 1) // 2)
        for building in buildings
        for floor in range(2, floors + 2)
        for door in range(1, per_floor + 1)
    ]
    name = f"{HOTELS[number % len(HOTELS)]}{HOTELS[(number * 7 + 3) % len(HOTELS)]}{chance.choice(KINDS)}"
    return SitePlan(
        code=f"{scale.first_site + number:02d}",
        name=f"第 {scale.first_site + number} 集中隔离点（{name}）",
        street=STREETS[number % len(STREETS)],
        address=f"{STREETS[number % len(STREETS)]}演练路 {number * 3 + 1} 号",
        rooms=rooms,
        opened_on=(datetime.now(LOCAL) - timedelta(days=PERIOD + 2)).date(),
        latitude=38.93 + chance.uniform(-0.05, 0.05),
        longitude=100.45 + chance.uniform(-0.08, 0.08),
    )
