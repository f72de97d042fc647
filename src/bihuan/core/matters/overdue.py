"""Officers are told once that a deadline passed: at once where it is the first within the hour, else together.

Each officer has a mark up to which he or she has been told. A deadline passes the mark once, so nothing is told
twice; one that had passed already when it was set (a register's stay of last month) never passes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bihuan.core.access.duty import on_duty, reached
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.matters.models import Matter, ToldUntil
from bihuan.core.matters.registry import matter_type
from bihuan.core.matters.telling import about, filled
from bihuan.core.matters.turns import awaited
from bihuan.core.messages.addresses import IN_APP, MAIL, ToOffice, ToOfficer
from bihuan.core.messages.sending import Outgoing, send_many
from bihuan.core.spec.text import Text

AT_MOST: Final = timedelta(hours=1)
"""How often one officer is told of deadlines; what passes in between comes together in the next message."""
NAMED: Final = 3
ONE, MANY = "matters.overdue", "matters.overdue_many"


@dataclass(frozen=True, slots=True)
class _OnDuty:
    """An officer with the running appointments."""

    officer: Officer
    held: list[Appointment]


def tell_overdue(jurisdiction: str, now: datetime | None = None) -> int:
    """Tell the officers of the posts that a passed deadline waits for; returns how many were told.

    Two sweepers at once tell once: each takes the officers whose mark it could lock.
    """
    now = now or timezone.now()
    officers: dict[UUID, _OnDuty] = {}
    for one in on_duty(jurisdiction):
        officers.setdefault(one.officer_id, _OnDuty(one.officer, [])).held.append(one)
    with transaction.atomic():
        marks = _marks(officers, now)
        if not marks:
            return 0
        passed = _passed(jurisdiction, min(mark.until for mark in marks), now)
        messages: list[Outgoing] = []
        for mark in marks:
            mine = _of(officers[mark.officer_id], [m for m in passed if _due(m) > mark.until])
            mark.until = now
            if mine:
                mark.told_at = now
                messages += _messages(officers[mark.officer_id].officer, mine, now)
        ToldUntil.objects.bulk_update(marks, ["until", "told_at"])
        send_many(messages, jurisdiction=jurisdiction)
    return sum(mark.told_at == now for mark in marks)


def _marks(officers: dict[UUID, _OnDuty], now: datetime) -> list[ToldUntil]:
    """Return, locked, the marks of officers who may be told now; a new officer's begins now."""
    known = set(ToldUntil.objects.values_list("officer_id", flat=True))
    new = [ToldUntil(officer_id=one, until=now) for one in officers if one not in known]
    ToldUntil.objects.bulk_create(new, ignore_conflicts=True)
    quiet = Q(told_at__isnull=True) | Q(told_at__lte=now - AT_MOST)
    found = ToldUntil.objects.select_for_update(skip_locked=True, of=("self",))
    return list(found.filter(quiet, officer_id__in=officers, until__lt=now))


def _passed(jurisdiction: str, since: datetime, now: datetime) -> list[Matter]:
    """Return the open matters whose deadline passed in (since, now], the gravest and oldest first."""
    found = Matter.objects.filter(
        jurisdiction=jurisdiction, closed_at__isnull=True, due_at__gt=since, due_at__lte=now
    )
    return list(found.select_related("place", "organ").defer("due").order_by("rank", "due_at", "id"))


def _due(matter: Matter) -> datetime:
    assert matter.due_at is not None
    return matter.due_at


def _of(on_duty: _OnDuty, matters: Sequence[Matter]) -> list[Matter]:
    return [m for m in matters if any(_waits_for(m, held) and reached(held, m) for held in on_duty.held)]


def _waits_for(matter: Matter, held: Appointment) -> bool:
    kind = matter_type(matter.type)
    return held.post in awaited(kind, kind.state(matter.state))


def _messages(officer: Officer, matters: Sequence[Matter], now: datetime) -> Iterator[Outgoing]:
    """Yield one message, inside the application and by mail where there is an address."""
    first, alone = matters[0], len(matters) == 1
    names = "、".join(matter.number for matter in matters[:NAMED])
    count = str(len(matters))
    more = {"count": Text(count, count), "numbers": Text(names, names)}
    code = ONE if alone else MANY
    params = filled(code, {**about(first), **more}, officer.language)
    to: dict[str, ToOfficer | ToOffice] = {IN_APP: ToOfficer(officer.id)}
    if officer.mail:
        to[MAIL] = ToOffice(officer.mail)
    for channel, recipient in to.items():
        yield Outgoing(
            code, channel, recipient, key=f"overdue/{officer.id}/{now.timestamp():.0f}/{channel}",
            params=params, matter_id=first.id if alone else None, language=officer.language,
        )  # fmt: skip
