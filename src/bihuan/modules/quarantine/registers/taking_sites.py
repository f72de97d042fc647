"""Sites of a register become places with rooms and a matter of their own, open from the day the list names."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from bihuan.core.intake.problems import Source
from bihuan.core.intake.taking import Portion, Run, Taken
from bihuan.core.matters.payloads import plain
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.registers.rows import Room, SiteRow, Zone
from bihuan.modules.quarantine.registers.sites import SITES
from bihuan.modules.quarantine.sites import RoomPlan, SitePlan, add_rooms, set_up

HIDDEN = ("manager", "phone")  # an officer's name and number are not a site's; they are not kept with it


class SiteTaker:
    """Takes in the list of sites."""

    register = SITES

    def identity(self, row: SiteRow) -> str:
        """A site is its code."""
        return row.code

    def content(self, row: SiteRow) -> str:
        """Return all that the list says of the site."""
        return json.dumps(_site_json(row), ensure_ascii=False, sort_keys=True)

    def unseal(self, kept: Sequence[tuple[UUID | None, UUID | None, bytes]]) -> list[SiteRow | None]:
        """Read the sites accepted earlier; a site holds nobody's data, so nothing is encrypted."""
        return [_site_from(json.loads(box)) for _, _, box in kept]

    def begin(self, run: Run[SiteRow]) -> None:
        """Sites need nothing beforehand."""
        run.notes["resealed"] = {}

    def take(self, run: Run[SiteRow], portion: Portion[SiteRow]) -> list[Taken]:
        """Set up new sites; of known ones add the rooms that are new."""
        taken = []
        for row in portion.new:
            place = set_up(
                _plan(row),
                actor=run.actor,
                opened_at=_start(row.opened),
                key=f"register/site/{row.code}",
            )
            matter = Site.objects.values_list("matter_id", flat=True).get(pk=place)
            taken.append(Taken(matter, None, _boxed(row)))
        for row, before in portion.changed:
            assert before.matter_id is not None
            add_rooms(Site.objects.get(matter_id=before.matter_id).pk, _rooms(row))
            run.notes["resealed"][before.matter_id] = _boxed(row)
        return taken

    def finish(self, run: Run[SiteRow]) -> None:
        """Nothing remains."""


def _start(opened: date | None) -> datetime:
    return datetime.combine(opened or date.today(), time(0), LOCAL)


def _boxed(row: SiteRow) -> bytes:
    return json.dumps(_site_json(row), ensure_ascii=False).encode()


def _site_json(row: SiteRow) -> dict[str, Any]:
    kept = {
        f.name: getattr(row, f.name) for f in dataclasses.fields(row) if f.name not in (*HIDDEN, "source")
    }
    return {
        **{name: value if isinstance(value, float) else plain(value) for name, value in kept.items()},
        "source": list(row.source),
    }


def _site_from(data: dict[str, Any]) -> SiteRow:
    return SiteRow(
        **{
            **data,
            "zones": tuple(Zone(**zone) for zone in data["zones"]),
            "opened": date.fromisoformat(data["opened"]) if data["opened"] else None,
            "source": Source(*data["source"]),
            "manager": None,
            "phone": None,
        }
    )


def _plan(row: SiteRow) -> SitePlan:
    return SitePlan(
        code=row.code,
        name=row.name,
        street=row.township or "",
        address=row.address or "",
        rooms=_rooms(row),
        opened_on=row.opened or date.today(),
        latitude=row.latitude,
        longitude=row.longitude,
    )


def _rooms(row: SiteRow) -> list[RoomPlan]:
    """Return the site's rooms where the list's numbers divide evenly; others appear with their first stay."""
    per_floor = row.rooms_per_floor
    if per_floor is None or not row.floors:
        return []
    return [
        room_plan(row, Room(building, floor, number))
        for building in row.building_letters
        for floor in range(1, row.floors + 1)
        for number in range(1, per_floor + 1)
    ]


def room_plan(site: SiteRow, room: Room) -> RoomPlan:
    """Return a room of the register as the site keeps it."""
    zone = site.zone_of(room)
    return RoomPlan(room.building, room.floor, f"{room.floor}{room.number:02d}", zone.number if zone else 0)
