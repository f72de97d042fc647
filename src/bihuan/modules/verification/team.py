"""What the lead sees: each list and each officer, what is done, due and late, and whether today's pace is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.modules.verification.forecast import USUAL_PACE, Outlook, outlook
from bihuan.modules.verification.roster import Colleague
from bihuan.modules.verification.services import SOURCES

LISTS: Final = """
SELECT source_id, min(source), count(*), count(*) FILTER (WHERE stage = ''), count(*) FILTER (WHERE stage = 'route'),
       count(*) FILTER (WHERE stage = 'call'), count(*) FILTER (WHERE stage = 'visit'),
       count(*) FILTER (WHERE stage = 'lead'), count(*) FILTER (WHERE stage <> '' AND due_at < %(now)s),
       min(due_at) FILTER (WHERE stage <> ''), count(*) FILTER (WHERE stage = '' AND last_at >= %(today)s),
       count(*) FILTER (WHERE stage IN ('call', 'visit') AND officer_id IS NULL)
  FROM verification_item WHERE jurisdiction = %(jurisdiction)s
 GROUP BY source_id
HAVING count(*) FILTER (WHERE stage <> '') > 0 OR max(last_at) >= %(today)s
 ORDER BY min(due_at) FILTER (WHERE stage <> '') NULLS LAST, source_id LIMIT %(most)s
"""
OFFICERS: Final = """
SELECT i.officer_id, count(*), count(*) FILTER (WHERE i.due_at < %(now)s), count(*) FILTER (WHERE i.due_at < %(night)s),
       count(*) FILTER (WHERE i.again_at > %(now)s)
  FROM verification_item i
 WHERE i.jurisdiction = %(jurisdiction)s AND i.stage IN ('call', 'visit') AND i.officer_id IS NOT NULL
 GROUP BY i.officer_id
"""
TRIED: Final = """
SELECT officer_id, count(*), count(*) FILTER (WHERE reached), min(at), max(at)
  FROM verification_tried
 WHERE jurisdiction = %(jurisdiction)s AND at >= %(today)s AND taken_back_at IS NULL AND officer_id IS NOT NULL
 GROUP BY officer_id
"""
CLOSED: Final = """
SELECT last_by, count(*) FROM verification_item
 WHERE jurisdiction = %(jurisdiction)s AND stage = '' AND last_at >= %(today)s AND last_by IS NOT NULL
   AND outcome <> 'by_record'
 GROUP BY last_by
"""
MOST: Final = 200
TELLING: Final = 5
"""Attempts from which on an officer's own pace tells more than the usual one."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list or directive: how many verifications it asked for, where they stand, and whether it will be in time."""

    source_id: UUID
    title: Text
    number: str
    total: int
    done: int
    to_route: int
    calling: int
    visiting: int
    with_lead: int
    late: int
    due_at: datetime | None
    done_today: int
    nobodys: int
    outlook: Outlook

    @property
    def open(self) -> int:
        """Return how many are still open."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """One officer's day: what is on the sheet, what is late or due today, attempts, how many were reached, closed."""

    who: Colleague
    open: int
    late: int
    due_today: int
    again: int
    attempts: int
    reached: int
    closed: int
    pace: float

    @property
    def share_reached(self) -> int | None:
        """Return how many of a hundred attempts reached somebody; None without attempts."""
        return round(100 * self.reached / self.attempts) if self.attempts else None


@dataclass(frozen=True, slots=True)
class Team:
    """The lead's screen."""

    lists: Sequence[ListLine]
    officers: Sequence[OfficerLine]
    open: int
    to_route: int
    with_lead: int
    late: int
    nobodys: int
    pace: float

    @property
    def endangered(self) -> list[ListLine]:
        """Return the lists that will miss their time at today's pace."""
        return [line for line in self.lists if line.outlook.misses]


def team(jurisdiction: str, workers: Sequence[Colleague], now: datetime) -> Team:
    """Return how the team stands. Five queries, whatever the number of lists and officers."""
    today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    asked: dict[str, Any] = {
        "jurisdiction": jurisdiction, "now": now, "today": today, "night": today + timedelta(days=1), "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LISTS, asked)
        lists = cursor.fetchall()
        cursor.execute(OFFICERS, asked)
        loads = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(TRIED, asked)
        tried = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(CLOSED, asked)
        closed = dict(cursor.fetchall())
    officers = [
        _officer(one, loads.get(one.id), tried.get(one.id), closed.get(one.id, 0), now) for one in workers
    ]
    pace = sum(line.pace for line in officers if line.who.on_shift)
    ends = max((one.until for one in workers if one.until is not None), default=None)
    lines = _lists(lists, pace, ends, now)
    return Team(
        lines, officers, sum(line.open for line in lines), sum(line.to_route for line in lines),
        sum(line.with_lead for line in lines), sum(line.late for line in lines), sum(line.nobodys for line in lines), pace,
    )  # fmt: skip


def _officer(who: Colleague, load: Row | None, tried: Row | None, closed: int, now: datetime) -> OfficerLine:
    open_, late, due_today, again = load or (0, 0, 0, 0)
    attempts, reached = tried[:2] if tried else (0, 0)
    hours = max(1.0, (now - tried[2]).total_seconds() / 3600) if tried else 1.0
    pace = closed / hours if attempts >= TELLING else USUAL_PACE
    return OfficerLine(who, open_, late, due_today, again, attempts, reached, closed, pace)


def _lists(rows: Sequence[Row], pace: float, ends: datetime | None, now: datetime) -> list[ListLine]:
    """Return the lines of the lists; the team works them in the order in which they are due."""
    titles = Matter.objects.in_bulk([row[0] for row in rows])
    made: list[ListLine] = []
    ahead = 0
    for source_id, source, *counts in rows:
        known = titles.get(source_id)
        named = known is not None and bool(known.title_zh)
        title = Text(known.title_zh, known.title_en or known.title_zh) if known and named else SOURCES[source]
        total, done, to_route, calling, visiting, lead, late, due_at, today, nobodys = counts
        made.append(
            ListLine(
                source_id, title, known.number if known else "", total, done, to_route, calling, visiting, lead, late,
                due_at, today, nobodys, outlook(total - done, ahead, pace, due_at, now, ends),
            )
        )  # fmt: skip
        ahead += total - done
    return made
