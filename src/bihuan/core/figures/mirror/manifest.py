"""What the mirror holds: its files, the seals they cover, the county they belong to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any, Final

from django.conf import settings

FORMAT: Final = 2
NAME: Final = "manifest.json"
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet file: entries of the seals `first_seal` to `last_seal` recorded in a jurisdiction on one day."""

    path: str
    jurisdiction: str
    day: str
    first_seal: int
    last_seal: int
    entries: int
    first_id: int
    last_id: int
    size: int
    hash: str

    @property
    def seals(self) -> tuple[int, int]:
        """Return the seals it was read from; files of the same seals were written together."""
        return self.first_seal, self.last_seal


@dataclass(frozen=True, slots=True)
class Manifest:
    """The mirror of one county's ledger up to a seal.

    `county` names the ledger's key, so that another county's mirror is known as such; `chain` is the hash of seal
    number `seal`, so that another course of the same county's ledger is. `floor`: entries up to this number came
    with a restored database and are all here, whatever their transaction numbers. `keys`: the payload's fields that
    have columns of their own. `tables`: the copies of tables that never change, by name.
    """

    county: str
    seal: int = 0
    chain: str = ""
    floor: int = 0
    keys: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def entries(self) -> int:
        """Return how many entries are mirrored."""
        return sum(file.entries for file in self.files)

    @property
    def days(self) -> list[str]:
        """Return the days it has entries of."""
        return sorted({file.day for file in self.files})

    def parts(self) -> dict[tuple[int, int], list[File]]:
        """Return the files by the seals they were read from, in order."""
        found: dict[tuple[int, int], list[File]] = {}
        for file in sorted(self.files, key=lambda f: (f.seals, f.path)):
            found.setdefault(file.seals, []).append(file)
        return found

    def with_files(self, gone: list[File], come: list[File]) -> Manifest:
        """Return the mirror with other files in the place of some."""
        left = {file.path for file in gone}
        return replace(self, files=(*(f for f in self.files if f.path not in left), *come))


def folder() -> Path:
    """Return the mirror's folder in the county's own."""
    home: Path = settings.BIHUAN.home
    return home / "mirror"


def load(where: Path) -> Manifest | None:
    """Return what the folder's manifest says; None where there is none, or none of this form."""
    try:
        found: dict[str, Any] = json.loads((where / NAME).read_text("utf-8"))
        if found.get("format") != FORMAT:
            return None
        files = tuple(File(**file) for file in found.pop("files"))
        return Manifest(**{**found, "files": files, "keys": tuple(found["keys"])})
    except (OSError, TypeError, ValueError, KeyError, AttributeError):
        return None


def save(where: Path, manifest: Manifest) -> None:
    """Put the manifest in the place of the one before; whoever reads sees one or the other, whole."""
    draft = where / f".{NAME}"
    with draft.open("w", encoding="utf-8") as out:
        json.dump(asdict(manifest), out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(where / NAME)
    sync(where)


def sync(where: Path) -> None:
    """Let a folder's new names outlast a crash of the machine."""
    descriptor = os.open(where, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_hash(path: Path) -> str:
    """Return the BLAKE2b hash of a file's bytes."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def at_work(where: Path) -> Iterator[bool]:
    """Be the only one who writes in the folder; yields False at once where somebody else does."""
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (where / ".lock").open("a") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
