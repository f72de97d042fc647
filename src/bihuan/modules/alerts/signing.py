"""Signing for a list: one act, in one transaction: its rows, whose they are, what is to be verified, the receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.people.blind import identifier_blind
from bihuan.core.people.linking import Linking
from bihuan.core.people.linking.addresses import parse as parse_address
from bihuan.core.spec.text import Text
from bihuan.modules.alerts import hashes, keeping, papers
from bihuan.modules.alerts.keeping import Kept, Portion
from bihuan.modules.alerts.matter import HOURS_TO_ANSWER, LIST
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.payloads import Received, Signed
from bihuan.modules.alerts.planning import Plan
from bihuan.modules.alerts.reading import ADDRESS, IDENTIFIER, REASON, Pushed

FRESH: Final = timedelta(hours=HOURS_TO_ANSWER)
"""A list that was pushed longer ago is recorded after the event: it counts from when it was pushed."""


@dataclass(slots=True)
class Work:
    """What all lists of a run share: who signs, whose the rows are, and rows taken up that a later list repeats."""

    actor: Actor
    batch: UUID
    linking: Linking
    repeated: frozenset[bytes]
    known: dict[bytes, Kept] = field(default_factory=dict)


def repeated(plans: Iterable[Plan]) -> frozenset[bytes]:
    """Return the contents that some row of these lists repeats."""
    return frozenset(plan.hashes[row] for plan in plans for row in plan.again)


def sign(plan: Plan, work: Work) -> None:
    """Sign for a list; one that another process signed for in the meantime is the same list (`plan.same`)."""
    if not plan.wanted:
        return
    try:
        with transaction.atomic():
            plan.same, mine = _sign(plan, work)
    except IntegrityError:
        plan.same = _signed_elsewhere(plan.pushed, work.actor.jurisdiction)
        if plan.same is None:
            raise
    else:
        work.known.update(mine)


def _signed_elsewhere(pushed: Pushed, jurisdiction: str) -> AlertList | None:
    found = AlertList.objects.filter(jurisdiction=jurisdiction, sha256=pushed.sha256)
    return found.select_related("matter").first()


def moments(pushed: Pushed, now: datetime) -> tuple[datetime, datetime]:
    """Return when a list was received and when it was signed for.

    It was received when its last row was pushed. A list of today is signed for now; an older one is a record made after
    the event, as a register's rows are: nothing of it happened today, and its time limits ran from then.
    """
    last = pushed.pushed_between()[1]
    if last is None or last >= now:
        return now, now
    return last, now if now - last <= FRESH else last


def _sign(plan: Plan, work: Work) -> tuple[AlertList, dict[bytes, Kept]]:
    pushed, actor = plan.pushed, work.actor
    received, signed = moments(pushed, timezone.now())
    alert_list = _row(plan, work, received)
    portion = _portion(plan, work, alert_list.matter_id)
    again = _set_items(portion)
    mine = _repeats(plan, work, portion)
    alert_list.persons = len({person for person, _ in portion.keys})
    alert_list.save(force_insert=True)
    keeping.write(portion)
    first, last = pushed.pushed_between()
    payload = Received(
        name=pushed.name, sha256=pushed.sha256.hex(), size=pushed.size, sender=pushed.sender, first_pushed=first,
        last_pushed=last,
    )  # fmt: skip
    receipt = Signed(
        rows=pushed.rows, accepted=len(plan.fresh), rejected=len(pushed.bad), duplicates=len(plan.again),
        persons=alert_list.persons, repeated=again,
    )  # fmt: skip
    opening = Opening(
        payload,
        received,
        matter_id=alert_list.matter_id,
        title=_title(pushed),
        history=[Step("sign", receipt, signed)],
    )
    engine.open_many(LIST, [opening], actor=actor, raising=True)
    alert_list.matter = Matter.objects.select_related("organ").get(pk=alert_list.matter_id)
    alert_list.receipt = papers.receipt(alert_list, receipt, signed, actor=actor)
    alert_list.save(update_fields=["receipt"])
    return alert_list, mine


def _set_items(portion: Portion) -> int:
    """Give each row its verification: the one that is open for the person and reason, else a new one.

    Returns how many rows attach to one that was open. Merged records are one person.
    """
    merges = keeping.merges(portion.jurisdiction)
    kept = {person: merges.get(person, person) for person in portion.persons}
    known_under = set(kept.values())
    others = [person for person, into in merges.items() if into in known_under]
    opened: dict[tuple[UUID, str], UUID] = {}
    for person, reason, item in keeping.open_items({*kept, *known_under, *others}):
        opened.setdefault((merges.get(person, person), reason), item)
    portion.keys = [(kept[person], why) for person, why in zip(portion.persons, portion.reasons, strict=True)]
    items = {key: opened.get(key) or uuid.uuid7() for key in dict.fromkeys(portion.keys)}
    portion.items = [items[key] for key in portion.keys]
    _name_records(portion, merges, others)
    return sum(key in opened for key in portion.keys)


def _name_records(portion: Portion, merges: dict[UUID, UUID], others: list[UUID]) -> None:
    """Keep a row of a merged person under the very record that it names, so that a merge can be taken back."""
    if not others:
        return
    blinds = keeping.identifiers(others)
    into = {merges[person] for person in others}
    for row, (person, _) in enumerate(portion.keys):
        if person in into:
            named = blinds.get(identifier_blind(portion.cells[row][IDENTIFIER]))
            portion.persons[row] = (
                named if named is not None and merges[named] == person else portion.persons[row]
            )


def _title(pushed: Pushed) -> Text:
    sender = pushed.sender
    return Text(f"{sender or '来件'} {pushed.rows:,} 条", f"{pushed.rows:,} rows from {sender or 'a sender'}")


def _row(plan: Plan, work: Work, received: datetime) -> AlertList:
    pushed = plan.pushed
    first, last = pushed.pushed_between()
    return AlertList(
        matter_id=uuid.uuid7(), jurisdiction=work.actor.jurisdiction, name=pushed.name, sha256=pushed.sha256,
        size=pushed.size, sender=pushed.sender, first_pushed=first, last_pushed=last, received_at=received,
        rows=pushed.rows, accepted=len(plan.fresh), duplicates=len(plan.again), rejected=len(pushed.bad),
        headings=pushed.headings, layout=pushed.layout, encoding=pushed.encoding, nuls=pushed.nuls, batch_id=work.batch,
    )  # fmt: skip


def _portion(plan: Plan, work: Work, list_id: UUID) -> Portion:
    """Return the accepted rows, with whose they are, and the malformed lines."""
    pushed, rows = plan.pushed, plan.fresh
    cells = [pushed.said[row] for row in rows]
    numbers = [hashes.number(one) for one in cells]
    before = keeping.known_numbers(work.actor.jurisdiction, numbers)
    corrects = []
    for number in numbers:
        corrects.append(number is not None and number in before)
        if number is not None:
            before.add(number)
    return Portion(
        list_id, work.actor.jurisdiction,
        places=[pushed.lines[row] for row in rows], cells=cells,
        hashes=[plan.hashes[row] for row in rows], numbers=numbers, corrects=corrects,
        reasons=[hashes.reason(one[REASON]) for one in cells],
        townships=[parse_address(one[ADDRESS]).township[:40] for one in cells],
        pushed=[pushed.pushed[row] for row in rows],
        decided_by=[work.linking.decided_by[at] for at in plan.at],
        persons=work.linking.take_up(plan.at),
        rejected=[((bad.sheet, bad.line), bad.text) for bad in pushed.bad],
    )  # fmt: skip


def _repeats(plan: Plan, work: Work, portion: Portion) -> dict[bytes, Kept]:
    """Add the rows that repeat another one, each with whose that one is; return those that later lists repeat."""
    rows = zip(portion.hashes, portion.persons, portion.items, portion.decided_by, strict=True)
    mine = {said: Kept(person, item, by) for said, person, item, by in rows if said in work.repeated}
    for row in plan.again:
        said = plan.hashes[row]
        kept = mine.get(said) or plan.before.get(said) or work.known[said]
        cells, pushed = plan.pushed.said[row], plan.pushed.pushed[row]
        portion.repeated.append((plan.pushed.lines[row], said, pushed, hashes.reason(cells[REASON]), kept))
    return mine
