"""Rows of lists to people: linked once over all lists of a run, taken up list by list.

`link` reads the county's people and writes nothing, so that it may run long before, and outside of, the transactions
that take the lists up. Who is new has an id from the start; `take_up` registers whoever is not there when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction

from bihuan.core.access.actors import system_actor
from bihuan.core.people import merging
from bihuan.core.people.identity import UNVERIFIED, Identity
from bihuan.core.people.linking import identifiers, known, names
from bihuan.core.people.linking.clusters import Anchors, Clusters
from bihuan.core.people.linking.model import Model, county_model
from bihuan.core.people.linking.records import Records
from bihuan.core.people.linking.said import Said
from bihuan.core.people.linking.scoring import Pair, score
from bihuan.core.people.merging import Agreement, NotMergeable, canonical_many, propose_many
from bihuan.core.people.registering import register_many

EXACT, LINKED, PENDING = "exact", "linked", "pending"
DECIDED_BY = (EXACT, LINKED, PENDING)
"""By what a row's person was decided: the identifier itself; the model (one of those known, or nobody known); not yet:
a clerk is asked."""


@dataclass(slots=True)
class Linking:
    """What linking found: whose each row is. `decided_by[i]` is one of DECIDED_BY."""

    jurisdiction: str
    said: Sequence[Said]
    records: Records
    clusters: Clusters
    registered: Mapping[str, UUID]
    decided_by: list[str] = field(default_factory=list)
    _ids: dict[int, UUID] = field(default_factory=dict)
    _members: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        root, pending = self.clusters.root, {self.clusters.root(r) for r in self.clusters.pending}
        roots = [root(record) for record in range(len(self.records))]
        of_record = [
            EXACT if trusted else PENDING if one in pending else LINKED
            for trusted, one in zip(self.records.trusted, roots, strict=True)
        ]
        self.decided_by = [of_record[record] for record in self.records.of_row]
        for record, one in enumerate(roots):
            if self.records.rows[record]:
                self._members.setdefault(one, []).append(record)

    def take_up(self, rows: Sequence[int]) -> list[UUID]:
        """Return the person of each of these rows, in their order, registered where the county does not know them.

        In the caller's transaction. May be called for the lists of a run in any order, and again for the same
        rows after a transaction that failed. Merged people come as whom they are known as.
        """
        root, of_row = self.clusters.root, self.records.of_row
        wanted = dict.fromkeys(root(of_row[row]) for row in rows)
        with transaction.atomic():
            people = self._people(list(wanted))
            self._propose(people)
        return [people[root(of_row[row])] for row in rows]

    def _people(self, roots: Sequence[int]) -> dict[int, UUID]:
        there = {one: person for one in roots if (person := self.clusters.person(one)) is not None}
        new = [one for one in roots if one not in there or self._new_identifier(one)]
        registered = dict(
            zip(
                new,
                register_many(
                    [self._identity(one) for one in new],
                    self.jurisdiction,
                    ids=[self._id(one) for one in new],
                ),
                strict=True,
            )
        )
        for one in new:
            if one in there:
                self._give_identifier(there[one], registered[one])
        people = {**registered, **there}
        known_as = canonical_many([person for one, person in people.items() if person != self._ids.get(one)])
        return {one: known_as.get(person, person) for one, person in people.items()}

    def _give_identifier(self, person: UUID, identified: UUID) -> None:
        """Let somebody registered without identifier be who now came with one; undone like any merge."""
        with suppress(NotMergeable):  # one already
            merging.merge(person, identified, actor=system_actor(self.jurisdiction))

    def _new_identifier(self, root: int) -> bool:
        return any(number not in self.registered for number in self.clusters.identifiers(root)) and any(
            self.records.trusted[record] for record in self._members[root]
        )

    def _id(self, root: int) -> UUID:
        return self._ids.setdefault(root, uuid.uuid7())

    def _identity(self, root: int) -> Identity:
        """Return what the rows say of a person: of each field what most of them say, of equals what was said last."""
        members = self._members[root]
        number, kind = self._number(members)
        by_weight = sorted(members, key=lambda record: (-self.records.rows[record], -record))

        def most(column: Sequence[object]) -> Said | None:
            votes: dict[object, int] = {}
            for record in by_weight:
                if column[record] and any(column[record]):  # type: ignore[arg-type]
                    votes[column[record]] = votes.get(column[record], 0) + self.records.rows[record]
            if not votes:
                return None
            chosen = max(votes, key=votes.__getitem__)
            return self.said[self.records.first_row[next(r for r in by_weight if column[r] == chosen)]]

        name, address = most(self.records.name), most(self.records.address)
        phone = next((self.records.phone[record] for record in by_weight if self.records.phone[record]), None)
        return Identity(
            name=names.spelled(name.name) if name else None,
            identifier_type=kind,
            identifier=number,
            phone=phone,
            address=" ".join(address.address.split()) if address else None,
        )

    def _number(self, members: Sequence[int]) -> tuple[str | None, str]:
        for record in members:
            if self.records.trusted[record]:
                number = self.records.identifier[record]
                return number, "resident" if identifiers.is_citizen(number) else "other"
        wrong = next((self.records.identifier[r] for r in members if self.records.identifier[r]), None)
        return wrong, UNVERIFIED if wrong else "resident"

    def _propose(self, people: Mapping[int, UUID]) -> None:
        """Ask a clerk about these people; who is not registered yet is asked about when it is their list's turn."""
        asked = [pair for pair in self.clusters.asked if self._concerns(pair, people)]
        if not asked:
            return
        propose_many(
            [
                (self._expected(pair.left, people), self._expected(pair.right, people), self._evidence(pair))
                for pair in asked
            ],
            weights=[round(pair.weight, 2) for pair in asked],
        )

    def _concerns(self, pair: Pair, people: Mapping[int, UUID]) -> bool:
        return self.clusters.root(pair.left) in people or self.clusters.root(pair.right) in people

    def _expected(self, record: int, people: Mapping[int, UUID]) -> UUID:
        root = self.clusters.root(record)
        return people.get(root) or self.clusters.person(root) or self._id(root)

    def _evidence(self, pair: Pair) -> dict[str, str]:
        columns: dict[str, Sequence[object]] = {
            "identifier": self.records.identifier,
            "name": self.records.name,
            "phone": self.records.phone,
            "address": self.records.address,
        }
        return {
            name: _missing(columns[name], pair) if level == "missing" else level
            for name, level in pair.levels.items()
        }


def _missing(column: Sequence[object], pair: Pair) -> str:
    said = [bool(column[record]) and any(column[record]) for record in (pair.left, pair.right)]  # type: ignore[arg-type]
    return str(Agreement.ONE_MISSING if any(said) else Agreement.BOTH_MISSING)


def link(said: Sequence[Said], jurisdiction: str, model: Model | None = None) -> Linking:
    """Return whose each row is, among themselves and among the people the county knows. Writes nothing.

    `model`: by default the county's own.
    """
    records = Records()
    records.read(said)
    trusted = {number for number, sure in zip(records.identifier, records.trusted, strict=True) if sure}
    registered = known.by_identifier(trusted, jurisdiction)
    whose = _meant(records, registered, jurisdiction)
    anchors = Anchors(
        person=[whose.get(r) or registered.get(records.identifier[r]) for r in range(len(records))],
        identifier=[
            number if sure else None for number, sure in zip(records.identifier, records.trusted, strict=True)
        ],
        apart=known.told_apart(set(whose.values())),
    )
    clusters = Clusters(anchors)
    chosen = model or county_model()
    among = known.how_many(jurisdiction) + len(trusted) - len(registered)
    pairs = _of_rows(score([records.table()], chosen, among), records)
    clusters.join_all(pairs, chosen.decide)
    return Linking(jurisdiction, said, records, clusters, registered)


def _meant(records: Records, registered: Mapping[str, UUID], jurisdiction: str) -> dict[int, UUID]:
    """Add the register's people that these records may mean; return whose each added record is."""
    numbers = range(len(records))
    loose = [r for r in numbers if not records.trusted[r]]
    strangers = [r for r in numbers if records.trusted[r] and records.identifier[r] not in registered]
    return known.add_to(records, known.alike(records, loose, strangers, jurisdiction))


def _of_rows(pairs: Iterable[Pair], records: Records) -> list[Pair]:
    """Return the pairs that a row takes part in; the register's own people were compared when they came."""
    return [pair for pair in pairs if records.rows[pair.left] or records.rows[pair.right]]
