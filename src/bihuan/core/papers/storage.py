"""Files below the county's folder, each named after the hash of its own bytes; written whole or not at
all.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from bihuan.core.papers.errors import PaperDamaged

FOLDER: Final = "papers"


def keep(content: bytes) -> str:
    """Keep a file and return its path below the folder of files; durable on return.

    The same bytes are kept once. The file is there before its row commits, so a row never lacks its file; a
    file whose transaction failed is swept (`sweep`).
    """
    digest = hashlib.sha256(content).hexdigest()
    path = f"{FOLDER}/{digest[:2]}/{digest}"
    target = _absolute(path)
    if _intact(target):
        os.utime(target)  # so that a sweep under way takes it for new
        return path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{digest[:16]}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    _sync(target.parent)
    return path


def fetch(path: str) -> bytes:
    """Return a kept file. Raises PaperDamaged where it is missing or not what was stored."""
    target = _absolute(path)
    try:
        content = target.read_bytes()
    except FileNotFoundError as error:
        raise PaperDamaged(f"{path}: missing") from error
    if hashlib.sha256(content).hexdigest() != target.name:
        raise PaperDamaged(f"{path}: changed")
    return content


def stored() -> Iterator[tuple[str, float]]:
    """Yield the path of every kept file, and when it was last kept (seconds since 1970)."""
    root = Path(settings.BIHUAN.files)
    for file in (root / FOLDER).glob("??/*"):
        yield file.relative_to(root).as_posix(), file.stat().st_mtime


def drop(path: str, before: float) -> bool:
    """Remove a file last kept before a time (seconds since 1970); False where it was kept again meanwhile."""
    target = _absolute(path)
    if not target.exists() or target.stat().st_mtime >= before:
        return False
    target.unlink(missing_ok=True)
    return True


def _intact(target: Path) -> bool:
    return target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == target.name


def _absolute(path: str) -> Path:
    root = Path(settings.BIHUAN.files).resolve()
    target = (root / path).resolve()
    if not target.is_relative_to(root / FOLDER):
        raise PaperDamaged(f"{path}: outside the folder of papers")
    return target


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
