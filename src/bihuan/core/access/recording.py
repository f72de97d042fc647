"""Ledger entries for acts that are no step of a matter: appointments, views, merges, erasures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.ledger.append import Draft, append


def entry(
    kind: str,
    *,
    actor: Actor,
    payload: Mapping[str, Any],
    person_id: UUID | None = None,
    matter_id: UUID | None = None,
    place_id: UUID | None = None,
    sealed: bytes | None = None,
    at: datetime | None = None,
) -> Draft:
    """Return the entry of one act (`people.revealed`, `access.appointed`) of this actor, at `at` (now)."""
    now = timezone.now()
    return Draft(
        kind=kind,
        occurred_at=at or now,
        recorded_at=now,
        jurisdiction=actor.jurisdiction,
        matter_id=matter_id,
        from_state=None,
        to_state=None,
        version=None,
        person_id=person_id,
        place_id=place_id,
        organ=actor.organ,
        actor_id=actor.officer_id,
        post=actor.post,
        corrects=None,
        payload=dict(payload),
        sealed=sealed,
    )


def record(
    kind: str,
    *,
    actor: Actor,
    payload: Mapping[str, Any],
    person_id: UUID | None = None,
    matter_id: UUID | None = None,
    place_id: UUID | None = None,
    sealed: bytes | None = None,
    at: datetime | None = None,
) -> int:
    """Write the entry of one act in the caller's transaction and return its number."""
    draft = entry(
        kind, actor=actor, payload=payload, person_id=person_id, matter_id=matter_id, place_id=place_id,
        sealed=sealed, at=at,
    )  # fmt: skip
    return append([draft])[0]
