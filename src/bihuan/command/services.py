"""What happens to a situation report besides its state: numbers freeze when sent, the official file when issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bihuan.command.matter import REPORT, Draft
from bihuan.command.report.pdf import render_pdf
from bihuan.command.sitrep.reports import load, opening_of
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.figures.models import Frozen
from bihuan.core.matters.details import Applied, Details, Opening
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details_of, figures
from bihuan.core.papers import numbering, services
from bihuan.core.spec.text import Text

TITLE = Text("疫情防控日报", "Situation report")


@dataclass(slots=True)
class ReportFacts:
    """For which moment a report speaks, and its values once they are frozen."""

    cutoff: datetime
    known_at: datetime | None
    values: dict[str, int] | None = None


@details_of(REPORT)
class ReportDetails(Details[ReportFacts]):
    """A report: drafted for a moment, frozen by `submit`, numbered and printed by `issue`."""

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, ReportFacts]:
        """Return the moments of these reports. One query."""
        return {matter: ReportFacts(*asked) for matter, asked in opening_of(list(ids)).items()}

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> ReportFacts:
        """Return the moment a new report speaks for."""
        draft: Draft = opening.payload
        return ReportFacts(_aware(draft.cutoff), _aware(draft.known_at) if draft.known_at else None)

    def fold(self, facts: ReportFacts, step: Applied) -> ReportFacts:
        """Freeze the values when the report is sent for signature; the ledger entry itself keeps them too.

        This asks the ledger, inside the transaction of the step: what is frozen is what was known at that step.
        """
        if step.transition == "submit":
            known_at = facts.known_at or step.recorded_at
            facts.known_at = known_at
            facts.values = values(Moment(facts.cutoff, known_at, step.actor.jurisdiction))
            step.extra.update({"known_at": known_at.isoformat(), "figures": facts.values})
        return facts

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the frozen values; print and keep the official file under its document number."""
        for step in steps:
            if step.transition == "submit":
                _freeze(step)
            elif step.transition == "send_back":
                Frozen.objects.filter(matter_id=step.matter_id).delete()
            elif step.transition == "issue":
                _print(step)


def _aware(value: datetime) -> datetime:
    return timezone.make_aware(value) if value.tzinfo is None else value


def _freeze(step: Applied) -> None:
    facts: ReportFacts = step.facts
    assert facts.values is not None and facts.known_at is not None
    Frozen.objects.bulk_create(
        Frozen(
            matter_id=step.matter_id,
            key=key,
            version=figures()[key].version,
            cutoff=facts.cutoff,
            known_at=facts.known_at,
            value=value,
        )
        for key, value in facts.values.items()
    )


def _print(step: Applied) -> None:
    matter = Matter.objects.get(id=step.matter_id)
    year = timezone.localtime(step.occurred_at).year
    number = numbering.take(matter.organ_id, "report", year, matter.jurisdiction)[0]
    made = load(matter).document_issued(number, step.occurred_at)
    services.issue(
        render_pdf(made),
        kind="situation_report",
        title=TITLE,
        number=number,
        about=services.About(matter_id=matter.id),
        actor=step.actor,
    )
