"""The records of verification's own that settle a verification: whoever was verified for this reason lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from bihuan.core.spec import Text
from bihuan.modules.verification.records import Asking, Found, by_person, reads

LATELY: Final = timedelta(days=14)
"""How long a verification stands for the same reason."""
VERIFIED = """
SELECT m.person_id, m.id, i.last_entry, i.last_at, i.reason
  FROM matters_matter m JOIN verification_item i ON i.matter_id = m.id
 WHERE m.type = 'verification.item' AND m.jurisdiction = %s AND m.person_id = ANY(%s::uuid[])
   AND i.outcome IN ('confirmed', 'otherwise', 'fed_back') AND i.method IN ('phone', 'in_person')
   AND i.last_entry IS NOT NULL
"""


@reads("verified", Text("此前已核查", "Verified before"))
def verified_before(asked: Sequence[Asking], jurisdiction: str) -> Mapping[UUID, Sequence[Found]]:
    """Find who was spoken to for the same reason within the last fourteen days before this was pushed."""
    found: dict[UUID, list[Found]] = {}
    for asking, (matter, entry, at, reason) in by_person(VERIFIED, asked, jurisdiction):
        if matter != asking.item and reason == asking.reason and at >= asking.since - LATELY:
            found.setdefault(asking.item, []).append(Found("verified", matter, entry, at))
    return found
