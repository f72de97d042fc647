"""What a step does besides changing the state: a list's own row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from bihuan.core.matters.details import OPENED, Applied, Details, Opening
from bihuan.core.matters.registry import details_of
from bihuan.core.matters.statements import run_each
from bihuan.core.spec import Text
from bihuan.modules.alerts import matter, messages  # noqa: F401 - what it tells
from bihuan.modules.alerts.facts import ListFacts
from bihuan.modules.alerts.payloads import MoreTime

FACTS = """
SELECT l.matter_id, count(*) FILTER (WHERE r.standing = 'pending'), count(r.standing) FILTER (WHERE r.standing <> 'pending')
  FROM alerts_alertlist l LEFT JOIN alerts_alertrow r ON r.list_id = l.matter_id AND r.fate = 'accepted'
 WHERE l.matter_id = ANY(%s) GROUP BY 1
"""
NEW_LIST = """
INSERT INTO alerts_alertlist (matter_id, jurisdiction, name, sha256, size, sender, first_pushed, last_pushed, received_at,
  rows, accepted, duplicates, rejected, persons, headings, layout, encoding, nuls)
SELECT m.id, m.jurisdiction, %s, decode(%s, 'hex'), %s, %s, %s, %s, %s, 0, 0, 0, 0, 0, '[]', '{}', '', 0
  FROM matters_matter m WHERE m.id = %s
ON CONFLICT (matter_id) DO NOTHING
"""
SIGNED = "UPDATE alerts_alertlist SET signed_at = %s WHERE matter_id = %s"
FED_BACK = "UPDATE alerts_alertlist SET fed_back_at = %s WHERE matter_id = %s"


@details_of(matter.LIST)
class ListDetails(Details[ListFacts]):
    """A list: how many of its rows are settled."""

    names = frozenset({"rows"})

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, ListFacts]:
        """Return how many rows of these lists are pending and settled, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(FACTS, [list(ids)])
            return {row[0]: ListFacts(row[1], row[2]) for row in cursor.fetchall()}

    def opened(self, matter_id: UUID, opening: Opening, prepared: Any) -> ListFacts:
        """A list that has just come has no row settled."""
        return ListFacts()

    def write(self, steps: Sequence[Applied]) -> None:
        """Write when lists were received, signed for and fed back."""
        run_each(
            NEW_LIST,
            [
                (p.name, p.sha256, p.size, p.sender, p.first_pushed, p.last_pushed, s.occurred_at, s.matter_id)
                for s in steps if s.transition == OPENED for p in [s.payload]
            ],
        )  # fmt: skip
        run_each(SIGNED, [(s.occurred_at, s.matter_id) for s in steps if s.transition == "sign"])
        run_each(FED_BACK, [(s.occurred_at, s.matter_id) for s in steps if s.transition == "feed_back"])

    def words(self, step: Applied) -> Mapping[str, Text]:
        """Return how many rows the step is about."""
        rows = str(getattr(step.payload, "rows", 0))
        return {"rows": Text(rows, rows)}

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return the reason for an extension in words."""
        reasons = {str(one): one.text for one in MoreTime}
        found = reasons.get(str(payload.get("reason", "")))
        return {} if found is None else {"reason": found}
