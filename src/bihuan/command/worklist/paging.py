"""One page of the list: matters with a row of their own and rows by place, ranks one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from bihuan.command.worklist.counts import Tally
from bihuan.command.worklist.filters import Filters, single
from bihuan.command.worklist.rows import PlaceRow, Row, place_rows, rows
from bihuan.core.access.actors import Actor
from bihuan.core.spec.deadlines import Consequence
from bihuan.core.spec.text import Text

PAGE = 50
SAYS = {
    Consequence.LEGAL: (Text("逾期即产生法律后果", "Legal effect"), Text("法律已写明后果，先办", "the law says what follows; first"), "scale"),
    Consequence.RIGHTS: (Text("影响当事人权利", "A person's rights"), Text("对方在等这一步", "somebody waits for this step"), "user-shield"),
    Consequence.INTERNAL: (Text("内部时限", "Internal targets"), Text("本机关或本县的要求", "set by the organ or the county"), "notes"),
}  # fmt: skip


@dataclass(slots=True)
class Group:
    """The rows of one rank on this page; `total` counts those on other pages too."""

    text: Text
    note: Text
    icon: str
    total: int
    rows: list[Row] = field(default_factory=list)
    places: list[PlaceRow] = field(default_factory=list)


class Counted(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """A paginator that knows its length already."""

    def __init__(self, length: int, per_page: int = PAGE) -> None:
        super().__init__(range(length), per_page)
        self._length = length

    @cached_property
    def count(self) -> int:
        """Return how many rows there are."""
        return self._length


@dataclass(frozen=True, slots=True)
class _Slice:
    rank: int
    singles: range
    places: range


def groups(
    actor: Actor, filters: Filters, counted: Tally, now: datetime, first: int, last: int
) -> list[Group]:
    """Return the rows from position `first` up to `last` of the chosen tab, by rank. Three queries at most."""
    by_place = counted.by_place(filters.tab)
    slices = list(_slices(counted, filters.tab, first, last))
    singles = [i for one in slices for i in one.singles]
    found = single(actor, filters, now).select_related("organ", "place", "assignee")
    shown = rows(found[singles[0] : singles[-1] + 1], actor) if singles else []
    wanted = {
        one.rank: [g for g in by_place if g.rank == one.rank][one.places.start : one.places.stop]
        for one in slices
    }
    drawn = place_rows([g for one in wanted.values() for g in one], filters)
    made = []
    for one in slices:
        text, note, icon = SAYS[Consequence(one.rank)]
        group = Group(text, note, icon, counted.of_rank(one.rank, filters.tab))
        group.rows = [row for row in shown if row.matter.rank == one.rank]
        group.places = [row for row in drawn if row.rank == one.rank]
        if group.rows or group.places:
            made.append(group)
    return made


def _slices(counted: Tally, tab: str, first: int, last: int) -> Iterator[_Slice]:
    at = alone_at = 0
    for rank in sorted(SAYS):
        total = counted.of_rank(rank, tab)
        places = sum(1 for g in counted.by_place(tab) if g.rank == rank)
        alone = total - places
        low, high = min(max(first - at, 0), total), min(max(last - at, 0), total)
        yield _Slice(
            rank,
            range(alone_at + min(low, alone), alone_at + min(high, alone)),
            range(max(low - alone, 0), max(high - alone, 0)),
        )
        at += total
        alone_at += alone
