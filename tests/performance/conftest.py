"""Counties of a given size for benchmarks, loaded once a run through the bulk door and kept for all that read.

`BIHUAN_BENCH_PEOPLE` (default 6,591) is the reference county, `BIHUAN_BENCH_MILLION` (default 27,000 people, a
good million ledger entries) the large one, `BIHUAN_BENCH_FIVE` (default 135,000, five million) the largest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.access.setup import command_line_actor
from bihuan.modules.quarantine import drill
from bihuan.modules.quarantine.matter import QUARANTINE_DESK, SITE_MANAGER, SITE_NURSE

PEOPLE = int(os.environ.get("BIHUAN_BENCH_PEOPLE", "6591"))
MILLION = int(os.environ.get("BIHUAN_BENCH_MILLION", "27000"))
FIVE = int(os.environ.get("BIHUAN_BENCH_FIVE", "135000"))


@dataclass(frozen=True)
class Loaded:
    """A county that was loaded: how many entries, in how many seconds."""

    entries: int
    seconds: float
    desk: Actor


def load(scale: drill.Scale, seed: int) -> Loaded:
    """Load a county of this size; its sites have codes of their own by seed."""
    desk = command_line_actor(QUARANTINE_DESK)
    cast = drill.Cast(
        desk,
        command_line_actor(SITE_MANAGER),
        command_line_actor(SITE_NURSE),
        system_actor(desk.jurisdiction),
    )
    begun = time.perf_counter()
    entries = drill.load(cast, now=timezone.now(), scale=scale, seed=seed)
    return Loaded(entries, time.perf_counter() - begun, desk)


@pytest.fixture(scope="session")
def database(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """The test database; made here where no test of the run asked for it (these run in no transaction)."""
    with django_db_blocker.unblock():
        if connection.settings_dict["NAME"].startswith("test_"):
            yield
            return
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def reference(database: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """The county of the reference scale: 47 sites, 6,591 people with all their observations."""
    with django_db_blocker.unblock():
        loaded = load(drill.Scale(47, PEOPLE), seed=20211116)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield loaded


@pytest.fixture(scope="session")
def million(reference: Loaded, django_db_blocker: Any) -> Iterator[Loaded]:
    """The reference county grown to a million ledger entries: more people, in sites of their own."""
    with django_db_blocker.unblock():
        yield grow(reference, PEOPLE, MILLION)


def grow(county: Loaded, people: int, to: int) -> Loaded:
    """Add people in new sites, through the bulk door, until the county has had this many."""
    from bihuan.core.ledger.models import Entry

    begun = time.perf_counter()
    sites = 47 * (to - people) // PEOPLE
    first_site = 1 + 47 * people // PEOPLE
    load(drill.Scale(max(1, sites), to - people, first_site=first_site, first_person=people), seed=people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Loaded(Entry.objects.count(), time.perf_counter() - begun, county.desk)
