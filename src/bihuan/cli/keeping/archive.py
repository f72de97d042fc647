"""The form of a backup: a folder with everything but the people's keys, and those keys in a folder beside it.

    2021-11-16/             database (pg_dump's directory form), files/, keys/ (ledger, seal, django),
                            seals.log, manifest.json (what the county held then, a hash of every file)
    bihuan-keys-1a2b3c4d/   vault.sqlite3, kek, blind: the latest only, replaced by every backup

Who holds one of the two reads nobody. Since only the latest vault is kept, a person erased after a backup was
made stays erased in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
OF_PEOPLE: Final = ("vault.sqlite3", "kek", "blind")  # never inside the archive
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, as it was at one moment of the database."""

    format: int
    bihuan: str
    county: str
    county_id: str
    jurisdiction: str
    at: str
    postgres: int
    kek_elsewhere: bool
    tables: dict[str, int]
    figures: dict[str, int]
    hashes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Manifest:
        """Read a backup's manifest; ValueError where the folder is no (whole) backup or of a later form."""
        try:
            found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
            manifest = cls(**found)
        except (OSError, TypeError, ValueError) as error:
            raise ValueError("no manifest") from error
        if manifest.format != FORMAT:
            raise ValueError(f"form {manifest.format}")
        return manifest

    def write(self, folder: Path) -> None:
        """Write the manifest; what it stands in is a whole backup from then on."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        with (folder / MANIFEST).open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())


def keys_folder(archive: Path, county_id: str) -> Path:
    """Return where the people's keys of this county stand beside its archives."""
    return archive.parent / f"bihuan-keys-{county_id}"


def hashes(folder: Path) -> dict[str, str]:
    """Return a hash of every file of an archive but its manifest, by its path in it."""
    return {
        str(path.relative_to(folder)): _hash(path)
        for path in _files(folder)
        if path != folder / MANIFEST
    }  # fmt: skip


def differing(folder: Path, manifest: Manifest) -> list[str]:
    """Return the files that are missing, changed or too many, in order."""
    found = hashes(folder)
    return sorted(name for name in {*found, *manifest.hashes} if found.get(name) != manifest.hashes.get(name))


def copy_tree(source: Path, target: Path, leave_out: tuple[str, ...] = ()) -> None:
    """Copy a folder that is being written to: what goes while we look is left out, drafts (`.name`) too."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in _files(source):
        relative = path.relative_to(source)
        if path.name.startswith(".") or relative.parts[0].startswith(leave_out or "\0"):
            continue
        to = target / relative
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copy2(path, to)
        except FileNotFoundError:
            continue


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _hash(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
