"""The worklist's filters, kept in the address: what is shown can be sent to a colleague or bookmarked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet

from bihuan.command.worklist.duties import gathered, has_duties, scope, standing
from bihuan.core.access.actors import Actor
from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_types
from bihuan.core.people.models import Person
from bihuan.core.people.search import search
from bihuan.core.spec.text import Text

TABS = {
    "today": Text("今天", "Today"),
    "overdue": Text("已超期", "Overdue"),
    "soon": Text("3 日内", "Within 3 days"),
    "open": Text("全部未结", "All open"),
}
SOON_DAYS = 3
FOUND_MOST = 100


def midnight(now: datetime, days: int = 0) -> datetime:
    """Return the beginning of today (or so many days on) by the county's clock."""
    return datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=days), time(0), SHANGHAI)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asks to see. `scope`: `mine`, what waits for the post, or `all` that it may see."""

    tab: str = "today"
    type: str = ""
    state: str = ""
    place: str = ""
    organ: str = ""
    scope: str = "mine"
    q: str = ""

    @classmethod
    def asked(cls, given: Mapping[str, str], actor: Actor) -> Filters:
        """Read the filters from an address; what cannot be meant is left out."""
        given = {
            name: value.replace("\x00", "") for name, value in given.items()
        }  # which no text column can hold
        kinds = matter_types()
        code = given.get("type", "")
        code = code if code in kinds else ""
        states = {s.code for k in kinds.values() for s in k.states if not code or k.code == code}
        state = given.get("state", "")
        tab = given.get("tab", "today")
        return cls(
            tab=tab if tab in TABS else "today",
            type=code,
            state=state if state in states else "",
            place=given.get("place", "")[:32],
            organ=given.get("organ", "")[:32],
            scope="mine" if given.get("scope") != "all" and has_duties(actor) else "all",
            q=given.get("q", "").strip()[:64],
        )

    def address(self, **changes: str) -> str:
        """Return these filters (with changes) as the query of an address; what is usual is left out."""
        usual = asdict(Filters())
        kept = {k: v for k, v in asdict(replace(self, **changes)).items() if v != usual[k]}
        return f"?{urlencode(kept)}" if kept else "?"

    @property
    def all_address(self) -> str:
        """Return the address of the same list for everything the post may see."""
        return self.address(scope="all")

    @property
    def mine_address(self) -> str:
        """Return the address of the same list for what waits for the post."""
        return self.address(scope="mine")

    @property
    def clear_address(self) -> str:
        """Return the address of the list without its filters."""
        return Filters(tab=self.tab, scope=self.scope).address()

    @property
    def narrowed(self) -> bool:
        """Tell whether anything besides tab and scope narrows the list."""
        return any((self.type, self.state, self.place, self.organ, self.q))

    @property
    def by_place(self) -> bool:
        """Tell whether states worked place by place are shown one row a place."""
        return not (self.place or self.state or self.q)


def by_words(text: str, actor: Actor) -> Q:
    """Return the filter for matters whose number holds the text, or whose person it names."""
    found = Q(number__icontains=text) | Q(title_zh__icontains=text) | Q(title_en__icontains=text)
    hits = [hit.person_id for hit in search(text, actor, FOUND_MOST)]
    if not hits:
        return found
    same = Person.objects.filter(Q(id__in=hits) | Q(merged_into_id__in=hits)).values_list("id", flat=True)
    return found | Q(person_id__in=list(same))


def within_tab(tab: str, now: datetime) -> Q:
    """Return the filter for a tab: due before the end of today (overdue ones too), overdue, or in three days."""
    tomorrow = midnight(now, 1)
    ways = {
        "today": Q(due_at__lt=tomorrow),
        "overdue": Q(due_at__lt=now),
        "soon": Q(due_at__gte=tomorrow, due_at__lt=midnight(now, 1 + SOON_DAYS)),
    }
    return ways.get(tab, Q())


def listed(actor: Actor, filters: Filters) -> QuerySet[Matter]:
    """Return the open matters that the filters leave, of all tabs."""
    found = Matter.objects.filter(scope(actor, filters.scope == "mine"), closed_at__isnull=True)
    narrow: dict[str, Any] = {
        "type": filters.type,
        "state": filters.state,
        "place__code": filters.place,
        "organ_id": filters.organ,
    }
    found = found.filter(**{name: value for name, value in narrow.items() if value})
    return found.filter(by_words(filters.q, actor)) if filters.q else found


def single(actor: Actor, filters: Filters, now: datetime) -> QuerySet[Matter]:
    """Return the matters that have a row of their own in the chosen tab, in the order of the list."""
    found = listed(actor, filters).filter(within_tab(filters.tab, now))
    if filters.by_place:
        found = found.exclude(standing(gathered()), place__isnull=False)
    return in_order(found)


def in_order(found: QuerySet[Matter]) -> QuerySet[Matter]:
    """Order by what follows from missing the deadline, then by time."""
    return found.order_by("rank", "due_at", "id")


def chosen(values: Iterable[str], most: int = 500) -> list[UUID]:
    """Return the matters ticked in a list; what is no key is passed over."""
    found = []
    for value in islice(values, most):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
