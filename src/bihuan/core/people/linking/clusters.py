"""From pairs to people: records are brought together from the heaviest pair down, and never two people into one.

A cluster may be held by a person of the register and by identifiers that can be trusted. Clusters held by different
ones are never joined, whatever chain of look-alikes lies between them; that is for a clerk to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bihuan.core.people.linking.model import Decide
from bihuan.core.people.linking.scoring import Pair

ASKED_ABOUT = 3  # people at most that a clerk is asked about for one cluster

LINKED, ASK, NEVER = "linked", "ask", "never"


@dataclass(frozen=True, slots=True)
class Anchors:
    """What holds each record: the person of the register it belongs to, the identifier that can be trusted.

    `apart`: pairs of people that a clerk found to be two.
    """

    person: Sequence[UUID | None]
    identifier: Sequence[str | None]
    apart: Collection[frozenset[UUID]] = ()


@dataclass(slots=True)
class Clusters:
    """Records in clusters. `root(r)` names a record's cluster; `asked`: pairs for a clerk, by cluster's record."""

    anchors: Anchors
    asked: list[Pair] = field(default_factory=list)
    pending: set[int] = field(default_factory=set)
    _parent: list[int] = field(default_factory=list)
    _person: dict[int, UUID] = field(default_factory=dict)
    _numbers: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parent = list(range(len(self.anchors.person)))
        held_by: dict[UUID | str, int] = {}
        for record, (person, identifier) in enumerate(
            zip(self.anchors.person, self.anchors.identifier, strict=True)
        ):
            if person is not None:
                self._person[record] = person
                self._hold(held_by, person, record)
            if identifier is not None:
                self._hold(held_by, identifier, record)

    def _hold(self, held_by: dict[UUID | str, int], anchor: UUID | str, record: int) -> None:
        first = held_by.setdefault(anchor, record)
        if first != record:
            self._join(first, record)

    def root(self, record: int) -> int:
        """Return the record that stands for this record's cluster."""
        parent = self._parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def person(self, record: int) -> UUID | None:
        """Return the person of the register that holds this record's cluster."""
        return self._person.get(self.root(record))

    def identifiers(self, record: int) -> set[str]:
        """Return the identifiers that hold this record's cluster."""
        root = self.root(record)
        own = self.anchors.identifier[root]
        return self._numbers.get(root) or ({own} if own is not None else set())

    def held(self, record: int) -> bool:
        """Tell whether anything holds this record's cluster."""
        return self.root(record) in self._person or bool(self.identifiers(record))

    def join_all(self, pairs: Sequence[Pair], decide: Decide) -> None:
        """Bring the records of these pairs (the heaviest first) together, as the model's lines say."""
        verdicts = [verdict(pair, decide) for pair in pairs]
        torn = self._torn(pairs, verdicts, decide.margin)
        left: list[Pair] = []
        for pair, said in zip(pairs, verdicts, strict=True):
            undecided = pair.left in torn or pair.right in torn
            if said == LINKED and not undecided and self._may_join(pair.left, pair.right):
                self._join(pair.left, pair.right)
            elif said != NEVER:
                left.append(pair)
        self._ask(left)

    def _torn(self, pairs: Sequence[Pair], verdicts: Sequence[str], margin: float) -> set[int]:
        """Return the records that two people claim about equally."""
        claims: dict[int, dict[int, float]] = {}
        for pair, said in zip(pairs, verdicts, strict=True):
            if said != LINKED:
                continue
            for record, other in ((pair.left, pair.right), (pair.right, pair.left)):
                if self.held(other) and not self.held(record):
                    weights = claims.setdefault(record, {})
                    weights.setdefault(self.root(other), pair.weight)
        return {record for record, weights in claims.items() if self._equal(weights, margin)}

    def _equal(self, weights: Mapping[int, float], margin: float) -> bool:
        if len(weights) < 2:
            return False
        (best, high), *others = sorted(weights.items(), key=lambda one: (-one[1], one[0]))
        return any(
            high - weight < margin and not self._may_join(best, other) and not self._told_apart(best, other)
            for other, weight in others
        )

    def _told_apart(self, one: int, other: int) -> bool:
        people = [person for person in (self.person(one), self.person(other)) if person is not None]
        return frozenset(people) in self.anchors.apart

    def _may_join(self, one: int, other: int) -> bool:
        people = {self.person(one), self.person(other)} - {None}
        numbers = [found for found in (self.identifiers(one), self.identifiers(other)) if found]
        return len(people) < 2 and (len(numbers) < 2 or not numbers[0].isdisjoint(numbers[1]))

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        if first == second:
            return
        numbers = self.identifiers(first) | self.identifiers(second)
        self._parent[second] = first
        if second in self._person:
            self._person.setdefault(first, self._person.pop(second))
        if len(numbers) > 1 or self.anchors.identifier[first] is None:
            self._numbers[first] = numbers

    def _ask(self, pairs: Iterable[Pair]) -> None:
        """Keep what a clerk is to be asked: about clusters that nothing holds yet, and about two that hold."""
        asked: dict[int, list[int]] = {}
        for pair in pairs:
            left, right = self.root(pair.left), self.root(pair.right)
            if left == right or self._told_apart(left, right):
                continue
            loose = [root for root in (left, right) if not self.held(root)]
            for root, other in ((left, right), (right, left)):
                about = asked.setdefault(root, [])
                if other in about or len(about) >= ASKED_ABOUT:
                    break
            else:
                if loose or self._both_held(pair):
                    asked[left].append(right)
                    asked[right].append(left)
                    self.asked.append(pair)
                    self.pending.update(loose)

    def _both_held(self, pair: Pair) -> bool:
        """Tell whether the pair's own records are held, and not drawn to somebody by another."""
        persons, identifiers = self.anchors.person, self.anchors.identifier
        return all(
            persons[record] is not None or identifiers[record] is not None
            for record in (pair.left, pair.right)
        )


def verdict(pair: Pair, decide: Decide) -> str:
    """Return what the model's lines say of a pair."""
    if any(_agrees(pair, rule) for rule in decide.never) or pair.weight < decide.pending:
        return NEVER
    if pair.weight < decide.linked or any(_agrees(pair, rule) for rule in decide.ask):
        return ASK
    return LINKED


def _agrees(pair: Pair, rule: Mapping[str, Sequence[str]]) -> bool:
    return all(pair.levels[comparison] in levels for comparison, levels in rule.items())
