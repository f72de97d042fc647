"""The drill county: everything a new user needs to see it work, loaded once, through the same doors as a user."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import system_actor
from bihuan.core.access.recording import record
from bihuan.core.access.setup import ensure_organs
from bihuan.core.ledger import seals
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.drills import Progress, Scene, drills


def load(progress: Progress = lambda _what, _done, _all: None) -> int:
    """Load what the drill county lacks and seal it; returns how many matters came, 0 where all was there."""
    ensure_organs()
    jurisdiction = settings.BIHUAN.jurisdiction
    scene = Scene(jurisdiction, _begun(jurisdiction), progress)
    brought = sum(drill.load(scene) for drill in drills())
    if brought:
        seals.seal()
    return brought


def _begun(jurisdiction: str) -> datetime:
    """Return the moment for which the county is made: that of the first attempt, so that a second one goes on."""
    first = Entry.objects.filter(kind="drill.begun", jurisdiction=jurisdiction).order_by("id").first()
    if first is not None:
        return first.occurred_at
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    record("drill.begun", actor=system_actor(jurisdiction), payload={}, at=now)
    return now
