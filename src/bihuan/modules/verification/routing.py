"""Who gets whom: pure, so that what a preview shows is what a press does.

People go, the earliest due first, to whoever takes their township and language and has least to do for the time that is
left of the shift. Those whom nobody on shift can take stay where they are, with the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bihuan.modules.verification.matter import VERIFIER, VISITOR
from bihuan.modules.verification.roster import Colleague

CALL, VISIT = "call", "visit"
Group = tuple[str, str, str]
"""How (`CALL`, `VISIT`), in which township, in which language ("" for the common one)."""
POSTS = {CALL: (VERIFIER.code,), VISIT: (VISITOR.code,)}


@dataclass(slots=True)
class Plan:
    """How many of each group go to whom: `shares`; `left`: those whom nobody on shift takes."""

    shares: dict[Group, dict[UUID, int]] = field(default_factory=dict)
    left: Counter[Group] = field(default_factory=Counter)

    @property
    def of_officer(self) -> Counter[UUID]:
        """Return how many each officer gets in all."""
        total: Counter[UUID] = Counter()
        for share in self.shares.values():
            total.update(share)
        return total

    @property
    def routed(self) -> int:
        """Return how many are given to somebody."""
        return sum(self.of_officer.values())


def plan(
    waiting: Mapping[Group, int], workers: Sequence[Colleague], load: Mapping[UUID, int], now: datetime
) -> Plan:
    """Return the plan for these people. `load`: how many each officer has already.

    Groups that few can take are dealt first, so that they do not find these few full.
    """
    made = Plan()
    on_shift = [one for one in workers if one.until is not None]
    hours = {one.id: max(0.5, (one.until - now).total_seconds() / 3600) for one in on_shift if one.until}
    carried = {one.id: float(load.get(one.id, 0)) for one in on_shift}
    takers = {group: [one.id for one in on_shift if takes(one, group)] for group in waiting}
    for group in sorted(waiting, key=lambda g: (len(takers[g]), g)):
        if not takers[group]:
            made.left[group] += waiting[group]
            continue
        share = _poured(waiting[group], {one: (carried[one], hours[one]) for one in takers[group]})
        for one, number in share.items():
            carried[one] += number
        made.shares[group] = share
    return made


def takes(one: Colleague, group: Group) -> bool:
    """Tell whether an officer can be given people of a group."""
    how, township, language = group
    return one.post in POSTS[how] and one.takes(township, language)


def _poured(number: int, takers: Mapping[UUID, tuple[float, float]]) -> dict[UUID, int]:
    """Deal `number` so that load per hour of shift comes out as even as it can (water filling).

    takers: officer → (load, hours left).
    """
    order = sorted(takers, key=lambda one: (takers[one][0] / takers[one][1], str(one)))
    level, width, poured = 0.0, 0.0, 0.0
    for position, one in enumerate(order):
        load, hours = takers[one]
        width += hours
        poured += load
        level = (number + poured) / width
        following = order[position + 1 : position + 2]
        if not following or level <= takers[following[0]][0] / takers[following[0]][1]:
            order = order[: position + 1]
            break
    exact = {one: max(0.0, level * takers[one][1] - takers[one][0]) for one in order}
    share = {one: int(amount) for one, amount in exact.items()}
    rest = number - sum(share.values())
    for one in sorted(order, key=lambda o: (share[o] - exact[o], str(o)))[:rest]:
        share[one] += 1
    return {one: count for one, count in share.items() if count}


class Dealer:
    """Deals people out by a plan, the officers of a group in turn, so that each has some of the earliest due."""

    def __init__(self, made: Plan) -> None:
        """Take the plan's shares; they are used up as people are dealt."""
        self._left = {group: dict(share) for group, share in made.shares.items()}
        self._turn: dict[Group, list[UUID]] = defaultdict(list)

    def next(self, group: Group) -> UUID | None:
        """Return who gets the next of this group; None where the plan has nobody (left) for it."""
        turn = self._turn[group]
        if not turn:
            turn.extend(sorted((one for one, n in self._left.get(group, {}).items() if n > 0), reverse=True))
        if not turn:
            return None
        one = turn.pop()
        self._left[group][one] -= 1
        return one
