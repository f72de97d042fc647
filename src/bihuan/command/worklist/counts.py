"""The worklist's numbers, from one aggregate: tabs, rows by place, the coming week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Min, UUIDField, Value, When

from bihuan.command.worklist.duties import duties, gathered, standing
from bihuan.command.worklist.filters import SOON_DAYS, Filters, listed, midnight
from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import content_types
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.registry import matter_types
from bihuan.core.spec.matters import State

LATE, TODAY, LATER, NEVER = -1, 0, 7, 8
IN_TAB = {
    "today": range(LATE, TODAY + 1),
    "overdue": range(LATE, LATE + 1),
    "soon": range(TODAY + 1, TODAY + 1 + SOON_DAYS),
    "open": range(LATE, NEVER + 1),
}


@dataclass(slots=True)
class Gathering:
    """The matters of one type and state in one place, shown as one row."""

    type: str
    state: str
    place_id: UUID
    rank: int
    days: Counter[int] = field(default_factory=Counter)
    first: datetime | None = None

    def within(self, tab: str) -> int:
        """Return how many of them belong to a tab."""
        return sum(self.days[day] for day in IN_TAB[tab])


@dataclass(slots=True)
class Tally:
    """How many rows and matters there are. `days`: matters by day from today (-1 missed, 7 later, 8 never)."""

    days: Counter[int] = field(default_factory=Counter)
    single: Counter[int] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    ranks: Counter[tuple[int, int]] = field(default_factory=Counter)
    gatherings: list[Gathering] = field(default_factory=list)

    def rows(self, tab: str) -> int:
        """Return how many rows a tab has."""
        return self.alone(tab) + len(self.by_place(tab))

    def alone(self, tab: str) -> int:
        """Return how many matters of a tab have a row of their own."""
        return sum(self.single[day] for day in IN_TAB[tab])

    def matters(self, tab: str) -> int:
        """Return how many matters a tab stands for."""
        return sum(self.days[day] for day in IN_TAB[tab])

    def of_rank(self, rank: int, tab: str) -> int:
        """Return how many rows of a tab have this rank."""
        alone = sum(self.ranks[rank, day] for day in IN_TAB[tab])
        return alone + sum(1 for one in self.by_place(tab) if one.rank == rank)

    def by_place(self, tab: str) -> list[Gathering]:
        """Return the rows by place of a tab: those with something overdue first, then by time."""
        found = [one for one in self.gatherings if one.within(tab)]
        return sorted(found, key=lambda g: (-g.days[LATE], g.first is None, g.first, str(g.place_id)))


def tally(actor: Actor, filters: Filters, now: datetime) -> Tally:
    """Count the open matters that the filters leave. One query."""
    when = [When(due_at__isnull=True, then=Value(NEVER)), When(due_at__lt=now, then=Value(LATE))]
    when += [When(due_at__lt=midnight(now, day + 1), then=Value(day)) for day in range(LATER)]
    by_place = standing(gathered()) if filters.by_place else None
    place = Value(None, UUIDField()) if by_place is None else Case(When(by_place, then=F("place_id")))
    rows = (
        listed(actor, filters)
        .order_by()
        .annotate(
            day=Case(*when, default=Value(LATER), output_field=IntegerField()),
            gathered_at=place,
        )
        .values_list("type", "state", "rank", "day", "gathered_at")
        .annotate(n=Count("id"), first=Min("due_at"))
    )
    return _summed(list(rows))


def _summed(rows: Sequence[tuple[str, str, int, int, UUID | None, int, datetime | None]]) -> Tally:
    made = Tally()
    gatherings: dict[tuple[str, str, UUID], Gathering] = {}
    for code, state, rank, day, place, n, first in rows:
        made.days[day] += n
        made.types[code] += n
        if place is None:
            made.single[day] += n
            made.ranks[rank, day] += n
            continue
        one = gatherings.setdefault((code, state, place), Gathering(code, state, place, rank))
        one.days[day] += n
        one.first = min((t for t in (one.first, first) if t is not None), default=None)
    made.gatherings = list(gatherings.values())
    return made


@cache
def closing_kinds(post: str) -> tuple[str, ...]:
    """Return the ledger's kinds of entry by which a matter on this post's list is closed."""
    codes = duties(post) or dict.fromkeys(content_types(post))
    return tuple(
        f"{code}.{t.code}"
        for code in codes
        for t in matter_types()[code].transitions
        if isinstance(t.to, State) and t.to.closed
    )


def closed_today(actor: Actor, now: datetime) -> int:
    """Return how many matters on this post's list were closed since midnight: counted in the ledger."""
    entries = Entry.objects.filter(
        kind__in=closing_kinds(actor.post),
        occurred_at__gte=midnight(now),
        occurred_at__lt=now + timedelta(minutes=1),
        jurisdiction=actor.jurisdiction,
    )
    if actor.place_ids is not None:
        entries = entries.filter(place_id__in=actor.place_ids)
    return entries.values("matter_id").distinct().count()


def rolled_to_today(actor: Actor, filters: Filters, now: datetime) -> tuple[int, dict[str, object] | None]:
    """Return how many deadlines fell on days of rest and were moved to today, and the first one's reason."""
    found = (
        listed(actor, filters)
        .exclude(standing(gathered()))
        .filter(due_at__gte=midnight(now), due_at__lt=midnight(now, 1), due__explanation__roll__isnull=False)
    )
    rolls = list(found.exclude(due__explanation__roll=None).values_list("due__explanation", flat=True)[:200])
    return len(rolls), rolls[0] if rolls else None
