"""Periodic work on people: announcing what is about to be erased, and erasing what is due."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from bihuan.core.people.erasure import announce, erase_due

log = logging.getLogger(__name__)


@app.periodic(cron="17 3 * * *", periodic_id="people.erase")
@app.task(name="people.erase", queueing_lock="people.erase", lock="people.erase")
def erase(timestamp: int) -> None:
    """Announce and erase, every night at 3:17; a night that was missed is made up the next time."""
    now = timezone.now()
    announced = announce(settings.BIHUAN.jurisdiction, now)
    done = erase_due(settings.BIHUAN.jurisdiction, now)
    log.info(
        "erasure: %d announced, %d purposes and %d identities erased",
        announced, done.purposes, done.identities,
    )  # fmt: skip
