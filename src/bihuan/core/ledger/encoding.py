"""An entry's bytes as PostgreSQL's COPY BINARY sends them, so that checking a row is hashing a buffer.

One form serves four ends: it is loaded as it is (COPY FROM), it is read back as it is (COPY TO), its
authentication code is computed over it, and a seal's leaf is its hash. Format: PostgreSQL documentation,
"COPY", section "Binary Format"; jsonb's text form as `jsonb_out` writes it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
COLUMNS = (
    "id", "recorded_at", "occurred_at", "jurisdiction", "kind", "matter_id", "from_state", "to_state",
    "version", "person_id", "place_id", "organ", "actor_id", "post", "corrects", "payload", "sealed", "mac",
)  # fmt: skip
MAC_LENGTH = 32
NULL = b"\xff\xff\xff\xff"
COUNT = struct.pack(">h", len(COLUMNS))
FILE_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
FILE_TRAILER = b"\xff\xff"
MAC_HEADER = struct.pack(">i", MAC_LENGTH)
DEEPEST = 64
LARGEST_INTEGER_BITS = 2990  # some 900 digits; Python refuses to spell very long ones

_times = struct.Struct(">iqiqiq").pack
_int8 = struct.Struct(">iq").pack
_int4 = struct.Struct(">ii").pack
_length = struct.Struct(">i").pack
_UUID_LENGTH = _length(16)
_quoted = json.encoder.encode_basestring  # escapes what PostgreSQL escapes and nothing else
_KEEP = "surrogatepass"  # to sort by; the whole text is encoded strictly afterwards
_words: dict[str, bytes] = {}
_orders: dict[tuple[str, ...], list[tuple[str, str]]] = {}
_MOST_KEPT = 4096
_MOST_NAMES = 64


class NotEncodable(ValueError):
    """A value that the ledger does not take: a float, NUL, a time without zone, half a surrogate."""


@dataclass(slots=True)
class Draft:
    """An entry before it has its number: what happened, when in the world and in the system, by whom.

    `payload` holds text, whole numbers, truth values, None, lists and mappings, nothing personal; `sealed`
    the personal part, encrypted. `corrects`: the number of the entry that this one replaces.
    """

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    jurisdiction: str
    post: str
    matter_id: UUID | None = None
    from_state: str | None = None
    to_state: str | None = None
    version: int | None = None
    person_id: UUID | None = None
    place_id: UUID | None = None
    organ: str | None = None
    actor_id: UUID | None = None
    corrects: int | None = None
    payload: Mapping[str, Any] | None = None
    sealed: bytes | None = None


def microseconds(moment: datetime) -> int:
    """Return a time as PostgreSQL keeps it, in microseconds since 2000-01-01 UTC. Raises NotEncodable."""
    if moment.tzinfo is None:
        raise NotEncodable("a time without time zone")
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def text(value: str) -> bytes:
    """Return a text field with its length. Short ones repeat (kinds, posts, states) and are kept."""
    known = _words.get(value)
    if known is not None:
        return known
    if not isinstance(value, str):
        raise NotEncodable(f"text expected, not {type(value).__name__}")
    try:
        data = value.encode()
    except UnicodeEncodeError as error:
        raise NotEncodable(f"half a surrogate pair at {error.start}") from None
    if b"\x00" in data:
        raise NotEncodable("a NUL character")
    field = _length(len(data)) + data
    if len(field) < 64:
        if len(_words) >= _MOST_KEPT:
            _words.clear()
        _words[value] = field
    return field


def _spell(value: Any, depth: int = 0) -> str:
    """Return a payload value as jsonb spells it; raises NotEncodable for what jsonb would re-spell."""
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise NotEncodable("a NUL character")
        return _quoted(value)
    if kind is int:
        if value.bit_length() > LARGEST_INTEGER_BITS:
            raise NotEncodable("a whole number of more than 900 digits")
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    if depth > DEEPEST:
        raise NotEncodable(f"a payload nested deeper than {DEEPEST}")
    if kind is dict:
        return _spell_mapping(value, depth)
    if kind is list or kind is tuple:
        return f"[{', '.join([_spell(item, depth + 1) for item in value])}]"
    raise NotEncodable(f"a payload cannot hold {kind.__name__}")


def _spell_mapping(value: dict[str, Any], depth: int) -> str:
    names = tuple(value)
    order = _orders.get(names)
    if order is None:
        order = _order(names)
    parts = [spelled + _spell(value[name], depth + 1) for name, spelled in order]
    return f"{{{', '.join(parts)}}}"


def _order(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the keys as jsonb orders them (by length in bytes, then bytes), each with its spelling."""
    if any(type(name) is not str or "\x00" in name for name in names):
        raise NotEncodable("a key that is not text, or holds a NUL character")
    by_bytes = sorted((len(data), data, name) for name in names for data in [name.encode("utf-8", _KEEP)])
    order = [(name, f"{_quoted(name)}: ") for _, _, name in by_bytes]
    if len(names) <= _MOST_NAMES:  # payloads of one type share their keys
        if len(_orders) >= _MOST_KEPT:
            _orders.clear()
        _orders[names] = order
    return order


def jsonb(payload: Mapping[str, Any] | None) -> str:
    """Return the payload as PostgreSQL spells the same jsonb: keys by length, then bytes; `, ` and `: `."""
    return _spell(dict(payload)) if payload else "{}"


def _json_field(payload: Mapping[str, Any] | None) -> bytes:
    try:
        data = jsonb(payload).encode()
    except UnicodeEncodeError as error:
        raise NotEncodable(f"half a surrogate pair at {error.start}") from None
    return _length(len(data) + 1) + b"\x01" + data


def _uuid(value: UUID | None) -> bytes:
    return NULL if value is None else _UUID_LENGTH + value.bytes


def _word(value: str | None) -> bytes:
    return NULL if value is None else text(value)


def blob(value: bytes | None) -> bytes:
    """Return a bytea field with its length, or the mark of NULL."""
    return NULL if value is None else _length(len(value)) + value


def body(draft: Draft, entry_id: int) -> bytes:
    """Return the bytes of all columns before `mac`. Raises NotEncodable."""
    try:
        times = _times(8, entry_id, 8, microseconds(draft.recorded_at), 8, microseconds(draft.occurred_at))
        version = NULL if draft.version is None else _int4(4, draft.version)
        corrects = NULL if draft.corrects is None else _int8(8, draft.corrects)
    except struct.error as error:
        raise NotEncodable(f"a number out of range: {error}") from None
    return b"".join(
        (
            times,
            text(draft.jurisdiction),
            text(draft.kind),
            _uuid(draft.matter_id),
            _word(draft.from_state),
            _word(draft.to_state),
            version,
            _uuid(draft.person_id),
            _uuid(draft.place_id),
            _word(draft.organ),
            _uuid(draft.actor_id),
            text(draft.post),
            corrects,
            _json_field(draft.payload),
            blob(draft.sealed),
        )
    )


@cache
def keyed(key: bytes) -> hashlib.blake2b:
    """Return BLAKE2b-256 with the key already taken in; copying it saves a third of the time of a code."""
    return hashlib.blake2b(digest_size=MAC_LENGTH, key=key)


def mac(key: bytes, data: bytes) -> bytes:
    """Return the authentication code of an entry's body: BLAKE2b-256 with the county's key."""
    state = keyed(key).copy()
    state.update(data)
    return state.digest()


def row(draft: Draft, entry_id: int, key: bytes) -> bytes:
    """Return the entry as one row of COPY BINARY, authentication code and all. Raises NotEncodable."""
    data = body(draft, entry_id)
    return b"".join((COUNT, data, MAC_HEADER, mac(key, data)))


def fields(data: bytes) -> list[bytes | None]:
    """Take a body or row of fields apart (without its leading count): each field's bytes, None for NULL."""
    found: list[bytes | None] = []
    at, end = 0, len(data)
    while at < end:
        size = int.from_bytes(data[at : at + 4], "big", signed=True)
        at += 4
        if size < 0:
            found.append(None)
            continue
        found.append(data[at : at + size])
        at += size
    return found
