"""Who came near a person: shared room, ventilation zone, trip or staff round, from the record, with the evidence.

The list a positive result asks for. Being on it is a reason to look, never a finding; not being on it proves
nothing either. Rooms and zones come from the placements, trips and rounds from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from bihuan.modules.quarantine.cross_infection import INFECTIOUS_BEFORE
from bihuan.modules.quarantine.matter import ON_ROUND

STAFF_ROUND: Final = timedelta(minutes=30)
"""How far apart two visits of one officer are still one round. A local rule: no national text names a time; the

case investigation may look further, on the same records. Visits count from `INFECTIOUS_BEFORE` the sample on.
"""
ROOM, ZONE, TRIP, ROUND = "room", "zone", "trip", "round"
KINDS: Final = (ROOM, TRIP, ZONE, ROUND)
"""The kinds of link, the closest first."""


@dataclass(frozen=True, slots=True)
class Link:
    """Why somebody is on the list. What `since` and `until` are depends on the kind:

    room, zone: from when to when they shared it; trip: when the person concerned travelled, and the other one;
    round: when the officer was with the person concerned, and with the other one (`times`: how often so).
    `detail` is the room, the trip's number, or the officer's name.
    """

    kind: str
    since: datetime
    until: datetime
    detail: str
    times: int


@dataclass(slots=True)
class Companion:
    """One person on the list, with the stay and all that links them."""

    stay_id: UUID
    person_id: UUID
    number: str
    state: str
    place_id: UUID
    place: str
    links: list[Link] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        """Return the kinds of link there are."""
        return {link.kind for link in self.links}


def companions(stay: UUID) -> list[Companion]:
    """Return who came near this stay's person, the closest first. One query."""
    asked: dict[str, Any] = {
        "stay": stay,
        "before": INFECTIOUS_BEFORE,
        "apart": STAFF_ROUND,
        "posts": [post.code for post in ON_ROUND],
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPANIONS, asked)
        rows = cursor.fetchall()
    found: dict[UUID, Companion] = {}
    for kind, since, until, detail, times, *who in rows:
        one = found.setdefault(who[1], Companion(*who))
        one.links.append(Link(kind, since, until, detail, times))
    for one in found.values():
        one.links.sort(key=lambda link: (KINDS.index(link.kind), link.since))
    return sorted(found.values(), key=lambda one: (KINDS.index(one.links[0].kind), one.number))


def counted(near: Iterable[Companion]) -> dict[str, int]:
    """Return how many people each kind of link names; one person may count for several."""
    listed = list(near)
    return {kind: sum(kind in one.kinds for one in listed) for kind in KINDS}


ROOMS_SHARED = """
  SELECT q.stay_id, CASE WHEN r.id = mine.room_id THEN 'room' ELSE 'zone' END AS link,
         greatest(q.since, mine.since) AS since, least(q.until, mine.until) AS until,
         r.building || '-' || r.number AS detail, 1 AS times
    FROM (SELECT p.since, p.until, r.id AS room_id, r.site_id, r.building, r.zone
            FROM quarantine_placement p JOIN quarantine_occupancy o ON o.id = p.occupancy_id
            JOIN quarantine_room r ON r.id = o.room_id WHERE p.stay_id = %(stay)s) mine
    JOIN quarantine_room r ON r.site_id = mine.site_id AND r.building = mine.building
         AND (r.id = mine.room_id OR (r.zone = mine.zone AND r.zone > 0))
    JOIN quarantine_occupancy o ON o.room_id = r.id AND o.since < mine.until AND o.until > mine.since
    JOIN quarantine_placement q ON q.occupancy_id = o.id AND q.since < mine.until AND q.until > mine.since
"""

# a trip's number is used again on another day: the same number on the same day is the same trip
TRIPS_SHARED = """
  SELECT e.matter_id, 'trip', mine.occurred_at, e.occurred_at, mine.trip, 1
    FROM (SELECT occurred_at, upper(replace(normalize(payload->>'trip', NFKC), ' ', '')) AS trip,
                 date_trunc('day', occurred_at, 'Asia/Shanghai') AS day
            FROM ledger_entry WHERE matter_id = %(stay)s AND payload ? 'trip') mine
    JOIN ledger_entry e ON e.kind IN ('quarantine.stay.admit', 'quarantine.stay.transfer_site')
         AND e.occurred_at >= mine.day AND e.occurred_at < mine.day + interval '1 day'
         AND upper(replace(normalize(e.payload->>'trip', NFKC), ' ', '')) = mine.trip
"""

# a corrected record counts as it stands now; where nobody opened the door, nobody was met
ROUNDS_SHARED = """
  SELECT DISTINCT ON (v.matter_id) v.matter_id, 'round', p.occurred_at, v.occurred_at, f.name,
         (count(*) OVER (PARTITION BY v.matter_id))::int
    FROM own p JOIN visits v ON v.actor_id = p.actor_id AND v.matter_id <> p.matter_id
         AND v.occurred_at BETWEEN p.occurred_at - %(apart)s AND p.occurred_at + %(apart)s
    JOIN access_officer f ON f.id = p.actor_id
   ORDER BY v.matter_id, v.occurred_at < p.occurred_at, abs(extract(epoch FROM v.occurred_at - p.occurred_at))
"""

COMPANIONS = f"""
WITH me AS (
  SELECT t.site_id, m.person_id, coalesce(t.positive_at - %(before)s, t.admitted_at) AS since,
         coalesce(t.ended_at, 'infinity') AS until
    FROM quarantine_stay t JOIN matters_matter m ON m.id = t.matter_id WHERE t.matter_id = %(stay)s
), visits AS MATERIALIZED (  -- stay by stay, each by its index: whatever the planner believes of the ledger's size
  SELECT DISTINCT v.* FROM me JOIN quarantine_stay t ON t.site_id = me.site_id AND t.admitted_at <= me.until
         AND coalesce(t.ended_at, 'infinity') >= me.since
   CROSS JOIN LATERAL (
     SELECT e.matter_id, e.actor_id, e.occurred_at FROM ledger_entry e
      WHERE e.matter_id = t.matter_id AND e.kind = 'quarantine.stay.observe'
        AND e.occurred_at BETWEEN me.since AND me.until + %(apart)s
        AND e.post = ANY(%(posts)s) AND e.actor_id IS NOT NULL AND NOT e.payload @> '{{"no_answer": true}}'
        AND NOT EXISTS (SELECT FROM ledger_entry c WHERE c.corrects = e.id)
     OFFSET 0) v
), own AS MATERIALIZED (
  SELECT * FROM visits WHERE matter_id = %(stay)s
), linked (stay_id, link, since, until, detail, times) AS (
  ({ROOMS_SHARED}) UNION ALL ({TRIPS_SHARED}) UNION ALL ({ROUNDS_SHARED})
)
SELECT l.link, l.since, l.until, l.detail, l.times, m.id, m.person_id, m.number, m.state, m.place_id, p.name
  FROM linked l JOIN matters_matter m ON m.id = l.stay_id JOIN places_place p ON p.id = m.place_id
 CROSS JOIN me WHERE m.person_id <> me.person_id
 ORDER BY m.opened_at DESC
"""  # noqa: S608 - constants
