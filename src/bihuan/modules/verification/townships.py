"""Townships and street offices as places, so that the worklist gathers verifications by where people live.

A verification brings its township along by name; the place is made when it is first named. Its key follows from the
name, so that two lists that come at once name the same place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from django.db import connection

KIND: Final = "township"
NOWHERE: Final = "未注明"
"""Where the person is said to live nowhere in particular."""
_SPACE: Final = UUID("6f0cbd0e-5b0a-5c5e-9d3b-6a4f0c1f7e21")
MAKE = (
    "INSERT INTO places_place (id, kind, code, name, address, jurisdiction) VALUES (%s, %s, %s, %s, '', %s)"
    " ON CONFLICT DO NOTHING"
)


@lru_cache(maxsize=4096)
def township_place(jurisdiction: str, township: str) -> UUID:
    """Return the key of the place that stands for a township of this jurisdiction."""
    return uuid5(_SPACE, f"{jurisdiction}/{township or NOWHERE}")


def make_places(jurisdiction: str, townships: Iterable[str]) -> None:
    """Make the places of these townships where there are none yet."""
    with connection.cursor() as cursor:
        for township in sorted(set(townships)):
            name = township or NOWHERE
            place = township_place(jurisdiction, township)
            cursor.execute(MAKE, [place, KIND, name[:32], name[:120], jurisdiction])
