"""Who is on duty: the officers whose running appointment to a post reaches a matter."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Appointment
from bihuan.core.access.permissions import Placed, reaches


def on_duty(jurisdiction: str, posts: Collection[str] | None = None) -> list[Appointment]:
    """Return the running appointments (to these posts) of officers whose account is open. One query."""
    now = timezone.now()
    found = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now),
        since__lte=now, officer__is_active=True, organ__jurisdiction=jurisdiction,
    ).select_related("officer", "organ")  # fmt: skip
    return list(found if posts is None else found.filter(post__in=posts))


def as_actor(held: Appointment) -> Actor:
    """Return the officer as he or she acts under this one appointment."""
    places = None if held.place_id is None else (held.place_id,)
    return Actor(
        held.officer_id, held.post, held.organ_id, held.organ.jurisdiction, places, held.officer.name
    )


def reached(held: Appointment, matter: Placed) -> bool:
    """Tell whether the matter lies where the appointment reaches; the one rule of `permissions` decides."""
    return reaches(as_actor(held), matter)
