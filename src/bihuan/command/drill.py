"""The drill county: everything a new user needs to see it work, loaded once, through the same doors as a user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import person_actor, system_actor
from bihuan.core.access.recording import record
from bihuan.core.access.setup import command_line_actor, ensure_organs
from bihuan.core.ledger import seals
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.models import Matter
from bihuan.core.spec import MatterType, Text
from bihuan.modules.quarantine import drill as quarantine
from bihuan.modules.quarantine.matter import (
    OBJECTION,
    QUARANTINE_DESK,
    REQUEST,
    SITE_MANAGER,
    SITE_NURSE,
)
from bihuan.modules.quarantine.payloads import Need, ObjectionRaised, RequestForHelp

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the drill brought: ledger entries of stays; 0 where it had been loaded before."""

    entries: int
    before: bool


def load(
    progress: Progress = lambda _what, _done, _all: None, scale: quarantine.Scale | None = None
) -> Loaded:
    """Load the drill county once; run again after being killed it goes on, run again when complete it does nothing."""
    ensure_organs()
    jurisdiction = settings.BIHUAN.jurisdiction
    if Matter.objects.filter(type=OBJECTION.code).exists():
        return Loaded(0, before=True)
    now = _begun(jurisdiction)
    cast = quarantine.Cast(
        desk=command_line_actor(QUARANTINE_DESK),
        manager=command_line_actor(SITE_MANAGER),
        nurse=command_line_actor(SITE_NURSE),
        system=system_actor(jurisdiction),
    )
    entries = quarantine.load(cast, now=now, scale=scale, progress=progress)
    _voices(jurisdiction)
    seals.seal()
    return Loaded(entries, before=False)


def _begun(jurisdiction: str) -> datetime:
    """Return the moment for which the county is made: that of the first attempt, so that a second one goes on."""
    first = Entry.objects.filter(kind="drill.begun", jurisdiction=jurisdiction).order_by("id").first()
    if first is not None:
        return first.occurred_at
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    record("drill.begun", actor=system_actor(jurisdiction), payload={}, at=now)
    return now


NEEDS = (
    (Need.MEDICINE, "降压药只够两天了", 1),
    (Need.DIET, "对花生过敏,请换餐", 3),
    (Need.PSYCHOLOGICAL, "连着几天睡不着,想找人说说", 6),
    (Need.OTHER, "孩子要上网课,房间没有网络", 20),
)


def _voices(jurisdiction: str) -> None:
    """Let some people under observation ask for something, and one contest the order."""
    stays = Matter.objects.filter(type="quarantine.stay", state="observed", person__isnull=False)
    chosen = list(stays.order_by("number").values_list("id", "person_id", "place_id")[: len(NEEDS) * 3])
    now = timezone.now()
    for number, (stay, person, place) in enumerate(chosen):
        need, words, hours = NEEDS[number % len(NEEDS)]
        _open(
            REQUEST, RequestForHelp(need=need, words=words, stay=stay), person, place, jurisdiction,
            f"drill/request/{number}", now - timedelta(hours=hours + number), Text(need.text.zh, need.text.en),
        )  # fmt: skip
    if chosen:
        stay, person, place = chosen[-1]
        _open(
            OBJECTION, ObjectionRaised(words="我没有到过所说的场所,请复核", stay=stay), person, place,
            jurisdiction, "drill/objection", now - timedelta(hours=30),
            Text("对隔离决定的异议", "Objection to the order"),
        )  # fmt: skip


def _open(
    kind: MatterType[Any], payload: Any, person: UUID, place: UUID, jurisdiction: str, key: str, at: datetime,
    title: Text,
) -> None:  # fmt: skip
    opening = Opening(payload=payload, occurred_at=at, person_id=person, place_id=place, title=title)
    engine.open(kind, opening, actor=person_actor(person, jurisdiction), key=key)
