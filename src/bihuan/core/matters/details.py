"""What a matter type keeps beside the matter: its facts, how they follow from steps, and where they are written.

One subclass a matter type, in the module's `services.py`. The same four methods serve one step and a hundred
thousand, so that the importer, the web page and the drill come through one door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from bihuan.core.spec.matters import MatterType, Snapshot, State
from bihuan.core.spec.text import Text

if TYPE_CHECKING:
    from bihuan.core.access.actors import Actor

F = TypeVar("F")
OPENED = "open"


@dataclass(slots=True)
class Step:
    """One thing to do to a matter: which transition, with what, when it happened in the world.

    `actor`: who did it, where a history has several; its post is held to the same permission.
    `belated`: a register tells, perhaps after the matter closed, what was so while it stood open; the step must be
    one that only records, and the matter stays closed as it was.
    """

    transition: str
    payload: Any
    occurred_at: datetime
    corrects: int | None = None
    actor: Actor | None = None
    belated: bool = False


@dataclass(slots=True)
class Opening:
    """A matter to open, with the history it comes with (a register's row tells all that happened already)."""

    payload: Any
    occurred_at: datetime
    person_id: UUID | None = None
    place_id: UUID | None = None
    organ: str | None = None
    title: Text | None = None
    history: Sequence[Step] = ()
    disputed: bool = False
    number_place: str = ""
    reference: Any = None
    matter_id: UUID | None = None


@dataclass(slots=True)
class Applied:
    """One step as it was taken. `transition` is `open` for the opening; `facts` are those after the step."""

    matter_id: UUID
    type: str
    transition: str
    before: str | None
    after: str
    version: int
    payload: Any
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    person_id: UUID | None
    place_id: UUID | None
    corrects: int | None = None
    facts: Any = None
    entry_id: int = 0
    disputed: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadlineSet:
    """A deadline that the details set: the moment, and why, as JSON-ready data in both languages."""

    at: datetime
    why: dict[str, Any]


@dataclass(slots=True)
class FollowUp:
    """A matter that a step brings with it (a positive result opens its transfer task), in the same transaction."""

    type: str
    opening: Opening


class Details(Generic[F]):
    """The default: a matter without details. Override what the type needs."""

    type: MatterType[Any]
    names: frozenset[str] = frozenset()
    """What `words` may name in a message, beside what every message may (`telling.ALWAYS`)."""

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, F]:
        """Return the facts of these matters, in one query; guards see them in the snapshot."""
        return {}

    def arrange(self, opening: Opening) -> Opening:
        """Return an opening with what the matter brings along itself (a new site is a new place); writes nothing."""
        return opening

    def prepare(self, openings: Sequence[Opening]) -> Any:
        """Read once what opening these matters needs to know (which sites are open, which protocol applies)."""
        return None

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> F | None:
        """Return the facts of a matter that has just been opened; `prepared` is what `prepare` read."""
        return None

    def fold(self, facts: F, step: Applied) -> F:
        """Return the facts after a step; pure, so that a history can be replayed in memory."""
        return facts

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the detail rows of these steps (any number of matters), inside the engine's transaction."""

    def due(self, state: State, snapshot: Snapshot) -> DeadlineSet | None:
        """Return the deadline of a state declared `Within.set_by(...)`; None where nothing is due."""
        raise NotImplementedError(f"{self.type.code}: state {state.code} has a deadline set by its details")

    def follow(self, steps: Sequence[Applied]) -> Iterable[FollowUp]:
        """Return the matters that these steps bring with them."""
        return ()

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the other matters that this one concerns, or that concern it (a stay's transfer, its objection)."""
        return ()

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return how values of an entry's payload are read where the code alone says little (`3:test:am`)."""
        return {}

    def words(self, step: Applied) -> Mapping[str, Text]:
        """Return what a message about this step may say of it (`names`); never anything personal."""
        return {}
