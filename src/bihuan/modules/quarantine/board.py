"""The site board as data: two weeks of a floor, room by room, and the site's numbers. Reads nothing itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bihuan.core.spec import Text
from bihuan.modules.quarantine.matter import ABSENT
from bihuan.modules.quarantine.protocol import LOCAL, DueItem
from bihuan.modules.quarantine.queries import RoomLine, StayLine

BEFORE, SHOWN = 8, 14
TEST = "test"


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of a cell: its drawing (kit's board marks) and what it says."""

    name: str
    text: Text


DONE = Mark("ok", Text("已观察", "Observed"))
SAMPLED = Mark("test", Text("已采样", "Sampled"))
DUE = Mark("due", Text("今天待观察", "Due today"))
TEST_DUE = Mark("tdue", Text("今天待采样", "Test due today"))
LATE = Mark("late", Text("逾期未做", "Overdue"))
POSITIVE = Mark("pos", Text("核酸阳性", "Positive test"))
FEVER = Mark("fever", Text("发热", "Fever"))
SYMPTOMS = Mark("symptoms", Text("有症状", "Symptoms"))
PLANNED = Mark("plan", Text("计划观察", "Planned"))
TEST_PLANNED = Mark("tplan", Text("计划采样", "Test planned"))
WAIVED = Mark("waived", Text("已免做", "Waived"))
LEGEND = (
    DONE, SAMPLED, DUE, TEST_DUE, LATE, FEVER, SYMPTOMS, POSITIVE, WAIVED, PLANNED, TEST_PLANNED,
)  # fmt: skip


@dataclass(slots=True)
class Cell:
    """One day of one row. `place`: `a` first day of a stay, `z` its last; `today`; empty where nobody is there."""

    day: date
    marks: tuple[Mark, ...] = ()
    stays: bool = False
    place: str = ""


@dataclass(slots=True)
class Row:
    """One line of the board: a room, who is (or was last) in it, fourteen days. `first`: it carries the number."""

    room: RoomLine
    first: bool
    stay: StayLine | None
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor as a tab: its key (`A-3`), rooms used and usable."""

    key: str
    building: str
    floor: int
    used: int
    rooms: int
    alone: bool

    @property
    def text(self) -> Text:
        """Return its name; the building only where there are several."""
        if self.alone:
            return Text(f"{self.floor} 层", f"Floor {self.floor}")
        return Text(f"{self.building} 栋 {self.floor} 层", f"{self.building}, floor {self.floor}")


@dataclass(slots=True)
class Numbers:
    """The site's numbers of now. `items_*`: of today's temperature and symptom items; `worst`: the oldest overdue."""

    rooms: int = 0
    rooms_used: int = 0
    present: int = 0
    absent: int = 0
    admitted_today: int = 0
    leaving: int = 0
    left_today: int = 0
    items_today: int = 0
    items_done: int = 0
    people_today: int = 0
    overdue: int = 0
    worst: datetime | None = None
    positives: int = 0


def days_shown(today: date) -> list[date]:
    """Return the fourteen days of the board: eight past ones, today, five to come."""
    return [today + timedelta(days=n - BEFORE) for n in range(SHOWN)]


def since(today: date) -> datetime:
    """Return the moment from which stays are shown."""
    return datetime.combine(today - timedelta(days=BEFORE), time(0), LOCAL)


def floors(rooms: Sequence[RoomLine]) -> list[Floor]:
    """Return the site's floors in walking order."""
    by_floor: dict[tuple[str, int], list[RoomLine]] = defaultdict(list)
    for room in rooms:
        by_floor[room.building, room.floor].append(room)
    alone = len({room.building for room in rooms}) == 1
    return [
        Floor(f"{building}-{floor}", building, floor, sum(map(occupied, found)), len(found), alone)
        for (building, floor), found in sorted(by_floor.items())
    ]


def occupied(room: RoomLine) -> bool:
    """Tell whether somebody is in the room now."""
    return any(stay.ended_at is None for stay in room.stays)


def numbers(rooms: Sequence[RoomLine], now: datetime) -> Numbers:
    """Count the site: rooms, people, what is due today and what is overdue."""
    today = now.astimezone(LOCAL).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time(0), LOCAL)
    found = Numbers(rooms=len(rooms), rooms_used=sum(map(occupied, rooms)))
    for stay in (stay for room in rooms for stay in room.stays):
        found.admitted_today += stay.admitted_at.astimezone(LOCAL).date() == today
        if stay.ended_at is not None:
            found.left_today += stay.state == "released" and stay.ended_at.astimezone(LOCAL).date() == today
            continue
        if stay.state == ABSENT.code:
            found.absent += 1
            continue
        found.present += 1
        found.leaving += stay.release_due <= today
        found.positives += stay.positive_at is not None
        _count_items(found, stay, now, today, tomorrow)
    return found


def _count_items(found: Numbers, stay: StayLine, now: datetime, today: date, tomorrow: datetime) -> None:
    waiting, late = stay.release_due <= today, stay.release_due < today
    for due in stay.schedule():
        if due.due_at >= tomorrow:
            break
        done = due.item.code in stay.done
        if due.due_at.date() == today and due.item.kind != TEST:
            found.items_today += 1
            found.items_done += done
        if not done:
            waiting = True
            if due.due_at < now:
                late = True
                found.worst = min(found.worst or due.due_at, due.due_at)
    found.people_today += waiting
    found.overdue += late


def rows(rooms: Iterable[RoomLine], now: datetime) -> Iterator[Row]:
    """Yield the board's lines of these rooms; people who share a room stand one below the other."""
    days = days_shown(now.astimezone(LOCAL).date())
    for room in rooms:
        for position, lane in enumerate(_lanes(room.stays) or [[]]):
            cells = [Cell(day) for day in days]
            for stay in lane:
                _fill(cells, stay, now)
            running = next((stay for stay in lane if stay.ended_at is None), None)
            yield Row(room, position == 0, running, cells)


def _lanes(stays: Sequence[StayLine]) -> list[list[StayLine]]:
    """Put stays that follow each other on one line, those at the same time on several; who is there now first."""
    lanes: list[list[StayLine]] = []
    for stay in sorted(stays, key=lambda s: s.admitted_at):
        for lane in lanes:
            ended = lane[-1].ended_at
            if (
                ended is not None
                and ended.astimezone(LOCAL).date() < stay.admitted_at.astimezone(LOCAL).date()
            ):
                lane.append(stay)
                break
        else:
            lanes.append([stay])
    return sorted(lanes, key=lambda lane: lane[-1].ended_at is not None)


def _fill(cells: list[Cell], stay: StayLine, now: datetime) -> None:
    first = stay.admitted_at.astimezone(LOCAL).date()
    last = (
        stay.ended_at.astimezone(LOCAL).date()
        if stay.ended_at
        else max(stay.release_due, now.astimezone(LOCAL).date())
    )
    items: dict[date, list[DueItem]] = defaultdict(list)
    for due in stay.schedule():
        items[due.due_at.date()].append(due)
    for cell in cells:
        if not first <= cell.day <= last:
            continue
        cell.stays = True
        cell.marks = tuple(_marks(stay, items.get(cell.day, ()), cell.day, now))
        cell.place = ("a" if cell.day == first else "") + (" z" if cell.day == last else "")


def _marks(stay: StayLine, items: Sequence[DueItem], day: date, now: datetime) -> Iterator[Mark]:
    rounds = [due for due in items if due.item.kind != TEST]
    if rounds:
        yield from _of_rounds(stay, rounds, now)
    for due in items:
        if due.item.kind == TEST:
            yield _of_test(stay, due, now)


def _of_rounds(stay: StayLine, items: Sequence[DueItem], now: datetime) -> Iterator[Mark]:
    told = {stay.marks.get(due.item.code) for due in items}
    if "fever" in told:
        yield FEVER
    elif "symptoms" in told:
        yield SYMPTOMS
    still = [due for due in items if due.item.code not in stay.done]
    if any(due.due_at < now for due in still):
        yield LATE
    elif still:
        yield DUE if still[0].due_at.date() == now.astimezone(LOCAL).date() else PLANNED
    elif told == {"waived"}:
        yield WAIVED
    elif not told & {"fever", "symptoms"}:
        yield DONE


def _of_test(stay: StayLine, due: DueItem, now: datetime) -> Mark:
    told = stay.marks.get(due.item.code)
    if told == "positive":
        return POSITIVE
    if due.item.code in stay.done:
        return WAIVED if told == "waived" else SAMPLED
    if due.due_at < now:
        return LATE
    return TEST_DUE if due.due_at.date() == now.astimezone(LOCAL).date() else TEST_PLANNED
