"""Reads from PostgreSQL what the mirror has not: the entries after its last seal, and the tables a figure names.

On the caller's own connection, so that a step sees what its transaction wrote and a backup sees its snapshot. As CSV,
which the server writes and Arrow reads without a row of Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import connection
from psycopg import sql
from psycopg.pq import ExecStatus
from pyarrow import csv

from bihuan.core.figures.mirror.manifest import Manifest
from bihuan.core.figures.mirror.writing import COLUMNS
from bihuan.core.figures.portable import column_of

_TYPES = {
    16: pa.bool_(), 20: pa.int64(), 21: pa.int64(), 23: pa.int64(), 25: pa.string(), 1043: pa.string(),
    1042: pa.string(), 700: pa.float64(), 701: pa.float64(), 1082: pa.date32(), 1184: pa.timestamp("us", "UTC"),
    2950: pa.string(), 3802: pa.string(),
}  # fmt: skip


class NotReadable(RuntimeError):
    """PostgreSQL holds what cannot be carried over as it is; it answers itself then."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to where a mirror reaches, as this database counts: transactions below `txid`, entries up to `floor`.

    `waiting`: how many entries have come since, by their numbers.
    """

    txid: int
    floor: int
    waiting: int


def horizon(cursor: Any, manifest: Manifest) -> Horizon | None:
    """Return the mirror's horizon; None where its last seal is not this ledger's, or of another database's life."""
    cursor.execute(
        "SELECT horizon, coalesce((SELECT max(id) FROM ledger_entry), 0) FROM ledger_seal"
        " WHERE number = %s AND chain = %s"
        "   AND system = (SELECT system_identifier FROM pg_control_system())",
        [manifest.seal, bytes.fromhex(manifest.chain)],
    )
    found = cursor.fetchone()
    if found is None:
        return None
    newest = max((file.last_id for file in manifest.files), default=0)
    return Horizon(found[0], manifest.floor, max(0, found[1] - newest))


def tail(cursor: Any, since: Horizon, keys: Sequence[str], *, payload: bool) -> pa.Table:
    """Return the entries that no seal of the mirror covers, in the mirror's columns."""
    wanted = [name for name in COLUMNS if name != "payload" or payload]
    fields = sql.SQL(", ").join(
        [
            *(sql.Identifier(name) for name in wanted),
            *(
                sql.SQL("payload->>{} AS {}").format(sql.Literal(key), sql.Identifier(column_of(key)))
                for key in keys
            ),
        ]
    )
    query = sql.SQL("SELECT {} FROM ledger_entry WHERE txid >= {}::xid8 AND id > {}").format(
        fields, sql.Literal(str(since.txid)), sql.Literal(since.floor)
    )
    cursor.execute("SET LOCAL enable_seqscan = off")  # a few rows out of millions, by the index
    try:
        return table(cursor, query)
    finally:
        cursor.execute("RESET enable_seqscan")


def tail_length(cursor: Any, since: Horizon) -> int:
    """Return how many entries no seal of the mirror covers."""
    cursor.execute(
        "SELECT count(*) FROM ledger_entry WHERE txid >= %s::xid8 AND id > %s", [str(since.txid), since.floor]
    )
    return int(cursor.fetchone()[0])


def whole(cursor: Any, name: str) -> pa.Table:
    """Return a small table of data that never changes, but for its binary columns."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
        "   AND atttypid <> 'bytea'::regtype ORDER BY attnum",
        [name],
    )
    columns = [sql.Identifier(column) for (column,) in cursor.fetchall()]
    if not columns:
        raise NotReadable(f"no table {name}")
    return table(
        cursor, sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), sql.Identifier(name))
    )


def table(cursor: Any, query: sql.Composed) -> pa.Table:
    """Return a SELECT's rows as Arrow. UUIDs come as text."""
    cursor.execute(sql.SQL("{} LIMIT 0").format(query))
    kinds = {column.name: _TYPES.get(column.type_code) for column in cursor.description}
    unknown = [name for name, kind in kinds.items() if kind is None]
    if unknown:
        raise NotReadable(f"columns of kinds unknown to the mirror: {', '.join(unknown)}")
    read = csv.ReadOptions(column_names=list(kinds))
    parse = csv.ParseOptions(newlines_in_values=True)
    convert = csv.ConvertOptions(
        column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
        true_values=["t"], false_values=["f"],
    )  # fmt: skip
    data = _csv(cursor, query)
    if not data:
        return pa.schema(list(kinds.items())).empty_table()
    try:
        return csv.read_csv(pa.BufferReader(data), read, parse, convert)
    except pa.ArrowInvalid as error:
        raise NotReadable(str(error)) from error


def _csv(cursor: Any, query: sql.Composed) -> bytes:
    """Read through libpq's own call: the driver's loop in Python costs as much as the server's work."""
    parts = []
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT CSV)").format(query)):
        server = connection.connection.pgconn
        while (received := server.get_copy_data(0))[0] > 0:
            parts.append(bytes(received[1]))
        while (result := server.get_result()) is not None:
            if result.status != ExecStatus.COMMAND_OK:
                raise NotReadable(result.error_message.decode(errors="replace"))
    return b"".join(parts)
