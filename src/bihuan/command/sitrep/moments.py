"""Values at a moment, kept for a while: with cut-off and known-at given, a figure's value does not change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.matters.errors import Refused
from bihuan.core.matters.registry import figures
from bihuan.core.spec.matters import Refusal
from bihuan.core.spec.text import Text

HELD, HELD_SECONDS = "figures/known_at", 120
KEPT_SECONDS = 3600
TO_COME = Text("截止时刻不能晚于现在", "The cut-off cannot be later than now")
SETTLING = timedelta(minutes=2)  # entries may still be committing that were recorded before


def read(text: str) -> datetime | None:
    """Read a moment from an address (`2021-11-16T00:00`, `now`); the county's clock where no zone is given."""
    if text.strip() == "now":
        return timezone.now()
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not 2000 <= found.year <= 9000:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)


def cutoff(text: str, usual: datetime) -> datetime:
    """Return the cut-off an address asks for, or the usual one.

    Raises Refused for one still to come: what will have happened by then nobody knows, and a page that showed
    today's numbers under that date would be believed.
    """
    found = read(text) or usual
    if found > timezone.now():
        raise Refused(Refusal(TO_COME, instead=Text("请改为现在或更早的时刻", "Choose a time up to now")))
    return found


def steady() -> datetime:
    """Return the time as known at which drafts are shown: now, held for two minutes, so that pages agree."""
    held: datetime | None = cache.get(HELD)
    if held is None:
        held = timezone.now()
        cache.set(HELD, held, HELD_SECONDS)
    return held


def moment(cutoff: datetime, known_at: datetime | None = None) -> Moment:
    """Return the moment for the county; known as of now (held for two minutes) unless said otherwise."""
    return Moment.of(cutoff, settings.BIHUAN.jurisdiction, known_at or steady())


def known_values(at: Moment) -> Mapping[str, int]:
    """Return all figures at a moment; asked of the ledger once, then kept."""
    versions = "-".join(f"{f.version}" for f in figures().values())
    key = f"figures/{at.jurisdiction}/{at.cutoff.timestamp()}/{at.known_at.timestamp()}/{versions}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = values(at)
        if at.known_at <= timezone.now() - SETTLING:
            cache.set(key, found, KEPT_SECONDS)
        else:
            cache.set(key, found, int(SETTLING.total_seconds()))
    return found
