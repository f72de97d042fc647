"""The same numbers from the same files by DuckDB queries written by hand, each as quick as could be found.

One pass over the changes of state for all standings, counts by kind in one scan, the items by two joins; only what the
county has: the figures of stays and sites, and the counts by kind. Nothing is declared, nothing drills down.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from bihuan.core.figures.asking import Moment
from bihuan.core.figures.mirror import live
from bihuan.core.figures.mirror.duckdb_settings import connect, names
from bihuan.core.figures.mirror.manifest import Manifest

KNOWN = """
CREATE TEMP VIEW known AS SELECT * FROM read_parquet({files}, hive_partitioning = false)
 WHERE occurred_at < '{cutoff}'::TIMESTAMPTZ AND recorded_at <= '{known_at}'::TIMESTAMPTZ AND jurisdiction = '{code}'
   AND id NOT IN (SELECT corrects FROM read_parquet({files}, hive_partitioning = false)
                   WHERE corrects IS NOT NULL AND recorded_at <= '{known_at}'::TIMESTAMPTZ)
"""
STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT matter_id, any_value(person_id) AS person, any_value(kind[:16]) AS sort,
       arg_max(to_state, row(occurred_at, version)) AS state, max(occurred_at) AS last
  FROM known WHERE kind LIKE 'quarantine.s%' AND moved GROUP BY matter_id
"""
PERSONS = """
SELECT count(*), count(*) FILTER (WHERE state IN ('admitted', 'observed', 'release_due')),
       count(*) FILTER (WHERE state = 'hospital'), count(*) FILTER (WHERE state IN ('released', 'home'))
  FROM (SELECT arg_max(state, row(state IN ('admitted', 'observed', 'release_due'), last)) AS state
          FROM standing WHERE sort = 'quarantine.stay.' AND state NOT IN ('ordered', 'revoked') GROUP BY person)
"""
SITES = "SELECT count(*) FROM standing WHERE sort = 'quarantine.site.' AND state = 'open'"
KINDS = """
SELECT count(*) FILTER (WHERE kind = 'quarantine.stay.transfer_site'),
       count(*) FILTER (WHERE kind = 'quarantine.stay.transfer_hospital')
  FROM known WHERE kind IN ('quarantine.stay.transfer_site', 'quarantine.stay.transfer_hospital')
"""
POSITIVE = """
SELECT count(DISTINCT matter_id) FROM known
 WHERE kind = 'quarantine.stay.record_test' AND "payload.result" = 'positive'
"""
BOUND = """
CREATE OR REPLACE TEMP TABLE bound AS
SELECT a.matter_id, "payload.protocol_id"::INT AS protocol,
       (epoch_us(a.occurred_at) - day_one) / 6e7 AS since,
       (least(epoch_us(s.last), epoch_us('{cutoff}'::TIMESTAMPTZ) - 1) - day_one) / 6e7 AS till
  FROM (SELECT *, epoch_us(("payload.day_one" || 'T00:00:00+08:00')::TIMESTAMPTZ) AS day_one FROM known
         WHERE kind = 'quarantine.stay.admit') a
  LEFT JOIN standing s ON s.matter_id = a.matter_id
   AND s.state IN ('released', 'transferred', 'hospital', 'home', 'died', 'revoked', 'handed_over')
"""
DUE = """
SELECT count(*) FROM bound b JOIN items i ON i.protocol_id = b.protocol AND i."offset" > b.since AND i."offset" <= b.till
"""
DONE = """
SELECT count(*) FROM known k JOIN bound b ON b.matter_id = k.matter_id
  JOIN items i ON i.protocol_id = b.protocol AND i.code = k."payload.item" AND i."offset" > b.since AND i."offset" <= b.till
 WHERE k.kind IN ('quarantine.stay.observe', 'quarantine.stay.record_test', 'quarantine.stay.waive')
   AND coalesce("payload.no_answer", 'false') = 'false' AND "payload.result" IS DISTINCT FROM 'invalid'
"""


def by_hand(where: Path, held: Manifest, at: Moment) -> Callable[[], dict[str, int]]:
    """Return a function that asks the hand-written queries, all of them each time."""
    database = connect(where)
    with connection.cursor() as cursor:
        database.register("items", live.whole(cursor, "quarantine_protocolitem"))
    given: dict[str, Any] = {
        "files": names([where / file.path for file in held.files]), "cutoff": at.cutoff.isoformat(),
        "known_at": at.known_at.isoformat(), "code": at.jurisdiction,
    }  # fmt: skip
    database.execute(KNOWN.format(**given))

    def one(query: str) -> tuple[Any, ...]:
        return tuple(database.execute(query).fetchall()[0])

    def ask() -> dict[str, int]:
        database.execute(STANDING)
        ever, present, hospital, freed = one(PERSONS)
        between, to_hospital = one(KINDS)
        database.execute(BOUND.format(**given))
        (due,), (done,) = one(DUE), one(DONE)
        (sites,), (positive,) = one(SITES), one(POSITIVE)
        return {
            "quarantine.sites": sites, "quarantine.persons_observed": ever, "quarantine.persons_present": present,
            "quarantine.persons_hospitalised": hospital, "quarantine.persons_released": freed,
            "quarantine.transfers_between_sites": between, "quarantine.transfers_to_hospital": to_hospital,
            "quarantine.positives": positive, "quarantine.items_due": due, "quarantine.items_done": done,
            "quarantine.items_overdue": due - done,
        }  # fmt: skip

    return ask
