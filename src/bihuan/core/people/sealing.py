"""Sealing: personal values encrypted with the person's own key, bound to person, purpose and field.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. A sealed value is: version (1 byte), the key's epoch
(2 bytes), nonce (12), ciphertext with tag. The person's id, the purpose and the field's name are
authenticated with it, so that a value moved to another row, purpose or column does not open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bihuan.core.people.vault import Owner, vault

IDENTITY = "identity"
"""The purpose under which a person's name, identifier, phone and address are sealed."""

VERSION = 1
NONCE = 12
HEAD = 3
ENTRY_FIELD = "*"  # a mapping as a whole; no single field has this name


class ErasedError(Exception):
    """The key for this person and purpose was destroyed: nobody can read the value any more."""


class TamperedError(Exception):
    """A sealed value does not authenticate: it was changed, or moved from elsewhere."""


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def seal(person_id: UUID, purpose: str, mapping: Mapping[str, Any]) -> bytes:
    """Seal a mapping of JSON values as one, for a ledger entry or a detail row."""
    return seal_many([(person_id, purpose, mapping)])[0]


def seal_many(items: Sequence[tuple[UUID, str, Mapping[str, Any]]]) -> list[bytes]:
    """Seal many mappings; keys are fetched (and made) in one go."""
    return _seal([(person, purpose, ENTRY_FIELD, _canonical(m).encode()) for person, purpose, m in items])


def open_sealed(person_id: UUID, purpose: str, box: bytes) -> dict[str, Any]:
    """Open a sealed mapping. Raises ErasedError or TamperedError."""
    opened = open_many([(person_id, purpose, box)])[0]
    if opened is None:
        raise ErasedError
    return opened


def open_many(items: Sequence[tuple[UUID, str, bytes]]) -> list[dict[str, Any] | None]:
    """Open many sealed mappings; None where the key was destroyed. Raises TamperedError."""
    plain = _open([(person, purpose, ENTRY_FIELD, box) for person, purpose, box in items])
    return [None if value is None else json.loads(value) for value in plain]


def seal_texts(items: Sequence[tuple[UUID, str, str]]) -> list[bytes]:
    """Seal fields of identities: (person, field, text)."""
    return _seal([(person, IDENTITY, field, text.encode()) for person, field, text in items])


def open_texts(items: Sequence[tuple[UUID, str, bytes]]) -> list[str | None]:
    """Open fields of identities: (person, field, sealed); None where erased. Raises TamperedError."""
    plain = _open([(person, IDENTITY, field, box) for person, field, box in items])
    return [None if value is None else value.decode() for value in plain]


def seal_bytes(person_id: UUID, purpose: str, name: str, content: bytes) -> bytes:
    """Seal a whole file (a paper, an upload) under its name."""
    return _seal([(person_id, purpose, name, content)])[0]


def open_bytes(person_id: UUID, purpose: str, name: str, box: bytes) -> bytes:
    """Open a file that `seal_bytes` sealed. Raises ErasedError or TamperedError."""
    content = _open([(person_id, purpose, name, box)])[0]
    if content is None:
        raise ErasedError
    return content


def _runs(items: Sequence[tuple[UUID, str, str, bytes]]) -> tuple[list[Owner], list[int]]:
    """Return the owners (neighbouring items of one person and purpose share one) and each item's owner."""
    owners: list[Owner] = []
    of: list[int] = []
    person: UUID | None = None
    purpose = ""
    for item in items:
        if item[0] is not person or item[1] != purpose:
            person, purpose = item[0], item[1]
            owners.append((person, purpose))
        of.append(len(owners) - 1)
    return owners, of


def _bound(owner: Owner) -> bytes:
    """Return what is authenticated of the owner; the field's name follows."""
    return owner[0].bytes + owner[1].encode() + b"\0"


def _seal(items: Sequence[tuple[UUID, str, str, bytes]]) -> list[bytes]:
    owners, of = _runs(items)
    ready = [
        (bytes((VERSION, key.epoch >> 8, key.epoch & 255)), AESGCM(key.secret), _bound(owner))
        for owner, key in zip(owners, vault().keys(owners), strict=True)
    ]
    noise = os.urandom(NONCE * len(items))
    boxes: list[bytes] = []
    at = 0
    for item, run in zip(items, of, strict=True):
        head, cipher, bound = ready[run]
        nonce = noise[at : at + NONCE]
        at += NONCE
        boxes.append(head + nonce + cipher.encrypt(nonce, item[3], head + bound + item[2].encode()))
    return boxes


def _open(items: Sequence[tuple[UUID, str, str, bytes]]) -> list[bytes | None]:
    owners, of = _runs(items)
    ready = [
        None if key is None else (key.epoch, AESGCM(key.secret), _bound(owner))
        for owner, key in zip(owners, vault().existing(owners), strict=True)
    ]
    opened: list[bytes | None] = []
    for item, run in zip(items, of, strict=True):
        known, box = ready[run], bytes(item[3])  # the database driver hands out memory views
        if known is None or int.from_bytes(box[1:HEAD]) < known[0]:
            opened.append(None)
            continue
        head, nonce = box[:HEAD], box[HEAD : HEAD + NONCE]
        try:
            plain = known[1].decrypt(nonce, box[HEAD + NONCE :], head + known[2] + item[2].encode())
        except (InvalidTag, ValueError) as error:
            raise TamperedError(f"a sealed value of {item[0]} ({item[1]}) does not authenticate") from error
        opened.append(plain)
    return opened
