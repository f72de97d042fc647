"""Giving an officer's people to colleagues: somebody went home ill, or has too many to be in time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.modules.verification.payloads import Assigned
from bihuan.modules.verification.roster import colleagues
from bihuan.modules.verification.routing import CALL, VISIT, Dealer, Group, plan
from bihuan.modules.verification.runs import loads

AT_ONCE = 2000
THEIRS = """
SELECT matter_id, stage, township, language FROM verification_item
 WHERE {} AND stage IN ('call', 'visit') AND (claimed_until IS NULL OR claimed_until < %(now)s)
 ORDER BY due_at, matter_id LIMIT %(most)s
"""


@transaction.atomic
def hand_over(officer: UUID | None, now: datetime, *, actor: Actor, key: str) -> tuple[int, int]:
    """Deal an officer's people out to those on shift; returns how many went and how many nobody could take.

    None: those who are to be called or visited and are nobody's yet.    Whoever is on the officer's screen just now stays there. Two thousand at once, the earliest due first.
    """
    with connection.cursor() as cursor:
        whose = "officer_id IS NULL" if officer is None else "officer_id = %(officer)s"
        cursor.execute(THEIRS.format(whose), {"officer": officer, "now": now, "most": AT_ONCE})
        found = [(row[0], (CALL if row[1] == CALL else VISIT, row[2], row[3])) for row in cursor.fetchall()]
    waiting: Counter[Group] = Counter(group for _, group in found)
    others = [one for one in colleagues(actor.jurisdiction, now) if one.id != officer]
    dealer = Dealer(plan(waiting, others, loads(actor.jurisdiction), now))
    steps = []
    for item, group in found:
        to = dealer.next(group)
        if to is not None:
            steps.append((item, Step("reassign", Assigned(officer=to), now)))
    given = engine.perform_many(steps, actor=actor, key=f"over/{key}").entries if steps else 0
    return given, len(found) - given
