"""The records behind a number, as an officer may see them: ledger number, matter, place, masked person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import visible
from bihuan.core.figures.evaluate import Moment, records
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details, matter_types
from bihuan.core.people.masks import Masked, masked
from bihuan.core.places.models import Place
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.text import Text

OWN_COLUMNS = frozenset({"entry_id", "matter_id", "person_id", "place_id"})
LABELS = {
    "to_state": Text("状态", "State"),
    "occurred_at": Text("发生时间", "When"),
    "due_at": Text("应做时间", "Due"),
    "item": Text("项目", "Item"),
    "day": Text("第几天", "Day"),
    "onset": Text("发病分类", "Onset class"),
    "file": Text("文件", "File"),
    "rows": Text("行数", "Rows"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record behind a figure. `matter`: only where the reader may open it; then `person` is masked, not hidden."""

    entry_id: int
    number: str
    matter_id: UUID | None
    place: str
    person: Masked | None
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """A page of records and the names of their further columns."""

    columns: tuple[Text, ...]
    rows: list[Record]

    @property
    def openable(self) -> bool:
        """Tell whether the reader may open any of them."""
        return any(row.matter_id is not None for row in self.rows)


def behind(figure: Figure, at: Moment, actor: Actor, *, limit: int, offset: int = 0) -> Records:
    """Return the records behind a figure, masked as for this reader. Four queries."""
    found = records(figure, at, limit, offset)
    names = [name for name in (found[0] if found else ()) if name not in OWN_COLUMNS]
    open_to = _openable(found, actor)
    people = {r["person_id"] for r in found if r.get("person_id") and r.get("matter_id") in open_to}
    shown = masked(people) if people else {}
    ids = {r["place_id"] for r in found if r.get("place_id")}
    places = dict(Place.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
    rows = [
        Record(
            entry_id=row["entry_id"],
            number=open_to.get(row.get("matter_id"), ("", ""))[0],
            matter_id=row["matter_id"] if row.get("matter_id") in open_to else None,
            place=places.get(row["place_id"], "") if row.get("place_id") else "",
            person=shown.get(row["person_id"]) if row.get("person_id") else None,
            cells=tuple(
                cell(name, row[name], open_to.get(row.get("matter_id"), ("", ""))[1]) for name in names
            ),
        )
        for row in found
    ]
    return Records(tuple(LABELS.get(name) or Text(name, name) for name in names), rows)


def _openable(found: Sequence[Mapping[str, Any]], actor: Actor) -> dict[Any, tuple[str, str]]:
    ids = {row["matter_id"] for row in found if row.get("matter_id")}
    if not ids:
        return {}
    rows = Matter.objects.filter(visible(actor), id__in=ids).values_list("id", "number", "type")
    return {matter: (number, kind) for matter, number, kind in rows}


def cell(name: str, value: object, code: str = "") -> object:
    """Return a value as it is read: a state or a coded item in words, a time as it is."""
    if value is None or isinstance(value, (datetime, int)):
        return value
    if name == "to_state":
        for kind in (matter_types().get(code), *matter_types().values()):
            for state in kind.states if kind else ():
                if state.code == value:
                    return state.label
    for kind_code in (code, *matter_types()):
        told = details(kind_code).told({name: value}).get(name) if kind_code else None
        if told is not None:
            return told
    return str(value)
