"""Contradictions between registers' lines become matters: one for each group of lines that belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from bihuan.core.intake.problems import Policy, Problem, Source
from bihuan.core.intake.taking import Run
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.spec import Text
from bihuan.modules.quarantine.matter import DISPUTE
from bihuan.modules.quarantine.models import Task
from bihuan.modules.quarantine.payloads import Contradiction
from bihuan.modules.quarantine.registers import kinds
from bihuan.modules.quarantine.registers.histories import midnight
from bihuan.modules.quarantine.registers.rows import StayRow

LABELS = {
    kinds.DOUBLE_BOOKED.key: Text("一房两用", "room double-booked"),
    kinds.OVERLAPPING_SITES.key: Text("一人同时两点", "one person in two sites"),
    kinds.TWICE_IN_SITE.key: Text("同点重复登记", "registered twice in a site"),
    kinds.EARLY_RELEASE.key: Text("提前解除未见批准", "early release without approval"),
}
DECIDED_BY_A_PERSON = frozenset(LABELS)
Identity = tuple[str, str, date]
Group = tuple[str, frozenset[UUID]]


def open_disputes(run: Run[StayRow], problems: Sequence[Problem], by_source: dict[Source, Identity]) -> None:
    """Open one matter for each contradiction, once and for all.

    A contradiction is known by its kind and its stays, so registers that are sent again by somebody else, under
    another name or with other row numbers open none twice. Inside the caller's transaction, under the intake's lock.
    """
    known = _known()
    openings = []
    for kind, edges in _edges(problems).items():
        for sources in _components(edges):
            found = [run.notes["stays"].get(by_source[s]) for s in sources if s in by_source]
            stays = tuple(dict.fromkeys(stay for stay in found if stay is not None))
            if stays and (kind, frozenset(stays)) not in known:
                known.add((kind, frozenset(stays)))
                openings.append(_opening(kind, stays, sources))
    if openings:
        engine.open_many(DISPUTE, openings, actor=run.actor, raising=True)


def open_clashes(run: Run[StayRow]) -> None:
    """Open a matter for each stay that clashes with one that no register tells of (admitted by hand)."""
    openings = [_opening(kinds.DOUBLE_BOOKED.key, (stay,), [at]) for stay, at in run.notes["clashing"]]
    if openings:
        engine.open_many(DISPUTE, openings, actor=run.actor, raising=True)


def _opening(kind: str, stays: tuple[UUID, ...], sources: Sequence[Source]) -> Opening:
    label = LABELS[kind]
    return Opening(
        payload=Contradiction(kind=kind, stays=stays, where=tuple(s.words() for s in sources)),
        occurred_at=midnight(date.today()),
        title=Text(f"登记矛盾:{label.zh}", f"Contradiction: {label.en}"),
    )


def _known() -> set[Group]:
    """Return the contradictions that were put to a person before, decided or not."""
    rows = Task.objects.filter(matter__type=DISPUTE.code, kind__in=LABELS)
    return {
        (kind, frozenset((stay, *others)))
        for kind, stay, others in rows.values_list("kind", "stay_id", "other_stays")
    }


def _edges(problems: Iterable[Problem]) -> dict[str, dict[Source, set[Source]]]:
    groups: dict[str, dict[Source, set[Source]]] = defaultdict(lambda: defaultdict(set))
    for problem in problems:
        if problem.policy is Policy.FLAG and problem.kind.key in LABELS:
            groups[problem.kind.key][problem.source].update(problem.others)
    return groups


def _components(edges: dict[Source, set[Source]]) -> list[list[Source]]:
    left, found = set(edges), []
    while left:
        group, frontier = set(), {next(iter(left))}
        while frontier:
            group |= frontier
            frontier = {other for one in frontier for other in edges.get(one, ())} - group
        left -= group
        found.append(sorted(group))
    return sorted(found)
