"""PostgreSQL's client programs: the wheel's, else those installed, and which of them fits a server."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from bihuan.adapters.postgres.cluster import MAJOR, programs_folder


def client_program(name: str) -> Path | None:
    """Return psql or another program whose version does not matter; the embedded server's own first."""
    folder = programs_folder()
    if folder is not None and (folder / name).exists():
        return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


def dump_program(name: str, server: int) -> Path | None:
    """Return pg_dump or pg_restore of a server's major version, else the next newer one; None where none is.

    An older pg_dump refuses a newer server; a newer one reads an older server, but what it writes may use
    words that the older server does not know, so the same version comes first.
    """
    fit = sorted((major, path) for major, path in _installed(name) if major >= server)
    return fit[0][1] if fit else None


def _installed(name: str) -> list[tuple[int, Path]]:
    folders = [folder for major in (16, MAJOR) if (folder := programs_folder(major)) is not None]
    candidates = [folder / name for folder in folders]
    candidates += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    on_path = shutil.which(name)
    candidates += [Path(on_path)] if on_path else []
    return [(major, path) for path in candidates if path.exists() and (major := _major(path)) is not None]


def _major(program: Path) -> int | None:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None
