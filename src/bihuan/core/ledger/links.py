"""A seal as bytes: what its hash covers, how it is signed and linked to the one before. Knows no database.

A seal's columns from `number` to `root` are hashed in PostgreSQL's binary form, as they are stored and sent:
`chain = SHA-256(domain, columns)`. The county's key signs `chain` (Ed25519, RFC 8032). The next seal holds
`SHA-256(domain, chain, signature)` of this one, so that the newest signature vouches for all before it.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bihuan.core.ledger.encoding import EPOCH, blob, fields

COVERED = (
    "number", "sealed_at", "previous", "first_id", "last_id", "count", "system", "horizon", "key", "numbers",
    "foreign_numbers", "list_hash", "root",
)  # fmt: skip
_WHOLE = {"number", "sealed_at", "first_id", "last_id", "count", "system", "horizon"}
COLUMNS = (*COVERED, "chain", "signature")
BEGINNING = bytes(32)  # what the first seal names as the one before
_DOMAIN_SEAL, _DOMAIN_LINK = b"bihuan ledger seal 1\x00", b"bihuan ledger link 1\x00"
_RANGE = struct.Struct(">iBiqiq")  # one range of a multirange: length 25, flags, two bounds of 8 bytes
_FROM_INCLUDED = 0x02

Ranges = list[tuple[int, int]]


class Unreadable(ValueError):
    """A seal's column does not hold what the sealer writes there."""


@dataclass(frozen=True, slots=True)
class Link:
    """One seal without its leaves. `numbers`: the entries covered, in PostgreSQL's binary form.

    `foreign_numbers`: those among them whose code was not the county's when they were sealed. `list_hash`:
    SHA-256 of the leaves end to end, quicker to check than their root.
    """

    number: int
    sealed_at: int
    previous: bytes
    first_id: int
    last_id: int
    count: int
    system: int
    horizon: int
    key: bytes
    numbers: bytes
    foreign_numbers: bytes
    list_hash: bytes
    root: bytes
    chain: bytes = b""
    signature: bytes = b""

    @property
    def moment(self) -> datetime:
        """Return when the seal was made; `sealed_at` counts microseconds since 2000."""
        return EPOCH + timedelta(microseconds=self.sealed_at)

    def covered(self) -> bytes:
        """Return the columns that the hash covers, as COPY BINARY sends them."""
        return b"".join(
            (
                struct.pack(">iqiq", 8, self.number, 8, self.sealed_at),
                blob(self.previous),
                struct.pack(">iqiqii", 8, self.first_id, 8, self.last_id, 4, self.count),
                struct.pack(">iqiq", 8, self.system, 8, self.horizon),
                blob(self.key),
                blob(self.numbers),
                blob(self.foreign_numbers),
                blob(self.list_hash),
                blob(self.root),
            )
        )

    def hash(self) -> bytes:
        """Return what `chain` must hold."""
        return sha256(_DOMAIN_SEAL + self.covered()).digest()

    def link(self) -> bytes:
        """Return what the next seal must hold as `previous`."""
        return sha256(_DOMAIN_LINK + self.chain + self.signature).digest()

    def signed_by(self, public: bytes) -> bool:
        """Tell whether the signature over `chain` was made with the key that belongs to `public`."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, self.chain)
        except (InvalidSignature, ValueError):
            return False
        return True

    def row(self, leaves: bytes) -> bytes:
        """Return the seal as one row of COPY BINARY, leaves last."""
        columns = (self.covered(), blob(self.chain), blob(self.signature), blob(leaves))
        return struct.pack(">h", len(COLUMNS) + 1) + b"".join(columns)


def sign(link: Link, key: Ed25519PrivateKey) -> Link:
    """Return the seal with its hash and the county's signature."""
    chain = link.hash()
    values = {name: getattr(link, name) for name in COVERED}
    return Link(**values, chain=chain, signature=key.sign(chain))


def read(row: bytes) -> Link:
    """Read a seal from a COPY BINARY row of COLUMNS. Raises Unreadable."""
    values = fields(row[2:])
    if len(values) != len(COLUMNS) or any(value is None for value in values):
        raise Unreadable("not the columns of a seal")
    known = dict(zip(COLUMNS, [value or b"" for value in values], strict=True))
    arguments: dict[str, Any] = {
        name: int.from_bytes(value, "big", signed=True) if name in _WHOLE else value
        for name, value in known.items()
    }
    return Link(**arguments)


def ranges_of(ids: Sequence[int]) -> Ranges:
    """Return ascending numbers as half-open ranges."""
    found: Ranges = []
    if not ids:
        return found
    start = after = ids[0]
    for number in ids:
        if number != after:
            found.append((start, after))
            start = number
        after = number + 1
    found.append((start, after))
    return found


def pack_ranges(ranges: Ranges) -> bytes:
    """Return ranges as `int8multirange` in PostgreSQL's binary form."""
    parts = [_RANGE.pack(25, _FROM_INCLUDED, 8, start, 8, after) for start, after in ranges]
    return struct.pack(">i", len(parts)) + b"".join(parts)


def unpack_ranges(data: bytes) -> Ranges:
    """Return the ranges of an `int8multirange`. Raises Unreadable where one is open."""
    count = int.from_bytes(data[:4], "big")
    if len(data) != 4 + count * _RANGE.size:
        raise Unreadable("not a list of entry numbers")
    found: Ranges = []
    for length, flags, one, start, two, after in _RANGE.iter_unpack(data[4:]):
        if (length, flags, one, two) != (25, _FROM_INCLUDED, 8, 8):
            raise Unreadable("an open range of entry numbers")
        found.append((start, after))
    return found


def expand(ranges: Iterable[tuple[int, int]], limit: int) -> array[int]:
    """Return the numbers in these ranges. Raises Unreadable where there are more than `limit`."""
    found = array("q")
    for start, after in ranges:
        if len(found) + after - start > limit:
            raise Unreadable("more entry numbers than the seal counts")
        found.extend(range(start, after))
    return found
