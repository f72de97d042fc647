"""Compares the mirror with the ledger, entry by entry, and writes anew what differs."""

# ruff: noqa: S608 - columns are constants, fields checked, paths quoted
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb

from bihuan.core.figures.mirror import ledger, manifest
from bihuan.core.figures.mirror.duckdb_settings import connect, names
from bihuan.core.figures.mirror.keeping import read_part
from bihuan.core.figures.mirror.manifest import File, Manifest
from bihuan.core.figures.mirror.writing import COLUMNS, field_of
from bihuan.core.figures.portable import column_of
from bihuan.core.spec.text import Text


class Wrong(StrEnum):
    """What can be wrong with a mirror."""

    FOREIGN = "not-this-ledger"
    MISSING = "file-missing"
    DAMAGED = "file-damaged"
    ENTRY_MISSING = "entry-missing"
    ENTRY_TOO_MANY = "entry-too-many"
    ENTRY_DIFFERS = "entry-differs"


SAYS = {
    Wrong.FOREIGN: Text("镜像不属于本台账", "the mirror is not this ledger's"),
    Wrong.MISSING: Text("文件缺失", "a file is missing"),
    Wrong.DAMAGED: Text("文件损坏", "a file is damaged"),
    Wrong.ENTRY_MISSING: Text("台账有而镜像没有的记录", "entries of the ledger that the mirror has not"),
    Wrong.ENTRY_TOO_MANY: Text("镜像有而台账没有的记录", "entries of the mirror that the ledger has not"),
    Wrong.ENTRY_DIFFERS: Text("与台账不一致的记录", "entries that differ from the ledger's"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, on which day's file; `entries`: how many, `first`: the lowest number of them."""

    kind: Wrong
    path: str
    day: str
    entries: int = 0
    first: int | None = None


@dataclass(slots=True)
class Checked:
    """What a check found. `mended`: files written anew. `busy`: nothing was checked, a run is at work."""

    held: Manifest | None
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    mended: int = 0
    busy: bool = False

    @property
    def sound(self) -> bool:
        """Tell whether the mirror holds exactly what the ledger does."""
        return not self.busy and self.held is not None and not self.findings


def verify(*, mend: bool = False, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Checked:
    """Check every file's bytes and every entry in it against the ledger; with `mend` write anew what is wrong."""
    where = manifest.folder()
    with manifest.at_work(where) as ours:
        if not ours:
            return Checked(manifest.load(where), busy=True)
        held = manifest.load(where)
        checked = Checked(held)
        if held is None:
            return checked
        if held.county != ledger.county() or not ledger.has_seal(held.seal, held.chain):
            checked.findings.append(Finding(Wrong.FOREIGN, "", ""))
            return checked
        database = connect(where)
        try:
            with ledger.reader() as opened:
                _check_parts(database, opened, where, held, checked, mend, progress)
        finally:
            database.close()
        return checked


def _check_parts(
    database: duckdb.DuckDBPyConnection, opened: Any, where: Path, held: Manifest, checked: Checked, mend: bool,
    progress: Callable[[int, int], None],
) -> None:  # fmt: skip
    now = held
    for seals, files in _all_parts(held):
        found = list(_damaged(where, files)) or _differing(database, opened, where, seals, files, held)
        checked.entries += sum(file.entries for file in files)
        checked.findings += found
        if found and mend:
            made = read_part(database, opened, where, seals, held.keys)
            now = now.with_files(files, made)
            manifest.save(where, now)
            for file in {f.path for f in files} - {f.path for f in made}:
                (where / file).unlink(missing_ok=True)
            checked.mended += len(made)
        progress(checked.entries, held.entries)
    checked.held = now


def _all_parts(held: Manifest) -> list[tuple[tuple[int, int], list[File]]]:
    """Return the parts, and for a run of seals that no file names, an empty one: there may be entries in it."""
    parts, expected = [], 1
    for seals, files in held.parts().items():
        if seals[0] > expected:
            parts.append(((expected, seals[0] - 1), list[File]()))
        parts.append((seals, files))
        expected = seals[1] + 1
    if expected <= held.seal:
        parts.append(((expected, held.seal), []))
    return parts


def _damaged(where: Path, files: Sequence[File]) -> list[Finding]:
    found = []
    for file in files:
        path = where / file.path
        if not path.exists():
            found.append(Finding(Wrong.MISSING, file.path, file.day, file.entries))
        elif path.stat().st_size != file.size or manifest.file_hash(path) != file.hash:
            found.append(Finding(Wrong.DAMAGED, file.path, file.day, file.entries))
    return found


def _differing(
    database: duckdb.DuckDBPyConnection, opened: Any, where: Path, seals: tuple[int, int], files: Sequence[File],
    held: Manifest,
) -> list[Finding]:  # fmt: skip
    """Put the ledger's entries beside the mirror's, each column by column."""
    compared = [name for name in COLUMNS if name != "id"]
    with ledger.covered(opened, *seals) as rows:
        database.register("source", rows)
        casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
        fields = "".join(f', {field_of("payload", key)} AS "{column_of(key)}"' for key in held.keys)
        database.execute(
            f"CREATE OR REPLACE TEMP TABLE said AS SELECT *{fields} FROM (SELECT {casts} FROM source)"
        )
        database.unregister("source")
    paths = [where / file.path for file in files]
    columns = [*compared, *(f'"{column_of(key)}"' for key in held.keys)]
    mirrored = (
        f"(SELECT *, filename FROM read_parquet({names(paths)}, hive_partitioning = false, filename = true))"
        if paths
        else "(SELECT *, '' AS filename FROM said WHERE false)"
    )
    differs = " OR ".join(f"l.{name} IS DISTINCT FROM m.{name}" for name in columns)
    found = database.execute(
        f"SELECT CASE WHEN m.id IS NULL THEN '{Wrong.ENTRY_MISSING}' WHEN l.id IS NULL THEN '{Wrong.ENTRY_TOO_MANY}'"
        f" ELSE '{Wrong.ENTRY_DIFFERS}' END AS kind, coalesce(m.filename, '') AS file,"
        f" strftime(coalesce(l.recorded_at, m.recorded_at) AT TIME ZONE 'Asia/Shanghai', '%Y-%m-%d') AS day,"
        f" count(*), min(coalesce(l.id, m.id)) FROM said l FULL JOIN {mirrored} m ON m.id = l.id"
        f" WHERE l.id IS NULL OR m.id IS NULL OR {differs} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    database.execute("DROP TABLE said")
    return [
        Finding(Wrong(kind), str(Path(file).relative_to(where)) if file else "", day, entries, first)
        for kind, file, day, entries, first in found
    ]
