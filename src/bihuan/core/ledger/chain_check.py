"""The chain of seals: whole, in order, unchanged, signed by the county, as the anchor file remembers it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bihuan.core.ledger import anchor, keys, rows
from bihuan.core.ledger.anchor import Anchored
from bihuan.core.ledger.findings import Finding, Kind, Report
from bihuan.core.ledger.links import BEGINNING, COLUMNS, Link, Unreadable, expand, read, unpack_ranges
from bihuan.core.spec.text import Text

SELECT = f"SELECT {', '.join(COLUMNS)} FROM ledger_seal ORDER BY number"  # noqa: S608 - constants
_SWAPS_TRIED = 64
_MOST_MISSING = 10_000  # numbers of missing seals named one by one in one gap

ALTERED = Text("封条 #{n} 被改动", "seal #{n} was changed")
UNLINKED = Text("封条 #{n} 与前一封条不衔接", "seal #{n} does not follow the seal before it")
FORGED = Text("封条 #{n} 的签名不是本县密钥所签", "seal #{n} is not signed with the county's key")
REMOVED = Text(
    "封条 #{n} 被删除（记录 {first}–{last}，共 {count} 条）",
    "seal #{n} was removed (entries {first} to {last}, {count} of them)",
)
REMOVED_UNKNOWN = Text("封条 #{n} 被删除", "seal #{n} was removed")
MOVED = Text("封条 #{n} 的内容原属封条 #{m}", "seal #{n} holds what was seal #{m}")
DIFFERS = Text("封条 #{n} 与锚定文件所记不符", "seal #{n} is not the one that the anchor file remembers")
OTHER_KEY = Text(
    "封条 #{n} 所记录的密钥不是 keys/ledger",
    "seal #{n} covers entries written with another key than keys/ledger",
)


@dataclass(slots=True)
class Chain:
    """The seals as read, ascending: numbers, first entries, counts; which are doubtful, which are lost.

    `foreign`: entries that the sealer found not to be this system's writing, each with its seal.
    """

    numbers: array[int] = field(default_factory=lambda: array("q"))
    first: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("q"))
    doubted: set[int] = field(default_factory=set)
    lost: list[Anchored] = field(default_factory=list)
    foreign: dict[int, int] = field(default_factory=dict)
    newest: Link | None = None

    @property
    def whole(self) -> bool:
        """Tell whether every seal can be trusted and none is missing."""
        return not self.doubted


def check(connection: Any, report: Report) -> Chain:
    """Read the chain from its beginning and report what is wrong with it. Memory: 24 bytes a seal."""
    chain = Chain()
    remembered = _Memory(report, chain)
    broken: list[Link] = []
    with connection.cursor() as cursor:
        previous, expected = BEGINNING, 1
        for row in rows.stream(cursor, SELECT):
            number = rows.number(row)
            for missing in range(expected, min(number, expected + _MOST_MISSING)):
                remembered.missing(missing)
            follows, expected = number == expected, number + 1
            try:
                link = read(bytes(row))
            except Unreadable:
                _doubt(report, chain, Kind.SEAL_ALTERED, ALTERED, number)
                continue
            if not intact(link):
                broken.append(link)
                chain.doubted.add(number)
            elif follows and link.previous != previous:
                _doubt(report, chain, Kind.SEAL_ALTERED, UNLINKED, number)
            elif link.key != keys.key_name(keys.mac_key()):
                _doubt(report, chain, Kind.SEAL_FORGED, OTHER_KEY, number)
            else:
                foreign = expand(unpack_ranges(link.foreign_numbers), link.count)
                chain.foreign.update((entry, number) for entry in foreign)
            remembered.compare(link)
            previous = link.link()
            chain.numbers.append(number)
            chain.first.append(link.first_id)
            chain.counts.append(link.count)
            chain.newest = link
    remembered.rest()
    _name_broken(report, broken)
    _check_signatures(connection, report, chain)
    return chain


def _doubt(report: Report, chain: Chain, kind: Kind, says: Text, number: int) -> None:
    chain.doubted.add(number)
    report.add(Finding(kind, says.format(n=number), seal=number))


def intact(link: Link) -> bool:
    """Tell whether the seal's columns are those its hash was made of, and agree with each other."""
    if link.hash() != link.chain:
        return False
    try:
        ranges, _ = unpack_ranges(link.numbers), unpack_ranges(link.foreign_numbers)
    except Unreadable:
        return False
    return (
        bool(ranges)
        and ranges[0][0] == link.first_id
        and ranges[-1][1] == link.last_id + 1
        and sum(after - start for start, after in ranges) == link.count
    )


def _name_broken(report: Report, broken: list[Link]) -> None:
    """Report seals whose hash does not fit: those that fit under another's number were moved."""
    for link in broken:
        origin = _origin(link, broken[:_SWAPS_TRIED])
        if origin is None:
            report.add(Finding(Kind.SEAL_ALTERED, ALTERED.format(n=link.number), seal=link.number))
        else:
            says = MOVED.format(n=link.number, m=origin)
            report.add(Finding(Kind.SEAL_REORDERED, says, seal=link.number, other=origin))


def _origin(link: Link, others: list[Link]) -> int | None:
    """Return the number under which the seal's columns give its hash."""
    for other in others:
        if other.number != link.number and replace(link, number=other.number).hash() == link.chain:
            return other.number
    return None


def _check_signatures(connection: Any, report: Report, chain: Chain) -> None:
    """Check the newest signature, which vouches for all before it; every one where anything is wrong."""
    public = keys.public_key()
    if chain.newest is None or (chain.whole and not report.counts and chain.newest.signed_by(public)):
        return
    with connection.cursor() as cursor:
        for row in rows.stream(cursor, SELECT):
            try:
                link = read(bytes(row))
            except Unreadable:
                continue
            if not link.signed_by(public):
                _doubt(report, chain, Kind.SEAL_FORGED, FORGED, link.number)


class _Memory:
    """The anchor file, read alongside the seals."""

    def __init__(self, report: Report, chain: Chain) -> None:
        self._report, self._chain = report, chain
        self._lines: Iterator[Anchored] = anchor.lines()
        self._next = next(self._lines, None)

    def missing(self, number: int) -> None:
        """Report a seal that is not there, with the entries it covered where the file remembers them."""
        self._skip_to(number)
        known = self._next is not None and self._next.number == number
        self._removed(number, self._next if known else None)

    def compare(self, link: Link) -> None:
        """Report a seal that is not the one the file remembers under its number."""
        self._skip_to(link.number)
        while self._next is not None and self._next.number == link.number:
            if self._next.chain == link.chain:
                self._report.anchored = link.number
            else:
                _doubt(self._report, self._chain, Kind.ANCHOR, DIFFERS, link.number)
            self._next = next(self._lines, None)

    def rest(self) -> None:
        """Report the seals that the file remembers beyond the last one there is: a tail was cut off."""
        newest = self._chain.numbers[-1] if self._chain.numbers else 0
        while self._next is not None:
            if self._next.number > newest:
                self._removed(self._next.number, self._next)
            self._next = next(self._lines, None)

    def _skip_to(self, number: int) -> None:
        while self._next is not None and self._next.number < number:
            self._next = next(self._lines, None)

    def _removed(self, number: int, line: Anchored | None) -> None:
        says = REMOVED_UNKNOWN.format(n=number)
        if line is not None:
            self._chain.lost.append(line)
            says = REMOVED.format(n=number, first=line.first_id, last=line.last_id, count=line.count)
        self._chain.doubted.add(number)
        self._report.add(Finding(Kind.SEAL_REMOVED, says, seal=number))
