"""What a verification is known to stand at, as its details keep it and guards see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

STAGES = {"to_route": "route", "to_call": "call", "to_visit": "visit", "with_lead": "lead"}
"""State → stage of the detail row; a closed one has no stage, but an outcome."""


@dataclass(slots=True)
class ItemFacts:
    """`calls`, `visits`: attempts by phone and in person; `slots`: times of day at which somebody rang (bits).

    `last_entry`, `last_at`, `last_step`, `last_by`: the latest attempt, which alone may be taken back.
    """

    source: str
    source_id: UUID
    reason: str
    rows: int
    township: str
    epidemic: bool
    pushed_at: datetime
    due_at: datetime
    language: str = ""
    officer: UUID | None = None
    calls: int = 0
    visits: int = 0
    slots: int = 0
    again_at: datetime | None = None
    run: UUID | None = None
    method: str = ""
    last_entry: int | None = None
    last_at: datetime | None = None
    last_step: str = ""
    last_by: UUID | None = None

    def clone(self) -> ItemFacts:
        """Return a copy; by place, because a hundred thousand steps come through here."""
        return ItemFacts(
            self.source, self.source_id, self.reason, self.rows, self.township, self.epidemic, self.pushed_at,
            self.due_at, self.language, self.officer, self.calls, self.visits, self.slots, self.again_at, self.run,
            self.method, self.last_entry, self.last_at, self.last_step, self.last_by,
        )  # fmt: skip
