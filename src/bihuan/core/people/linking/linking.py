"""Rows of lists to people: linked once over all lists of a run, taken up list by list.

`link` reads the county's people and writes nothing, so that it may run long before, and outside of, the transactions
that take the lists up. Who is new has an id from the start; `take_up` registers whoever is not there when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import uuid_utils.compat as uuid

from bihuan.core.people.identity import Identity
from bihuan.core.people.linking import identifiers
from bihuan.core.people.linking.said import Said
from bihuan.core.people.people import register_many

EXACT, LINKED, PENDING = "exact", "linked", "pending"
DECIDED_BY = (EXACT, LINKED, PENDING)
"""By what a row's person was decided: the identifier itself; the model (one of those known, or nobody known); not yet:
a clerk is asked."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the rows of a run tell of them: the id they get where they are new."""

    id: UUID
    identity: Identity


@dataclass(slots=True)
class Linking:
    """What linking found: whose each row is. `decided_by[i]` is one of DECIDED_BY."""

    jurisdiction: str
    decided_by: list[str] = field(default_factory=list)
    _whose: list[int] = field(default_factory=list)
    _people: list[Somebody] = field(default_factory=list)

    def take_up(self, rows: Sequence[int]) -> list[UUID]:
        """Return the person of each of these rows, in their order, registered where the county does not know them.

        In the caller's transaction. May be called for the lists of a run in any order, and again for the same
        rows after a transaction that failed.
        """
        asked = list(dict.fromkeys(self._whose[row] for row in rows))
        wanted = [self._people[one] for one in asked]
        found = register_many(
            [one.identity for one in wanted], self.jurisdiction, ids=[one.id for one in wanted]
        )
        person = dict(zip(asked, found, strict=True))
        return [person[self._whose[row]] for row in rows]


def link(said: Sequence[Said], jurisdiction: str) -> Linking:
    """Return whose each row is, among themselves and among the people the county knows. Writes nothing."""
    linking = Linking(jurisdiction)
    by_identifier: dict[str, int] = {}
    for row in said:
        read = identifiers.read(row.identifier)
        whose = by_identifier.get(read.text) if read.valid else None
        if whose is None:
            whose = len(linking._people)
            linking._people.append(_somebody(row, read))
            if read.valid:
                by_identifier[read.text] = whose
        linking._whose.append(whose)
        linking.decided_by.append(EXACT if read.valid else LINKED)
    return linking


def _somebody(row: Said, read: identifiers.Read) -> Somebody:
    kind = "resident" if identifiers.is_citizen(read.text) else "other"
    number = read.text if read.valid else None
    return Somebody(
        uuid.uuid7(), Identity(row.name or None, kind, number, row.phone or None, row.address or None)
    )
