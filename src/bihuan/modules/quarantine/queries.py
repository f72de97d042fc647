"""What the quarantine screens read: sites at a glance, a floor's board, the round, one stay. A few queries each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from bihuan.modules.quarantine.protocol import LOCAL, DueItem, schedule
from bihuan.modules.quarantine.protocols import binding

DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site in the list. Counts are of now: `overdue` people with something overdue, `leaving` due for release."""

    place_id: UUID
    matter_id: UUID
    code: str
    name: str
    street: str
    state: str
    rooms: int
    rooms_used: int
    present: int
    today: int
    overdue: int
    leaving: int
    positives: int


SITES = """
SELECT s.place_id, s.matter_id, p.code, p.name, s.street, m.state,
       (SELECT count(*) FROM quarantine_room r WHERE r.site_id = s.place_id AND r.usable),
       coalesce(n.rooms_used, 0), coalesce(n.present, 0), coalesce(n.today, 0), coalesce(n.overdue, 0),
       coalesce(n.leaving, 0), coalesce(n.positives, 0)
  FROM quarantine_site s JOIN places_place p ON p.id = s.place_id JOIN matters_matter m ON m.id = s.matter_id
  LEFT JOIN (
    SELECT t.site_id, count(DISTINCT t.room_id) AS rooms_used, count(*) AS present,
           count(*) FILTER (WHERE k.due_at < %(tomorrow)s) AS today,
           count(*) FILTER (WHERE k.due_at < %(now)s AND NOT (k.state = 'observed' AND t.release_due = %(today)s
                                  AND k.due_at >= %(midnight)s)) AS overdue,
           count(*) FILTER (WHERE t.release_due <= %(today)s) AS leaving,
           count(*) FILTER (WHERE t.positive_at IS NOT NULL) AS positives
      FROM quarantine_stay t JOIN matters_matter k ON k.id = t.matter_id
     WHERE t.admitted_at IS NOT NULL AND t.ended_at IS NULL AND k.state <> 'absent' GROUP BY t.site_id
  ) n ON n.site_id = s.place_id
 WHERE p.jurisdiction = %(jurisdiction)s AND (%(places)s::uuid[] IS NULL OR s.place_id = ANY(%(places)s::uuid[]))
 ORDER BY coalesce(n.overdue, 0) DESC, p.code
"""


def sites(jurisdiction: str, places: Sequence[UUID] | None, now: datetime) -> list[SiteLine]:
    """Return the sites the actor may see, those with something overdue first. One query."""
    local = now.astimezone(LOCAL)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(0), LOCAL)
    with connection.cursor() as cursor:
        cursor.execute(
            SITES,
            {
                "jurisdiction": jurisdiction,
                "places": None if places is None else list(places),
                "now": now,
                "today": local.date(),
                "tomorrow": tomorrow,
                "midnight": tomorrow - timedelta(days=1),
            },
        )
        return [SiteLine(*row) for row in cursor.fetchall()]


@lru_cache(maxsize=1024)
def calendar(protocol_id: int, day_one: date) -> tuple[datetime, tuple[DueItem, ...]]:
    """Return the last moment at which items bind a running stay, and all items of this protocol from this day."""
    rules = binding(protocol_id).rules
    last = datetime.combine(rules.release_due(day_one), time(23, 59), LOCAL)
    always = datetime.min.replace(tzinfo=LOCAL), datetime.max.replace(tzinfo=LOCAL)
    return last, tuple(schedule(rules, day_one, *always))


@dataclass(slots=True)
class StayLine:
    """A stay as board and round show it: room, person (by key; the page masks), days, marks, what is open."""

    matter_id: UUID
    number: str
    state: str
    version: int
    person_id: UUID
    room_id: int
    category: str
    day_one: date
    admitted_at: datetime
    ended_at: datetime | None
    release_due: date
    positive_at: datetime | None
    protocol_id: int
    legal_basis: str
    done: frozenset[str]
    marks: dict[str, str] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)

    def schedule(self) -> list[DueItem]:
        """Return the items that bind the stay, as `protocol.schedule` says; dates are made once for a check-in day."""
        last, items = calendar(self.protocol_id, self.day_one)
        end = self.ended_at or last
        return [due for due in items if self.admitted_at < due.due_at <= end]

    def open_items(self, before: datetime) -> list[DueItem]:
        """Return the items due before a moment that are neither done nor waived."""
        return [due for due in self.schedule() if due.due_at < before and due.item.code not in self.done]

    def day(self, when: date) -> int:
        """Return the protocol day that a date is for this stay."""
        return binding(self.protocol_id).rules.day_of(self.day_one, when)


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room and the stays in it, in the shown time."""

    id: int
    building: str
    floor: int
    number: str
    zone: int
    stays: tuple[StayLine, ...]

    @property
    def name(self) -> str:
        """Return the number as it is said: 305, and B-305 in any but the first building."""
        return self.number if self.building == "A" else f"{self.building}-{self.number}"


STAYS = """
SELECT m.id, m.number, m.state, m.version, m.person_id, t.room_id, t.category, t.day_one, t.admitted_at, t.ended_at,
       t.release_due, t.positive_at, t.protocol_id, t.legal_basis, t.done
  FROM quarantine_stay t JOIN matters_matter m ON m.id = t.matter_id
 WHERE t.site_id = %s AND t.admitted_at IS NOT NULL AND (t.ended_at IS NULL OR t.ended_at >= %s)
 ORDER BY t.admitted_at
"""


def stays_of(site: UUID, since: datetime) -> list[StayLine]:
    """Return the stays of a site that were running at or after a moment."""
    with connection.cursor() as cursor:
        cursor.execute(STAYS, [site, since])
        rows: list[Any] = cursor.fetchall()
        return [_stay_line(*row) for row in rows]


def _stay_line(*values: Any) -> StayLine:
    line = StayLine(*values)
    line.done = frozenset(line.done)
    return line


def _rooms(site: UUID) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, building, floor, number, zone FROM quarantine_room WHERE site_id = %s AND usable"
            " ORDER BY building, floor, walk",
            [site],
        )
        return list(cursor.fetchall())


def rooms_with(site: UUID, since: datetime) -> list[RoomLine]:
    """Return the site's rooms in walking order with the stays since a moment. Two queries."""
    by_room: dict[int, list[StayLine]] = defaultdict(list)
    for stay in stays_of(site, since):
        by_room[stay.room_id].append(stay)
    return [
        RoomLine(number, building, floor, name, zone, tuple(by_room.get(number, ())))
        for number, building, floor, name, zone in _rooms(site)
    ]


def add_marks(stays: Sequence[StayLine]) -> None:
    """Fill in what stands for each item of these stays (result, entry). One query."""
    by_id = {stay.matter_id: stay for stay in stays}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stay_id, item, mark, entry_id FROM quarantine_observation WHERE stay_id = ANY(%s)",
            [list(by_id)],
        )
        for stay, item, mark, entry in cursor.fetchall():
            by_id[stay].marks[item] = mark
            by_id[stay].entries[item] = entry


def waiting(site: UUID) -> list[tuple[UUID, str, UUID, datetime]]:
    """Return who is ordered to this site and not checked in yet: matter, number, person, when it was ordered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, person_id, opened_at FROM matters_matter WHERE type = 'quarantine.stay'"
            " AND state = 'ordered' AND place_id = %s ORDER BY opened_at",
            [site],
        )
        found: list[tuple[UUID, str, UUID, datetime]] = cursor.fetchall()
        return found


def release_day(stay: UUID) -> date:
    """Return the date on which a stay's release is due; `date.max` where none is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT release_due FROM quarantine_stay WHERE matter_id = %s", [stay])
        row = cursor.fetchone()
    return row[0] if row and row[0] else date.max
