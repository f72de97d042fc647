"""Units (派出所 and their like) as places, so that an officer's appointment to one reaches its parts and no other's.

A unit is made when it is first named; its key follows from its name, so that two splits at once name the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from django.db import connection

from bihuan.core.access.models import Appointment
from bihuan.core.places.models import Place
from bihuan.modules.directives.matter import UNIT_OFFICER

KIND: Final = "unit"
STATION: Final = "派出所"
LONGEST: Final = 32
_SPACE: Final = UUID("0b0b2c8e-3a06-5e0f-8b5b-0e3c54a7c1d2")
MAKE = (
    "INSERT INTO places_place (id, kind, code, name, address, jurisdiction) VALUES (%s, %s, %s, %s, '', %s)"
    " ON CONFLICT DO NOTHING"
)


@lru_cache(maxsize=4096)
def unit_place(jurisdiction: str, unit: str) -> UUID:
    """Return the key of the place that stands for a unit of this jurisdiction."""
    return uuid5(_SPACE, f"{jurisdiction}/{unit[:LONGEST]}")


def make_units(jurisdiction: str, units: Iterable[str]) -> None:
    """Make the places of these units where there are none yet."""
    with connection.cursor() as cursor:
        for unit in sorted(set(units)):
            cursor.execute(
                MAKE, [unit_place(jurisdiction, unit), KIND, unit[:LONGEST], unit[:LONGEST], jurisdiction]
            )


def known_units(jurisdiction: str) -> list[str]:
    """Return the names of the county's units, by name."""
    return list(
        Place.objects.filter(jurisdiction=jurisdiction, kind=KIND)
        .order_by("name")
        .values_list("name", flat=True)
    )


def usual_unit(township: str, known: Sequence[str]) -> str:
    """Return who usually takes a township: the known unit called after it, else the station of its name."""
    stem = township.removesuffix("办事处")
    return next(
        (unit for unit in known if stem and unit.startswith(stem)), f"{stem}{STATION}" if stem else ""
    )


def officers_of(jurisdiction: str) -> list[tuple[UUID, str, str]]:
    """Return the officers who hold the units' post now: (officer, name, unit), by unit."""
    held = Appointment.objects.filter(
        post=UNIT_OFFICER.code, until__isnull=True, organ__jurisdiction=jurisdiction, officer__is_active=True, place__isnull=False
    ).select_related("officer", "place")  # fmt: skip
    return sorted(
        ((a.officer_id, a.officer.name, a.place.name) for a in held if a.place),
        key=lambda one: one[2:] + one[1:2],
    )
