"""Legal holds: what must be kept beyond its date, on which basis, and until when at the latest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.errors import Denied
from bihuan.core.access.recording import record
from bihuan.core.people.models import LegalHold, Person
from bihuan.core.people.sealing import IDENTITY, seal
from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR, SYSTEM
from bihuan.core.spec.text import Text

HOLDING = frozenset({REGISTRAR.code, ADMINISTRATOR.code, SYSTEM.code})
"""Posts that place and lift holds."""


def place_hold(person: Person, *, basis: str, reason: str, until: datetime, actor: Actor) -> LegalHold:
    """Keep a person's data from erasure until a date. The reason is sealed, the basis (an article) not.

    Raises Denied for another post, without basis, or with an end that is not in the future.
    """
    now = timezone.now()
    _may(actor, person)
    if not basis.strip() or not reason.strip():
        raise Denied(Text("请写明依据和理由", "State the legal basis and the reason"))
    if until <= now:
        raise Denied(Text("保留期限须在今天之后", "A hold must end in the future"))
    with transaction.atomic():
        locked = Person.objects.select_for_update().filter(id=person.id, erased_at__isnull=True).first()
        if locked is None:
            raise Denied(
                Text("该人信息已删除,不能再保留", "This person's data are erased; nothing can be held")
            )
        box = seal(person.id, IDENTITY, {"reason": reason})
        hold = LegalHold.objects.create(
            person=locked, basis=basis, reason_sealed=box, since=now, until=until,
            placed_by=actor.officer_id, post=actor.post,
        )  # fmt: skip
        payload = {"basis": basis, "until": until.isoformat()}
        record("people.hold_placed", actor=actor, person_id=person.id, payload=payload, sealed=box, at=now)
    return hold


def lift_hold(hold: LegalHold, *, actor: Actor) -> None:
    """End a hold before its date. Raises Denied for another post."""
    now = timezone.now()
    _may(actor, hold.person)
    with transaction.atomic():
        if LegalHold.objects.filter(id=hold.id, lifted_at__isnull=True).update(lifted_at=now):
            payload = {"basis": hold.basis}
            record("people.hold_lifted", actor=actor, person_id=hold.person_id, payload=payload, at=now)


def holds(person: Person, at: datetime | None = None) -> list[LegalHold]:
    """Return the holds on a person that run at a moment (now)."""
    moment = at or timezone.now()
    return list(person.holds.filter(lifted_at__isnull=True, until__gt=moment).order_by("since"))


def _may(actor: Actor, person: Person) -> None:
    if actor.post not in HOLDING or actor.jurisdiction != person.jurisdiction:
        raise Denied
