"""Proof that an entry is under a seal, to be checked with the county's public key and no database.

A proof is a JSON object: the entry without its personal part (only length and SHA-256 are shown), the hashes
from its leaf to the seal's root (RFC 6962, section 2.1.1), the seal's own columns, its signature.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from bihuan.core.ledger import encoding, keys, merkle, rows
from bihuan.core.ledger.encoding import Draft, NotEncodable
from bihuan.core.ledger.links import Link, expand, read, unpack_ranges
from bihuan.core.ledger.seals import SEAL_COLUMNS
from bihuan.core.spec.text import Text

SHOWN = [name for name in encoding.COLUMNS if name not in {"sealed", "mac"}]
SELECT = (
    f"SELECT {', '.join(SHOWN)}, mac, octet_length(sealed) AS personal_length,"  # noqa: S608 - constants
    " sha256(sealed) AS personal_sha256 FROM ledger_entry"
)
_TIMES = ("recorded_at", "occurred_at")
_IDENTIFIERS = ("matter_id", "person_id", "place_id", "actor_id")

NOT_AN_ENTRY = Text("不是一条可核验的台账记录", "not an entry that can be checked")
NOT_IN_SEAL = Text("记录与封条不符", "the entry is not the one under the seal")
SEAL_CHANGED = Text("封条内容与其散列不符", "the seal's columns do not give its hash")
NOT_SIGNED = Text("封条不是该公钥所签", "the seal is not signed with the key given")


def as_shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry, as SELECT reads it, as JSON without its personal part."""
    shown: dict[str, Any] = {name: record[name] for name in SHOWN}
    for name in _TIMES:
        shown[name] = shown[name].astimezone(UTC).isoformat()
    for name in _IDENTIFIERS:
        shown[name] = None if shown[name] is None else str(shown[name])
    shown["mac"] = bytes(record["mac"]).hex()
    if record["personal_length"] is not None:
        personal = bytes(record["personal_sha256"]).hex()
        shown["personal"] = {"length": record["personal_length"], "sha256": personal}
    return shown


def seal_as_json(link: Link) -> dict[str, Any]:
    """Return a seal's columns as JSON, bytes in hexadecimal."""
    values = {name: getattr(link, name) for name in link.__dataclass_fields__}
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}


def seal_from_json(data: Mapping[str, Any]) -> Link:
    """Return the seal that `seal_as_json` wrote. Raises KeyError or ValueError where it is none."""
    values: dict[str, Any] = {}
    for name in Link.__dataclass_fields__:
        values[name] = bytes.fromhex(data[name]) if isinstance(data[name], str) else int(data[name])
    return Link(**values)


def leaf_of(shown: Mapping[str, Any]) -> bytes:
    """Return the leaf hash of an entry as shown. Raises NotEncodable, KeyError, TypeError, ValueError."""
    values: dict[str, Any] = {name: shown[name] for name in SHOWN if name != "id"}
    for name in _TIMES:
        values[name] = datetime.fromisoformat(values[name])
    for name in _IDENTIFIERS:
        values[name] = None if values[name] is None else UUID(values[name])
    data = encoding.body(Draft(**values), shown["id"])
    if "personal" in shown:
        personal = shown["personal"]
        data = data[: -len(encoding.NULL)] + struct.pack(">i", personal["length"])
        data += bytes.fromhex(personal["sha256"])
    return merkle.leaf(data + encoding.MAC_HEADER + bytes.fromhex(shown["mac"]))


class Sealed:
    """Seals with their trees, read as needed; the last few are kept, each some megabytes at most."""

    def __init__(self, connection: psycopg.Connection[Any], kept: int = 4) -> None:
        self._connection, self._kept = connection, kept
        self._trees: dict[int, tuple[Link, Any, list[bytes]]] = {}

    def number_of(self, entry_id: int) -> int | None:
        """Return the number of the seal that covers the entry."""
        for number, (_, ids, _) in self._trees.items():
            if entry_id in ids:
                return number
        query = "SELECT number FROM ledger_seal WHERE numbers @> %s::bigint"
        found = self._connection.execute(query, [entry_id]).fetchone()
        return None if found is None else int(found[0])

    def link(self, number: int) -> Link:
        """Return the seal."""
        return self._tree(number)[0]

    def path(self, number: int, entry_id: int) -> tuple[int, list[bytes]]:
        """Return the entry's place among the seal's leaves, and the hashes that lead to the root."""
        _, ids, tree = self._tree(number)
        return ids[entry_id], merkle.path(tree, ids[entry_id])

    def _tree(self, number: int) -> tuple[Link, Any, list[bytes]]:
        if number not in self._trees:
            query = f"SELECT {SEAL_COLUMNS} FROM ledger_seal WHERE number = %s"  # noqa: S608 - constants
            with self._connection.cursor() as cursor:
                [row] = [bytes(row) for row in rows.stream(cursor, query, [number])]
            link = read(row)
            ids = {n: i for i, n in enumerate(expand(unpack_ranges(link.numbers), link.count))}
            query = "SELECT leaves FROM ledger_seal WHERE number = %s"
            found = self._connection.execute(query, [number]).fetchone()
            assert found is not None
            while len(self._trees) >= self._kept:
                self._trees.pop(next(iter(self._trees)))
            self._trees[number] = (link, ids, merkle.levels(bytes(found[0])))
        return self._trees[number]


def proof(entry_id: int) -> dict[str, Any] | None:
    """Return the proof for one entry, None where there is no such entry or no seal covers it yet."""
    with rows.reader() as connection:
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        record = cursor.execute(f"{SELECT} WHERE id = %s", [entry_id]).fetchone()
        sealed = Sealed(connection)
        number = None if record is None else sealed.number_of(entry_id)
        if record is None or number is None:
            return None
        index, path = sealed.path(number, entry_id)
        return {
            "entry": as_shown(record),
            "index": index,
            "path": [step.hex() for step in path],
            "seal": seal_as_json(sealed.link(number)),
            "public_key": keys.public_key().hex(),
        }


def check(data: Mapping[str, Any], public_key: bytes) -> Text | None:
    """Return what is wrong with a proof, None if it holds. Trusts only `public_key`, not the one it names."""
    try:
        leaf, link = leaf_of(data["entry"]), seal_from_json(data["seal"])
        path = [bytes.fromhex(step) for step in data["path"]]
    except (NotEncodable, KeyError, TypeError, ValueError):
        return NOT_AN_ENTRY
    return check_seal(link, public_key) or _check_path(leaf, data["index"], path, link)


def check_seal(link: Link, public_key: bytes) -> Text | None:
    """Return what is wrong with a seal by itself."""
    if link.hash() != link.chain:
        return SEAL_CHANGED
    return None if link.signed_by(public_key) else NOT_SIGNED


def _check_path(leaf: bytes, index: int, path: list[bytes], link: Link) -> Text | None:
    return None if merkle.climb(leaf, index, link.count, path) == link.root else NOT_IN_SEAL


def check_lines(lines: Iterable[Mapping[str, Any]], public_key: bytes) -> Iterator[tuple[int, Text]]:
    """Check an exported ledger line by line; yields the number of each entry that fails, and why."""
    known: dict[int, tuple[Link, Text | None]] = {}
    for line in lines:
        if "entry" not in line:
            if "seal" in line:
                link = seal_from_json(line["seal"])
                known[link.number] = (link, check_seal(link, public_key))
        elif line.get("seal") is not None:
            try:
                link, wrong = known[line["seal"]]
                path = [bytes.fromhex(step) for step in line["path"]]
                wrong = wrong or _check_path(leaf_of(line["entry"]), line["index"], path, link)
            except (NotEncodable, KeyError, TypeError, ValueError):
                wrong = NOT_AN_ENTRY
            if wrong is not None:
                yield line["entry"]["id"], wrong
