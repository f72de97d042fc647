"""Reading the outbox: the sink page, an officer's inbox, what needs a decision; masked on every way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from bihuan.core.messages import addresses, templates
from bihuan.core.messages.outbox import Message
from bihuan.core.people.sealing import open_many

ERASED = "—"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as lists show it: address and personal fields masked, an erased person's shown as —."""

    id: UUID
    channel: str
    to: str
    subject: str
    body: str
    state: str
    via: str
    problem: str
    attempts: int
    matter_id: UUID | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


def sink(limit: int = 100) -> list[Shown]:
    """Return the newest messages to the outside, masked; one query, keys fetched once."""
    return shown(Message.objects.filter(officer__isnull=True).order_by("-created_at")[:limit])


def of_matter(matter_id: UUID) -> list[Shown]:
    """Return a matter's messages to the outside, oldest first, masked."""
    return shown(Message.objects.filter(matter_id=matter_id, officer__isnull=True).order_by("created_at"))


def undecided(limit: int = 100) -> list[Shown]:
    """Return messages that failed or whose fate is unclear: somebody must reach the recipient otherwise."""
    states = [Message.FAILED, Message.UNCERTAIN]
    return shown(Message.objects.filter(state__in=states).order_by("-created_at")[:limit])


def inbox(officer_id: UUID, limit: int = 50) -> list[Shown]:
    """Return an officer's messages inside the application, newest first."""
    return shown(Message.objects.filter(officer_id=officer_id).order_by("-created_at")[:limit])


def unread(officer_id: UUID) -> int:
    """Count an officer's unread messages."""
    return Message.objects.filter(officer_id=officer_id).exclude(state=Message.DELIVERED).count()


def mark_read(officer_id: UUID, ids: Sequence[UUID]) -> int:
    """Mark an officer's own messages as read, which is their delivery; returns how many were not before."""
    mine = Message.objects.filter(officer_id=officer_id, id__in=ids).exclude(state=Message.DELIVERED)
    return mine.update(state=Message.DELIVERED, delivered_at=timezone.now(), next_attempt_at=None)


def counts() -> dict[str, int]:
    """Count messages by state."""
    return dict(Message.objects.values_list("state").annotate(Count("id")).order_by())


def shown(messages: Iterable[Message]) -> list[Shown]:
    """Return messages as lists show them."""
    rows = list(messages)
    sealed = [row for row in rows if row.person_id is not None]
    boxes = [
        (row.person_id, row.purpose, bytes(box))
        for row in sealed
        for box in (row.to_sealed, row.params_sealed)
        if box is not None and row.person_id is not None
    ]
    opened = iter(open_many(boxes))
    clear: dict[UUID, tuple[str, dict[str, str] | None]] = {}
    for row in sealed:
        to = next(opened)
        personal = next(opened) if row.params_sealed is not None else {}
        clear[row.id] = (ERASED if to is None else addresses.masked(row.channel, to["to"]), personal)
    return [_shown(row, *clear.get(row.id, (row.to_office, {}))) for row in rows]


def _shown(row: Message, to: str, personal: dict[str, str] | None) -> Shown:
    template = templates.template(row.template)
    hidden = {
        name: ERASED if personal is None else _masked(personal.get(name, "")) for name in template.personal
    }
    words = templates.render(template, row.language, {**row.params, **hidden})
    return Shown(
        row.id, row.channel, to, words.subject, words.body, row.state, row.via, row.problem, row.attempts,
        row.matter_id, row.created_at, row.sent_at, row.delivered_at,
    )  # fmt: skip


def _masked(value: str) -> str:
    """Return any personal value masked: its first character and one star, so that its length tells nothing."""
    return value[:1] + "*" if value else ""
