"""Visits: whom a visitor goes to, what is taken along on the phone, and one visit written down, however late it comes.

The phone has people masked. Names, addresses and numbers are taken along only by an act of their own, for this purpose,
each view written in the ledger; the phone keeps them sealed, and no longer than the shift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from bihuan.core.access.actors import Actor
from bihuan.core.access.errors import Denied
from bihuan.core.matters import engine
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.matters.once import once
from bihuan.core.people.masks import Masked, masked
from bihuan.core.people.reveal import reveal
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec import Text
from bihuan.modules.verification import roster, scripts
from bihuan.modules.verification.calls import NothingToTakeBack, Recorded
from bihuan.modules.verification.keys import Unfinished
from bihuan.modules.verification.models import Item, Worker
from bihuan.modules.verification.payloads import (
    Attempt,
    Confirmation,
    Finding,
    GivenUp,
    Measure,
    Method,
    Missed,
    Moved,
    Referred,
    TakenBack,
    Unverified,
    Why,
)

MOST: Final = 60
"""People on one list; a visitor does not reach more in a day."""
LATEST: Final = timedelta(hours=72)
"""A phone that was off for longer has its visits entered by hand."""
CARRIED: Final = timedelta(hours=12)
"""How long a phone keeps what was taken along, at the most."""
AGAIN: Final = timedelta(hours=4)
"""After nobody was there, somebody goes again no sooner than this."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found at a door."""

    item: UUID
    result: str
    seen_at: datetime
    remark: str = ""
    to: str = ""
    propose: Measure = Measure.NONE


RESULTS: Final = {
    "confirm": Text("属实", "As stated"),
    "otherwise": Text("不属实", "Not as stated"),
    "moved": Text("已离开本县", "Moved away"),
    "nobody": Text("没有人在", "Nobody there"),
    "no_such": Text("查无此人", "No such person"),
    "refused": Text("不愿回答", "Will not answer"),
    "help": Text("需要帮助", "Needs help"),
    "give_up": Text("多次联系不上", "Never reached"),
}


def of_visitor(actor: Actor) -> list[Item]:
    """Return whom the visitor goes to, by township and when they are due: given ones, and those nobody has yet."""
    assert actor.officer_id is not None
    worker = Worker.objects.filter(officer_id=actor.officer_id).first()
    nobodys = Q(officer_id=None)
    if worker and worker.townships:
        nobodys &= Q(township__in=worker.townships)
    return list(
        Item.objects.filter(
            Q(officer_id=actor.officer_id) | nobodys, stage="visit", jurisdiction=actor.jurisdiction
        )
        .select_related("matter")
        .order_by("due_at", "pk")[:MOST]
    )


def data(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the visitor's list as the phone keeps it: people masked. A handful of queries."""
    found = sorted(of_visitor(actor), key=lambda one: (one.township, one.due_at, str(one.pk)))
    names = masked({one.matter.person_id for one in found if one.matter.person_id})
    until = roster.shift_of(actor.officer_id, now) if actor.officer_id else None
    return {
        "officer": f"{actor.name[:1]}*",
        "at": now.isoformat(),
        "carry_until": min(until or now + CARRIED, now + CARRIED).isoformat(),
        "results": [{"code": code, **_words(text)} for code, text in RESULTS.items()],
        "visits": [
            _line(one, names.get(one.matter.person_id) if one.matter.person_id else None) for one in found
        ],
    }


def _line(item: Item, person: Masked | None) -> dict[str, Any]:
    again = item.again_at
    return {
        "item": str(item.pk),
        "number": item.matter.number,
        "who": "" if person is None else person.name,
        "phone": "" if person is None else person.phone,
        "township": item.township,
        "reason": item.reason,
        "due": item.due_at.isoformat(),
        "again": None if again is None else again.isoformat(),
        "visits": item.visits,
        "calls": item.calls,
        "asks": _words(scripts.script_for(item.reason).asks),
        "says": _words(scripts.spoken(item)),
    }


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def carry(items: Sequence[UUID], actor: Actor) -> dict[str, dict[str, str]]:
    """Return name, address and number of those the visitor takes along; every view is written in the ledger.

    Whoever is no longer on the visitor's list, or was erased, is left out.
    """
    mine = {one.pk: one.matter.person_id for one in of_visitor(actor)}
    taken: dict[str, dict[str, str]] = {}
    for item in items:
        person = mine.get(item)
        if person is None:
            continue
        try:
            taken[str(item)] = reveal(person, ["name", "phone", "address"], "contact", item, actor)
        except (Denied, ErasedError):
            continue
    return taken


def parse(body: Mapping[str, Any], now: datetime) -> Visit:
    """Read a visit as the phone sends it. Raises ValueError, KeyError or TypeError for what cannot be one."""
    seen = datetime.fromisoformat(str(body["seen_at"]))
    if seen.tzinfo is None or seen < now - LATEST:
        raise ValueError("seen_at")
    result = str(body["result"])
    if result not in RESULTS:
        raise ValueError("result")
    return Visit(
        UUID(str(body["item"])), result, min(seen, now), str(body.get("remark") or "").strip()[:200],
        str(body.get("to") or "").strip()[:40], Measure(str(body.get("propose") or "none")),
    )  # fmt: skip


def write(visit: Visit, *, actor: Actor, key: str) -> Recorded:
    """Write a visit down once, however often it is sent.

    Raises NotDone: somebody else has settled it meanwhile, a word is missing, the key came with another body.
    """
    mark = blake2b(repr(visit).encode(), digest_size=16).digest()
    return once(Recorded, actor, f"visit/{key}", mark, lambda: _write(visit, actor, key))


def _write(visit: Visit, actor: Actor, key: str) -> Recorded:
    row = Item.objects.select_for_update().filter(pk=visit.item, jurisdiction=actor.jurisdiction).first()
    if row is None:
        raise NotYours
    if row.officer_id not in {None, actor.officer_id}:
        raise NotYours
    code, payload = _step(row, visit)
    done = engine.perform(
        visit.item, code, payload, actor=actor, key=f"visit/{key}/0", occurred_at=visit.seen_at
    )
    return Recorded(visit.item, done.entry_id)


class NotYours(NotDone):
    """The visit is somebody else's now, or there is none."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此人已改派他人上门，您的记录没有保存；请把情况告诉组长",
                "The visit was given to somebody else; your record was not saved: tell the lead what you found",
            )
        )


def _step(row: Item, visit: Visit) -> tuple[str, Any]:
    method, remark = Method.IN_PERSON, visit.remark
    if visit.result == "otherwise" and not remark:
        raise Unfinished(Text("不属实的，请写一句实情", "Not as stated: say how it is"))
    if visit.result == "moved" and not visit.to:
        raise Unfinished(Text("请写明现在所在的县（区）", "Name the county where the person is now"))
    steps: dict[str, tuple[str, Any]] = {
        "confirm": ("confirm", Confirmation(method=method, propose=visit.propose, remark=remark)),
        "otherwise": ("find_otherwise", Finding(method=method, propose=visit.propose, remark=remark)),
        "moved": ("forward", Moved(method=method, to=visit.to, remark=remark)),
        "nobody": (
            "miss_visit",
            Attempt(method=method, result=Missed.NO_ANSWER, again_at=_again(row, visit)),
        ),
        "no_such": ("give_up", GivenUp(why=Unverified.NO_SUCH, method=method, remark=remark)),
        "refused": ("hand_to_lead", Referred(why=Why.REFUSED, method=method, remark=remark)),
        "help": ("hand_to_lead", Referred(why=Why.HELP, method=method, remark=remark)),
        "give_up": ("give_up", GivenUp(why=Unverified.NOT_REACHED, method=method, remark=remark)),
    }
    return steps[visit.result]


def _again(row: Item, visit: Visit) -> datetime:
    """Return from when somebody goes again: in four hours, or half the time that is left where it is due sooner."""
    left = (row.due_at - visit.seen_at) / 2
    return visit.seen_at + max(timedelta(minutes=30), min(AGAIN, left))


def take_back(item: UUID, *, actor: Actor, key: str) -> Recorded:
    """Take the visitor's own latest result on a person back. Raises NothingToTakeBack, Refused, Stale."""
    mark = blake2b(repr(("back", item)).encode(), digest_size=16).digest()
    return once(Recorded, actor, f"visit/{key}", mark, lambda: _take_back(item, actor, key))


def _take_back(item: UUID, actor: Actor, key: str) -> Recorded:
    row = Item.objects.select_for_update().filter(pk=item, jurisdiction=actor.jurisdiction).first()
    if row is None or row.last_entry is None or row.last_by != actor.officer_id:
        raise NothingToTakeBack
    version = Matter.objects.values_list("version", flat=True).get(pk=item)
    back = TakenBack(entry=row.last_entry, was=row.last_step)
    done = engine.perform(item, "visit_again", back, actor=actor, key=f"visit/{key}/0", version=version)
    return Recorded(item, done.entry_id)
