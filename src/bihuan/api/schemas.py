"""The shapes of the JSON API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.matters.errors import NotDone, Refused


def _written_out(value: object) -> object:
    """Refuse numbers where a moment is asked for: nobody can tell seconds from milliseconds."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and not value[:4].isdecimal()):
        raise ValueError("a moment is written as 2026-10-08T17:30:00+08:00")
    if isinstance(value, str) and "-" not in value:
        raise ValueError("a moment is written as 2026-10-08T17:30:00+08:00")
    return value


def _in_utc(value: datetime) -> datetime:
    """Return the moment in UTC, of the county's time where no zone is given; offsets no clock has are read too."""
    if not 1900 <= value.year <= 9000:
        raise ValueError("a year between 1900 and 9000")
    local = value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI)
    return local.astimezone(UTC)


When = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""A moment as ISO 8601 writes it; without a zone it is the county's own time."""


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class Problem(Schema):
    """Why nothing was changed, what is missing, and the next best thing to do."""

    zh: str
    en: str
    missing: list[str] = []
    instead: Words | None = None
    basis: str | None = None

    @classmethod
    def of(cls, error: NotDone) -> Problem:
        """Return the problem that an engine error tells."""
        if not isinstance(error, Refused):
            return cls(zh=error.text.zh, en=error.text.en)
        refusal = error.refusal
        instead = refusal.instead
        return cls(
            zh=refusal.reason.zh,
            en=refusal.reason.en,
            missing=[item.zh for item in refusal.missing],
            instead=Words(zh=instead.zh, en=instead.en) if instead else None,
            basis=str(refusal.basis) if refusal.basis else None,
        )


class MatterOut(Schema):
    """A matter as a list shows it; people are masked."""

    id: UUID
    type: str
    number: str
    state: str
    version: int
    title_zh: str
    title_en: str
    rank: int
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    alarm: bool
    disputed: bool
    place_id: UUID | None
    person_id: UUID | None


class MatterPage(Schema):
    """A page of matters; `next` continues the list."""

    items: list[MatterOut]
    next: str | None = None


class OfferOut(Schema):
    """What the post may do now, or why not."""

    transition: str
    label: Words
    refused: Problem | None = None


class EntryOut(Schema):
    """One line of a matter's history; the personal part is not shown here."""

    id: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    post: str
    from_state: str | None
    to_state: str | None
    corrects: int | None
    payload: dict[str, Any]


class MatterDetail(MatterOut):
    """A matter with its deadline's explanation, its offers and its history."""

    due: dict[str, Any] | None
    offers: list[OfferOut]
    entries: list[EntryOut]


class StepIn(Schema):
    """A step to take. `version`: the one you looked at; `occurred_at`: when it happened, default now."""

    payload: dict[str, Any] = {}
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    occurred_at: When | None = None
    corrects: int | None = Field(default=None, ge=1, le=2**63 - 1)


class OpeningIn(Schema):
    """A matter to open."""

    payload: dict[str, Any] = {}
    person_id: UUID | None = None
    place_id: UUID | None = None
    occurred_at: When | None = None


class OutcomeOut(Schema):
    """What a write brought; `repeated`: the same request had been done before."""

    matter_id: UUID
    entry_id: int
    version: int
    state: str
    number: str
    repeated: bool


class FigureOut(Schema):
    """A figure's value at a moment, and its definition."""

    key: str
    value: int
    label: Words
    unit: Words
    means: Words
    version: int
    cutoff: datetime
    known_at: datetime
