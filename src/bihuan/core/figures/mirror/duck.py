"""DuckDB answers: from the mirror's files and the live tail, in this process, with two threads and bounded memory."""

# ruff: noqa: S608 - columns are constants, fields checked, paths quoted
from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from threading import Lock, Timer
from typing import Any, Final
from uuid import UUID

import duckdb
import pyarrow as pa

from bihuan.core.figures.asking import Answer, Question
from bihuan.core.figures.mirror.duckdb_settings import THREADS, connect, names
from bihuan.core.figures.mirror.manifest import Manifest
from bihuan.core.figures.mirror.writing import COLUMNS, MOVES, field_of
from bihuan.core.figures.portable import MOVED, Told, column_of, tell

LONGEST: Final = 60.0  # seconds: nobody waits longer for a mirror than for the ledger itself
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


def ask(questions: Sequence[Question], sources: Sources) -> list[Answer]:
    """Answer questions, all from the same files and the same tail; a question is planned while another is worked out.

    Raises NotPortable, or duckdb.Error where a file cannot be read or an answer takes longer than LONGEST.
    """
    told = [tell(question, "duckdb") for question in questions]
    database = _database(sources.where)

    def answer(number: int) -> Answer:
        with _cursor(database) as cursor:
            _show(cursor, sources, told[number])
            return _answer(cursor, told[number].sql, questions[number])

    if len(questions) == 1:
        return [answer(0)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(answer, range(len(questions))))


@contextmanager
def _cursor(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection of its own to the database, whose question is broken off after LONGEST."""
    cursor = database.cursor()
    watch = Timer(LONGEST, cursor.interrupt)
    watch.start()
    try:
        yield cursor
    finally:
        watch.cancel()
        cursor.close()


def _show(cursor: duckdb.DuckDBPyConnection, sources: Sources, told: Told) -> None:
    """Give the ledger and the tables their names on this connection."""
    for name in told.tables:
        cursor.register(f"held_{name}", sources.tables[name])
        cursor.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM held_{name}")
    if sources.live is not None:
        cursor.register("live", sources.live)
    cursor.execute(f"CREATE TEMP VIEW ledger_entry AS {_entries(sources, told.keys, told.payload)}")


def _answer(cursor: duckdb.DuckDBPyConnection, sql: str, question: Question) -> Answer:
    bound = {name: value for name, value in question.moment.items() if re.search(rf'\$"?{name}\b', sql)}
    found = cursor.sql(sql, params=bound)
    kinds = [str(kind) for kind in found.types]
    columns = [
        _as_given(kind, column.to_pylist())
        for kind, column in zip(kinds, found.to_arrow_table().columns, strict=True)
    ]
    return Answer(tuple(found.columns), list(zip(*columns, strict=True)))


def _as_given(kind: str, values: list[Any]) -> list[Any]:
    """Return a column as PostgreSQL's driver gives it: UUIDs as such, times in UTC."""
    if kind == "UUID":
        return [None if value is None else UUID(value) for value in values]
    if kind == "TIMESTAMP WITH TIME ZONE":
        return [None if value is None else value.astimezone(UTC) for value in values]
    return values


def _database(where: Path) -> duckdb.DuckDBPyConnection:
    """Return this process's database for the folder.

    A forked process opens its own and leaves its parent's alone for good: closing it there would wait for threads
    that only the parent has.
    """
    with _lock:
        key = (os.getpid(), where)
        if key not in _opened:
            for other in [k for k in _opened if k[0] == os.getpid()]:
                _opened.pop(other).close()
            _opened[key] = connect(where)
        return _opened[key]


def _entries(sources: Sources, keys: frozenset[str], payload: bool) -> str:
    """Return the SELECT that stands for the ledger: files and tail, with a column for each field that is asked."""
    plain = [name for name in COLUMNS if name != "payload" or payload]
    fields = {key: f'"{column_of(key)}"' for key in sorted(keys)}
    parts = []
    if sources.manifest.files:
        own = sources.manifest.keys
        read = [
            column if key in own else f"{field_of('payload', key)} AS {column}"
            for key, column in fields.items()
        ]
        files = names([sources.where / file.path for file in sources.manifest.files])
        parts.append(
            f"SELECT {', '.join((*plain, MOVED, *read))} FROM read_parquet({files}, hive_partitioning = false)"
        )
    if sources.live is not None and (sources.live.num_rows or not parts):
        casts = [f"CAST({name} AS {COLUMNS[name]}) AS {name}" for name in plain]
        parts.append(f"SELECT {', '.join((*casts, MOVES, *fields.values()))} FROM live")
    return " UNION ALL ".join(parts)
