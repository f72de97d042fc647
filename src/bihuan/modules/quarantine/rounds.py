"""The daily round: who is visited now, for what, in walking order; and one visit written down.

A visit is one act with one key, however often the phone sends it: the temperature, the symptoms, or that nobody
answered. The phone may be hours late; what counts is when the visit was, which it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.models import Matter
from bihuan.core.people.masks import masked
from bihuan.core.spec import Text
from bihuan.modules.quarantine import queries
from bihuan.modules.quarantine.matter import ABSENT
from bihuan.modules.quarantine.models import Observation as Standing
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import Observation
from bihuan.modules.quarantine.protocol import LOCAL, DueItem
from bihuan.modules.quarantine.queries import StayLine
from bihuan.modules.quarantine.rules import believable

AHEAD = timedelta(hours=5)  # an item may be done this long before it is due
LATEST = timedelta(hours=72)  # a phone that was off for longer has its visits entered by hand
SYMPTOMS = (
    ("cough", Text("咳嗽", "Cough")),
    ("fatigue", Text("乏力", "Fatigue")),
    ("sore_throat", Text("咽痛", "Sore throat")),
    ("diarrhoea", Text("腹泻", "Diarrhoea")),
    ("smell", Text("嗅味觉减退", "Loss of smell")),
    ("other", Text("其他", "Other")),
)
WORDS = {
    "done": Text("正常", "normal"),
    "fever": Text("发热", "fever"),
    "symptoms": Text("有症状", "symptoms"),
    "no_answer": Text("无应答", "no answer"),
    "waived": Text("已免做", "waived"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found at a door. `correct`: it replaces what stands for these items."""

    stay: UUID
    items: tuple[str, ...]
    seen_at: datetime
    temperature: Decimal | None = None
    symptoms: tuple[str, ...] = ()
    no_answer: bool = False
    correct: bool = False


def slot(now: datetime) -> Text:
    """Return which round it is: morning or afternoon."""
    return (
        Text("上午巡查", "Morning round")
        if now.astimezone(LOCAL).hour < 12
        else Text("下午巡查", "Afternoon round")
    )


def of_this_round(stay: StayLine, now: datetime) -> list[DueItem]:
    """Return what a visit answers now: of each kind the item of today whose time has come; tests are sampled apart.

    A morning's item that was missed is not made good by an afternoon's; it stays overdue until it is waived.
    """
    today = now.astimezone(LOCAL).date()
    begun: dict[str, DueItem] = {}
    for due in stay.schedule():
        if due.item.kind != "test" and due.due_at.date() == today and due.due_at - AHEAD <= now:
            begun[due.item.kind] = due
    return list(begun.values())


def due_now(stay: StayLine, now: datetime) -> list[DueItem]:
    """Return what of this round is still to be done."""
    return [due for due in of_this_round(stay, now) if due.item.code not in stay.done]


def data(site: Site, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the round as the phone keeps it: people masked, nothing that was measured before. Five queries."""
    rooms = queries.rooms_with(site.place_id, now)
    running = [stay for room in rooms for stay in room.stays if stay.ended_at is None]
    queries.add_marks(running)
    names = masked({stay.person_id for stay in running})
    return {
        "site": {"code": site.place.code, "name": site.place.name},
        "officer": f"{actor.name[:1]}*",
        "at": now.isoformat(),
        "day": now.astimezone(LOCAL).date().isoformat(),
        "slot": _words(slot(now)),
        "symptoms": [{"code": code, **_words(text)} for code, text in SYMPTOMS],
        "visits": [
            _visit(room, stay, str(names.get(stay.person_id, "")), now)
            for room in rooms
            for stay in room.stays
            if stay.ended_at is None and stay.state != ABSENT.code
        ],
    }


def _visit(room: queries.RoomLine, stay: StayLine, who: str, now: datetime) -> dict[str, Any]:
    today = now.astimezone(LOCAL).date()
    day, asked, left = stay.day(today), of_this_round(stay, now), due_now(stay, now)
    return {
        "stay": str(stay.matter_id),
        "room": room.name,
        "building": room.building,
        "floor": room.floor,
        "who": who,
        "day": _words(Text(f"第 {day} 天", f"day {day}")),
        "items": [
            {
                "code": due.item.code,
                "kind": due.item.kind,
                "due": due.due_at.isoformat(),
                **_words(due.item.label),
            }
            for due in left
        ],
        "done": bool(asked) and not left,
        "last": _last(stay, now),
        "test": _test(stay, now),
        "positive": stay.positive_at is not None,
    }


def _last(stay: StayLine, now: datetime) -> dict[str, str] | None:
    """Return the last visit in a word; what was measured stays sealed."""
    told = [due for due in stay.schedule() if due.item.code in stay.marks and due.item.kind == "temperature"]
    if not told:
        return None
    label, word = told[-1].item.label, WORDS.get(stay.marks[told[-1].item.code])
    return None if word is None else _words(Text(f"{label.zh}：{word.zh}", f"{label.en}: {word.en}"))


def _test(stay: StayLine, now: datetime) -> dict[str, str] | None:
    today = now.astimezone(LOCAL).date()
    end = datetime.combine(today, time.max, LOCAL)
    for due in stay.open_items(end):
        if due.item.kind == "test" and due.due_at.date() == today:
            at = f"{due.due_at:%H:%M}"
            return _words(Text(f"今天还要采样：{at} 前", f"Test still due today, by {at}"))
    return None


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def parse(body: Mapping[str, Any], now: datetime) -> Visit:
    """Read a visit as the phone sends it. Raises ValueError, KeyError or TypeError for what cannot be one."""
    seen = datetime.fromisoformat(str(body["seen_at"]))
    if seen.tzinfo is None or seen < now - LATEST:
        raise ValueError("seen_at")
    items = tuple(str(item) for item in body["items"])
    if not 0 < len(items) <= 4 or not all(0 < len(item) <= 32 for item in items):
        raise ValueError("items")
    known = {code for code, _ in SYMPTOMS}
    symptoms = tuple(str(one) for one in body.get("symptoms", ()))
    heat = body.get("temperature")
    temperature = None if heat is None else Decimal(str(heat)).quantize(Decimal("0.1"))
    if not set(symptoms) <= known or (temperature is not None and not believable(temperature)):
        raise ValueError("measured")
    no_answer = body.get("no_answer", False) is True
    if no_answer and (temperature is not None or symptoms):
        raise ValueError("no_answer")
    if not no_answer and temperature is None and any(":temperature" in item for item in items):
        raise ValueError("temperature")
    return Visit(
        UUID(str(body["stay"])), items, min(seen, now), temperature, symptoms, no_answer,
        body.get("correct", False) is True,
    )  # fmt: skip


def write(visit: Visit, *, actor: Actor, key: str) -> tuple[bool, int]:
    """Write a visit down, whole or not at all; returns whether it had been written before, and how many entries.

    The first visit to somebody just checked in begins the observation. Raises NotDone: the item has been recorded
    by somebody else, the stay has ended, the same key came with another body.
    """
    try:
        return _write(visit, actor, key)
    except IntegrityError:  # its twin from another tab came first
        return _write(visit, actor, key)


def _write(visit: Visit, actor: Actor, key: str) -> tuple[bool, int]:
    with transaction.atomic():
        matter = Matter.objects.only("state", "place_id").get(id=visit.stay)
        if matter.state == "admitted":
            engine.perform(visit.stay, "begin", actor=actor, key=f"{key}/begin", occurred_at=visit.seen_at)
        stands = _stands(visit) if visit.correct else {}
        steps = [
            (visit.stay, Step("observe", _payload(visit, item), visit.seen_at, stands.get(item)))
            for item in visit.items
        ]
        outcome = engine.perform_many(steps, actor=actor, key=key, raising=True)
        return outcome.repeated, outcome.entries


def _stands(visit: Visit) -> dict[str, int]:
    recorded = Standing.objects.filter(stay_id=visit.stay, item__in=visit.items).exclude(mark="waived")
    found = recorded.values_list("item", "entry_id")
    return dict(found)


def _payload(visit: Visit, item: str) -> Observation:
    kind = item.split(":")[1] if ":" in item else ""
    return Observation(
        item=item,
        temperature=visit.temperature if kind == "temperature" else None,
        symptoms=visit.symptoms,
        no_answer=visit.no_answer,
    )
