"""Who acts: an officer in one post at one organ, the person concerned, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from bihuan.core.spec.posts import PUBLIC, SYSTEM
from bihuan.core.spec.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from bihuan.core.access.models import Appointment, Officer

SESSION_KEY = "appointment"
_KEPT = "_bihuan_actor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and in which post; everything an act may depend on, and what the ledger keeps of the actor.

    `organ`: code of the organ acted for. `place_ids`: the places a post bound to places reaches, None where
    it is not bound. `person_id`: set where a person acts in a matter of their own.
    """

    officer_id: UUID | None
    post: str
    organ: str | None
    jurisdiction: str
    place_ids: tuple[UUID, ...] | None
    name: str
    person_id: UUID | None = None

    @property
    def requester(self) -> UUID:
        """Return whose idempotency keys the actor's are: the officer's, the person's, or the system's own."""
        return self.officer_id or self.person_id or UUID(int=0)


def system_actor(jurisdiction: str) -> Actor:
    """Return the system as an actor: deadlines that pass, matters that follow from others, periodic work."""
    return Actor(None, SYSTEM.code, None, jurisdiction, None, SYSTEM.zh)


def person_actor(person_id: UUID, jurisdiction: str) -> Actor:
    """Return the person concerned as an actor, in a matter of their own."""
    return Actor(None, PUBLIC.code, None, jurisdiction, None, PUBLIC.zh, person_id)


class NoAppointment(Exception):
    """The officer holds no post now, so nothing may be done or seen; `text` says so in both languages."""

    text = Text(
        "您目前没有任职岗位,不能办理或查看事项。请与本单位管理员联系",
        "You hold no post at present, so you cannot see or do anything here. Ask your organ's administrator",
    )

    def __init__(self) -> None:
        super().__init__(self.text.zh)


def running(officer: Officer, at: datetime | None = None) -> QuerySet[Appointment]:
    """Return the officer's appointments that run at a moment (now), the oldest first."""
    moment = at or timezone.now()
    return (
        officer.appointments.filter(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)
        .select_related("organ", "place")
        .order_by("since", "id")
    )


def choices(officer: Officer) -> list[Appointment]:
    """Return the appointments to choose from when switching: one for each organ and post."""
    first: dict[tuple[str, str], Appointment] = {}
    for appointment in running(officer):
        first.setdefault((appointment.organ_id, appointment.post), appointment)
    return list(first.values())


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in officer in the post chosen for this session, the first one where none was chosen.

    Raises NoAppointment for whoever is not signed in or holds no post. One query a request, kept on it.
    """
    kept: Actor | None = getattr(request, _KEPT, None)
    if kept is None:
        if not request.user.is_authenticated:
            raise NoAppointment
        officer = request.user
        kept = acting(officer, list(running(officer)), request.session.get(SESSION_KEY))
        setattr(request, _KEPT, kept)
    return kept


def switch(request: HttpRequest, appointment_id: UUID) -> Actor:
    """Act in another of one's own posts for the rest of the session. Raises NoAppointment."""
    officer = cast("Officer", request.user)
    held = list(running(officer))
    if not any(a.id == appointment_id for a in held):
        raise NoAppointment
    request.session[SESSION_KEY] = str(appointment_id)
    actor = acting(officer, held, str(appointment_id))
    setattr(request, _KEPT, actor)
    return actor


def acting(officer: Officer, held: Sequence[Appointment], chosen: str | None = None) -> Actor:
    """Return the officer acting under one of these running appointments: the chosen one, or the first.

    Appointments to the same post at the same organ for several places act as one that reaches them all.
    """
    if not held or not officer.is_active:
        raise NoAppointment
    appointment = next((a for a in held if str(a.id) == chosen), held[0])
    same = [a for a in held if (a.organ_id, a.post) == (appointment.organ_id, appointment.post)]
    bound = all(a.place_id is not None for a in same)
    places = tuple(a.place_id for a in same if a.place_id is not None)
    return Actor(
        officer_id=officer.id,
        post=appointment.post,
        organ=appointment.organ_id,
        jurisdiction=appointment.organ.jurisdiction,
        place_ids=places if bound else None,
        name=officer.name,
    )
