"""Many rows by COPY BINARY, made ready as bytes: the server takes a buffer in while the next one is filled."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from bihuan.core.ledger.encoding import FILE_HEADER, FILE_TRAILER

_BUFFER = 1 << 16  # small enough that the server works while we encode


def copy(table: str, names: str, rows: Iterable[bytes]) -> None:
    """Write these rows; each is the number of its columns (int16), then every field after its length."""
    statement = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as into:
        pending, size = [FILE_HEADER], 0
        for row in rows:
            pending.append(row)
            size += len(row)
            if size > _BUFFER:
                into.write(b"".join(pending))
                pending, size = [], 0
        pending.append(FILE_TRAILER)
        into.write(b"".join(pending))
