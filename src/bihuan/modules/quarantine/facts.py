"""What guards and deadlines know of a stay; pure, so that a history can be replayed in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from bihuan.modules.quarantine.protocol import DueItem, Rules, ordered_items, schedule


@dataclass(frozen=True, slots=True)
class RoomFact:
    """A room of a site and how many people are in it."""

    id: int
    building: str
    floor: int
    number: str
    zone: int
    capacity: int
    usable: bool
    people: int

    @property
    def name(self) -> str:
        """Return the room as it is called: building and number."""
        return f"{self.building}-{self.number}"


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site: its rooms and who is in them.

    Of one that is to be set up: `known`, its code is taken; `elsewhere`, it was given a place that exists.
    """

    rooms: tuple[RoomFact, ...] = ()
    known: bool = False
    elsewhere: bool = False

    @property
    def present(self) -> int:
        """Return how many people are in the site."""
        return sum(room.people for room in self.rooms)

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Return building and number of every room, closed ones too."""
        return frozenset((room.building, room.number) for room in self.rooms)

    def on_floor(self, floor: str) -> list[RoomFact]:
        """Return the rooms of a floor (`A/3`)."""
        return [room for room in self.rooms if f"{room.building}/{room.floor}" == floor]


@dataclass(slots=True)
class StayFacts:
    """A stay as it stands. `done`: codes of items done or waived; `rules`: the protocol version that binds it."""

    site_open: bool
    category: str
    rules: Rules | None = None
    protocol_id: int | None = None
    day_one: date | None = None
    admitted_at: datetime | None = None
    ended_at: datetime | None = None
    release_due: date | None = None
    room: int | None = None
    episode: UUID | None = None
    positive_at: datetime | None = None
    done: set[str] = field(default_factory=set)

    @property
    def item_codes(self) -> frozenset[str]:
        """Return the codes of the protocol's items."""
        return codes_of(self.rules) if self.rules is not None else frozenset()

    def schedule(self) -> list[DueItem]:
        """Return the items that bind this stay; empty before check-in."""
        if self.rules is None or self.day_one is None or self.admitted_at is None:
            return []
        return schedule(self.rules, self.day_one, self.admitted_at, self.ended_at)


@lru_cache(maxsize=256)
def codes_of(rules: Rules) -> frozenset[str]:
    """Return the item codes of a protocol version (kept, because a version never changes)."""
    return frozenset(item.code for item in ordered_items(rules))
