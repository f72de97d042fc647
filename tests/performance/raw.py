"""The raw baseline: the very rows of a loaded county, by COPY into tables like theirs, with nothing in between.

"Like theirs": logged tables with the same columns, indexes, exclusions, checks and foreign keys, filled and
committed in one transaction. The rows come as bytes made beforehand, so only the database's own work is timed.
"""

from __future__ import annotations

import statistics
import time

from django.db import connection, transaction

TABLES = (  # all that a load writes, in the order in which they refer to each other
    "places_place", "people_person", "outbox_liveevent", "matters_number", "matters_request", "matters_matter", "ledger_entry",
    "quarantine_site", "quarantine_room", "quarantine_stay", "quarantine_observation", "quarantine_done",
    "quarantine_occupancy", "quarantine_placement", "quarantine_task",
)  # fmt: skip
FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""
LARGE = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 500
   AND relname <> ALL(%s)
"""


def copied_raw() -> tuple[float, int]:
    """Return in how many seconds the rows of a loaded county are copied (median of three), and how many they are."""
    assert _left_out() == []
    dumps = {table: _dump(table) for table in TABLES}
    rounds = [_copied(dumps) for _ in range(3)]
    return statistics.median(seconds for seconds, _ in rounds), rounds[0][1]


def _copied(dumps: dict[str, bytes]) -> tuple[float, int]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA raw")
        try:
            with transaction.atomic():
                _make_tables()
            begun = time.perf_counter()
            with transaction.atomic():
                rows = sum(_fill(table, data) for table, data in dumps.items())
            return time.perf_counter() - begun, rows
        finally:
            cursor.execute("DROP SCHEMA raw CASCADE")


def _left_out() -> list[str]:
    """Return large tables that are not among these: a load that came to write more would flatter itself."""
    with connection.cursor() as cursor:
        cursor.execute(LARGE, [list(TABLES)])
        return [row[0] for row in cursor.fetchall()]


def _dump(table: str) -> bytes:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT BINARY)") as out,
    ):
        return b"".join(bytes(part) for part in out)


def _make_tables() -> None:
    """Make the empty twins; a reference leads to the twin where there is one, else to the table itself."""
    with connection.cursor() as cursor:
        keys = {}
        for table in TABLES:
            cursor.execute(FOREIGN_KEYS, [table])
            keys[table] = cursor.fetchall()
            cursor.execute(f"CREATE TABLE raw.{table} (LIKE {table} INCLUDING ALL)")
        cursor.execute("SET LOCAL search_path = raw, public")
        for table, found in keys.items():
            for name, definition in found:
                cursor.execute(f'ALTER TABLE raw.{table} ADD CONSTRAINT "{name}" {definition}')


def _fill(table: str, data: bytes) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY raw.{table} FROM STDIN (FORMAT BINARY)") as into:
            into.write(data)
        return int(cursor.rowcount)
