"""Findings → proposals → orders: what an officer proposed is decided by the desk, which makes the order in its own name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from bihuan.core.access.actors import system_actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import OPENED, Applied, Details, FollowUp, Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details_of, follows
from bihuan.core.places.models import Place
from bihuan.core.spec import Text
from bihuan.loops.matter import PROPOSAL, PROPOSED, FellAway, Ordered, ProposalFacts, Proposed
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.payloads import Category, Order
from bihuan.modules.verification.payloads import Measure, TakenBack


@details_of(PROPOSAL)
class ProposalDetails(Details[ProposalFacts]):
    """A proposal keeps nothing beside the ledger: what was proposed stands in its first entry."""

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, ProposalFacts]:
        """Return what was proposed, from the opening entries. One query."""
        opened = Entry.objects.filter(matter_id__in=ids, kind=f"{PROPOSAL.code}.{OPENED}")
        return {
            entry.matter_id: ProposalFacts(
                entry.payload["measure"], UUID(entry.payload["item"]), int(entry.payload["entry"])
            )
            for entry in opened
            if entry.matter_id is not None
        }

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> ProposalFacts:
        """Return what is proposed."""
        asked: Proposed = opening.payload
        return ProposalFacts(str(asked.measure), asked.item, asked.entry)

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the verification that proposes it."""
        return [facts.item for facts in self.load([matter_id]).values()]

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return measure and category in words, the verification and the site by their numbers."""
        words: dict[str, Text] = {}
        for name, kind in (("measure", Measure), ("category", Category)):
            for one in kind:
                if one == payload.get(name):
                    words[name] = one.text
        if item := payload.get("item"):
            number = Matter.objects.filter(pk=item).values_list("number", flat=True).first() or "—"
            words["item"] = Text(number, number)
        if site := payload.get("site"):
            name = Place.objects.filter(pk=site).values_list("name", flat=True).first() or "—"
            words["site"] = Text(name, name)
        return words


@follows("verification.item.confirm")
@follows("verification.item.find_otherwise")
def propose(steps: Sequence[Applied]) -> Iterator[FollowUp]:
    """Bring what officers proposed with their findings before the desk."""
    for step in steps:
        measure: Measure = step.payload.propose
        if measure == Measure.NONE:
            continue
        asked = Proposed(measure=measure, item=step.matter_id, entry=step.entry_id, reason=step.facts.reason)
        title = Text(f"{measure.text.zh} · {step.facts.reason}", f"{measure.text.en}: {step.facts.reason}")
        yield FollowUp(
            PROPOSAL.code,
            Opening(asked, step.occurred_at, person_id=step.person_id, place_id=step.place_id, title=title),
        )


@follows("verification.item.call_again")
@follows("verification.item.visit_again")
def withdraw(steps: Sequence[Applied]) -> Iterator[FollowUp]:
    """Let a proposal fall away whose finding was taken back, unless it has been decided on."""
    for step in steps:
        back: TakenBack = step.payload
        assert step.person_id is not None
        waiting = Matter.objects.filter(type=PROPOSAL.code, state=PROPOSED.code, person_id=step.person_id)
        facts = ProposalDetails().load(list(waiting.values_list("id", flat=True)))
        gone = [proposal for proposal, found in facts.items() if found.entry == back.entry]
        engine.perform_many(
            [(proposal, Step("fall_away", FellAway(entry=back.entry), step.occurred_at)) for proposal in gone],
            actor=system_actor(step.actor.jurisdiction), raising=True,
        )  # fmt: skip
    yield from ()


@follows("verification.proposal.order")
def order(steps: Sequence[Applied]) -> Iterator[FollowUp]:
    """Make the order in the name of the officer who decided it: a stay that waits for its check-in."""
    for step in steps:
        decided: Ordered = step.payload
        site = Place.objects.get(pk=decided.site)
        category = decided.category.text
        opening = Opening(
            payload=Order(
                category=decided.category, legal_basis=decided.legal_basis, reason=decided.reason,
                last_exposure=decided.last_exposure,
            ),
            occurred_at=step.occurred_at, person_id=step.person_id, place_id=site.id, number_place=site.code,
            title=Text(f"{category.zh} · {site.name}", f"{category.en}, {site.name}"),
        )  # fmt: skip
        engine.open_many(STAY, [opening], actor=step.actor, raising=True)
    yield from ()
