"""Pushed lists taken in: read, held against what came before, linked, and signed for, each list one transaction.

All lists of a run are linked at once, for people are in several of them; then each is signed for in the order in which
it was pushed. A process that is killed has signed for a list whole or not at all, and a new run goes on with the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.intake.parcels import Glimpse, Parcelled
from bihuan.core.intake.watching import Watch
from bihuan.core.matters.uncollected import uncollected
from bihuan.core.people.linking import Said, link
from bihuan.core.spec.text import Text
from bihuan.modules.alerts import reading, signing
from bihuan.modules.alerts.planning import Plan, plans_of
from bihuan.modules.alerts.reading import ADDRESS, IDENTIFIER, NAME, PHONE
from bihuan.modules.alerts.telling import told

KEY: Final = "alerts"
WHO: Final = (NAME, IDENTIFIER, PHONE, ADDRESS)


class AlertLists:
    """The kind of parcels that pushed lists are."""

    key, label = KEY, Text("预警名单", "Alert lists")

    def claims(self, glimpse: Glimpse) -> bool:
        """Tell by its heading whether a file is a pushed list: number, reason, time, sender."""
        return any(reading.heading(rows) is not None for rows in glimpse.sheets.values())

    def look(self, files: Sequence[Glimpse], *, actor: Actor, watch: Watch) -> list[Parcelled]:
        """Read the lists and tell what would be signed for."""
        return [told(plan) for plan in _as_given(plans_of(files, actor.jurisdiction, watch), files)]

    def take(self, files: Sequence[Glimpse], *, actor: Actor, batch: UUID, watch: Watch) -> list[Parcelled]:
        """Sign for the lists."""
        with uncollected():
            return self._take(files, actor, batch, watch)

    def _take(self, files: Sequence[Glimpse], actor: Actor, batch: UUID, watch: Watch) -> list[Parcelled]:
        plans = plans_of(files, actor.jurisdiction, watch)
        said = [Said(*(plan.pushed.said[i][cell] for cell in WHO)) for plan in plans for i in plan.fresh]
        work = signing.Work(actor, batch, link(said, actor.jurisdiction), signing.repeated(plans))
        for done, plan in enumerate(plans):
            watch.taken(KEY, done, len(plans))
            signing.sign(plan, work)
        return [told(plan, batch) for plan in _as_given(plans, files)]


def _as_given(plans: Sequence[Plan], files: Sequence[Glimpse]) -> list[Plan]:
    by_name = {plan.pushed.name: plan for plan in plans}
    return [by_name[file.name] for file in files]
