"""The call sheet: who is rung next, what came of it by one key, and taking back what was pressed by mistake.

The one whose turn it is comes on one screen only: a claim is taken with SKIP LOCKED, holds for as long as somebody sits
there (the screen says so every minute), and falls back by itself when an officer goes away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.matters.once import once
from bihuan.core.spec import Text
from bihuan.modules.verification.keys import Pressed, steps
from bihuan.modules.verification.models import Item, Worker
from bihuan.modules.verification.payloads import TakenBack
from bihuan.modules.verification.roster import absent_callers
from bihuan.modules.verification.rules import TAKE_BACK

CLAIM: Final = timedelta(minutes=10)
"""How long somebody stays on a screen that says nothing more; a screen that is looked at renews it."""

# Whose turn it is: whoever is on the screen already; those to be rung again whose time has come; those never rung; each by
# when they are due. Partial indexes give the first of each at once, however many wait, and each is one statement: found,
# passed over where somebody else has just found the same, and claimed.
CLAIMED = (
    "UPDATE verification_item SET claimed_by = %(me)s, claimed_until = %(until)s WHERE {} RETURNING matter_id"
)
HELD = CLAIMED.format("claimed_by = %(me)s AND claimed_until >= %(now)s AND stage = 'call'")
TURN = """matter_id = (
  SELECT matter_id FROM verification_item WHERE stage = 'call' AND officer_id = %(officer)s AND {whose}
     AND (claimed_until IS NULL OR claimed_until < %(now)s){fits}
   ORDER BY {order} LIMIT 1 FOR UPDATE SKIP LOCKED)"""
AGAIN = {"whose": "again_at IS NOT NULL AND again_at <= %(now)s", "order": "again_at"}
FRESH = {"whose": "again_at IS NULL", "order": "due_at, matter_id"}
FITS = " AND (%(everywhere)s OR township = ANY(%(townships)s)) AND (language = '' OR language = ANY(%(languages)s))"
OWN = tuple(CLAIMED.format(TURN.format(fits="", **one)) for one in (AGAIN, FRESH))
OTHERS = tuple(CLAIMED.format(TURN.format(fits=FITS, **one)) for one in (AGAIN, FRESH))
TAKE = "UPDATE verification_item SET claimed_by = %s, claimed_until = %s WHERE matter_id = %s"


class NoLongerYours(NotDone):
    """The person is on somebody else's screen, or has been dealt with."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此人已由他人核查，或已从您的呼叫单移走，这次没有保存。请看下一人",
                "Somebody else is on to this person, or they left your sheet; nothing was saved. Go on to the next",
            )
        )


class NothingToTakeBack(NotDone):
    """There is no result of one's own that may still be taken back."""

    def __init__(self) -> None:
        super().__init__(Text("没有可撤回的结果", "There is no result to take back"))


def take_next(actor: Actor, now: datetime) -> UUID | None:
    """Return who is on the officer's screen now: whoever is there already, else the next; None where nobody waits.

    Whoever has nobody left helps out on the sheets of colleagues who have gone, as far as they take these people.
    """
    asked = {"me": actor.officer_id, "officer": actor.officer_id, "now": now, "until": now + CLAIM}
    with connection.cursor() as cursor:
        return _first(cursor, (HELD, *OWN), asked) or _helping_out(cursor, actor, asked)


def _first(cursor: Any, queries: Sequence[str], asked: Mapping[str, Any]) -> UUID | None:
    for query in queries:
        cursor.execute(query, asked)
        row = cursor.fetchone()
        if row is not None:
            return UUID(str(row[0]))
    return None


def _helping_out(cursor: Any, actor: Actor, asked: Mapping[str, Any]) -> UUID | None:
    assert actor.officer_id is not None
    worker = Worker.objects.filter(officer_id=actor.officer_id).first()
    townships = worker.townships if worker else []
    fits = {
        **asked, "everywhere": not townships, "townships": townships,
        "languages": worker.languages if worker else [],
    }  # fmt: skip
    for absent in absent_callers(actor.jurisdiction, asked["now"]):
        found = _first(cursor, OTHERS, {**fits, "officer": absent})
        if found is not None:
            return found
    return None


def let_go(actor: Actor) -> None:
    """Take whoever is on the officer's screen off it: a pause, the end of a shift, a closed page."""
    Item.objects.filter(claimed_by=actor.officer_id).update(claimed_by=None, claimed_until=None)


def keep(actor: Actor, item: UUID, now: datetime) -> bool:
    """Say that the officer is still with this person; False where the claim is gone."""
    held = Item.objects.filter(matter_id=item, claimed_by=actor.officer_id, stage="call")
    return bool(held.update(claimed_until=now + CLAIM))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What pressing a key brought: whose verification, and the ledger entry. Kept under the request's key."""

    item: UUID
    entry: int

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"item": str(self.item), "entry": self.entry}

    @classmethod
    def again(cls, kept: dict[str, Any], /) -> Recorded:
        """Return the outcome of an earlier, equal request."""
        return cls(UUID(kept["item"]), kept["entry"])


def _mark(*what: object) -> bytes:
    return blake2b(repr(what).encode(), digest_size=16).digest()


def press(item: UUID, pressed: Pressed, *, actor: Actor, key: str, now: datetime | None = None) -> Recorded:
    """Record what came of a call. The same key again changes nothing and answers the same.

    Raises NoLongerYours, Unfinished, Refused, KeyReused.
    """
    at = now or timezone.now()
    return once(
        Recorded,
        actor,
        f"call/{key}",
        _mark("call", item, pressed),
        lambda: _press(item, pressed, actor, key, at),
    )


def _press(item: UUID, pressed: Pressed, actor: Actor, key: str, now: datetime) -> Recorded:
    row = Item.objects.select_for_update().filter(matter_id=item, jurisdiction=actor.jurisdiction).first()
    if row is None or row.stage != "call" or not _is_with(row, actor, now):
        raise NoLongerYours
    entry = 0
    for number, (code, payload) in enumerate(steps(row, pressed, now)):
        done = engine.perform(item, code, payload, actor=actor, key=f"call/{key}/{number}", occurred_at=now)
        entry = entry or done.entry_id
    return Recorded(item, entry)


def _is_with(row: Item, actor: Actor, now: datetime) -> bool:
    """Tell whether the person is on the officer's screen, or on nobody's and on the officer's sheet."""
    if row.claimed_until is not None and row.claimed_until >= now:
        return row.claimed_by == actor.officer_id
    return actor.officer_id in {row.officer_id, row.claimed_by}


def last_of(actor: Actor, now: datetime) -> Item | None:
    """Return the person of the officer's latest result, where it may still be taken back."""
    return (
        Item.objects.filter(last_by=actor.officer_id, last_at__gte=now - TAKE_BACK, last_entry__isnull=False)
        .order_by("-last_at", "-last_entry")
        .first()
    )


def take_back(actor: Actor, *, key: str, now: datetime | None = None) -> UUID:
    """Take the officer's latest result back and put the person on the screen again; the same key does it once.

    Raises NothingToTakeBack, Refused.
    """
    at = now or timezone.now()
    return once(
        Recorded, actor, f"back/{key}", _mark("back", actor.officer_id), lambda: _take_back(actor, key, at)
    ).item


def _take_back(actor: Actor, key: str, now: datetime) -> Recorded:
    row = last_of(actor, now)
    if row is None or row.last_entry is None:
        raise NothingToTakeBack
    version = Matter.objects.values_list("version", flat=True).get(pk=row.matter_id)
    back = TakenBack(entry=row.last_entry, was=row.last_step)
    done = engine.perform(
        row.matter_id, "call_again", back, actor=actor, key=f"back/{key}/0", version=version, occurred_at=now
    )
    let_go(actor)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [actor.officer_id, now + CLAIM, row.matter_id])
    return Recorded(row.matter_id, done.entry_id)
