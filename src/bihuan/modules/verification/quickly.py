"""Keys to the database and moments from it, in the spelling that costs least where tens of thousands are read at once.

The driver spells a list of keys and reads a moment one by one, in Python; a moment as a whole number takes a twentieth.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"


def uuid_array(keys: Iterable[UUID]) -> str:
    """Return keys as PostgreSQL spells an array; the statement casts it (`%s::uuid[]`)."""
    return "{" + ",".join(map(str, keys)) + "}"


def at_microsecond(number: int) -> datetime:
    """Return the moment so many microseconds after 1970-01-01 UTC."""
    return EPOCH + timedelta(microseconds=number)
