"""The sealer: committed entries under a Merkle root, roots in a chain, the chain signed.

Entries commit out of the order of their numbers, so a seal does not cover a stretch of numbers but a stretch
of transactions: all entries written by transactions from the last horizon up to the oldest one still running.
Those are decided for good, so no entry is passed over and none is sealed twice. A database that was restored
elsewhere counts transactions anew; the first seal there takes whatever is in no seal.
"""

from __future__ import annotations

import logging
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.ledger import anchor, encoding, keys, merkle, rows
from bihuan.core.ledger.links import (
    BEGINNING,
    COLUMNS,
    Link,
    pack_ranges,
    ranges_of,
    read,
    sign,
    unpack_ranges,
)

MOST = 65_536  # entries in one seal: keeps memory and proofs small
LOCK = 0x6C65_6467_6572  # "ledger", as an advisory lock of this database

logger = logging.getLogger(__name__)
SEAL_COLUMNS = ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run of the sealer did: seals made, entries in them. `busy`: another sealer was at work."""

    seals: int = 0
    entries: int = 0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class _Now:
    """The database's own count: transactions below `xmin` are decided, from `xmax` on not yet begun."""

    xmin: int
    xmax: int
    system: int


def head() -> Link | None:
    """Return the newest seal."""
    with connection.cursor() as cursor:
        found = list(_links(cursor, "ORDER BY number DESC LIMIT 1"))
    return found[0] if found else None


def _links(cursor: Any, rest: str, parameters: Sequence[Any] = ()) -> Iterator[Link]:
    for row in rows.stream(cursor, f"SELECT {SEAL_COLUMNS} FROM ledger_seal {rest}", parameters):  # noqa: S608
        yield read(bytes(row))


def seal(*, wait: bool = True, most: int = MOST) -> Sealed:
    """Seal what is committed and not sealed yet, in one transaction of its own; note it in the anchor.

    With `wait` a second sealer waits for the first; without, it leaves. Not to be called in a transaction.
    """
    made: list[Link] = []
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
        if not wait and cursor.fetchone() == (False,):
            return Sealed(busy=True)
        before, now = head(), _now(cursor)
        ids = _unsealed(cursor, before, now)
        for start in range(0, len(ids), most):
            link, leaves = _seal(cursor, ids[start : start + most], before, now)
            with cursor.copy(f"COPY ledger_seal ({SEAL_COLUMNS}, leaves) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(encoding.FILE_HEADER + link.row(leaves) + encoding.FILE_TRAILER)
            made.append(link)
            before = link
    note_in_anchor()
    return Sealed(len(made), sum(link.count for link in made))


def note_in_anchor() -> None:
    """Write into the anchor file the seals it does not have yet, such as those of a run that was killed."""
    with connection.cursor() as cursor:
        anchor.note(_links(cursor, "WHERE number > %s ORDER BY number", [anchor.newest()]))


def _now(cursor: Any) -> _Now:
    cursor.execute(
        "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint, system_identifier"
        "  FROM pg_current_snapshot() now, pg_control_system()"
    )
    return _Now(*cursor.fetchone())


def _unsealed(cursor: Any, before: Link | None, now: _Now) -> array[int]:
    """Return the numbers of the entries to be sealed now, ascending."""
    if before is not None and before.system == now.system:
        # a few rows out of millions: whatever the statistics say, go by the index
        cursor.execute("SET LOCAL enable_seqscan = off")
        where, limits = "txid >= %s::text::xid8 AND txid < %s::text::xid8", [before.horizon, now.xmin]
    else:
        where, limits = "txid < %s::text::xid8 OR txid >= %s::text::xid8", [now.xmin, now.xmax]
    query = f"SELECT id FROM ledger_entry WHERE {where}"  # noqa: S608 - constants
    parameters = [str(limit) for limit in limits]
    found = sorted(rows.number(row) for row in rows.stream(cursor, query, parameters))
    cursor.execute("SET LOCAL enable_seqscan = on")
    return _not_in_seals(cursor, array("q", found))


def _not_in_seals(cursor: Any, ids: array[int]) -> array[int]:
    """Leave out what is sealed already: entries of an earlier life, whose transactions overlap ours."""
    if not ids:
        return ids
    sealed = bytearray(len(ids))
    query = "SELECT numbers FROM ledger_seal WHERE numbers && int8range(%s, %s, '[]')"
    for row in rows.stream(cursor, query, [ids[0], ids[-1]]):
        for start, after in unpack_ranges(bytes(row[6:])):
            first, last = bisect_left(ids, start), bisect_left(ids, after)
            sealed[first:last] = b"\x01" * (last - first)
    if not any(sealed):
        return ids
    return array("q", (number for number, done in zip(ids, sealed, strict=True) if not done))


def _seal(cursor: Any, ids: array[int], before: Link | None, now: _Now) -> tuple[Link, bytes]:
    leaves, foreign = _leaves(cursor, ids)
    link = Link(
        number=1 if before is None else before.number + 1,
        sealed_at=encoding.microseconds(timezone.now()),
        previous=BEGINNING if before is None else before.link(),
        first_id=ids[0],
        last_id=ids[-1],
        count=len(ids),
        system=now.system,
        horizon=now.xmin,
        key=keys.key_name(keys.mac_key()),
        numbers=pack_ranges(ranges_of(ids)),
        foreign_numbers=pack_ranges(ranges_of(foreign)),
        list_hash=sha256(leaves).digest(),
        root=merkle.root(leaves),
    )
    return sign(link, keys.signing_key()), leaves


def _leaves(cursor: Any, ids: array[int]) -> tuple[bytes, list[int]]:
    """Return the leaf hashes of these entries, and which of them this system did not write."""
    parameters: list[Any] = [ids[0], ids[-1]]
    query = f"{rows.SELECT} WHERE id BETWEEN %s AND %s ORDER BY id"
    if ids[-1] - ids[0] >= 4 * len(ids):  # a few stragglers far apart
        query, parameters = f"{rows.SELECT} WHERE id = ANY(%s) ORDER BY id", [list(ids)]
    wanted, key = set(ids), keys.mac_key()
    found, foreign = [], []
    for row in rows.stream(cursor, query, parameters):
        number = rows.number(row)
        if number in wanted:
            found.append(rows.leaf(row))
            if encoding.mac(key, row[rows.HEAD : -rows.FOOT]) != row[-rows.MAC : -rows.TAIL]:
                foreign.append(number)
    if foreign:
        logger.error("sealed %d entries that this system did not write, first #%d", len(foreign), foreign[0])
    if len(found) != len(ids):
        raise RuntimeError("entries vanished while they were being sealed")
    return b"".join(found), foreign


def seal_state(entry_ids: Sequence[int]) -> dict[int, int | None]:
    """Return for each entry the number of its seal, None where it still waits for one. One query."""
    if not entry_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, s.number FROM unnest(%s::bigint[]) AS e(id)"
            " LEFT JOIN ledger_seal s ON s.numbers @> e.id",
            [list(entry_ids)],
        )
        return dict(cursor.fetchall())
