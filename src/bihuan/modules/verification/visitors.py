"""Who visits whom a call could not settle: whoever is on shift, takes the township and language, and has the fewest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from bihuan.modules.verification.matter import VISITOR
from bihuan.modules.verification.roster import colleagues

FEWEST = """
SELECT officer_id, count(*) FROM verification_item WHERE jurisdiction = %s AND stage = 'visit' AND officer_id = ANY(%s)
 GROUP BY officer_id
"""


def visitor_for(township: str, language: str, jurisdiction: str, now: datetime) -> UUID | None:
    """Return the visitor on shift who takes these people and has the fewest; None where the lead has to say."""
    able = [
        one.id
        for one in colleagues(jurisdiction, now, (VISITOR.code,))
        if one.on_shift and one.takes(township, language)
    ]
    if not able:
        return None
    with connection.cursor() as cursor:
        cursor.execute(FEWEST, [jurisdiction, able])
        load = dict(cursor.fetchall())
    return min(able, key=lambda one: (load.get(one, 0), str(one)))
