"""The rooms of a site as a person writes them, one line a floor, and as rows. Pure: no Django.

    A 3 301-318 3 2      building A, floor 3, rooms 301 to 318, ventilation zone 3, two beds each
    B栋 2-6层 01-18       floors 2 to 6, rooms 201–218 … 601–618; no zone stated, two beds

Zone and beds may be left out; between rooms stand 、 or commas; lines that begin with # are remarks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from bihuan.core.spec import Text

MOST_ROOMS, MOST_BEDS, TOP, ZONES = 3_000, 12, 99, 99
BEDS = 2
_LINE = re.compile(
    r"(?P<building>[A-Za-z0-9一-鿿]{1,4}?)(?:号?[栋楼座])?\s+(?P<floors>-?\d{1,2}(?:\s*-\s*\d{1,2})?)[层楼F]?\s+"
    r"(?P<rooms>\d[\d\-、,;]*)(?:\s+(?:通风)?[区Z]?(?P<zone>\d{1,2})区?)?(?:\s+每?间?(?P<beds>\d{1,2})[床人]?)?",
    re.I,
)
_HOW = Text(
    "写成“A 3 301-318 3 2”：楼栋、楼层、房号、通风区、床位",
    "write “A 3 301-318 3 2”: building, floor, rooms, zone, beds",
)


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A room as a register or a plan tells it."""

    building: str
    floor: int
    number: str
    zone: int = 0
    capacity: int = BEDS

    @property
    def key(self) -> tuple[str, str]:
        """Return what no two rooms of a site share."""
        return self.building, self.number

    @property
    def name(self) -> str:
        """Return the room as it is called: building and number."""
        return f"{self.building}-{self.number}"


@dataclass(slots=True)
class Plan:
    """What was written: its rooms, and what is wrong, line by line."""

    rooms: list[RoomPlan] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """The rooms of one floor in one zone with as many beds, for a preview."""

    building: str
    floor: int
    numbers: str
    count: int
    zone: int
    capacity: int


def read(text: str, known: Iterable[tuple[str, str]] = ()) -> Plan:
    """Read a plan; rooms written twice, or `known` to the site already, are named and not taken twice."""
    plan, seen, standing = Plan(), set[tuple[str, str]](), set(known)
    for number, line in enumerate(map(_folded, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        found = _line(line)
        if isinstance(found, Text):
            plan.problems.append(Text(f"第 {number} 行：{found.zh}", f"line {number}: {found.en}"))
            continue
        twice: list[RoomPlan] = []
        there: list[RoomPlan] = []
        for room in found:
            (twice if room.key in seen else there if room.key in standing else plan.rooms).append(room)
            seen.add(room.key)
        if twice:
            plan.problems.append(_named(number, twice, Text("写了两次", "written twice")))
        if there:
            plan.problems.append(_named(number, there, Text("本点已有", "there already")))
    if len(plan.rooms) > MOST_ROOMS:
        plan.problems.append(Text(f"一次最多 {MOST_ROOMS} 间", f"at most {MOST_ROOMS} rooms at once"))
    return plan


def _folded(line: str) -> str:
    plain = unicodedata.normalize("NFKC", line)
    return re.sub("[–—~‑−至]", "-", plain).strip()


def _named(line: int, rooms: list[RoomPlan], what: Text) -> Text:
    names = [room.name for room in rooms]
    some, more = "、".join(names[:8]), len(names) - 8
    return Text(
        f"第 {line} 行：{some}{f' 等 {len(names)} 间' if more > 0 else ''}{what.zh}",
        f"line {line}: {some}{f' and {more} more' if more > 0 else ''} {what.en}",
    )


def _line(line: str) -> list[RoomPlan] | Text:
    found = _LINE.fullmatch(line)
    if found is None:
        return Text(f"看不懂“{line[:40]}”。{_HOW.zh}", f"cannot read “{line[:40]}”; {_HOW.en}")
    building = found["building"].upper()
    zone, beds = int(found["zone"] or 0), int(found["beds"] or BEDS)
    if not 1 <= beds <= MOST_BEDS:
        return Text(f"每间 1 至 {MOST_BEDS} 床", f"1 to {MOST_BEDS} beds a room")
    floors = _floors(found["floors"])
    numbers = list(_numbers(found["rooms"]))
    if not floors or not numbers or len(floors) * len(numbers) > MOST_ROOMS:
        return Text("楼层或房号的起止不对", "the floors or rooms do not run upwards")
    if floors[0] < 1 and any(len(number) < 3 for number in numbers):
        return Text("地下楼层请写完整房号", "below the ground write the whole number of each room")
    if len(floors) > 1 and any(len(number) != 2 for number in numbers):
        return Text(
            "几层写在一行时，房号写两位，如 01-18", "for several floors write rooms in two digits, as 01-18"
        )
    return [
        RoomPlan(building, floor, number if len(number) > 2 else f"{floor}{number.zfill(2)}", zone, beds)
        for floor in floors
        for number in numbers
    ]


def _floors(text: str) -> range:
    first, _, last = text[1:].partition("-") if text.startswith("-") else text.partition("-")
    low = -int(first) if text.startswith("-") else int(first)
    return range(low, (int(last) if last.strip() else low) + 1)


def _numbers(text: str) -> Iterator[str]:
    """Yield 301, 302 … for 301-318、320; nothing where a run goes backwards. Leading noughts are kept."""
    for part in re.split(r"[、,;]+", text):
        first, dash, last = part.partition("-")
        if part and (not first.isdigit() or (dash and not last.isdigit()) or len(first) > 6 or len(last) > 6):
            return
        if part:
            yield from (str(n).zfill(len(first)) for n in range(int(first), int(last or first) + 1))


def _order(room: RoomPlan) -> tuple[str, int, int, str]:
    return room.building, room.floor, int(room.number) if room.number.isdigit() else 0, room.number


def floors(rooms: Iterable[RoomPlan]) -> list[FloorPlan]:
    """Return the rooms floor by floor, runs of numbers joined, for a preview."""
    made = []
    ordered = sorted(rooms, key=lambda r: (r.building, r.floor, r.zone, r.capacity, _order(r)))
    for (building, floor, zone, beds), group in groupby(
        ordered, key=lambda r: (r.building, r.floor, r.zone, r.capacity)
    ):
        numbers = [room.number for room in group]
        made.append(FloorPlan(building, floor, _runs(numbers), len(numbers), zone, beds))
    return made


def written(rooms: Iterable[RoomPlan]) -> str:
    """Return rooms as lines that `read` reads back: how the ledger keeps what was set up."""
    return "\n".join(f"{f.building} {f.floor} {f.numbers} {f.zone} {f.capacity}" for f in floors(rooms))


def _runs(numbers: list[str]) -> str:
    runs: list[list[str]] = []
    for number in numbers:
        last = runs[-1][-1] if runs else ""
        follows = (
            last.isdigit() and number.isdigit() and int(number) == int(last) + 1 and len(number) == len(last)
        )
        if follows:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
