"""The ledger for an auditor: one JSON object a line, without personal data, each entry with its proof.

First the county and its public key; then the entries in the order of their numbers, each seal before the
first entry that it covers. `proofs.check_lines` checks it anywhere. Persons stand in it by a random key only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from bihuan.core.ledger import keys, rows
from bihuan.core.ledger.proofs import SELECT, Sealed, as_shown, seal_as_json

FORMAT = "bihuan-ledger-1"
_AT_ONCE = 5_000


def lines(
    *, matter_id: UUID | None = None, first: int | None = None, last: int | None = None
) -> Iterator[str]:
    """Yield the lines: of all entries, of one matter, or numbered `first` to `last` (both included)."""
    conditions: list[tuple[str, Any]] = []
    if matter_id is not None:
        conditions.append(("matter_id = %s", matter_id))
    if first is not None:
        conditions.append(("id >= %s", first))
    if last is not None:
        conditions.append(("id <= %s", last))
    where = " AND ".join(condition for condition, _ in conditions) or "TRUE"
    county = settings.BIHUAN.jurisdiction
    yield _line({"format": FORMAT, "jurisdiction": county, "public_key": keys.public_key().hex()})
    with (
        rows.reader() as connection,
        connection.cursor("export", row_factory=psycopg.rows.dict_row) as cursor,
    ):
        cursor.itersize = _AT_ONCE
        cursor.execute(f"{SELECT} WHERE {where} ORDER BY id", [value for _, value in conditions])
        sealed, told = Sealed(connection), set[int]()
        for record in cursor:
            number = sealed.number_of(record["id"])
            if number is not None and number not in told:
                told.add(number)
                yield _line({"seal": seal_as_json(sealed.link(number))})
            yield _line(_entry(record, number, sealed))


def _entry(record: dict[str, Any], number: int | None, sealed: Sealed) -> dict[str, Any]:
    if number is None:
        return {"entry": as_shown(record), "seal": None}
    index, path = sealed.path(number, record["id"])
    return {
        "entry": as_shown(record),
        "seal": number,
        "index": index,
        "path": [step.hex() for step in path],
    }


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
