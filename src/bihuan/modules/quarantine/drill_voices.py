"""What people under observation say in the drill: requests for help, and one objection to an order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from bihuan.core.access.actors import person_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.models import Matter
from bihuan.core.spec import MatterType, Text
from bihuan.modules.quarantine.matter import OBJECTION, REQUEST
from bihuan.modules.quarantine.payloads import Need, ObjectionRaised, RequestForHelp

NEEDS = (
    (Need.MEDICINE, "降压药只够两天了", 1),
    (Need.DIET, "对花生过敏,请换餐", 3),
    (Need.PSYCHOLOGICAL, "连着几天睡不着,想找人说说", 6),
    (Need.OTHER, "孩子要上网课,房间没有网络", 20),
)


def speak(jurisdiction: str) -> None:
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


def have_spoken() -> bool:
    """Tell whether the objection, which comes last, is there."""
    return Matter.objects.filter(type=OBJECTION.code).exists()


def _open(
    kind: MatterType[Any], payload: Any, person: UUID, place: UUID, jurisdiction: str, key: str, at: Any,
    title: Text,
) -> None:  # fmt: skip
    opening = Opening(payload=payload, occurred_at=at, person_id=person, place_id=place, title=title)
    engine.open(kind, opening, actor=person_actor(person, jurisdiction), key=key)
