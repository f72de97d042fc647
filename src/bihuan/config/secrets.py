"""The secret that Django's settings need before anything else is there."""

from __future__ import annotations

from pathlib import Path

from bihuan.core.secretfiles import secret_file


def django_secret_key(keys: Path) -> str:
    """Return the key that signs sessions and forms."""
    return secret_file(keys / "django").hex()
