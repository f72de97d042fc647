"""Directives' workbooks taken in: read, held against what came before, linked, and signed for, each one transaction.

All workbooks of a run are linked at once, for people are in several of them; then each is signed for in the order in which
it was received. A process that is killed has signed for a directive whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.intake.parcels import Glimpse, Parcelled
from bihuan.core.intake.watching import Watch
from bihuan.core.people.linking import link
from bihuan.core.spec import Text
from bihuan.modules.directives import cover, reading, signing
from bihuan.modules.directives.planning import Plan, place_among, plan
from bihuan.modules.directives.telling import told

KEY: Final = "directives"
NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Directives:
    """The kind of parcels that directives' workbooks are."""

    key, label = KEY, Text("合成作战指令", "Directives")

    def claims(self, glimpse: Glimpse) -> bool:
        """Tell by its cover whether a file is a directive: number, time limit, and one more field of it."""
        return any(
            cover.is_cover(reading.above(rows, reading.heading(rows))) for rows in glimpse.sheets.values()
        )

    def look(self, files: Sequence[Glimpse], *, actor: Actor, watch: Watch) -> list[Parcelled]:
        """Read the workbooks and tell what would be signed for."""
        plans = {one.book.name: one for one in _plans(files, actor, watch)}
        return [told(plans[file.name]) for file in files]

    def take(self, files: Sequence[Glimpse], *, actor: Actor, batch: UUID, watch: Watch) -> list[Parcelled]:
        """Sign for the directives; take in what workbooks of known ones change."""
        plans = _plans(files, actor, watch)
        work = signing.Work(
            actor, batch, link([said for one in plans for said in signing.said_of(one)], actor.jurisdiction)
        )
        done: dict[str, Parcelled] = {}
        seen: set[str] = set()
        for number, one in enumerate(plans):
            watch.taken(KEY, number, len(plans))
            reference = one.book.cover.reference
            anew = (
                reference in seen and not one.book.unreadable
            )  # the same directive a second time in one run
            seen.add(reference)
            taken = signing.take(*signing.anew(one, work)) if anew else signing.take(one, work)
            done[one.book.name] = told(taken, batch)
        return [done[file.name] for file in files]


def _plans(files: Sequence[Glimpse], actor: Actor, watch: Watch) -> list[Plan]:
    now, plans = timezone.now(), []
    for file in files:
        watch.reading(file.name)
        plans.append(plan(reading.read(file.path, file.name, now), actor.jurisdiction))
    plans.sort(key=lambda one: (one.book.cover.received_at or NEVER, one.book.name))
    place_among(plans)
    return plans
