"""Every entry against its own authentication code and against the seal that covers it.

A stretch whose hashes are, end to end, those of the seals is done: that is the usual case and costs one hash
a row. Where it is not, the stretch is read again and looked at row by row.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from bihuan.core.ledger import encoding, keys, rows
from bihuan.core.ledger.chain_check import Chain
from bihuan.core.ledger.expected import Piece, Stretch, stretches
from bihuan.core.ledger.findings import Report
from bihuan.core.ledger.merkle import LEAF

LOWEST = -(2**63)
MOST_KEPT = 2_000
WAYS = ("seqscan", "sort", "bitmapscan")  # of reading; off, so that rows stream in the order of the key
_BOUNDED = f"{rows.SELECT} WHERE id > %s AND id <= %s ORDER BY id"
_OPEN = f"{rows.SELECT} WHERE id > %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row that is not as it should be. `leaf`: what its seal says of it; `seal` None: it is in none.

    `row` is kept for the first ones only, so that a table changed from end to end still fits into memory.
    """

    number: int
    row: bytes
    genuine: bool
    seal: int | None = None
    leaf: bytes | None = None


@dataclass(slots=True)
class Checked:
    """What the pass over the entries left to be explained, and the entries that wait for a seal."""

    altered: list[Suspect] = field(default_factory=list)
    inserted: list[Suspect] = field(default_factory=list)
    foreign: list[Suspect] = field(default_factory=list)
    removed: dict[int, int] = field(default_factory=dict)
    unsealed: array[int] = field(default_factory=lambda: array("q"))

    def suspect(self, row: bytes, own: bool, seal: int | None = None, leaf: bytes | None = None) -> Suspect:
        """Return the row as a suspect, with its bytes while there are few."""
        few = len(self.altered) + len(self.inserted) + len(self.foreign) < MOST_KEPT
        return Suspect(rows.number(row), bytes(row) if few else b"", own, seal, leaf)


def check(connection: Any, chain: Chain, report: Report) -> Checked:
    """Read all entries in order of their numbers; counts go into the report, suspects are returned."""
    checked, key, low = Checked(), keys.mac_key(), LOWEST
    for way in WAYS:
        connection.execute(f"SET LOCAL enable_{way} = off")
    for stretch in stretches(connection, chain, report):
        query, limits = (_OPEN, [low]) if stretch.bound is None else (_BOUNDED, [low, stretch.bound])
        with connection.cursor() as cursor:
            entries = rows.stream(cursor, query, limits)
            if not stretch.pieces:
                _unsealed(entries, key, checked, report)
            elif (count := _quickly(entries, stretch)) is not None:
                report.entries += count
                report.sealed += count
            else:
                _closely(rows.stream(cursor, query, limits), key, stretch, checked, report)
        low = stretch.bound if stretch.bound is not None else low
    report.unsealed = len(checked.unsealed)
    for way in WAYS:
        connection.execute(f"SET LOCAL enable_{way} = on")
    _known_foreign(connection, chain, key, checked)
    return checked


def _known_foreign(connection: Any, chain: Chain, key: bytes, checked: Checked) -> None:
    """Add the entries that were inserted or changed before they were sealed, as the sealer noted."""
    suspected = {suspect.number for suspect in (*checked.altered, *checked.foreign)}
    wanted = [number for number in chain.foreign if number not in suspected]
    if wanted:
        with connection.cursor() as cursor:
            for row in rows.stream(cursor, f"{rows.SELECT} WHERE id = ANY(%s)", [wanted]):
                if not genuine(row, key):
                    checked.foreign.append(checked.suspect(row, False, chain.foreign[rows.number(row)]))


def _quickly(entries: Any, stretch: Stretch) -> int | None:
    """Return the number of entries if all is as sealed, else None. The hot loop: few calls.

    The leaf covers the code too, and the sealer checked the codes: one hash a row is enough here.
    """
    leaves: list[bytes] = []
    head, tail, none = rows.HEAD, -rows.TAIL, encoding.NULL
    for row in entries:
        if row[-4:] == none:
            leaves.append(sha256(LEAF + row[head:tail]).digest())
        else:
            leaves.append(rows.leaf(row))
    trusted = all(piece.trusted for piece in stretch.pieces)
    return len(leaves) if trusted and b"".join(leaves) == stretch.leaves else None


def _unsealed(entries: Any, key: bytes, checked: Checked, report: Report) -> None:
    """Check entries that no seal covers yet by their codes alone."""
    for row in entries:
        report.entries += 1
        number = rows.number(row)
        if genuine(row, key):
            checked.unsealed.append(number)
        else:
            checked.inserted.append(checked.suspect(row, False))


def genuine(row: bytes, key: bytes) -> bool:
    """Tell whether the row carries the code that its contents and number have under the county's key."""
    return (
        row[-rows.FOOT : -rows.MAC] == encoding.MAC_HEADER
        and encoding.mac(key, row[rows.HEAD : -rows.FOOT]) == row[-rows.MAC : -rows.TAIL]
    )


def _closely(entries: Any, key: bytes, stretch: Stretch, checked: Checked, report: Report) -> None:
    expected = stretch.by_number()
    for row in entries:
        report.entries += 1
        number, own = rows.number(row), genuine(row, key)
        leaf, piece = expected.pop(number, (None, None))
        if piece is None:
            if own:
                checked.unsealed.append(number)
            else:
                checked.inserted.append(checked.suspect(row, False))
            continue
        report.sealed += 1
        _compare(row, own, leaf, piece, checked)
    for number, (_, piece) in expected.items():
        checked.removed[number] = piece.seal


def _compare(row: bytes, own: bool, leaf: bytes | None, piece: Piece, checked: Checked) -> None:
    """Hold a sealed row against its seal; a doubtful seal does not outweigh the row's own right code."""
    same = rows.leaf(row) == leaf
    if own and (same or not piece.trusted):
        return
    suspect = checked.suspect(row, own, piece.seal, leaf)
    (checked.foreign if same and piece.trusted else checked.altered).append(suspect)
