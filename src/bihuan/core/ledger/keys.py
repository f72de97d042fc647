"""The ledger's two keys, kept as files of mode 0600 outside the database.

`keys/ledger` authenticates every entry (BLAKE2b), `keys/seal` signs the seals (Ed25519). Who can write the
database but has not these files can neither write an entry that verifies nor seal anew.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from bihuan.core.secretfiles import secret_file
from bihuan.core.spec.text import Text


def mac_path() -> Path:
    """Return the file of the entries' key."""
    keys: Path = settings.BIHUAN.keys
    return keys / "ledger"


def seal_path() -> Path:
    """Return the file of the key that signs seals."""
    keys: Path = settings.BIHUAN.keys
    return keys / "seal"


class KeyMissing(RuntimeError):
    """The ledger has entries or seals, but not the key they were made with: a new one would not do."""

    text = Text(
        "缺少台账密钥文件，请从密钥备份恢复",
        "a key file of the ledger is missing: restore it from the keys' backup",
    )


def mac_key() -> bytes:
    """Return the county's key for the entries' codes (32 bytes), made on first use. Raises KeyMissing."""
    return _kept(mac_path(), "ledger_entry")


def signing_key() -> Ed25519PrivateKey:
    """Return the county's key that signs seals, made on first use. Raises KeyMissing."""
    return Ed25519PrivateKey.from_private_bytes(_kept(seal_path(), "ledger_seal"))


def public_key() -> bytes:
    """Return the 32 bytes that check the seals' signatures; may be given to anybody."""
    return signing_key().public_key().public_bytes_raw()


def key_name(key: bytes) -> bytes:
    """Return 8 bytes that name a key without telling it, so that a wrong key is told from a changed row."""
    return hashlib.blake2b(key, digest_size=8, person=b"bihuan key name").digest()


@cache
def _kept(path: Path, table: str) -> bytes:
    """Read a key; on first use make it, but never beside a table that another key was used for."""
    if not path.exists():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - a constant
            if cursor.fetchone() == (True,):
                raise KeyMissing(f"{KeyMissing.text.zh} / {KeyMissing.text.en}: {path}")
    return secret_file(path)
