"""Writing entries: the only door into the ledger, always inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from bihuan.core.ledger import encoding
from bihuan.core.ledger.copying import copy
from bihuan.core.ledger.encoding import Draft
from bihuan.core.ledger.keys import mac_key

SEQUENCE = "ledger_entry_id_seq"
COLUMN_LIST = ", ".join(encoding.COLUMNS)
PLACEHOLDERS = f"({', '.join(['%s'] * len(encoding.COLUMNS))})"
A_FEW = 8  # up to here one INSERT is quicker than COPY's three exchanges

INSERT = f"INSERT INTO ledger_entry ({COLUMN_LIST}) VALUES "  # noqa: S608 - constants
ONE = f"SELECT id, id, NULL FROM nextval('{SEQUENCE}') AS taken(id)"  # noqa: S608 - a constant
ALLOCATE = f"""
WITH taken AS MATERIALIZED (SELECT nextval('{SEQUENCE}') AS id FROM generate_series(1, %s))
SELECT min(id), max(id), CASE WHEN max(id) - min(id) + 1 <> count(*) THEN array_agg(id ORDER BY id) END
  FROM taken
"""  # noqa: S608 - a constant


def allocate(count: int) -> Sequence[int]:
    """Set `count` entry numbers aside, ascending; numbers of a transaction that fails stay unused."""
    if count <= 0:
        return range(0)
    with connection.cursor() as cursor:
        cursor.execute(*((ONE, None) if count == 1 else (ALLOCATE, [count])))
        found = cursor.fetchone()
    assert found is not None
    first, last, scattered = found
    return range(first, last + 1) if scattered is None else list(scattered)


def insert_statement(draft: Draft, entry_id: int) -> tuple[str, list[Any]]:
    """Return the INSERT of one entry and its parameters, to be run alone or as a part of a larger statement.

    Raises NotEncodable where the draft holds what the ledger does not take.
    """
    return INSERT + PLACEHOLDERS, _values(draft, entry_id, mac_key())


def _values(draft: Draft, entry_id: int, key: bytes) -> list[Any]:
    return [
        entry_id, draft.recorded_at, draft.occurred_at, draft.jurisdiction, draft.kind, draft.matter_id,
        draft.from_state, draft.to_state, draft.version, draft.person_id, draft.place_id, draft.organ,
        draft.actor_id, draft.post, draft.corrects, encoding.jsonb(draft.payload), draft.sealed,
        encoding.mac(key, encoding.body(draft, entry_id)),
    ]  # fmt: skip


def write(entries: Sequence[tuple[int, Draft]]) -> None:
    """Write entries whose numbers were allocated before: one INSERT for a few, COPY for many.

    Raises NotEncodable before anything is sent for a few; for many, the caller's transaction rolls back.
    """
    if not entries:
        return
    key = mac_key()
    if len(entries) > A_FEW:
        copy("ledger_entry", COLUMN_LIST, (encoding.row(draft, number, key) for number, draft in entries))
        return
    with connection.cursor() as cursor:
        statement = INSERT + ", ".join([PLACEHOLDERS] * len(entries))
        cursor.execute(statement, [v for number, draft in entries for v in _values(draft, number, key)])


def append(drafts: Sequence[Draft]) -> list[int]:
    """Write entries and return their numbers, in the order given. Raises NotEncodable."""
    numbers = allocate(len(drafts))
    write(list(zip(numbers, drafts, strict=True)))
    return list(numbers)


__all__ = ["Draft", "allocate", "append", "insert_statement", "write"]
