"""Finding the one matter a page is about, with what the engine needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import overseen, sees
from bihuan.core.matters.errors import UnknownMatter
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details, matter_type
from bihuan.core.spec.matters import MatterType, Snapshot


@dataclass(frozen=True, slots=True)
class Found:
    """A matter, its type, and whether the reader may see what it is about."""

    matter: Matter
    kind: MatterType[Any]
    content: bool

    def snapshot(self) -> Snapshot:
        """Return the matter as guards see it. One query for its facts."""
        row = self.matter
        return Snapshot(
            row.id, row.type, row.state, row.version, row.opened_at, row.person_id, row.place_id,
            details(row.type).load([row.id]).get(row.id),
        )  # fmt: skip


def find(matter_id: UUID, actor: Actor) -> Found:
    """Return the matter. Raises UnknownMatter, whether there is none or the actor may not know of it."""
    row = (
        Matter.objects.filter(overseen(actor), id=matter_id)
        .select_related("organ", "place", "assignee", "person")
        .first()
    )
    if row is None:
        raise UnknownMatter(matter_id)
    return Found(row, matter_type(row.type), sees(actor, row))


def find_content(matter_id: UUID, actor: Actor) -> Found:
    """Return a matter whose content the actor sees. Raises UnknownMatter."""
    found = find(matter_id, actor)
    if not found.content:
        raise UnknownMatter(matter_id)
    return found
