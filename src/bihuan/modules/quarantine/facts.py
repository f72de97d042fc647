"""What guards and deadlines know of a stay; pure, so that a history can be replayed in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from bihuan.modules.quarantine.protocol import DueItem, Rules, ordered_items, schedule


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site: how many people are in it."""

    present: int = 0


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
