"""What the quarantine forms are chosen from: free rooms, who is there, open items, protocols in force.

`LISTS` maps the names that payload fields declare (`choices="rooms_free"`) to what makes the list for one stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.people.masks import masked
from bihuan.core.spec import Snapshot, Text
from bihuan.kit.fields import Option
from bihuan.modules.quarantine.facts import SiteFacts, StayFacts
from bihuan.modules.quarantine.models import Protocol
from bihuan.modules.quarantine.protocol import LOCAL, DueItem, open_items

RoomRow = tuple[int, str, int, str, int, int, int]
ROOMS = """
SELECT r.id, r.building, r.floor, r.number, r.zone, r.capacity, coalesce(n.present, 0)
  FROM quarantine_room r LEFT JOIN (
    SELECT room_id, count(*) AS present FROM quarantine_stay
     WHERE site_id = %(site)s AND ended_at IS NULL AND room_id IS NOT NULL GROUP BY room_id
  ) n ON n.room_id = r.id
 WHERE r.site_id = %(site)s AND r.usable ORDER BY r.building, r.floor, r.walk
"""


def rooms(site: UUID) -> list[RoomRow]:
    """Return the usable rooms: id, building, floor, number, zone, places, people in it now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ROOMS, {"site": site})
        found: list[RoomRow] = cursor.fetchall()
        return found


def rooms_free(stay: Snapshot, actor: Actor) -> list[Option]:
    """Return the rooms one may move into: the free ones, then those with a place for whoever may share."""
    if stay.place_id is None:
        return []
    found = rooms(stay.place_id)
    mine = stay.facts.room if isinstance(stay.facts, StayFacts) else None
    free = [room for room in found if room[6] == 0]
    shared = [room for room in found if 0 < room[6] < room[5] and room[0] != mine]
    return [Option(room[0], room_text(room)) for room in [*free, *shared]]


def room_text(room: RoomRow) -> Text:
    """Return a room in words: number, places, who is there."""
    number = room[3] if room[1] == "A" else f"{room[1]}-{room[3]}"
    if room[6] == 0:
        return Text(f"{number}（空，{room[5]} 床）", f"{number} (free, {room[5]} beds)")
    return Text(
        f"{number}（已住 {room[6]} 人，须写明与谁同住）",
        f"{number} ({room[6]} there; say with whom it is shared)",
    )


def stays_present(stay: Snapshot, actor: Actor) -> list[Option]:
    """Return the others in the site, by room, masked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.matter_id, m.person_id, r.number FROM quarantine_stay t JOIN matters_matter m"
            " ON m.id = t.matter_id JOIN quarantine_room r ON r.id = t.room_id WHERE t.site_id = %s"
            " AND t.ended_at IS NULL AND t.matter_id <> %s ORDER BY r.walk",
            [stay.place_id, stay.id],
        )
        found = cursor.fetchall()
    names = masked({row[1] for row in found})
    return [Option(row[0], f"{row[2]} {names.get(row[1], '')}") for row in found]


def items_open(stay: Snapshot, actor: Actor) -> list[Option]:
    """Return the items up to today that are neither done nor waived."""
    return [Option(due.item.code, due.item.label) for due in _open(stay)]


def tests_open(stay: Snapshot, actor: Actor) -> list[Option]:
    """Return the tests up to today without a result."""
    return [Option(due.item.code, due.item.label) for due in _open(stay) if due.item.kind == "test"]


def _open(stay: Snapshot) -> list[DueItem]:
    facts = stay.facts
    if not isinstance(facts, StayFacts):
        return []
    today = timezone.now().astimezone(LOCAL).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time(0), LOCAL)
    return [due for due in open_items(facts.schedule(), frozenset(facts.done)) if due.due_at < tomorrow]


def protocols(stay: Snapshot, actor: Actor) -> list[Option]:
    """Return the protocols in force today, each once."""
    today = timezone.now().astimezone(LOCAL).date()
    found = Protocol.objects.filter(effective_from__lte=today).order_by("code", "-effective_from", "-version")
    newest: dict[str, Protocol] = {}
    for one in found:
        newest.setdefault(one.code, one)
    return [
        Option(one.code, Text(f"{one.label_zh} 第 {one.version} 版", f"{one.label_en}, v{one.version}"))
        for one in newest.values()
    ]


def _rooms_of(site: Snapshot, usable: bool) -> list[Option]:
    facts = site.facts
    if not isinstance(facts, SiteFacts):
        return []
    return [Option(room.id, room.name) for room in facts.rooms if room.usable is usable]


def rooms_in_use(site: Snapshot, actor: Actor) -> list[Option]:
    """Return the rooms of a site that are in use."""
    return _rooms_of(site, True)


def rooms_closed(site: Snapshot, actor: Actor) -> list[Option]:
    """Return the rooms of a site that are closed."""
    return _rooms_of(site, False)


def floors_of_site(site: Snapshot, actor: Actor) -> list[Option]:
    """Return the floors of a site, with the zones they have now."""
    facts = site.facts
    if not isinstance(facts, SiteFacts):
        return []
    zones: dict[tuple[str, int], set[int]] = {}
    for room in facts.rooms:
        zones.setdefault((room.building, room.floor), set()).add(room.zone)
    return [Option(f"{b}/{f}", floor_text(b, f, sorted(found))) for (b, f), found in zones.items()]


def floor_text(building: str, floor: int, zones: Sequence[int]) -> Text:
    """Return a floor in words, with its zones."""
    listed = "、".join(map(str, zones))
    return Text(
        f"{building} 栋 {floor} 层（现为通风区 {listed}）", f"{building}, floor {floor} (now zone {listed})"
    )


LISTS: dict[str, Callable[[Snapshot, Actor], list[Option]]] = {
    "rooms_free": rooms_free,
    "stays_present": stays_present,
    "items_open": items_open,
    "tests_open": tests_open,
    "protocols": protocols,
    "rooms_in_use": rooms_in_use,
    "rooms_closed": rooms_closed,
    "floors_of_site": floors_of_site,
}
