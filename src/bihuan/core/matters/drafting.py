"""From a step taken to the line the ledger keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bihuan.core.ledger.append import Draft
from bihuan.core.matters.details import Applied
from bihuan.core.matters.payloads import split
from bihuan.core.people.sealing import seal, seal_many


def purpose_of(code: str) -> str:
    """Return the purpose under which a matter type's personal data are sealed: its module (`quarantine.stay`)."""
    return code.partition(".")[0]


def draft(applied: Applied, jurisdiction: str, organ: str | None) -> Draft:
    """Return the ledger entry of one step; the personal part of its payload sealed with the person's key."""
    clear, personal = split(applied.payload)
    sealed = None
    if personal and applied.person_id is not None:
        sealed = seal(applied.person_id, purpose_of(applied.type), personal)
    return _draft(applied, clear, sealed, jurisdiction, organ)


def drafts(steps: Sequence[Applied], jurisdiction: str, organs: Sequence[str | None]) -> list[Draft]:
    """Return the entries of many steps; keys are fetched once."""
    parts = [split(step.payload) for step in steps]
    wanted = [
        (i, (step.person_id, purpose_of(step.type), parts[i][1]))
        for i, step in enumerate(steps)
        if parts[i][1] and step.person_id is not None
    ]
    boxes = dict(zip((i for i, _ in wanted), seal_many([item for _, item in wanted]), strict=True))
    return [_draft(step, parts[i][0], boxes.get(i), jurisdiction, organs[i]) for i, step in enumerate(steps)]


def _draft(
    applied: Applied, clear: dict[str, Any], sealed: bytes | None, jurisdiction: str, organ: str | None
) -> Draft:
    return Draft(
        kind=f"{applied.type}.{applied.transition}",
        occurred_at=applied.occurred_at,
        recorded_at=applied.recorded_at,
        jurisdiction=jurisdiction,
        matter_id=applied.matter_id,
        from_state=applied.before,
        to_state=applied.after,
        version=applied.version,
        person_id=applied.person_id,
        place_id=applied.place_id,
        organ=organ,
        actor_id=applied.actor.officer_id,
        post=applied.actor.post,
        corrects=applied.corrects,
        payload={**clear, **applied.extra} if applied.extra else clear,
        sealed=sealed,
    )
