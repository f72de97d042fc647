"""Secrets that live in files of mode 0600 beside the database, never in it; made on first use."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bihuan.core.secretfiles import secret_file

__all__ = ["derived_key", "key_encryption_key", "secret_file"]

KEY_LENGTH = 32


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
