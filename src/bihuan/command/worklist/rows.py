"""A matter as the worklist shows it: until when and why, what it is, what if missed, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse

from bihuan.command.worklist.counts import Gathering
from bihuan.command.worklist.duties import next_step
from bihuan.command.worklist.filters import Filters
from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import sees
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import declared, matter_type
from bihuan.core.people.masks import Masked, masked
from bihuan.core.places.models import Place
from bihuan.core.spec.deadlines import Consequence, Within
from bihuan.core.spec.matters import MatterType, State, Transition
from bihuan.core.spec.payload import fields_of
from bihuan.core.spec.text import Text

HIDDEN = Text("内容不向本岗位显示", "content not shown to this post")
STOPPED = Text("已停止计时", "clock stopped")


def as_text(value: Mapping[str, Any] | None) -> Text | None:
    """Read a text that JSON keeps as `{"zh": …, "en": …}`; None where there is none."""
    if not value or not value.get("zh") or not value.get("en"):
        return None
    return Text(str(value["zh"]), str(value["en"]))


def reason(due: Mapping[str, Any] | None) -> Text | None:
    """Return in one line why a deadline is when it is: the protocol's item, or article and what moved it."""
    if not due:
        return None
    if "stopped_at" in due:
        return STOPPED
    why = due.get("explanation")
    if not why:
        item, protocol = as_text(due), as_text(due.get("protocol"))
        if item is None or protocol is None:
            return item
        return Text(f"{item.zh} · {protocol.zh}", f"{item.en} · {protocol.en}")
    period = as_text(why["period"]["text"])
    basis = as_text(why["basis"]["citation"])
    parts = [part for part in (period, basis) if part is not None]
    roll = why.get("roll")
    if roll and (holiday := as_text(roll["reason"])):
        parts[1:] = [Text(f"因{holiday.zh}顺延", f"moved by {holiday.en}")]
    if why.get("provisional"):
        parts.append(Text("暂定", "provisional"))
    return Text(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts)) if parts else None


def consequence(kind: MatterType[Any], state: State) -> Text | None:
    """Return what follows when the state's deadline is missed: the step that then falls due, or its rank."""
    if not isinstance(state.due, Within):
        return None
    if state.due.overdue:
        then = kind.transition(state.due.overdue).label
        return Text(f"逾期则{then.zh}", f"if missed: {then.en.lower()}")
    words = {
        Consequence.LEGAL: Text("逾期即产生法律后果", "missing it has legal effect"),
        Consequence.RIGHTS: Text("逾期影响本人权利", "missing it affects the person's rights"),
        Consequence.INTERNAL: Text("逾期记入督查", "missing it is reported to supervision"),
    }
    return words[state.due.consequence]


@dataclass(frozen=True, slots=True)
class Row:
    """One matter of the list. `content`: whether the reader's post may see what it is about."""

    matter: Matter
    kind: MatterType[Any]
    state: State
    title: Text
    person: Masked | None
    why: Text | None
    consequence: Text | None
    step: Transition[Any] | None
    content: bool

    @property
    def url(self) -> str:
        """Return the address of the matter's page: its kind's own, where there is one."""
        return address(self.matter)

    @property
    def step_url(self) -> str:
        """Return the address of the form of the next step."""
        assert self.step is not None
        return reverse("step", args=[self.matter.id, self.step.code])


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The matters of one state in one place: how many wait, how many are late, where they are worked on."""

    kind: MatterType[Any]
    state: State
    place: Place
    rank: int
    count: int
    late: int
    today: int
    gathering: Gathering
    round_url: str
    list_url: str

    @property
    def unit(self) -> Text:
        """Return what is counted."""
        return Text("人", "people") if self.kind.has_person else Text("件", "matters")


def rows(matters: Iterable[Matter], actor: Actor, *, people: bool = True) -> list[Row]:
    """Return the rows of these matters; people are masked, in one query for all, or left out."""
    found = list(matters)
    seen = {m.id for m in found if sees(actor, m)}
    known = {m.person_id for m in found if m.person_id is not None and m.id in seen and people}
    names = masked(known) if known else {}
    return [_row(m, m.id in seen, names, actor) for m in found]


def _row(matter: Matter, content: bool, people: Mapping[UUID, Masked], actor: Actor) -> Row:
    kind = matter_type(matter.type)
    state = kind.state(matter.state)
    title = kind.label
    if content and matter.title_zh:
        title = Text(matter.title_zh, matter.title_en or matter.title_zh)
    person = people.get(matter.person_id) if matter.person_id is not None else None
    return Row(
        matter=matter,
        kind=kind,
        state=state,
        title=title,
        person=person,
        why=reason(matter.due) if content else None,
        consequence=consequence(kind, state),
        step=next_step(actor.post, kind.code, state.code),
        content=content,
    )


@cache
def pages() -> dict[str, str]:
    """Return matter type → the name of a page of its own for one matter (`PAGES` in a module's `doors.py`)."""
    return {code: name for module in declared("doors") for code, name in getattr(module, "PAGES", {}).items()}


def address(matter: Matter) -> str:
    """Return where a matter is shown."""
    return reverse(pages().get(matter.type, "matter"), args=[matter.id])


@cache
def rounds() -> dict[str, str]:
    """Return matter type → the name of the page where a place's matters are worked through one after another.

    A module's `doors.py` says so: `ROUNDS = {"quarantine.stay": "quarantine:round"}`; the address takes the
    place's code.
    """
    return {
        code: name for module in declared("doors") for code, name in getattr(module, "ROUNDS", {}).items()
    }


def place_rows(gatherings: Sequence[Gathering], filters: Filters) -> list[PlaceRow]:
    """Return the rows by place, in the order given. One query for the places."""
    if not gatherings:
        return []
    places = Place.objects.in_bulk([one.place_id for one in gatherings])
    worked = rounds()
    made = []
    for one in gatherings:
        kind, place = matter_type(one.type), places[one.place_id]
        narrowed = filters.address(type=one.type, state=one.state, place=place.code)
        made.append(
            PlaceRow(
                kind=kind,
                state=kind.state(one.state),
                place=place,
                rank=one.rank,
                count=one.within(filters.tab),
                late=one.days[-1],
                today=one.within("today"),
                gathering=one,
                round_url=reverse(worked[one.type], args=[place.code]) if one.type in worked else "",
                list_url=reverse("worklist") + narrowed,
            )
        )
    return made


def without_words(shown: Sequence[Row], actor: Actor) -> list[tuple[str, Text, int]]:
    """Return the steps that need no form and fit some of these rows: (type.transition, label, how many)."""
    counted: dict[tuple[str, Text], int] = {}
    for row in shown:
        step = row.step
        if row.content and step is not None and not fields_of(step.payload):
            name = (f"{row.kind.code}.{step.code}", step.label)
            counted[name] = counted.get(name, 0) + 1
    return [(code, label, n) for (code, label), n in counted.items()]
