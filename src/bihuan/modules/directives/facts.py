"""What guards and deadlines need to know of a directive and of a unit's part of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class DirectiveFacts:
    """`due_at`: the time limit in force, `why`: set by the directive itself, granted, returned, amended; `by`: by whom.

    `listed`, `answered`: rows; `parts`: units' parts that are not accepted yet; `asked_until`: more time, asked for and
    not answered.
    """

    due_at: datetime
    received_at: datetime
    first_due: datetime
    why: str = "own"
    by: str = ""
    asked_until: datetime | None = None
    returned: int = 0
    listed: int = 0
    answered: int = 0
    parts: int = 0

    @property
    def pending(self) -> int:
        """Return how many listed rows have no feedback yet."""
        return self.listed - self.answered


@dataclass(slots=True)
class PartFacts:
    """A unit's part: until when, how many rows, how many of them have feedback."""

    due_at: datetime
    rows: int = 0
    answered: int = 0
    statement: str = ""

    @property
    def pending(self) -> int:
        """Return how many rows have no feedback yet."""
        return self.rows - self.answered
