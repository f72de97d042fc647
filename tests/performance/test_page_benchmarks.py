"""Pages and figures over a million ledger entries: server time and queries, and whether they stay flat.

Then the county grows to five million entries (`BIHUAN_BENCH_FIVE=0` leaves that out) and the pages are measured again.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.matters.models import Matter
from tests.performance.conftest import FIVE, MILLION, Loaded, grow

pytestmark = pytest.mark.performance
REQUESTS = 30
LIMIT_MS, QUERIES = 150, 15


def client(post: str, kind: str) -> Client:
    """A logged-in officer of this post."""
    organ = Organ.objects.get(kind=kind, jurisdiction=settings.BIHUAN.jurisdiction)
    officer, _ = Officer.objects.get_or_create(username=f"bench_{post}", defaults={"name": "演练"})
    Appointment.objects.get_or_create(
        officer=officer, organ=organ, post=post, place=None, defaults={"since": timezone.now()}
    )
    browser = Client()
    browser.force_login(officer)
    return browser


def pages() -> dict[str, tuple[Client, str]]:
    """The four pages that must stay quick."""
    desk, reporter = client("quarantine_desk", "health"), client("reporter", "committee")
    stay = Matter.objects.filter(type="quarantine.stay", state="observed").order_by("-number")[0]
    return {
        "worklist": (desk, "/"),
        "board": (desk, "/sites/01/"),
        "matter": (desk, f"/matters/{stay.pk}/"),
        "report": (reporter, "/report/at/"),
    }


def measure(name: str, browser: Client, address: str) -> tuple[float, float, int]:
    """Return the median and the 95th percentile of the server's time in ms, and the number of queries."""
    assert browser.get(address).status_code == 200, name
    with CaptureQueriesContext(connection):
        browser.get(address)
        queries = len(connection.queries_log)  # now: the next request empties the log
    times = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        browser.get(address)
        times.append((time.perf_counter() - begun) * 1e3)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)], queries


def test_all_figures_over_a_million_entries(
    million: Loaded, django_db_blocker: Any, record_property: Callable[[str, object], None]
) -> None:
    with django_db_blocker.unblock():
        now = timezone.now()
        times = []
        for days in (0, 0.4, 3, 8, 15):
            begun = time.perf_counter()
            values(Moment.of(now - timedelta(days=days), settings.BIHUAN.jurisdiction))
            times.append(time.perf_counter() - begun)
    print(f"\nall figures over {million.entries} entries: " + ", ".join(f"{t:.2f} s" for t in times))
    record_property("figures_seconds", times)
    assert statistics.median(times) < 1


def test_pages_over_a_million_entries(
    million: Loaded, django_db_blocker: Any, record_property: Callable[[str, object], None]
) -> None:
    with django_db_blocker.unblock():
        sizes = [million.entries]
        told = {name: [measure(name, *page)] for name, page in pages().items()}
        if FIVE:
            sizes.append(grow(million, MILLION, FIVE).entries)
            for name, page in pages().items():
                told[name].append(measure(name, *page))
    print(f"\nentries {sizes}")
    for name, rows in told.items():
        print(f"{name:9}", *(f"median {m:6.1f} ms  p95 {p:6.1f} ms  {q} queries;" for m, p, q in rows))
        record_property(name, rows)
    for name, rows in told.items():
        assert all(0 < queries <= QUERIES for _, _, queries in rows), name
        assert all(p95 < LIMIT_MS for _, p95, _ in rows), name
