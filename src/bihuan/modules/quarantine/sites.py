"""Setting up a site: its place, its rooms in walking order, its ventilation zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.places.models import Place
from bihuan.core.spec import Nothing, Text
from bihuan.modules.quarantine.matter import SITE
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import SiteRegistration
from bihuan.modules.quarantine.room_plan import RoomPlan, read, written
from bihuan.modules.quarantine.site_details import KIND, add_rooms

__all__ = ["RoomPlan", "SitePlan", "add_rooms", "registration", "set_up"]


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
        known = Place.objects.filter(jurisdiction=actor.jurisdiction, kind=KIND, code=plan.code).first()
        if known is not None:
            add_rooms(known.id, plan.rooms)
            return known.id
        opening = Opening(
            payload=registration(plan),
            occurred_at=opened_at,
            title=Text(plan.name, plan.name),
            history=[Step("open_site", Nothing(), opened_at)],
        )
        outcome = engine.open(SITE, opening, actor=actor, key=key)
        return Site.objects.values_list("place_id", flat=True).get(matter_id=outcome.matter_id)


def registration(plan: SitePlan) -> SiteRegistration:
    """Return a plan as what opens a site."""
    latitude, longitude = _degrees(plan)
    return SiteRegistration(
        code=plan.code,
        rooms=len(plan.rooms),
        name=plan.name,
        street=plan.street,
        address=plan.address,
        opened_on=plan.opened_on,
        latitude=latitude,
        longitude=longitude,
        plan=_rooms(plan),
    )


def _rooms(plan: SitePlan) -> str:
    """Return the rooms as they are kept; none where a register's number is beyond any site: they come with the stays."""
    text = written(plan.rooms)
    return "" if read(text).problems else text


def _degrees(plan: SitePlan) -> tuple[Decimal | None, Decimal | None]:
    """Return where the site lies; nothing where a register tells half of it, or no place on earth."""
    if plan.latitude is None or plan.longitude is None:
        return None, None
    if abs(plan.latitude) > 90 or abs(plan.longitude) > 180:
        return None, None
    return Decimal(str(plan.latitude)), Decimal(str(plan.longitude))
