"""Matter types: states, transitions and what may be done by whom, as the procedure itself reads.

A declaration is plain data. `checks.py` in `core/matters` holds it to its promises when Django starts:
every state reachable, no dead end, every open state with a deadline or a stated reason, every transition
with a post and labels in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from bihuan.core.spec.deadlines import Basis, Clock, NoDeadline, Within
from bihuan.core.spec.posts import Post
from bihuan.core.spec.tell import Tell
from bihuan.core.spec.text import Text

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Nothing:
    """The payload of a transition that needs no words."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a matter stands. An open state names its deadline (`due`) or the reason for having none.

    `Within.set_by(...)` deadlines are computed by the matter type's details (a protocol, a payload's date).
    `listed_by="place"`: worked through place by place, so the worklist shows one row a place, not one a matter.
    `tell`: who is told when a matter comes to stand here, in the transaction that brings it.
    """

    code: str
    zh: str
    en: str
    due: Within | NoDeadline | None = None
    closed: bool = False
    clock: Clock = Clock.RUNNING
    alarm: bool = False
    listed_by: Literal["matter", "place"] = "matter"
    tell: tuple[Tell, ...] = ()

    @property
    def label(self) -> Text:
        """Return the label in both languages."""
        return Text(self.zh, self.en)


class _Special:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ANY_OPEN = _Special("ANY_OPEN")
SAME = _Special("SAME")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done now, what is missing, and the next best thing to do."""

    reason: Text
    missing: tuple[Text, ...] = ()
    instead: Text | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What guards see: the matter as it stands, and the facts its details hold.

    `corrects` is the ledger entry that the step at hand replaces, if it replaces one.
    """

    id: UUID
    type: str
    state: str
    version: int
    opened_at: datetime
    person_id: UUID | None
    place_id: UUID | None
    facts: Any = None
    corrects: int | None = None


Guard = Callable[[Snapshot, P, datetime], Refusal | None]
Condition = Callable[[Snapshot, datetime], Refusal | None]


@dataclass(frozen=True)
class Transition(Generic[P]):
    """One way a matter changes: from where, to where, by which post, with which payload, unless what.

    `blocked_by` looks at the matter alone, so a page can say beforehand why not; `unless` reads the payload.
    `to=SAME` records something without moving the matter; then two officers do not exclude each other.
    `says` is the line of the timeline, with placeholders of the payload's unsealed fields.
    `restarts`: the running deadline begins anew; `extends`: payload field that holds the added amount, in the
    deadline's own unit. `corrects`: it may replace an earlier entry, which then counts no more.
    `hidden`: not offered as a button (recorded by the round, the importer or the system).
    `reopens`: it may start from a closed state, because it takes back what was pressed by mistake a moment ago; its
    guards say until when.
    """

    code: str
    zh: str
    en: str
    sources: State | tuple[State, ...] | _Special
    to: State | _Special
    by: Post | tuple[Post, ...]
    payload: type[P] = Nothing  # type: ignore[assignment]
    blocked_by: tuple[Condition, ...] = ()
    unless: tuple[Guard[P], ...] = ()
    basis: Basis | None = None
    consequence: Text | None = None
    says: Text | None = None
    paper: str | None = None
    primary: bool = False
    hidden: bool = False
    restarts: bool = False
    extends: str = ""
    corrects: bool = False
    reopens: bool = False

    @property
    def posts(self) -> tuple[Post, ...]:
        """Return the posts that may do it, always as a tuple."""
        return (self.by,) if isinstance(self.by, Post) else self.by

    @property
    def label(self) -> Text:
        """Return the label in both languages."""
        return Text(self.zh, self.en)

    @cached_property
    def _source_codes(self) -> frozenset[str]:
        sources = self.sources if isinstance(self.sources, tuple) else (self.sources,)
        return frozenset(source.code for source in sources if isinstance(source, State))

    def leaves(self, state: str, open_states: frozenset[str]) -> bool:
        """Tell whether the transition may start from the state with this code."""
        return state in (open_states if self.sources is ANY_OPEN else self._source_codes)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the personal part is kept after closing; then the person's key for it is destroyed."""

    years: int = 0
    days: int = 0
    after: str = "closed"
    basis: Basis | None = None


@dataclass(frozen=True)
class MatterType(Generic[P]):
    """A kind of matter: everything a screen, an API, a permission check or a reference page needs to know.

    `opened_by` posts may open one with a payload of type `opening`; `initial` is the state it opens in.
    `number` is the pattern of its number: {year}, {n} (running in the year), {place} (the place's code).
    """

    code: str
    zh: str
    en: str
    organ: str
    initial: State
    states: tuple[State, ...]
    transitions: tuple[Transition[Any], ...]
    opened_by: tuple[Post, ...]
    seen_by: tuple[Post, ...]
    retention: Retention
    number: str
    opening: type[Any] = Nothing
    opening_unless: tuple[Guard[Any], ...] = ()
    opening_zh: str = "开立"
    opening_en: str = "Open"
    has_person: bool = False
    labels: Mapping[str, Text] = field(default_factory=dict)

    @cached_property
    def open_states(self) -> frozenset[str]:
        """Return the codes of the states that are not closed."""
        return frozenset(s.code for s in self.states if not s.closed)

    @property
    def label(self) -> Text:
        """Return the name of the type in both languages."""
        return Text(self.zh, self.en)

    @cached_property
    def _states(self) -> dict[str, State]:
        return {state.code: state for state in self.states}

    @cached_property
    def _transitions(self) -> dict[str, Transition[Any]]:
        return {transition.code: transition for transition in self.transitions}

    def state(self, code: str) -> State:
        """Return the state with this code; KeyError where there is none."""
        return self._states[code]

    def transition(self, code: str) -> Transition[Any]:
        """Return the transition with this code; KeyError where there is none."""
        return self._transitions[code]
