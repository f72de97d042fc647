"""Invented verifications for tests and benchmarks: a list's matter, people, items with or without history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.outcomes import BulkOutcome
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import register_many
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import Asked

TOWNSHIPS = ("乌江镇", "明永镇", "沙井镇", "新墩镇")
SURNAMES = "赵钱孙李周吴郑王冯陈"


def people(count: int, jurisdiction: str, first: int = 0) -> list[UUID]:
    """Register invented people; numbers begin with 190, which is not given out for this."""
    invented = [
        Identity(
            name=f"{SURNAMES[number % 10]}试{number}",
            phone=f"190{number:08d}",
            address=f"甘州区{TOWNSHIPS[number % len(TOWNSHIPS)]}演练路 {number} 号",
        )
        for number in range(first, first + count)
    ]
    return register_many(invented, jurisdiction)


def opening(
    person: UUID, *, history: Sequence[Step] = (), at: datetime | None = None, **more: Any
) -> Opening:
    """Return the opening of a verification; what is not given is invented."""
    now = at or timezone.now()
    asked: dict[str, Any] = {
        "source": "alerts", "source_id": uuid.uuid7(), "reason": "返区报备", "rows": 1, "township": TOWNSHIPS[0],
        "due_at": now + timedelta(hours=24), "epidemic": True, "pushed_at": now - timedelta(hours=2), **more,
    }  # fmt: skip
    return Opening(payload=Asked(**asked), occurred_at=now, person_id=person, history=history)


def open_items(persons: Sequence[UUID], actor: Actor, **more: Any) -> BulkOutcome:
    """Open a verification for each of these people, by township in turn, of one list."""
    source = more.pop("source_id", None) or uuid.uuid7()
    openings = [
        opening(person, **{"source_id": source, "township": TOWNSHIPS[n % len(TOWNSHIPS)], **more})
        for n, person in enumerate(persons)
    ]
    return engine.open_many(ITEM, openings, actor=actor, raising=True)
