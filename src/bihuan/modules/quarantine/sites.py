"""Setting up a site: its place, its rooms in walking order, its ventilation zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.places.models import Place
from bihuan.core.spec import Nothing, Text
from bihuan.modules.quarantine.matter import SITE
from bihuan.modules.quarantine.models import Room, Site
from bihuan.modules.quarantine.payloads import SiteRegistration


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A room as a register or a plan tells it."""

    building: str
    floor: int
    number: str
    zone: int = 0
    capacity: int = 2


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site as a register or a plan tells it. Coordinates are WGS-84 degrees."""

    code: str
    name: str
    street: str
    address: str
    rooms: Sequence[RoomPlan]
    opened_on: date
    latitude: float | None = None
    longitude: float | None = None


def set_up(plan: SitePlan, *, actor: Actor, opened_at: datetime, key: str) -> UUID:
    """Register a site with its rooms and open it; returns its place. The same key again changes nothing.

    A site that is known already (same code) keeps its life; rooms that are new are added, none is removed.
    """
    with transaction.atomic():
        place, created = Place.objects.get_or_create(
            jurisdiction=actor.jurisdiction,
            kind="quarantine_site",
            code=plan.code,
            defaults={
                "name": plan.name,
                "address": plan.address,
                "latitude": plan.latitude,
                "longitude": plan.longitude,
                "organ_id": actor.organ,
            },
        )
        if created:
            outcome = engine.open(
                SITE,
                Opening(
                    payload=SiteRegistration(code=plan.code, rooms=len(plan.rooms)),
                    occurred_at=opened_at,
                    place_id=place.id,
                    title=Text(plan.name, plan.name),
                    history=[Step("open_site", Nothing(), opened_at)],
                ),
                actor=actor,
                key=key,
            )
            Site.objects.create(
                place=place, matter_id=outcome.matter_id, street=plan.street, opened_on=plan.opened_on
            )
        add_rooms(place.id, plan.rooms)
    return place.id


def add_rooms(site: UUID, rooms: Sequence[RoomPlan]) -> None:
    """Add the rooms that the site does not have yet, in walking order: building, floor, number."""
    ordered = sorted(rooms, key=lambda r: (r.building, r.floor, int(r.number) if r.number.isdigit() else 0))
    Room.objects.bulk_create(
        (
            Room(
                site_id=site, building=r.building, floor=r.floor, number=r.number, zone=r.zone,
                capacity=r.capacity, walk=walk,
            )
            for walk, r in enumerate(ordered)
        ),
        ignore_conflicts=True,
    )  # fmt: skip
