"""What a module says about taking in a register's rows: how they become matters. `runs.py` does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.intake.checking import Checked
from bihuan.core.intake.register import Register

R = TypeVar("R")


@dataclass(slots=True)
class Standing(Generic[R]):
    """A row accepted earlier, and what it became."""

    row: R
    content: bytes
    matter_id: UUID | None
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a row became: its matter and person, and its content to be sealed for that person."""

    matter_id: UUID | None
    person_id: UUID | None
    sealed: bytes | None


@dataclass(slots=True)
class Portion(Generic[R]):
    """One file's rows to take in: those never seen, and those that now say something else than before."""

    file: str
    new: list[R] = field(default_factory=list)
    changed: list[tuple[R, Standing[R]]] = field(default_factory=list)


@dataclass(slots=True)
class Run(Generic[R]):
    """One register's part of an intake: everything checked, everything standing, who takes it in."""

    checked: Checked[R]
    standing: dict[bytes, Standing[R]]
    actor: Actor
    batch: UUID
    notes: dict[str, Any] = field(default_factory=dict)


class Taker(Protocol[R]):
    """Turns accepted rows into matters. A module lists its takers in `intake.py` as `TAKERS`, in reading order."""

    register: Register[R]

    def identity(self, row: R) -> str:
        """Return what makes it the same row when it is sent again; hashed with a key before it is kept."""

    def content(self, row: R) -> str:
        """Return everything the row says, in one spelling; hashed with a key before it is kept."""

    def unseal(self, kept: Sequence[tuple[UUID | None, UUID | None, bytes]]) -> list[R | None]:
        """Return rows accepted earlier from (matter, person, sealed); None where the person was erased."""

    def begin(self, run: Run[R]) -> None:
        """Read and compute once what all files of this run need."""

    def take(self, run: Run[R], portion: Portion[R]) -> list[Taken]:
        """Take in one file's rows, inside the caller's transaction; one `Taken` for each new row, in order."""

    def finish(self, run: Run[R]) -> None:
        """Do what needs all files (contradictions to decide, candidates to merge), in a transaction."""
