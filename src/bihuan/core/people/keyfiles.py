"""Secrets that live in files of mode 0600 beside the database, never in it; made on first use."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from bihuan.core.secretfiles import secret_file
from bihuan.core.spec.text import Text

__all__ = ["KeyMissing", "blind_secret", "derived_key", "key_encryption_key", "secret_file"]

KEY_LENGTH = 32


class KeyMissing(RuntimeError):
    """The county knows people, but not by which key: with a new one nobody would be found, and all come twice."""

    text = Text(
        "缺少密钥文件 keys/blind，已登记的人将无法认出，什么都没有做；请从密钥备份恢复",
        "the key file keys/blind is missing, nobody registered would be recognised, nothing was done: restore it "
        "from the keys' backup",
    )


def blind_secret() -> bytes:
    """Return the secret of the look-up keys, made on first use. Raises KeyMissing where people are known by another."""
    path = settings.BIHUAN.keys / "blind"
    if not path.exists() and _knows_people():
        raise KeyMissing(f"{KeyMissing.text.zh} / {KeyMissing.text.en}")
    return secret_file(path)


def _knows_people() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('people_person') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM people_person)")
        return bool(cursor.fetchone() == (True,))


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
