"""Whether the mirror may answer, and its answer: files up to the last mirrored seal, and everything after it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import connection, transaction

from bihuan.core.figures.asking import Answer, Question
from bihuan.core.figures.mirror import duck, ledger, live, manifest
from bihuan.core.figures.mirror.manifest import Manifest
from bihuan.core.figures.portable import NotPortable, tell

PAYS_FROM = 500_000  # mirrored entries: below, PostgreSQL has answered before the files are open
LONGEST_TAIL = 500_000  # entries after the mirror: beyond, reading them anew costs more than it saves
log = logging.getLogger("bihuan.mirror")


@dataclass(slots=True)
class _Read:
    """The manifest as it was last read, and the file's identity by which a change of it shows."""

    identity: tuple[object, ...] = ()
    manifest: Manifest | None = None


_read = _Read()


def at_hand() -> Manifest | None:
    """Return what the county's mirror holds, read anew when it changed; None where there is none of this county."""
    where = manifest.folder()
    try:
        stat = (where / manifest.NAME).stat()
    except OSError:
        return None
    identity = (where, stat.st_mtime_ns, stat.st_ino, stat.st_size)
    if _read.identity != identity:
        _read.manifest = manifest.load(where)
        _read.identity = identity
    held = _read.manifest
    return held if held is not None and held.county == ledger.county() else None


def ask(questions: Sequence[Question]) -> list[Answer] | None:
    """Answer from mirror and live tail; None where PostgreSQL is to answer: no mirror, not this ledger's, too small.

    What goes wrong here is logged and never the asker's concern: the ledger itself is there.
    """
    held = at_hand()
    if held is None or held.entries < PAYS_FROM:
        return None
    try:
        found = sources(questions, manifest.folder(), held)
        return None if found is None else duck.ask(questions, found)
    except (NotPortable, live.NotReadable, duckdb.Error, OSError) as error:
        log.warning("the mirror could not answer, PostgreSQL does: %s: %s", type(error).__name__, error)
        return None


def sources(questions: Sequence[Question], where: Path, held: Manifest) -> duck.Sources | None:
    """Return what these questions are put to, the tail as this transaction sees it; None: the mirror is not ours."""
    told = [tell(question, "duckdb") for question in questions]
    keys = sorted(frozenset[str]().union(*(one.keys for one in told)))
    with transaction.atomic(), connection.cursor() as cursor:
        since = live.horizon(cursor, held)
        if since is None or since.waiting > LONGEST_TAIL:
            return None
        rest = live.tail(cursor, since, keys, payload=any(one.payload for one in told))
        names = frozenset[str]().union(*(one.tables for one in told))
        tables = {name: live.whole(cursor, name) for name in sorted(names)}
    return duck.Sources(where, held, rest, tables)
