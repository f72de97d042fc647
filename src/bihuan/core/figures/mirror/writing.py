"""Writes entries as the mirror's files: each whole and on disk before it has its name."""

# ruff: noqa: S608 - columns are constants, fields checked, paths quoted
from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import duckdb

from bihuan.core.figures.mirror.duckdb_settings import quoted
from bihuan.core.figures.mirror.manifest import File, file_hash, sync
from bihuan.core.figures.portable import MOVED, column_of

# The ledger's columns but the personal part, which is sealed, and the code over it, which nobody can check without.
COLUMNS: Final = {
    "id": "BIGINT", "recorded_at": "TIMESTAMPTZ", "occurred_at": "TIMESTAMPTZ", "jurisdiction": "VARCHAR",
    "kind": "VARCHAR", "matter_id": "UUID", "from_state": "VARCHAR", "to_state": "VARCHAR", "version": "INTEGER",
    "person_id": "UUID", "place_id": "UUID", "organ": "VARCHAR", "actor_id": "UUID", "post": "VARCHAR",
    "corrects": "BIGINT", "payload": "VARCHAR",
}  # fmt: skip
ORDER: Final = (
    "kind, matter_id, id"  # whole groups of rows are passed over by kind; a matter's rows lie together
)
MOVES: Final = f"to_state IS DISTINCT FROM from_state AS {MOVED}"
_PLAIN = re.compile(r"\w+", re.ASCII)


def usable(key: str) -> bool:
    """Tell whether a payload's field can have a column of its own."""
    return _PLAIN.fullmatch(key) is not None


def field_of(payload: str, key: str) -> str:
    """Return the expression for a payload's field as text, as PostgreSQL's `->>` gives it."""
    return f"""json_extract_string({payload}, '$."{key}"')"""


def write(
    database: duckdb.DuckDBPyConnection, where: Path, source: Any, seals: tuple[int, int], keys: Iterable[str]
) -> list[File]:
    """Write the entries of `source` (Arrow, or the name of a table in the database) that these seals cover.

    One file for each jurisdiction and day of recording, county's time. Returns the files, which no manifest names yet.
    """
    name = source
    if not isinstance(source, str):
        database.register("source", source)
        name = "source"
    columns = [f"CAST({column} AS {kind}) AS {column}" for column, kind in COLUMNS.items()]
    fields = [f'{field_of("payload", key)} AS "{column_of(key)}"' for key in keys]
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE part AS SELECT *, {MOVES}, {_DAY} AS mirror_day,"
        f" {', '.join(fields) or 'NULL AS no_field'}"
        f" FROM (SELECT {', '.join(columns)} FROM {name})"
    )
    if not isinstance(source, str):
        database.unregister("source")
    found = database.execute(
        "SELECT jurisdiction, mirror_day, count(*), min(id), max(id) FROM part GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    files = [_file(database, where, seals, *row) for row in found]
    database.execute("DROP TABLE part")
    return files


_DAY = "strftime(recorded_at AT TIME ZONE 'Asia/Shanghai', '%Y-%m-%d')"


def _file(
    database: duckdb.DuckDBPyConnection, where: Path, seals: tuple[int, int],
    jurisdiction: str, day: str, entries: int, first_id: int, last_id: int,
) -> File:  # fmt: skip
    inside = Path(f"jurisdiction={quote(jurisdiction, safe='')}") / f"day={day}"
    (where / inside).mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = where / inside / f".{seals[0]}-{seals[1]}.partial"
    rows = (
        "SELECT * EXCLUDE (mirror_day) FROM part"
        f" WHERE jurisdiction = {quoted(jurisdiction)} AND mirror_day = {quoted(day)} ORDER BY {ORDER}"
    )
    hashed, size = copy_out(database, rows, draft)
    path = inside / f"{seals[0]:09d}-{seals[1]:09d}-{hashed[:8]}.parquet"
    draft.rename(where / path)
    for made in (where / inside, (where / inside).parent, where):
        sync(made)
    return File(
        str(path), jurisdiction, day, seals[0], seals[1], entries, first_id, last_id, size, hashed
    )  # fmt: skip


def copy_out(database: duckdb.DuckDBPyConnection, rows: str, path: Path) -> tuple[str, int]:
    """Write rows to a Parquet file, on disk when this returns; returns its hash and its size in bytes."""
    database.execute(f"COPY ({rows}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.chmod(0o600)
    return file_hash(path), path.stat().st_size
