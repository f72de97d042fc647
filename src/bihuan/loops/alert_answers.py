"""Verifications → feedback: how a result is told to the sender of a list, in the words of the sender's form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from bihuan.core.people.sealing import open_many
from bihuan.loops.alerts import STANDINGS
from bihuan.modules.alerts.answers import Answer, answered_by
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import Method, Unverified

PURPOSE: Final = "verification"
METHODS: Final = {str(one): one.text.zh for one in Method}
WHY: Final = {str(one): one.text.zh for one in Unverified}
RESULTS: Final = """
SELECT m.id, m.state, i.method, coalesce(i.last_at, m.closed_at), o.name_zh, m.person_id, e.payload, e.sealed
  FROM matters_matter m JOIN verification_item i ON i.matter_id = m.id JOIN access_organ o ON o.code = m.organ_id
  LEFT JOIN ledger_entry e ON e.id = i.last_entry
 WHERE m.id = ANY(%s::uuid[]) AND m.state = ANY(%s)
"""


@answered_by
def results(items: Sequence[UUID]) -> Mapping[UUID, Answer]:
    """Return the results of the verifications that have one. A remark is opened for the sender, who asked for it."""
    wanted = "{" + ",".join([item.hex for item in items]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(RESULTS, [wanted, list(STANDINGS)])
        rows = cursor.fetchall()
    sealed = [(row[5], PURPOSE, bytes(row[7])) for row in rows if row[7] is not None and row[5] is not None]
    remarks = iter(open_many(sealed))
    found = {}
    for item, state, method, at, unit, person, payload, box in rows:
        remark = next(remarks) if box is not None and person is not None else None
        found[item] = _answer(state, method, at, unit, payload, remark or {})
    return found


def _answer(
    state: str, method: str, at: datetime | None, unit: str, payload: Any, remark: Mapping[str, Any]
) -> Answer:
    said = json.loads(payload) if isinstance(payload, str) else payload or {}
    words = {
        "forwarded": f"转{said['to']}核查" if said.get("to") else "",
        "unreachable": WHY.get(str(said.get("why", "")), ""),
        "fed_back": str(said.get("finding", "")),
    }.get(state, "")
    parts = [ITEM.state(state).zh, words, str(remark.get("remark", "")) if state == "otherwise" else ""]
    method = str(said.get("method") or method or Method.PHONE)
    result = ":".join(part for part in parts if part)
    return Answer(state, METHODS.get(method, ""), result, at, str(said.get("unit") or unit))
