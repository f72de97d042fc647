"""Alert lists → verifications → back to the lists: what is signed for is verified, what is found stands at the rows.

A signed list opens one verification for each person and reason; rows pushed again attach to the one that is open. What a
verification comes to is the standing of all rows that ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from bihuan.core.access.actors import system_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Applied, FollowUp, Opening, Step
from bihuan.core.matters.registry import follows
from bihuan.core.spec import Text
from bihuan.modules.alerts.matter import HOURS_TO_ANSWER
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import Asked, Attached

SOURCE: Final = "alerts"
STANDINGS: Final = {
    "forwarded": "forwarded",
    "unreachable": "unreachable",
    "confirmed": "verified",
    "otherwise": "verified",
    "by_record": "verified",
    "fed_back": "verified",
}
"""How the rows stand whose verification stands in a state; in every other state they are pending."""
PENDING: Final = "pending"

WANTED = """
SELECT r.item_id, r.person_id, r.reason, r.rows, r.township, r.pushed_at, m.id IS NOT NULL AS open
  FROM (SELECT item_id, (array_agg(person_id ORDER BY id))[1] AS person_id, reason, count(*) AS rows,
               coalesce(max(nullif(township, '')), '') AS township, min(pushed_at) AS pushed_at, min(id) AS first
          FROM alerts_alertrow WHERE list_id = %s AND fate = 'accepted' GROUP BY item_id, reason) r
  LEFT JOIN matters_matter m ON m.id = r.item_id
 ORDER BY r.first
"""


class Wanted(NamedTuple):
    """What a list asks about one person for one reason; `open`: that is being verified already."""

    item: UUID
    person: UUID
    reason: str
    rows: int
    township: str
    pushed_at: datetime | None
    open: bool


@follows("alerts.list.sign")
def verify(steps: Sequence[Applied]) -> Iterator[FollowUp]:
    """Open what is to be verified of the lists signed for; attach what was pushed again to what is open."""
    for step in steps:
        due_at = step.occurred_at + timedelta(hours=HOURS_TO_ANSWER)
        again = []
        for wanted in _wanted(step.matter_id):
            if wanted.open:
                attached = Attached(source_id=step.matter_id, rows=wanted.rows, due_at=due_at)
                again.append((wanted.item, Step("attach", attached, step.occurred_at)))
            else:
                yield FollowUp(ITEM.code, _opening(wanted, step, due_at))
        if again:
            engine.perform_many(again, actor=system_actor(step.actor.jurisdiction), raising=True)


def _wanted(list_id: UUID) -> list[Wanted]:
    with connection.cursor() as cursor:
        cursor.execute(WANTED, [list_id])
        return [Wanted(*row) for row in cursor.fetchall()]


def _opening(wanted: Wanted, step: Applied, due_at: datetime) -> Opening:
    asked = Asked(
        source=SOURCE, source_id=step.matter_id, reason=wanted.reason, rows=wanted.rows, township=wanted.township,
        due_at=due_at, epidemic=True, pushed_at=wanted.pushed_at or step.occurred_at,
    )  # fmt: skip
    return Opening(
        asked, step.occurred_at, person_id=wanted.person, matter_id=wanted.item, title=_title(wanted.reason)
    )


def _title(reason: str) -> Text:
    return Text(f"核查 · {reason}", f"To verify: {reason}")


STAND = """
UPDATE alerts_alertrow r SET standing = n.standing
  FROM unnest(%s::uuid[], %s::text[]) AS n (item, standing)
 WHERE r.item_id = n.item AND r.fate = 'accepted' AND r.standing <> n.standing
"""


def stand(steps: Sequence[Applied]) -> tuple[()]:
    """Let the rows stand as their verifications do after these steps."""
    moved: dict[UUID, str] = {
        step.matter_id: STANDINGS.get(step.after, PENDING)
        for step in steps
        if STANDINGS.get(step.after) != STANDINGS.get(step.before or "")
    }
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(STAND, [list(moved), list(moved.values())])
    return ()


def _listen() -> None:
    """Listen to every step of a verification that may change how it stands."""
    for transition in ITEM.transitions:
        if transition.to is not None and transition.code != "attach":
            follows(f"{ITEM.code}.{transition.code}")(stand)


_listen()
