"""Reports as they stand: their moment, their frozen values, their number, their seal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bihuan.command.matter import REPORT
from bihuan.command.report.build import document
from bihuan.command.report.document import ReportDocument, Seal
from bihuan.command.sitrep.moments import known_values, moment, read
from bihuan.core.figures.evaluate import Moment
from bihuan.core.figures.models import Frozen
from bihuan.core.ledger.models import Entry
from bihuan.core.ledger.models import Seal as Sealed
from bihuan.core.ledger.seals import seal_state
from bihuan.core.matters.models import Matter
from bihuan.core.papers.models import Paper

OPENED, SUBMITTED, ISSUED = (f"{REPORT.code}.{step}" for step in ("open", "submit", "issue"))


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `frozen`: its values no longer follow the ledger. `paper`: the official file, once issued."""

    matter: Matter
    at: Moment
    values: Mapping[str, int]
    frozen: bool
    issued_at: datetime | None
    submit_entry: int | None
    paper: Paper | None

    @property
    def issue(self) -> int:
        """Return the running number of the issue, as the matter's number has it."""
        found = re.findall(r"\d+", self.matter.number)
        return int(found[-1]) if found else 0

    def seal(self) -> Seal:
        """Return the seal that covers the entry by which the numbers were frozen; empty while it waits."""
        if self.submit_entry is None:
            return Seal()
        number = seal_state([self.submit_entry])[self.submit_entry]
        row = Sealed.objects.filter(number=number).first() if number is not None else None
        return Seal() if row is None else Seal(row.last_id, bytes(row.root).hex(), row.sealed_at)

    def document(self) -> ReportDocument:
        """Return the report as the document that every renderer takes."""
        return document(
            self.at,
            dict(self.values),
            number=self.paper.number if self.paper else "",
            issue=self.issue,
            issued_at=self.issued_at,
            seal=self.seal(),
        )

    def document_issued(self, number: str, at: datetime) -> ReportDocument:
        """Return the document as it is issued now, under this document number."""
        return document(
            self.at, dict(self.values), number=number, issue=self.issue, issued_at=at, seal=self.seal()
        )


def opening_of(ids: list[UUID]) -> dict[UUID, tuple[datetime, datetime | None]]:
    """Return for these reports the cut-off and known-at they were drafted for. One query."""
    found = {}
    for matter_id, data in Entry.objects.filter(matter_id__in=ids, kind=OPENED).values_list(
        "matter_id", "payload"
    ):
        if matter_id is not None:
            found[matter_id] = _asked(data)
    return found


def _asked(data: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    cutoff = read(data["cutoff"])
    assert cutoff is not None
    return cutoff, read(data.get("known_at") or "")


def load(matter: Matter, known_at: datetime | None = None) -> Report:
    """Return a report: its frozen values where it has been sent for signature, else what the ledger says now."""
    frozen = list(Frozen.objects.filter(matter=matter).order_by("id"))
    if frozen:
        at = moment(frozen[0].cutoff, frozen[0].known_at)
        values: Mapping[str, int] = {one.key: one.value for one in frozen}
    else:
        cutoff, known = opening_of([matter.id])[matter.id]
        at = moment(cutoff, known or known_at)
        values = known_values(at)
    steps = dict(
        Entry.objects.filter(matter_id=matter.id, kind__in=(SUBMITTED, ISSUED))
        .order_by("id")
        .values_list("kind", "id")
    )
    issued = matter.state == "issued"
    return Report(
        matter=matter,
        at=at,
        values=values,
        frozen=bool(frozen),
        issued_at=matter.closed_at if issued else None,
        submit_entry=steps.get(SUBMITTED) if frozen else None,
        paper=Paper.objects.filter(matter_id=matter.id, kind="situation_report").first() if issued else None,
    )


def before(report: Report) -> tuple[Moment, Mapping[str, int], Matter | None]:
    """Return what the report is compared with: the issued report before it, else the same cut-off a day earlier."""
    earlier = (
        Frozen.objects.filter(matter__state="issued", cutoff__lt=report.at.cutoff, matter__type=REPORT.code)
        .order_by("-cutoff", "-matter__closed_at")
        .values_list("matter_id", flat=True)
        .first()
    )
    if earlier is not None:
        rows = list(Frozen.objects.filter(matter_id=earlier).select_related("matter"))
        return moment(rows[0].cutoff, rows[0].known_at), {r.key: r.value for r in rows}, rows[0].matter
    at = moment(report.at.cutoff - timedelta(days=1), report.at.known_at)
    return at, known_values(at), None
