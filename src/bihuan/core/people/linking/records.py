"""Rows read into records: one for each way in which somebody is told of, in one spelling, ready to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
from pyarrow import compute

from bihuan.core.people.linking import addresses, identifiers, names, telephones
from bihuan.core.people.linking.addresses import Address
from bihuan.core.people.linking.said import Said

COMPARABLE = range(14, 22)  # places of an identifier that may be a citizen's, mistyped
NOWHERE = Address("", "", "", "", "")


@dataclass(slots=True)
class Records:
    """Records by column; `of_row[i]` is the record of the i-th row, `rows[r]` how many rows a record stands for.

    `first_row[r]` is where the record's own words stand; -1 for people of the county's register.
    """

    identifier: list[str] = field(default_factory=list)
    trusted: list[bool] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    phone: list[str] = field(default_factory=list)
    address: list[Address] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    first_row: list[int] = field(default_factory=list)
    of_row: list[int] = field(default_factory=list)
    _known: dict[tuple[str, str, str, Address], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.identifier)

    def read(self, said: Iterable[Said]) -> None:
        """Read rows; rows that say the same of somebody become one record, however they write it."""
        for row, (name, identifier, phone, address) in enumerate(said, len(self.of_row)):
            number, trusted = identifiers.read(identifier)
            key = (
                number if trusted or comparable(number) else "",
                names.normal(name),
                telephones.normal(phone),
                addresses.parse(address) if address else NOWHERE,
            )
            record = self._known.get(key)
            if record is None:
                record = self.add(*key, trusted=trusted, row=row)
                if trusted or _tells_enough(*key):
                    self._known[key] = record
            self.rows[record] += 1
            self.of_row.append(record)

    def add(
        self, identifier: str, name: str, phone: str, address: Address, *, trusted: bool, row: int = -1
    ) -> int:
        """Add a record and return its number."""
        self.identifier.append(identifier)
        self.trusted.append(trusted)
        self.name.append(name)
        self.phone.append(phone)
        self.address.append(address)
        self.rows.append(0)
        self.first_row.append(row)
        return len(self.identifier) - 1

    def perhaps_rounded(self) -> list[int]:
        """Return the records whose trusted number ends as a spreadsheet's rounding does (of true ones, 1 in 1,000)."""
        return [
            record
            for record, number in enumerate(self.identifier)
            if self.trusted[record] and len(number) == 18 and number.endswith(identifiers.ROUNDED)
        ]

    def doubt(self, records: Iterable[int]) -> None:
        """Trust no longer those of these whose first 15 places somebody of the same name has with another end.

        Of numbers that a spreadsheet rounded, one in eleven passes the check.
        """
        suspects = list(records)
        begun = {(self.name[record], self.identifier[record][:15]) for record in suspects}
        ends: dict[tuple[str, str], set[str]] = {one: set() for one in begun}
        for name, number in zip(self.name, self.identifier, strict=True):
            if (name, number[:15]) in begun:
                ends[name, number[:15]].add(number)
        for record in suspects:
            if len(ends[self.name[record], self.identifier[record][:15]]) > 1:
                self.trusted[record] = False

    def table(self) -> pa.Table:
        """Return the records as the model's comparisons and blocking rules ask for them."""
        homes = [_home(address) for address in self.address]
        texts = {
            "identifier": self.identifier,
            "places": map(_sorted, self.identifier),
            "tail": [number[-9:] if comparable(number) else "" for number in self.identifier],
            "head": [number[:9] if comparable(number) else "" for number in self.identifier],
            "name": self.name,
            "sound": map(names.sound, self.name),
            "phone": self.phone,
            "digits": map(_sorted, self.phone),
            "township": [address.township for address in self.address],
            "home": [home for home, _ in homes],
            "building": [building for _, building in homes],
        }
        columns = {name: _said(column) for name, column in texts.items()}
        return pa.table(
            {"record": pa.array(range(len(self)), pa.int64()), "trusted": pa.array(self.trusted), **columns}
        )


def _said(column: Iterable[str]) -> pa.Array:
    """Return texts as Arrow; what is empty says nothing, and is null."""
    texts = pa.array(column if isinstance(column, list) else list(column), pa.string())
    return compute.if_else(compute.equal(texts, ""), None, texts)


def comparable(number: str) -> bool:
    """Tell whether an identifier may be a citizen's with a mistake in it; others say nothing when they differ."""
    return len(number) in COMPARABLE and number.isascii()


def _tells_enough(identifier: str, name: str, phone: str, address: Address) -> bool:
    """Tell whether two rows that say just this are one person: a name alone is many people's."""
    return bool(name and (identifier or phone or address.room))


def _home(address: Address) -> tuple[str, str]:
    """Return the home and the building; villages without house numbers tell neither."""
    if not (address.road and address.number):
        return "", ""
    building = f"{address.road} {address.number}"
    return f"{building} {address.room}", building


def _sorted(text: str) -> str:
    return "".join(sorted(text))
