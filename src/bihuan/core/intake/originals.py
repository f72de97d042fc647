"""Files as they were handed in, sealed at rest under a key of their batch's own; opened in memory to be read.

The batch is the subject of the key (purpose `intake`), so destroying it makes its originals and everything that
was written down about their rows unreadable, in every backup too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.people.sealing import open_bytes, seal_bytes
from bihuan.core.people.vault import vault

PURPOSE: Final = "intake"
FOLDER: Final = "intake"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of mode 0700 is made in it


def keep(batch: UUID, sha256: str, content: bytes) -> str:
    """Seal a file and write it; returns where it lies below the county's files. Durable on return."""
    path = f"{FOLDER}/{batch}/{sha256}"
    target = Path(settings.BIHUAN.files) / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{sha256}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(seal_bytes(batch, PURPOSE, sha256, content))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    return path


def content(file: SourceFile) -> bytes:
    """Return a file as it was handed in. Raises ErasedError, TamperedError, FileNotFoundError."""
    box = (Path(settings.BIHUAN.files) / file.stored).read_bytes()
    return open_bytes(file.batch_id, PURPOSE, bytes(file.sha256).hex(), box)


@contextmanager
def unsealed(batch: Batch, only: SourceFile | None = None) -> Iterator[Path]:
    """Give the batch's files (or one) as a folder, in memory where the system can, gone afterwards.

    What a killed process left of the same batch is removed first.
    """
    root = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(settings.BIHUAN.home)
    name = f"bihuan-intake-{batch.id}"
    if only is None:
        for left in root.glob(f"{name}-*"):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
    try:
        for file in [only] if only else batch.files.defer("findings"):
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content(file))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def destroy(batch: Batch) -> None:
    """Destroy the batch's key and its files; what became of its rows stays."""
    vault().destroy([(batch.id, PURPOSE)])
    shutil.rmtree(Path(settings.BIHUAN.files) / FOLDER / str(batch.id), ignore_errors=True)
    batch.files.update(stored="", findings=None)
