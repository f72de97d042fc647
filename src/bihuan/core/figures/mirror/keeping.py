"""Keeps the mirror up with the ledger: closed days first, each part on disk before the manifest names it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.figures.asking import Moment, values_question
from bihuan.core.figures.mirror import ledger, live, manifest
from bihuan.core.figures.mirror.duckdb_settings import SPILL, connect, quoted
from bihuan.core.figures.mirror.ledger import SealRow
from bihuan.core.figures.mirror.manifest import File, Manifest
from bihuan.core.figures.mirror.writing import copy_out, usable, write
from bihuan.core.figures.portable import NotPortable, tell
from bihuan.core.matters.registry import figures

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PART: Final = 500_000  # entries read and written at once
LONG_DAY: Final = 100_000  # entries of a day that is not over: too many to be read anew for every question
log = logging.getLogger("bihuan.mirror")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run did. `busy`: another one is at work. `begun_anew`: what lay there was not this ledger's."""

    busy: bool = False
    begun_anew: bool = False
    entries: int = 0
    files: int = 0
    seal: int = 0
    mirrored: int = 0


def run(*, open_day: bool = False, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Kept:
    """Bring the mirror up to the last closed day; to the newest seal with `open_day`, or where today is a long day.

    Not to be called in a transaction. Killed at any moment and run again, it goes on where it was.
    """
    where = manifest.folder()
    with manifest.at_work(where) as ours:
        if not ours:
            return Kept(busy=True)
        held, anew = _begin(where)
        _sweep(where, held)
        database = connect(where)
        try:
            before = held
            held = _with_columns(database, where, held, keys(), progress)
            held = _extend(database, where, held, _wanted(held.seal, open_day), progress)
            held = replace(held, tables=_tables(database, where))
            manifest.save(where, held)
        finally:
            database.close()
        _sweep(where, held)
        return Kept(
            begun_anew=anew, entries=held.entries - before.entries, seal=held.seal, mirrored=held.entries,
            files=len({f.path for f in held.files} - {f.path for f in before.files}),
        )  # fmt: skip


def _begin(where: Path) -> tuple[Manifest, bool]:
    """Return the mirror that lies there, or an empty one where it is not this ledger's."""
    found = manifest.load(where)
    if found and found.county == ledger.county() and ledger.has_seal(found.seal, found.chain):
        return found, False
    if found is not None:
        log.warning("the mirror is not this ledger's (seal %s): begun anew", found.seal)
    empty = Manifest(ledger.county(), keys=tuple(sorted(keys())))
    manifest.save(where, empty)
    return empty, found is not None


def keys() -> frozenset[str]:
    """Return the payload's fields that the declared figures read: each has a column of its own."""
    found: set[str] = set()
    now = Moment.of(timezone.now(), "")
    for figure in figures().values():
        try:
            found |= tell(values_question([figure], now), "duckdb").keys
        except NotPortable as error:
            log.warning("%s cannot be asked of the mirror: %s", figure.key, error)
    return frozenset(key for key in found if usable(key))


def _wanted(since: int, open_day: bool) -> list[SealRow]:
    """Return the seals to be mirrored now.

    A day is closed with the first seal made after it: that one covers what was still being written at midnight.
    """
    waiting = ledger.seals_after(since)
    today = datetime.combine(timezone.now().astimezone(SHANGHAI).date(), time(), SHANGHAI)
    closing = ledger.first_seal_since(today)
    rest = sum(seal.count for seal in waiting if closing is not None and seal.number > closing)
    if open_day or closing is None or rest > LONG_DAY:
        return waiting
    end = next((seal.number for seal in waiting if seal.number >= closing and seal.last), closing)
    return [seal for seal in waiting if seal.number <= end] if closing > since else []


def _batches(seals: Sequence[SealRow]) -> Iterator[list[SealRow]]:
    batch: list[SealRow] = []
    for seal in seals:
        if batch and sum(s.count for s in batch) + seal.count > PART:
            yield batch
            batch = []
        batch.append(seal)
    if batch:
        yield batch


def _extend(
    database: duckdb.DuckDBPyConnection, where: Path, held: Manifest, seals: Sequence[SealRow],
    progress: Callable[[int, int], None],
) -> Manifest:  # fmt: skip
    """Write the entries of these seals, part by part."""
    if not seals:
        return held
    floor = ledger.floor(seals[-1].number)
    if floor is None:
        log.info("entries of a restored database wait for their seal; the mirror waits with them")
        return held
    done, wanted = 0, sum(seal.count for seal in seals)
    with ledger.reader() as opened:
        for batch in _batches(seals):
            files = read_part(database, opened, where, (batch[0].number, batch[-1].number), held.keys)
            held = replace(held.with_files([], files), seal=batch[-1].number, chain=batch[-1].chain)
            part_floor = ledger.floor(held.seal) if batch[-1].last else None
            if part_floor is not None:
                held = replace(held, floor=part_floor)
                manifest.save(where, held)
            done += sum(seal.count for seal in batch)
            progress(done, wanted)
    return held


def read_part(
    database: duckdb.DuckDBPyConnection,
    opened: object,
    where: Path,
    seals: tuple[int, int],
    keys: Sequence[str],
) -> list[File]:
    """Write the entries that these seals cover; returns the files."""
    with ledger.covered(opened, *seals) as rows:
        return write(database, where, rows, seals, keys)


def _with_columns(
    database: duckdb.DuckDBPyConnection, where: Path, held: Manifest, wanted: frozenset[str],
    progress: Callable[[int, int], None],
) -> Manifest:  # fmt: skip
    """Write the files anew where a figure reads a field that has no column yet."""
    if wanted <= set(held.keys):
        return held
    all_keys = tuple(sorted({*held.keys, *wanted}))
    made: list[File] = []
    for seals, files in held.parts().items():
        for file in files:
            source = f"read_parquet({quoted(where / file.path)}, hive_partitioning = false)"
            made += write(database, where, source, seals, all_keys)
            progress(len(made), len(held.files))
    held = replace(held, keys=all_keys, files=tuple(made))
    manifest.save(where, held)
    return held


def _tables(database: duckdb.DuckDBPyConnection, where: Path) -> dict[str, str]:
    """Write the tables that figures name beside the entries, for Spark, which has no PostgreSQL to ask."""
    now = Moment.of(timezone.now(), "")
    named: set[str] = set()
    for figure in figures().values():
        try:
            named |= tell(values_question([figure], now), "duckdb").tables
        except NotPortable:
            continue
    inside = Path("tables")
    (where / inside).mkdir(exist_ok=True, mode=0o700)
    made = {}
    for name in sorted(named):
        with transaction.atomic(), connection.cursor() as cursor:
            database.register("held", live.whole(cursor, name))
        draft = where / inside / f".{name}.partial"
        copy_out(database, "SELECT * FROM held", draft)
        database.unregister("held")
        draft.rename(where / inside / f"{name}.parquet")
        made[name] = str(inside / f"{name}.parquet")
    manifest.sync(where / inside)
    return made


def _sweep(where: Path, held: Manifest) -> None:
    """Remove what no manifest names: files of a run that was killed, files written anew, spills of the dead."""
    named = {where / file.path for file in held.files} | {where / path for path in held.tables.values()}
    for path in (*where.glob("jurisdiction=*/day=*/*"), *where.glob("jurisdiction=*/day=*/.*.partial")):
        if path not in named:
            path.unlink(missing_ok=True)
    for day in where.glob("jurisdiction=*/day=*"):
        if not any(day.iterdir()):
            day.rmdir()
    for spill in (where / SPILL).glob("*"):
        if spill.name.isdecimal() and not _runs(int(spill.name)):
            shutil.rmtree(spill, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
