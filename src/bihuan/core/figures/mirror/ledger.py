"""What the mirror asks of the ledger's own tables: which seals there are, and the entries they cover, as Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adbc_driver_postgresql import dbapi
from django.db import connection
from psycopg.conninfo import make_conninfo

from bihuan.core.figures.mirror.writing import COLUMNS
from bihuan.core.ledger.keys import key_name, mac_key

COVERED = f"""
SELECT {", ".join(f"e.{name}" for name in COLUMNS)}
  FROM ledger_seal s CROSS JOIN LATERAL unnest(s.numbers) AS run(numbers)
  JOIN ledger_entry e ON e.id >= lower(run.numbers) AND e.id < upper(run.numbers)
 WHERE s.number BETWEEN {{first}} AND {{last}}
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class SealRow:
    """One seal: its number, the hash that names it, how many entries it covers.

    `last`: the last that the sealer made in one go. Only such a seal is a horizon: those before it cover a part of
    the same transactions.
    """

    number: int
    chain: str
    count: int
    last: bool


def county() -> str:
    """Return the name of the key that the county's entries are authenticated with: one county, one name."""
    return key_name(mac_key()).hex()


def seals_after(number: int) -> list[SealRow]:
    """Return the seals after this one, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, encode(chain, 'hex'), count,"
            "       (system, horizon) IS DISTINCT FROM (lead(system) OVER after, lead(horizon) OVER after)"
            "  FROM ledger_seal WHERE number > %s WINDOW after AS (ORDER BY number) ORDER BY number",
            [number],
        )
        return [SealRow(*row) for row in cursor.fetchall()]


def first_seal_since(moment: datetime) -> int | None:
    """Return the number of the first seal made at this moment or later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(number) FROM ledger_seal WHERE sealed_at >= %s", [moment])
        found: int | None = cursor.fetchone()[0]
    return found


def has_seal(number: int, chain: str) -> bool:
    """Tell whether the ledger has this very seal."""
    if number == 0:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_seal WHERE number = %s AND chain = %s)",
            [number, bytes.fromhex(chain)],
        )
        return bool(cursor.fetchone()[0])


def sealed_entries(number: int) -> int:
    """Return how many entries the seals up to this one cover."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM ledger_seal WHERE number <= %s", [number])
        return int(cursor.fetchone()[0])


def floor(number: int) -> int | None:
    """Return up to which number all entries came with a restored database and are sealed up to this seal.

    A restored database counts transactions anew, so those entries cannot be told from new ones by transaction; they
    can by their number. 0 where the database was never restored; None where one of them waits for a later seal.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, [number, number])
        found = int(cursor.fetchone()[0])
        if not found:
            return 0
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE id <= %s", [found])
        there = int(cursor.fetchone()[0])
        cursor.execute(_SEALED_BELOW, [found, number])
        return found if there == int(cursor.fetchone()[0]) else None


_FLOOR = """
WITH ours AS (SELECT system_identifier AS system FROM pg_control_system()),
     earlier AS (SELECT max(number) AS number, max(last_id) AS id FROM ledger_seal, ours
                  WHERE ledger_seal.system <> ours.system AND number <= %s),
     first AS (SELECT s.* FROM ledger_seal s, earlier WHERE s.number = earlier.number + 1 AND s.number <= %s)
SELECT coalesce(greatest((SELECT id FROM earlier), (
    SELECT max(e.id) FROM first CROSS JOIN LATERAL unnest(first.numbers) AS run(numbers)
      JOIN ledger_entry e ON e.id >= lower(run.numbers) AND e.id < upper(run.numbers)
     WHERE e.txid >= first.horizon::text::xid8)), 0)
"""
_SEALED_BELOW = """
SELECT coalesce(sum(least(upper(run.numbers), below.id + 1) - lower(run.numbers)), 0)
  FROM (SELECT %s::bigint AS id) AS below, ledger_seal s CROSS JOIN LATERAL unnest(s.numbers) AS run(numbers)
 WHERE s.number <= %s AND lower(run.numbers) <= below.id
"""


@contextmanager
def reader() -> Iterator[Any]:
    """Open a connection that gives rows as Arrow, by COPY BINARY."""
    known = connection.get_connection_params()
    address = {k: v for k, v in known.items() if k in _ADDRESS and v not in (None, "")}
    with dbapi.connect(make_conninfo(**address), autocommit=True) as opened:
        yield opened


_ADDRESS = frozenset({
    "dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "options",
})  # fmt: skip


@contextmanager
def covered(opened: Any, first: int, last: int) -> Iterator[Any]:
    """Give the entries that the seals `first` to `last` cover, as batches of Arrow."""
    with opened.cursor() as cursor:
        cursor.execute(COVERED.format(first=int(first), last=int(last)))
        yield cursor.fetch_record_batch()
