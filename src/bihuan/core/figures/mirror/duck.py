"""DuckDB answers: from the mirror's files and the live tail, in this process, with two threads and bounded memory."""

# ruff: noqa: S608 - columns are constants, fields checked, paths quoted
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from bihuan.core.figures.asking import Answer, Question
from bihuan.core.figures.mirror.duckdb_settings import connect, names
from bihuan.core.figures.mirror.manifest import Manifest
from bihuan.core.figures.mirror.writing import COLUMNS, field_of
from bihuan.core.figures.portable import Told, column_of, tell

_lock = Lock()
_opened: dict[tuple[int, Path], duckdb.DuckDBPyConnection] = {}


@dataclass(frozen=True, slots=True)
class Sources:
    """What a question is put to: a mirror's files, the entries after them, the tables it names.

    `live` has the mirror's columns; None where the files are all there is.
    """

    where: Path
    manifest: Manifest
    live: pa.Table | None = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


def ask(question: Question, sources: Sources) -> Answer:
    """Answer a question. Raises NotPortable, or duckdb.Error where a file cannot be read."""
    told = tell(question, "duckdb")
    cursor = _database(sources.where).cursor()
    try:
        for name, held in sources.tables.items():
            cursor.register(f"held_{name}", held)
            cursor.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM held_{name}")
        if sources.live is not None:
            cursor.register("live", sources.live)
        cursor.execute(f"CREATE TEMP VIEW ledger_entry AS {_entries(sources, told)}")
        bound = {name: value for name, value in question.moment.items() if f"${name}" in told.sql}
        found = cursor.sql(told.sql, params=bound).to_arrow_table()
        return Answer(tuple(found.column_names), _rows(found))
    finally:
        cursor.close()


def _database(where: Path) -> duckdb.DuckDBPyConnection:
    """Return this process's database for the folder; a process that was forked opens its own."""
    with _lock:
        key = (os.getpid(), where)
        if key not in _opened:
            for other in [k for k in _opened if k[0] != os.getpid() or k[1] != where]:
                held = _opened.pop(other)
                if other[0] == os.getpid():
                    held.close()
            _opened[key] = connect(where)
        return _opened[key]


def _entries(sources: Sources, told: Told) -> str:
    """Return the SELECT that stands for the ledger: files and tail, with a column for each field that is asked."""
    manifest = sources.manifest
    plain = [name for name in COLUMNS if name != "payload" or told.payload]
    own = [key for key in sorted(told.keys) if key in manifest.keys]
    others = [key for key in sorted(told.keys) if key not in manifest.keys]
    fields = [f'"{column_of(key)}"' for key in own]
    made = [f'{field_of("payload", key)} AS "{column_of(key)}"' for key in others]
    parts = []
    if manifest.files:
        files = names([sources.where / file.path for file in manifest.files])
        selected = ", ".join((*plain, *fields, *made))
        parts.append(f"SELECT {selected} FROM read_parquet({files}, hive_partitioning = false)")
    if sources.live is not None:
        casts = [f"CAST({name} AS {COLUMNS[name]}) AS {name}" for name in plain]
        selected = ", ".join((*casts, *(f'"{column_of(key)}"' for key in sorted(told.keys))))
        live = f"SELECT {selected} FROM live"
        order = ", ".join((*plain, *fields, *(f'"{column_of(key)}"' for key in others)))
        parts.append(f"SELECT {order} FROM ({live})")
    return " UNION ALL ".join(parts)


def _rows(found: pa.Table) -> list[tuple[Any, ...]]:
    """Return rows as PostgreSQL's driver gives them: UUIDs and times as objects, times in UTC."""
    columns = []
    for column in found.columns:
        values = column.to_pylist()
        if pa.types.is_timestamp(column.type) and column.type.tz is not None:
            values = [None if value is None else value.astimezone(UTC) for value in values]
        elif column.type == pa.uuid() or isinstance(column.type, pa.BaseExtensionType):
            values = [_uuid(value) for value in values]
        columns.append(values)
    return list(zip(*columns, strict=True)) if columns else []


def _uuid(value: Any) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    return UUID(bytes=value) if isinstance(value, bytes) else UUID(str(value))
