"""What the seals say must be there: numbers and leaf hashes, ascending, however many seals overlap."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from bihuan.core.ledger import encoding, merkle, rows
from bihuan.core.ledger.chain_check import Chain
from bihuan.core.ledger.findings import Finding, Kind, Report
from bihuan.core.ledger.links import Unreadable, expand, unpack_ranges
from bihuan.core.spec.text import Text

SIZE = merkle.SIZE
LEAVES_AT_ONCE = 131_072
SEALS_AT_ONCE = 4_096
_SELECT = "SELECT number, count, list_hash, numbers, leaves FROM ledger_seal WHERE number = ANY(%s)"
LEAVES = Text(
    "封条 #{n} 的记录清单或散列清单被改动", "the list of entries or hashes of seal #{n} was changed"
)


@dataclass(slots=True)
class Piece:
    """One seal's entries: numbers ascending, leaf hashes end to end; taken up to `at`."""

    seal: int
    trusted: bool
    ids: array[int]
    leaves: bytes
    at: int = 0


@dataclass(slots=True)
class Stretch:
    """All that is expected up to a number: the leaves in ascending order, and the seals they come from."""

    bound: int | None
    leaves: bytes = b""
    pieces: list[Piece] = field(default_factory=list)

    def by_number(self) -> dict[int, tuple[bytes, Piece]]:
        """Return number → leaf and seal; of a sound seal rather than of a doubtful one."""
        found: dict[int, tuple[bytes, Piece]] = {}
        for piece in sorted(self.pieces, key=lambda p: p.trusted):
            for i, number in enumerate(piece.ids):
                found[number] = (piece.leaves[SIZE * i : SIZE * i + SIZE], piece)
        return found


def stretches(connection: Any, chain: Chain, report: Report) -> Iterator[Stretch]:
    """Yield the ledger in stretches of numbers that fit into memory; the last one has no upper bound.

    Reports seals whose list of hashes is not the one that was signed.
    """
    order = sorted(range(len(chain.numbers)), key=chain.first.__getitem__)
    pieces: list[Piece] = []
    at = 0
    while at < len(order):
        group: list[int] = []
        leaves = 0
        while at < len(order) and leaves < LEAVES_AT_ONCE and len(group) < SEALS_AT_ONCE:
            group.append(chain.numbers[order[at]])
            leaves += chain.counts[order[at]]
            at += 1
        pieces += _load(connection, group, chain, report)
        if at < len(order):
            bound = chain.first[order[at]] - 1
        else:
            bound = max((piece.ids[-1] for piece in pieces), default=0)
        yield _take(pieces, bound)
        pieces = [piece for piece in pieces if piece.at < len(piece.ids)]
    yield Stretch(None)


def _load(connection: Any, numbers: list[int], chain: Chain, report: Report) -> Iterator[Piece]:
    with connection.cursor() as cursor:
        for row in rows.stream(cursor, _SELECT, [numbers]):
            values = [value or b"" for value in encoding.fields(bytes(row[rows.HEAD :]))]
            number, count = (int.from_bytes(value, "big", signed=True) for value in values[:2])
            ids = array("q")
            try:
                ids = expand(unpack_ranges(values[3]), count)
                if len(values[4]) != SIZE * len(ids) or sha256(values[4]).digest() != values[2]:
                    raise Unreadable("the leaves are not those that were signed")
            except Unreadable:
                if number not in chain.doubted:
                    chain.doubted.add(number)
                    says = LEAVES.format(n=number)
                    report.add(Finding(Kind.SEAL_ALTERED, says, seal=number))
                if len(values[4]) != SIZE * count or not ids:
                    continue  # its entries can only be checked by their own codes
            yield Piece(number, number not in chain.doubted, ids, values[4])


def _take(pieces: list[Piece], bound: int) -> Stretch:
    """Take from each seal what lies up to `bound`, and lay it in one ascending order."""
    parts = []
    for piece in pieces:
        end = bisect_right(piece.ids, bound, piece.at)
        if end > piece.at:
            leaves = piece.leaves[SIZE * piece.at : SIZE * end]
            parts.append(Piece(piece.seal, piece.trusted, piece.ids[piece.at : end], leaves))
            piece.at = end
    parts.sort(key=lambda part: part.ids[0])
    leaves = b"".join([part.leaves for part in parts])
    if any(one.ids[-1] >= other.ids[0] for one, other in pairwise(parts)):
        ids = array("q", [number for part in parts for number in part.ids])
        order = sorted(range(len(ids)), key=ids.__getitem__)
        leaves = b"".join([leaves[SIZE * i : SIZE * i + SIZE] for i in order])
    return Stretch(bound, leaves, parts)
