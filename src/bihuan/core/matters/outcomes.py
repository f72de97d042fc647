"""What writes to matters bring: one, or many with those that were refused. Kept under the request's key."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from bihuan.core.matters.details import Applied
from bihuan.core.matters.errors import NotDone
from bihuan.core.spec.text import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write brought. `repeated`: the same request had been done before, nothing was done again."""

    matter_id: UUID
    entry_id: int
    version: int
    state: str
    number: str
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as it is kept under the idempotency key."""
        return {**asdict(self), "matter_id": str(self.matter_id), "repeated": False}

    @classmethod
    def again(cls, kept: dict[str, Any]) -> Outcome:
        """Return the outcome of an earlier, equal request."""
        return cls(**{**kept, "matter_id": UUID(kept["matter_id"]), "repeated": True})


@dataclass(slots=True)
class Opened:
    """One matter that was opened: where it stands after its history, and its first ledger entry."""

    matter_id: UUID
    number: str
    state: str
    version: int
    entry_id: int
    reference: Any


@dataclass(slots=True)
class BulkOutcome:
    """What a bulk write brought: `opened` or `done`, and the refused with their position and reason."""

    opened: list[Opened] = field(default_factory=list)
    done: list[Applied] = field(default_factory=list)
    refused: list[tuple[int, NotDone]] = field(default_factory=list)
    entries: int = 0
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what is kept under the request's key: enough to answer a repetition."""
        return {
            "opened": [[str(o.matter_id), o.number, o.state, o.version, o.entry_id] for o in self.opened],
            "refused": [[position, why.text.zh, why.text.en] for position, why in self.refused],
            "entries": self.entries,
        }

    @classmethod
    def again(cls, kept: dict[str, Any]) -> BulkOutcome:
        """Return the outcome of an earlier, equal request."""
        return cls(
            opened=[Opened(UUID(o[0]), o[1], o[2], o[3], o[4], None) for o in kept["opened"]],
            refused=[(r[0], NotDone(Text(r[1], r[2]))) for r in kept["refused"]],
            entries=kept["entries"],
            repeated=True,
        )
