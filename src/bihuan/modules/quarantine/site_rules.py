"""What must hold when a site is set up or its rooms change: pure functions of the site, the payload and the time."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.quarantine import room_plan
from bihuan.modules.quarantine.facts import RoomFact, SiteFacts
from bihuan.modules.quarantine.payloads import RoomChange, RoomsAdded, SiteRegistration, ZoneChange

CODE = re.compile(
    r"(?=\S)[^/\x00-\x1f]{1,32}(?<=\S)"
)  # it stands in addresses; a register without codes has names
RESERVED = ("new", "protocols")  # the site list's own addresses
MOST_NAMED = 12


def site_is_new(site: Snapshot, plan: SiteRegistration, now: datetime) -> Refusal | None:
    """Refuse a site under a code that is taken or unusable, or at a place that is another's."""
    facts: SiteFacts = site.facts
    if not CODE.fullmatch(plan.code) or plan.code.lower() in RESERVED:
        return Refusal(
            Text(
                "编码 1 至 32 个字，不含“/”",
                "A code has 1 to 32 characters, without “/”",
            ),
            instead=Text("例如 48 或 HX-03", "For example 48 or HX-03"),
        )
    if facts.known:
        return Refusal(
            Text(f"已有编码为“{plan.code}”的隔离点", f"There is a site with the code “{plan.code}” already"),
            instead=Text("换一个编码，或到该点增设房间", "Choose another code, or add rooms to that site"),
        )
    if facts.elsewhere:
        return Refusal(
            Text(
                "新设的隔离点自带地点，不用已有的",
                "A new site brings its own place; it cannot lie at one that exists",
            ),
            instead=Text("不要给出 place_id", "Leave place_id out"),
        )
    return None


def site_is_whole(site: Snapshot, plan: SiteRegistration, now: datetime) -> Refusal | None:
    """Refuse a site without a name, at no place on earth, or with rooms that cannot be read."""
    if not plan.name.strip():
        return Refusal(
            Text("隔离点须有名称", "A site must have a name"), instead=Text("填写名称", "Enter its name")
        )
    if len(plan.name) > 120 or len(plan.address) > 200 or len(plan.street) > 60:
        return Refusal(
            Text("名称最多 120 字，地址 200 字，街道 60 字", "At most 120 characters of name, 200 of address, 60 of street"),
            instead=Text("写短一些", "Shorten it"),
        )  # fmt: skip
    if (plan.latitude is None) != (plan.longitude is None) or not _on_earth(plan):
        return Refusal(
            Text("经纬度要成对填写，纬度 −90 至 90，经度 −180 至 180", "Latitude and longitude go together, within ±90 and ±180"),
            instead=Text("不清楚就都不填，以后再补", "Leave both empty if unknown"),
        )  # fmt: skip
    return _unreadable(room_plan.read(plan.plan))


def _on_earth(plan: SiteRegistration) -> bool:
    zero = Decimal(0)
    return abs(plan.latitude or zero) <= 90 and abs(plan.longitude or zero) <= 180


def _unreadable(plan: room_plan.Plan) -> Refusal | None:
    if not plan.problems:
        return None
    return Refusal(
        Text("房间清单有几处要改，没有保存", "The rooms have something to correct; nothing was saved"),
        missing=tuple(plan.problems[:MOST_NAMED]),
        instead=Text("改好后再交，已写的都在", "Correct it and submit again; what you wrote is kept"),
    )


def rooms_are_new(site: Snapshot, added: RoomsAdded, now: datetime) -> Refusal | None:
    """Refuse rooms that cannot be read, are written twice, or are there already."""
    facts: SiteFacts = site.facts
    plan = room_plan.read(added.plan, facts.keys)
    if not plan.rooms and not plan.problems:
        return Refusal(
            Text("没有写任何房间", "No room was written"), instead=Text("每层写一行", "One line a floor")
        )
    return _unreadable(plan)


def room_is_empty(site: Snapshot, change: RoomChange, now: datetime) -> Refusal | None:
    """Refuse to close a room while somebody is in it."""
    room = _room(site, change.room)
    if room is None or not room.usable:
        return Refusal(Text("本点没有这间在用的房间", "The site has no such room in use"))
    if room.people == 0:
        return None
    return Refusal(
        Text(f"{room.name} 还有 {room.people} 人在住，不能停用", f"{room.people} people are in {room.name}; it cannot be closed"),
        instead=Text("先调房、解除或转出", "Move, release or transfer them first"),
    )  # fmt: skip


def room_is_closed(site: Snapshot, change: RoomChange, now: datetime) -> Refusal | None:
    """Refuse to reopen what is not closed."""
    room = _room(site, change.room)
    if room is not None and not room.usable:
        return None
    return Refusal(Text("这间房没有停用", "This room is not closed"))


def zone_has_rooms(site: Snapshot, change: ZoneChange, now: datetime) -> Refusal | None:
    """Refuse a zone for a floor that the site does not have."""
    facts: SiteFacts = site.facts
    if not 0 <= change.zone <= room_plan.ZONES:
        return Refusal(
            Text(
                f"通风区写 0 至 {room_plan.ZONES} 的整数",
                f"A zone is a whole number from 0 to {room_plan.ZONES}",
            )
        )
    if facts.on_floor(change.floor):
        return None
    return Refusal(Text("本点没有这一层", "The site has no such floor"))


def _room(site: Snapshot, number: int) -> RoomFact | None:
    facts: SiteFacts = site.facts
    return next((room for room in facts.rooms if room.id == number), None)
