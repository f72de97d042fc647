"""A merge undone → what rested on it: rows are asked anew for whom they name, and a sender who was answered is told.

While two records were one person, rows of both asked for one verification. Taken apart, each row goes back to the person
it names: it leaves the other's verification and asks for one of that person. What was fed back in between no longer
holds, so the list comes back to its desk with a letter to the sender. The books balance before, at and after the moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection
from django.dispatch import receiver
from django.utils import timezone

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.people.merging import unmerged
from bihuan.core.spec import Text
from bihuan.modules.alerts import papers
from bihuan.modules.alerts.matter import HOURS_TO_ANSWER
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.payloads import Correction
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import Asked, Attached

SOURCE: Final = "alerts"
ASTRAY: Final = """
SELECT r.id, r.list_id, coalesce(p.merged_into_id, p.id), r.reason, r.item_id, r.sent <> '', r.township, r.pushed_at, r.said
  FROM alerts_alertrow r JOIN people_person p ON p.id = r.person_id
  JOIN matters_matter m ON m.id = r.item_id JOIN people_person q ON q.id = m.person_id
 WHERE r.person_id = ANY(%s) AND r.fate = 'accepted'
   AND coalesce(p.merged_into_id, p.id) <> coalesce(q.merged_into_id, q.id)
 ORDER BY r.id
"""
OPEN_ALREADY: Final = """
SELECT coalesce(p.merged_into_id, p.id), i.reason, m.id
  FROM matters_matter m JOIN verification_item i ON i.matter_id = m.id JOIN people_person p ON p.id = m.person_id
 WHERE m.person_id = ANY(%s) AND m.closed_at IS NULL AND i.source = 'alerts'
"""
MOVE: Final = """
UPDATE alerts_alertrow r SET item_id = n.item, standing = CASE WHEN r.fate = 'accepted' THEN 'pending' ELSE r.standing END
  FROM unnest(%s::bytea[], %s::uuid[]) AS n (said, item)
 WHERE r.jurisdiction = %s AND r.said = n.said AND r.fate <> 'rejected'
"""
TAKE_BACK: Final = {"signed": "note_correction", "fed_back": "take_back", "closed": "take_back"}


class Row(NamedTuple):
    """A row that asks for the verification of another person than the one it names."""

    id: int
    list_id: UUID
    person: UUID
    reason: str
    item: UUID
    sent: bool
    township: str
    pushed_at: datetime | None
    said: bytes


@receiver(unmerged)
def ask_anew(sender: Any, people: Sequence[UUID], actor: Actor, **_: Any) -> None:
    """Let rows that went with the other person's verification ask for one of their own; tell the senders."""
    with connection.cursor() as cursor:
        cursor.execute(ASTRAY, [list(people)])
        rows = [Row(*row) for row in cursor.fetchall()]
    if not rows:
        return
    now, system = timezone.now(), system_actor(actor.jurisdiction)
    left = Counter((row.item, row.list_id) for row in rows)
    steps = [
        (item, Step("attach", Attached(source_id=of, rows=-n), now, belated=True))
        for (item, of), n in left.items()
    ]
    engine.perform_many(steps, actor=system, raising=True)
    _ask(rows, people, now, system)
    _tell(rows, now, system)


def _ask(rows: Sequence[Row], people: Sequence[UUID], now: datetime, system: Actor) -> None:
    """Attach the rows to what is being verified of their person for their reason, else open it."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_ALREADY, [list(people)])
        items: dict[tuple[UUID, str], UUID] = {(person, why): item for person, why, item in cursor.fetchall()}
    groups: dict[tuple[UUID, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.person, row.reason].append(row)
    opened, attached = [], []
    for key, mine in groups.items():
        by_list = Counter(row.list_id for row in mine)
        if key not in items:
            items[key] = uuid.uuid7()
            opened.append(_opening(items[key], mine, by_list.pop(mine[0].list_id), now))
        attached += [
            (items[key], Step("attach", Attached(source_id=of, rows=n, due_at=_due(now)), now))
            for of, n in by_list.items()
        ]
    if opened:
        engine.open_many(ITEM, opened, actor=system, raising=True)
    if attached:
        engine.perform_many(attached, actor=system, raising=True)
    with connection.cursor() as cursor:
        said = [row.said for row in rows]
        cursor.execute(MOVE, [said, [items[row.person, row.reason] for row in rows], system.jurisdiction])


def _opening(item: UUID, rows: Sequence[Row], count: int, now: datetime) -> Opening:
    first = rows[0]
    asked = Asked(
        source=SOURCE, source_id=first.list_id, reason=first.reason, rows=count, township=first.township, due_at=_due(now),
        epidemic=True, pushed_at=first.pushed_at or now,
    )  # fmt: skip
    title = Text(f"核查 · {first.reason}", f"To verify: {first.reason}")
    return Opening(asked, now, person_id=first.person, matter_id=item, title=title)


def _due(now: datetime) -> datetime:
    return now + timedelta(hours=HOURS_TO_ANSWER)


def _tell(rows: Iterable[Row], now: datetime, system: Actor) -> None:
    """Bring every list of which something was fed back to its desk, with a letter to its sender."""
    sent = [row for row in rows if row.sent]
    concerned = Counter(row.list_id for row in sent)
    lists = AlertList.objects.filter(matter_id__in=concerned).select_related("matter", "matter__organ")
    for alert_list in lists.order_by("matter_id"):
        n = concerned[alert_list.matter_id]
        person = next(row.person for row in sent if row.list_id == alert_list.matter_id)
        matter: Matter = alert_list.matter
        transition = TAKE_BACK.get(matter.state)
        if transition is not None:
            step = Step(transition, Correction(rows=n, person=person), now)
            engine.perform_many([(matter.id, step)], actor=system, raising=True)
        papers.correction_letter(alert_list, matter, n, now, actor=system)
