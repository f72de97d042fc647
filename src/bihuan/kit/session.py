"""Who is at the desk: the officer's running appointments, the one chosen for this session, and who acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import HttpRequest

from bihuan.core.access import actors

if TYPE_CHECKING:
    from bihuan.core.access.models import Appointment, Officer

_HELD = "_bihuan_appointments"


def appointments(request: HttpRequest) -> list[Appointment]:
    """Return the officer's running appointments, oldest first; asked of the database once a request."""
    cached: list[Appointment] | None = getattr(request, _HELD, None)
    if cached is None:
        officer: Any = request.user
        cached = list(actors.running(officer)) if officer.is_authenticated else []
        setattr(request, _HELD, cached)
    return cached


def chosen(request: HttpRequest) -> str | None:
    """Return the appointment chosen for this session, as it was kept."""
    kept = request.session.get(actors.SESSION_KEY) if hasattr(request, "session") else None
    return str(kept) if kept else None


def appointment(request: HttpRequest) -> Appointment | None:
    """Return the appointment the officer works under now: the chosen one, or the first; None without any."""
    running, kept = appointments(request), chosen(request)
    return next((one for one in running if str(one.id) == kept), running[0] if running else None)


def actor(request: HttpRequest) -> actors.Actor:
    """Return who acts, as `core.access.actor_of` does, from the appointments already read for the bar.

    Raises NoAppointment for an officer without a running appointment.
    """
    return actors.acting(cast("Officer", request.user), appointments(request), chosen(request))


def choose(request: HttpRequest, appointment_id: str) -> bool:
    """Work under another running appointment of the same officer; False where it is not his or hers."""
    try:
        actors.switch(request, UUID(appointment_id))
    except (ValueError, actors.NoAppointment):
        return False
    return True
