"""A site's rows: its place, itself, its rooms; written by the steps that say so, by whatever door they come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, connection, transaction

from bihuan.core.matters.details import OPENED, Applied, Details, Opening
from bihuan.core.matters.errors import Conflict
from bihuan.core.matters.registry import details_of
from bihuan.core.places.models import Place
from bihuan.core.spec import Text
from bihuan.modules.quarantine import matter, room_plan
from bihuan.modules.quarantine.facts import RoomFact, SiteFacts
from bihuan.modules.quarantine.models import Room, Site
from bihuan.modules.quarantine.payloads import SiteRegistration, ZoneChange
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.room_plan import RoomPlan

KIND = "quarantine_site"
FACTS = """
SELECT s.matter_id, r.id, r.building, r.floor, r.number, r.zone, r.capacity, r.usable, coalesce(n.people, 0)
  FROM quarantine_site s LEFT JOIN quarantine_room r ON r.site_id = s.place_id
  LEFT JOIN (SELECT room_id, count(*) AS people FROM quarantine_stay
              WHERE admitted_at IS NOT NULL AND ended_at IS NULL GROUP BY room_id) n ON n.room_id = r.id
 WHERE s.matter_id = ANY(%s) ORDER BY r.building, r.floor, r.walk
"""


@details_of(matter.SITE)
class SiteDetails(Details[SiteFacts]):
    """A site: its rooms, who is in them; opening one brings its place along."""

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, SiteFacts]:
        """Return the rooms of these sites with how many people are in each."""
        rooms: dict[UUID, list[RoomFact]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(FACTS, [list(ids)])
            for site, *room in cursor.fetchall():
                rooms[site].extend([RoomFact(*room)] if room[0] is not None else [])
        return {site: SiteFacts(tuple(found)) for site, found in rooms.items()}

    def arrange(self, opening: Opening) -> Opening:
        """Give the site the key of the place that `write` makes; one at an existing place is no new site."""
        name = opening.payload.name.strip()
        return replace(
            opening,
            place_id=opening.place_id or uuid.uuid7(),
            title=opening.title or (Text(name, name) if name else None),
            reference=opening.reference if opening.place_id is None else KIND,
        )

    def prepare(self, openings: Sequence[Opening]) -> Counter[str]:
        """Return the codes that sites have already, and those that several of these ask for."""
        codes = [opening.payload.code for opening in openings]
        known = Place.objects.filter(kind=KIND, code__in=codes).values_list("code", flat=True)
        return Counter([*known, *(code for code, times in Counter(codes).items() if times > 1)])

    def opened(self, matter_id: UUID, opening: Opening, prepared: Counter[str]) -> SiteFacts:
        """Return a site without people, and whether its code or its place is another's."""
        return SiteFacts(known=opening.payload.code in prepared, elsewhere=opening.reference == KIND)

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return the room of a step by its number, rooms as they were written."""
        if "room" not in payload:
            return {}
        found = Room.objects.filter(pk=payload["room"]).first()
        return {} if found is None else {"room": Text(str(found), str(found))}

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the place, the site and its rooms, and what later steps change of them."""
        for step in steps:
            assert step.place_id is not None
            if step.transition == OPENED:
                _set_up(step.place_id, step)
            elif step.transition == "add_rooms":
                add_rooms(step.place_id, room_plan.read(step.payload.plan).rooms)
            elif step.transition in {"close_room", "reopen_room"}:
                _switch(step.place_id, step.payload.room, step.transition == "reopen_room")
            elif isinstance(step.payload, ZoneChange):
                building, _, floor = step.payload.floor.rpartition("/")
                Room.objects.filter(site_id=step.place_id, building=building, floor=int(floor)).update(
                    zone=step.payload.zone
                )


def _set_up(place: UUID, step: Applied) -> None:
    asked: SiteRegistration = step.payload
    try:
        with transaction.atomic():
            _place(place, asked, step)
    except IntegrityError as error:  # two at once; the guard saw neither
        raise Conflict(
            Text(
                "刚刚有人登记了同一编码的隔离点，请换一个编码",
                "Somebody has just used that code; choose another",
            )
        ) from error
    Site.objects.create(
        place_id=place, matter_id=step.matter_id, street=asked.street,
        opened_on=asked.opened_on or step.occurred_at.astimezone(LOCAL).date(),
    )  # fmt: skip
    add_rooms(place, room_plan.read(asked.plan).rooms)


def _place(place: UUID, asked: SiteRegistration, step: Applied) -> None:
    Place.objects.create(
        id=place, jurisdiction=step.actor.jurisdiction, kind=KIND, code=asked.code, name=asked.name.strip(),
        address=asked.address, organ_id=step.actor.organ,
        latitude=None if asked.latitude is None else float(asked.latitude),
        longitude=None if asked.longitude is None else float(asked.longitude),
    )  # fmt: skip


def add_rooms(site: UUID, rooms: Sequence[RoomPlan]) -> None:
    """Add the rooms that the site does not have yet; the round walks them by building, floor, number."""
    Room.objects.bulk_create(
        (
            Room(
                site_id=site, building=r.building, floor=r.floor, number=r.number, zone=r.zone,
                capacity=r.capacity, walk=int(r.number) if r.number.isdigit() else 0,
            )
            for r in rooms
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _switch(site: UUID, room: int, usable: bool) -> None:
    """Close or reopen a room; whoever checks in at the same moment holds its row, so one of the two is told."""
    Room.objects.filter(site_id=site, pk=room).update(usable=usable)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM quarantine_occupancy WHERE room_id = %s AND until > now() AND NOT disputed LIMIT 1",
            [room],
        )
        if not usable and cursor.fetchone() is not None:
            raise Conflict(
                Text("刚刚有人入住这间房，不能停用", "Somebody has just moved in; it cannot be closed")
            )
