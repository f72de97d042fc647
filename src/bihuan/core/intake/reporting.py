"""What an intake brought, of registers and of what was taken in whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from bihuan.core.intake import parcels
from bihuan.core.intake.checking import Intake
from bihuan.core.intake.parcels import Fate, Parcelled
from bihuan.core.intake.problems import ZH, Counts, Source

NEW_OR_SAME = (Fate.NEW, Fate.SAME)


@dataclass(slots=True)
class Report:
    """What an intake brought: the checked result, and how many rows were new, changed, unchanged.

    `corrected`: rows that are accepted now where the same register had a rejected one; `changes`: of every row
    that says something else than before, in which fields.
    """

    batch: UUID | None
    intake: Intake
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    corrected: tuple[Source, ...] = ()
    changes: dict[Source, tuple[str, ...]] = field(default_factory=dict)
    lists: dict[str, list[Parcelled]] = field(default_factory=dict)
    """What was taken in whole, by kind; its rows are counted apart from the registers'."""

    @property
    def rejected(self) -> int:
        """Return how many rows come back to be corrected."""
        return self.intake.counts.rejected + sum(one.rejected for one in self.parcelled)

    @property
    def counts(self) -> Counts:
        """Return the rows read, of registers and of what was taken in whole (there, a repetition is skipped)."""
        return sum((one.rows for one in self.parcelled), self.intake.counts)

    @property
    def taken(self) -> list[int]:
        """Return how many rows are new, changed and as before, of both."""
        fresh, again = (
            sum(one.rows.accepted for one in self.parcelled if one.fate is fate) for fate in NEW_OR_SAME
        )
        return [self.new + fresh, self.changed, self.unchanged + again]

    @property
    def parcelled(self) -> list[Parcelled]:
        """Return the files that were taken in whole, of all kinds."""
        return [one for files in self.lists.values() for one in files]

    def as_json(self, language: str = ZH) -> dict[str, object]:
        """Return the result in the form that `bihuan import --json` prints."""
        return {
            **self.intake.result(language),
            "taken": {
                "new": self.new, "changed": self.changed, "unchanged": self.unchanged,
                "corrected": len(self.corrected),
            },
            "batch": str(self.batch) if self.batch else None,
            "lists": parcels.as_json(self.lists, language),
        }  # fmt: skip
