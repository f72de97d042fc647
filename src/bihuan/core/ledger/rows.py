"""Reading entries as the bytes PostgreSQL sends, for the sealer and the verifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from bihuan.core.ledger import encoding
from bihuan.core.ledger.merkle import LEAF

# Beside the columns the length of `sealed` comes last: 8 bytes of known form, so that a row without a
# personal part, which is most of them, is hashed in one piece.
SELECT = f"SELECT {', '.join(encoding.COLUMNS)}, coalesce(octet_length(sealed), -1) FROM ledger_entry"  # noqa: S608
HEAD = 2  # the count of columns
TAIL = 8  # the length of `sealed`
MAC = TAIL + encoding.MAC_LENGTH
FOOT = MAC + 4  # the code with its own length: what follows the body


class NotAnEntry(ValueError):
    """A row that does not have the form of an entry at all, such as a code of another length."""


@contextmanager
def reader() -> Iterator[psycopg.Connection[Any]]:
    """Open a second connection to the county's database, reading one state of it from beginning to end."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with closing(psycopg.connect(**parameters, autocommit=True)) as own:
        own.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield own


def stream(cursor: Any, query: str, parameters: Sequence[Any] = ()) -> Iterator[bytes]:
    """Yield the rows of a SELECT in binary form: one message of the protocol is one row.

    Reads through libpq's own call; the driver's loop in Python costs more than both hashes of a row.
    """
    header = len(encoding.FILE_HEADER)
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters):
        server: PGconn = cursor.connection.pgconn
        while (received := server.get_copy_data(0))[0] > 0:
            row: Any = received[1]
            if header:  # it comes before the first row, in the same message
                row, header = bytes(row)[header:], 0
            if len(row) > HEAD:  # or else the file's end
                yield row
        _finish(server)


def _finish(server: PGconn) -> None:
    """Take the result that follows the rows; raises the database's error where the rows broke off."""
    while (result := server.get_result()) is not None:
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)


def number(row: bytes) -> int:
    """Return the entry's number."""
    return int.from_bytes(row[6:14], "big", signed=True)


def body(row: bytes) -> bytes:
    """Return the bytes that the entry's code is computed over. Raises NotAnEntry."""
    if row[-FOOT:-MAC] != encoding.MAC_HEADER:
        raise NotAnEntry(number(row))
    return bytes(row[HEAD:-FOOT])


def leaf(row: bytes) -> bytes:
    """Return the entry's leaf: the hash of all its columns, the personal part by its own hash.

    So a line can be shown and proved to somebody who is not to have the personal part, encrypted as it is.
    """
    size = int.from_bytes(row[-4:], "big", signed=True)
    if size < 0:
        return sha256(LEAF + row[HEAD:-TAIL]).digest()
    end = len(row) - FOOT
    personal = row[end - size : end]
    return sha256(
        b"".join((LEAF, row[HEAD : end - size], sha256(personal).digest(), row[end:-TAIL]))
    ).digest()
