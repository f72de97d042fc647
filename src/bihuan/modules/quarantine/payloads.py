"""What is asked when something is done to a site or a stay. Fields marked sealed are personal health data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from bihuan.core.spec import Choice, Text, asked

TRIP = Text(
    "转运组派车单上的车次编号，同车人员名单由此得出；不填车牌",
    "The trip's number on the transport team's sheet: it tells who travelled together. No licence plate",
)


class Category(Choice):
    """Why a person is under observation; the county may not invent others without a legal basis."""

    CONTACT = ("contact", "密接", "Close contact")
    SECONDARY_CONTACT = ("secondary_contact", "次密接", "Contact of a contact")
    HIGH_RISK_AREA = ("high_risk_area", "高风险区来返", "From a high-risk area")
    MEDIUM_RISK_AREA = ("medium_risk_area", "中风险区来返", "From a medium-risk area")
    ENTRY = ("entry", "入境人员", "Arrived from abroad")
    OTHER = ("other", "其他", "Other")


class Result(Choice):
    """What a laboratory reported of one sample."""

    NEGATIVE = ("negative", "阴性", "Negative")
    POSITIVE = ("positive", "阳性", "Positive")
    INVALID = ("invalid", "无效,须重采", "Invalid, sample again")


class Need(Choice):
    """What a person under observation may ask for."""

    MEDICINE = ("medicine", "药品", "Medicine")
    DIET = ("diet", "饮食", "Diet")
    PSYCHOLOGICAL = ("psychological", "心理支持", "Psychological help")
    OTHER = ("other", "其他", "Something else")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRegistration:
    """A quarantine site as it is set up. Coordinates are WGS-84 degrees; `plan` is what `room_plan.py` reads."""

    code: str = asked("编码", "Code")
    rooms: int = 0
    name: str = asked("名称", "Name", default="")
    street: str = asked("街道（乡镇）", "Street office or township", default="")
    address: str = asked("地址", "Address", default="")
    opened_on: date | None = asked("启用日期", "Opens on", default=None)
    latitude: Decimal | None = asked("纬度", "Latitude", default=None)
    longitude: Decimal | None = asked("经度", "Longitude", default=None)
    plan: str = asked("房间", "Rooms", default="", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsAdded:
    """Rooms that a site gets later, one line a floor, as `room_plan.py` reads them."""

    plan: str = asked(
        "房间", "Rooms", long=True,
        help=Text("每层一行：楼栋 楼层 房号 通风区 床位，如 A 3 301-318 3 2", "One line a floor: building floor rooms zone beds, as A 3 301-318 3 2"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomChange:
    """A room that is closed, and why."""

    room: int = asked("房间", "Room", choices="rooms_in_use")
    reason: str = asked("理由", "Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReopened(RoomChange):
    """A closed room that is used again, and why."""

    room: int = asked("房间", "Room", choices="rooms_closed")
    reason: str = asked("理由", "Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """The ventilation zone of a floor (`A/3`), as it was built or rebuilt."""

    floor: str = asked("楼层", "Floor", choices="floors_of_site")
    zone: int = asked("通风区", "Ventilation zone")
    reason: str = asked("依据", "Basis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A reason in words."""

    reason: str = asked("理由", "Reason", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order that binds a person: why, on what legal basis, counted from which day."""

    category: Category = asked("人员类别", "Category")
    legal_basis: str = asked("法律依据", "Legal basis", default="传染病防治法(2013 年修正)第39条")
    reason: str = asked("事由", "Reason", default="", long=True, sealed=True)
    last_exposure: date | None = asked("末次暴露", "Last exposure", default=None)
    protocol: str = asked("方案", "Protocol", default="", choices="protocols")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Check-in: the room, and with whom it is shared (a family, or a sharing that was approved)."""

    room: int = asked("房间", "Room", choices="rooms_free")
    day_one: date | None = asked(
        "第 1 天",
        "Day 1",
        default=None,
        help=Text(
            "默认入住当天;再次安置时沿用首次入住日",
            "Default: today; kept from the first check-in on transfer",
        ),
    )
    shares_with: UUID | None = asked("与谁同住", "Shares with", default=None, choices="stays_present")
    sharing: str = asked("同住理由", "Why shared", default="")
    trip: str = asked("转运车次", "Trip", default="", help=TRIP)
    protocol_id: int | None = None
    episode: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One item of the daily round. `item` is the protocol's item (`3:temperature:am`)."""

    item: str = asked("项目", "Item", choices="items_open")
    temperature: Decimal | None = asked("体温 ℃", "Temperature °C", default=None, sealed=True)
    symptoms: tuple[str, ...] = asked("症状", "Symptoms", default=(), sealed=True)
    no_answer: bool = asked("敲门无应答", "No answer at the door", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test: the protocol's item it answers, when the sample was taken, what the laboratory said."""

    item: str = asked("项目", "Item", choices="tests_open")
    result: Result = asked("结果", "Result")
    sampled_at: datetime | None = asked("采样时间", "Sampled at", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An item that is left out, by whom may decide so, and why."""

    item: str = asked("项目", "Item", choices="items_open")
    reason: str = asked("免做理由", "Why waived", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMove:
    """Another room in the same site; the earlier one stays in the record."""

    room: int = asked("新房间", "New room", choices="rooms_free")
    reason: str = asked("调房理由", "Why moved")
    shares_with: UUID | None = asked("与谁同住", "Shares with", default=None, choices="stays_present")
    sharing: str = asked("同住理由", "Why shared", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolChange:
    """From when on another version of the protocol binds this stay."""

    protocol: str = asked("新方案", "New protocol", choices="protocols")
    reason: str = asked("依据", "Basis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A person leaves the site for somewhere else."""

    to: str = asked("去向", "To where")
    approved_by: str = asked("批准单位", "Approved by", default="")
    reason: str = asked("理由", "Reason", default="")
    trip: str = asked("转运车次", "Trip", default="", help=TRIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The end of quarantine. `as_registered`: a register tells it after the event; nothing is proven by it."""

    certificate: bool = asked("发给解除通知", "Hand over the release notice", default=True)
    approved: bool = asked("提前解除已批准", "Early release approved", default=False)
    approval: str = asked("批准文号或理由", "Approval", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A person left without leave: when it was noticed and who was told."""

    noticed_at: datetime | None = asked("发现时间", "Noticed at", default=None)
    told: str = asked("已通知", "Who was told", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task that follows from a stay."""

    stay: UUID | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """The transport of a positive person is under way."""

    vehicle: str = asked("车辆", "Vehicle")
    crew: str = asked("随车人员", "Crew", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The hospital has taken the person over."""

    hospital: str = asked("定点医院", "Designated hospital")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForHelp:
    """What a person under observation asks for, in their own words."""

    need: Need = asked("需要什么", "What is needed")
    words: str = asked("说明", "In your own words", long=True, sealed=True)
    stay: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was done about it, told to the person."""

    words: str = asked("答复", "Answer", long=True, sealed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRaised:
    """Why the person contests the order."""

    words: str = asked("异议理由", "Why you contest it", long=True, sealed=True)
    stay: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a contest or a contradiction was decided, and why."""

    upheld: bool = asked("成立", "Upheld", default=False)
    words: str = asked("决定理由", "Reasons", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two facts that cannot both be true, as registers told them."""

    kind: str = ""
    stays: tuple[UUID, ...] = ()
    where: tuple[str, ...] = ()
