"""Rows of lists to people: linked once over all lists of a run, taken up list by list.

`link` reads the county's people and writes nothing, so that it may run long before, and outside of, the transactions
that take the lists up. Who is new has an id from the start; `take_up` registers whoever is not there when it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction

from bihuan.core.access.actors import system_actor
from bihuan.core.collector import not_collecting
from bihuan.core.people import merging
from bihuan.core.people.identity import UNVERIFIED, Identity
from bihuan.core.people.linking import identifiers, known, names
from bihuan.core.people.linking.clusters import Anchors, Clusters
from bihuan.core.people.linking.model import Model
from bihuan.core.people.linking.records import Records
from bihuan.core.people.linking.said import Said
from bihuan.core.people.linking.scoring import Pair, score
from bihuan.core.people.linking.training import county_model_for
from bihuan.core.people.merging import Agreement, NotMergeable, canonical_many, propose_many
from bihuan.core.people.models import Person
from bihuan.core.people.registering import register_many

EXACT, LINKED, PENDING = "exact", "linked", "pending"
DECIDED_BY = (EXACT, LINKED, PENDING)
"""By what a row's person was decided: the identifier itself; the model (one of those known, or nobody known); not yet:
a clerk is asked."""


@dataclass(slots=True)
class Linking:
    """What linking found: whose each row is. `decided_by[i]` is one of DECIDED_BY; without rows, nothing."""

    jurisdiction: str
    said: Sequence[Said] = ()
    records: Records = field(default_factory=Records)
    clusters: Clusters = field(default_factory=lambda: Clusters(Anchors((), ())))
    registered: Mapping[str, UUID] = field(default_factory=dict)
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
        with transaction.atomic(), not_collecting():
            people = self._people(list(wanted))
            self._propose(people)
        return [people[root(of_row[row])] for row in rows]

    def _people(self, roots: Sequence[int]) -> dict[int, UUID]:
        there = {one: person for one in roots if (person := self.clusters.person(one)) is not None}
        there.update(self._taken_up_before(roots))
        new = [one for one in roots if one not in there or self._new_identifier(one)]
        found = register_many(
            [self._identity(one) for one in new], self.jurisdiction, ids=[self._id(one) for one in new]
        )
        registered = dict(zip(new, found, strict=True))
        for one in new:
            if one in there:
                self._give_identifier(there[one], registered[one])
        people = {**registered, **there}
        known_as = canonical_many([person for one, person in people.items() if person != self._ids.get(one)])
        return {one: known_as.get(person, person) for one, person in people.items()}

    def _taken_up_before(self, roots: Sequence[int]) -> dict[int, UUID]:
        """Return whom another list of the run has registered already, where its transaction came to an end."""
        ids = {self._ids[one]: one for one in roots if one in self._ids and not self.clusters.person(one)}
        there = Person.objects.filter(id__in=ids) if ids else Person.objects.none()
        return {ids[person]: person for person in there.values_list("id", flat=True)}

    def _give_identifier(self, person: UUID, identified: UUID) -> None:
        """Let somebody registered without identifier be who now came with one; undone like any merge."""
        with suppress(NotMergeable):  # one already
            merging.merge(person, identified, actor=system_actor(self.jurisdiction))

    def _new_identifier(self, root: int) -> bool:
        """Tell whether a row names an identifier for somebody who is registered without one."""
        return self.clusters.person(root) is not None and any(
            self.records.trusted[record] and self.records.identifier[record] not in self.registered
            for record in self._members[root]
        )

    def _id(self, root: int) -> UUID:
        return self._ids.setdefault(root, uuid.uuid7())

    def _identity(self, root: int) -> Identity:
        """Return what the rows say of a person: of each field what most of them say, of equals what was said last."""
        records, members = self.records, self._members[root]
        if len(members) > 1:
            members = sorted(members, key=lambda record: (-records.rows[record], -record))
        number, kind = self._number(members)
        name = self._row_of_most(records.name, members)
        phone = self._row_of_most(records.phone, members)
        address = self._row_of_most(records.address, members)
        return Identity(
            name=names.spelled(self.said[name].name) if name is not None else None,
            identifier_type=kind,
            identifier=number,
            phone=records.phone[records.of_row[phone]] if phone is not None else None,
            address=" ".join(self.said[address].address.split()) if address is not None else None,
        )

    def _row_of_most(self, column: Sequence[Hashable], members: Sequence[int]) -> int | None:
        """Return a row that says what most rows of a person say in this field; None where none says anything."""
        if len(members) == 1:
            return self.records.first_row[members[0]] if column[members[0]] else None
        votes: Counter[Hashable] = Counter()
        for record in members:
            if column[record]:
                votes[column[record]] += self.records.rows[record]
        if not votes:
            return None
        [(chosen, _)] = votes.most_common(1)
        return next(self.records.first_row[record] for record in members if column[record] == chosen)

    def _number(self, members: Sequence[int]) -> tuple[str | None, str]:
        records = self.records
        for record in members:
            if records.trusted[record]:
                number = records.identifier[record]
                return number, "resident" if identifiers.is_citizen(number) else "other"
        wrong = next((records.identifier[record] for record in members if records.identifier[record]), None)
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
        columns: dict[str, Sequence[Hashable]] = {
            "identifier": self.records.identifier,
            "name": self.records.name,
            "phone": self.records.phone,
            "address": self.records.address,
        }
        return {
            name: _missing(columns[name], pair) if level == "missing" else level
            for name, level in pair.levels.items()
        }


def _missing(column: Sequence[Hashable], pair: Pair) -> str:
    said = column[pair.left] or column[pair.right]
    return str(Agreement.ONE_MISSING if said else Agreement.BOTH_MISSING)


@not_collecting()
def link(said: Sequence[Said], jurisdiction: str, model: Model | None = None) -> Linking:
    """Return whose each row is, among themselves and among the people the county knows. Writes nothing to the database.

    `model`: by default the county's own, which is trained on these rows where it has none yet.
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
    chosen = model or county_model_for(records)
    among = known.how_many(jurisdiction) + len(trusted) - len(registered)
    pairs = _of_rows(score([records.table()], chosen, among), records)
    clusters.join_all(pairs, chosen.decide)
    return Linking(jurisdiction, said, records, clusters, registered)


def _meant(records: Records, registered: Mapping[str, UUID], jurisdiction: str) -> dict[int, UUID]:
    """Add the register's people that these records may mean; return whose each added record is."""
    numbers = range(len(records))
    strangers = [r for r in numbers if records.trusted[r] and records.identifier[r] not in registered]
    suspects = [r for r in records.perhaps_rounded() if records.identifier[r] not in registered]
    loose = [r for r in numbers if not records.trusted[r]] + suspects
    whose = known.add_to(records, known.alike(records, loose, strangers, jurisdiction))
    records.doubt(suspects)
    return whose


def _of_rows(pairs: Iterable[Pair], records: Records) -> list[Pair]:
    """Return the pairs that a row takes part in; the register's own people were compared when they came."""
    return [pair for pair in pairs if records.rows[pair.left] or records.rows[pair.right]]
