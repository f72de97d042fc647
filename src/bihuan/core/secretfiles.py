"""Secrets of an installation, made on first use and kept in files of mode 0600, outside the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_file(path: Path, length: int = 32) -> bytes:
    """Return the secret kept in `path`, made on first use (`length` random bytes, as hex, mode 0600).

    Two processes may start at once: the file is created exclusively and whole, the loser reads the winner's.
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
