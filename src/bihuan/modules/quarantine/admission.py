"""Check-in at a site: the order where there is none yet, the room, the code of the person's own page. All or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import KeyReused
from bihuan.core.matters.models import Matter, Request
from bihuan.core.people.identity import Identity
from bihuan.core.people.people import known_as, register
from bihuan.core.spec import Text
from bihuan.modules.quarantine import codes
from bihuan.modules.quarantine.matter import STAY, TRANSFERRED
from bihuan.modules.quarantine.models import Room, Site, Stay
from bihuan.modules.quarantine.payloads import Admission, Order

ON_THE_WAY = timedelta(days=2)  # whoever was transferred and arrives within it goes on with the same days


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What a check-in says. Who: an order that waits (`stay`), a known person, or an identity to register."""

    stay: UUID | None = None
    person: UUID | None = None
    identity: Identity | None = None
    order: Order | None = None
    admission: Admission


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The stay that came of it, and the slip."""

    stay: UUID
    number: str
    slip: codes.Slip


def check_in(asked: CheckIn, site: Site, *, actor: Actor, key: str, now: datetime) -> CheckedIn:
    """Order (unless ordered before) and admit, in one transaction; the same key again changes nothing.

    Raises what the engine raises; Conflict where the room is taken or the person is in another site; KeyReused where
    the page was sent before about somebody else. Nothing is kept then, not even the person.
    """
    with transaction.atomic():
        _one_at_a_time(actor, key)
        stay = asked.stay or _order(asked, site, actor, key, now)
        admission = _continued(stay, asked.admission, now)
        outcome = engine.perform(stay, "admit", admission, actor=actor, key=f"{key}/admit", occurred_at=now)
        return CheckedIn(stay, outcome.number, codes.issue(stay, actor))


def _continued(stay: UUID, admission: Admission, now: datetime) -> Admission:
    """Return the admission counted on from the site the person was transferred from, days and episode alike."""
    if admission.day_one is not None:
        return admission
    person = Matter.objects.values_list("person_id", flat=True).get(id=stay)
    before = (
        Stay.objects.filter(
            matter__person_id=person, matter__state=TRANSFERRED.code, ended_at__gt=now - ON_THE_WAY
        )
        .exclude(pk=stay)
        .order_by("-ended_at")
        .first()
    )
    if before is None:
        return admission
    return replace(admission, day_one=before.day_one, episode=before.episode)


def _one_at_a_time(actor: Actor, key: str) -> None:
    """Wait for a twin of this request (a second click), so that it finds what the first one brought."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{actor.officer_id} {key}"])


def _order(asked: CheckIn, site: Site, actor: Actor, key: str, now: datetime) -> UUID:
    assert asked.order is not None
    name = Room.objects.get(pk=asked.admission.room, site=site).number
    category = asked.order.category.text
    opening = Opening(
        payload=asked.order,
        occurred_at=now,
        person_id=asked.person or _registered(asked, actor, key),
        place_id=site.place_id,
        number_place=site.place.code,
        title=Text(f"{category.zh} · {name}", f"{category.en}, {name}"),
    )
    return engine.open(STAY, opening, actor=actor, key=f"{key}/order").matter_id


def _registered(asked: CheckIn, actor: Actor, key: str) -> UUID:
    """Return the person, registered once: without an identifier, a repeated request finds its own earlier one.

    Raises KeyReused where that one was somebody else: the page came back by the browser's button and was filled in
    for the next person, who must not be taken for the first.
    """
    assert asked.identity is not None
    if not asked.identity.identifier:
        earlier = Request.objects.filter(actor=actor.requester, key=f"{key}/order").values_list(
            "result", flat=True
        )
        kept = next(iter(earlier), None)
        if kept is not None:
            person = Matter.objects.values_list("person_id", flat=True).get(id=kept["matter_id"])
            if person is not None:
                if not known_as(person, asked.identity):
                    raise KeyReused
                return person
    return register(asked.identity, actor.jurisdiction)
