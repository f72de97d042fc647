"""Lists held against each other and against what came before, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bihuan.core.intake.parcels import Glimpse
from bihuan.core.intake.watching import Watch
from bihuan.modules.alerts import hashes, keeping, reading
from bihuan.modules.alerts.keeping import Kept
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.reading import Pushed

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Plan:
    """A list against what came before: which of its rows are new (`fresh`), and which repeat a row (`again`).

    `at[k]`: where row `fresh[k]` stands among all rows that are linked. `before`: the rows that stood already, by content.
    `same`: the list that was signed for with this very content, here or earlier; `twin`: the file of this run that is.
    """

    pushed: Pushed
    same: AlertList | None = None
    twin: Plan | None = None
    hashes: list[bytes] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    at: range = range(0)
    before: dict[bytes, Kept] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        """Return whether there is a list to sign for."""
        return self.same is None and self.twin is None and self.pushed.unreadable is None


def plans_of(files: Sequence[Glimpse], jurisdiction: str, watch: Watch) -> list[Plan]:
    """Read the files; return them in the order in which they were pushed, so that the first push is the row."""
    plans = []
    for file in files:
        watch.reading(file.name)
        plans.append(Plan(reading.read(file.path, file.name)))
    plans.sort(key=_when)
    _find_same(plans, jurisdiction)
    seen: set[bytes] = set()
    at = 0
    for plan in plans:
        if plan.wanted:
            _compare(plan, seen, jurisdiction)
            plan.at = range(at, at + len(plan.fresh))
            at += len(plan.fresh)
    return plans


def _when(plan: Plan) -> tuple[datetime, str]:
    return plan.pushed.pushed_between()[1] or NEVER, plan.pushed.name


def _find_same(plans: Sequence[Plan], jurisdiction: str) -> None:
    """Note which of the files came before, in an earlier run or earlier in this one."""
    contents = [plan.pushed.sha256 for plan in plans]
    found = AlertList.objects.filter(jurisdiction=jurisdiction, sha256__in=contents).select_related("matter")
    known = {bytes(one.sha256): one for one in found}
    first: dict[bytes, Plan] = {}
    for plan in plans:
        plan.same = known.get(plan.pushed.sha256)
        if plan.same is None and plan.pushed.unreadable is None:
            earlier = first.setdefault(plan.pushed.sha256, plan)
            plan.twin = None if earlier is plan else earlier


def _compare(plan: Plan, seen: set[bytes], jurisdiction: str) -> None:
    """Tell the rows that repeat all eight fields of another row, in this list or before it, from the others."""
    pushed = plan.pushed
    plan.hashes = [hashes.said(c, m) for c, m in zip(pushed.said, pushed.pushed, strict=True)]
    plan.before = keeping.known_rows(jurisdiction, plan.hashes)
    for row, said in enumerate(plan.hashes):
        (plan.again if said in seen or said in plan.before else plan.fresh).append(row)
        seen.add(said)
