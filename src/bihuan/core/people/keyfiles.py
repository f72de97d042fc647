"""Secrets that live in files of mode 0600 beside the database, never in it; made on first use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH = 32


def secret_file(path: Path, length: int = KEY_LENGTH) -> bytes:
    """Return the secret kept in `path` as hex; made of random bytes where there is none yet.

    Two processes may start at once: the file appears whole or not at all, and the loser reads the winner's.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(length))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return bytes.fromhex(path.read_text().strip())


def key_encryption_key() -> bytes:
    """Return the key that wraps every data key: BIHUAN_KEK, or the file `keys/kek` where it is unset.

    Raises ImproperlyConfigured where BIHUAN_KEK is not 64 hex digits.
    """
    configured = settings.BIHUAN.kek
    if configured is None:
        return secret_file(settings.BIHUAN.keys / "kek")
    try:
        key = bytes.fromhex(configured.get_secret_value())
    except ValueError as error:
        raise ImproperlyConfigured("BIHUAN_KEK must be 64 hex digits") from error
    if len(key) != KEY_LENGTH:
        raise ImproperlyConfigured("BIHUAN_KEK must be 64 hex digits (256 bits)")
    return key


def derived_key(secret: bytes, use: str) -> bytes:
    """Return the key for one use, derived from a secret by HKDF-SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), KEY_LENGTH, salt=None, info=f"bihuan {use}".encode()).derive(secret)
