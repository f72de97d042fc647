"""Signing for a directive: one act, in one transaction: whom it lists, what is to be verified, the receipt.

And what a workbook of the same number changes later: the issuing body's corrections, feedback that was added.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.models import Matter
from bihuan.core.people.linking import Linking, Said, link
from bihuan.core.spec import Nothing, Text
from bihuan.modules.directives import keeping, papers, planning
from bihuan.modules.directives.matter import DIRECTIVE, RECEIVED, SIGNED
from bihuan.modules.directives.models import Directive
from bihuan.modules.directives.payloads import Amended, FedBack, NotedFeedback, Received, Signed
from bihuan.modules.directives.planning import Plan

FRESH: Final = timedelta(hours=24)
"""A directive that came longer ago is recorded after the event: it was signed for when it came, and nobody is told now."""


@dataclass(slots=True)
class Work:
    """What all workbooks of a run share: who takes them in, in which batch, whose the rows are."""

    actor: Actor
    batch: UUID | None
    linking: Linking
    now: datetime = field(default_factory=timezone.now)


def said_of(plan: Plan) -> list[Said]:
    """Return what the new rows of a workbook say on persons."""
    return [Said(one.name, one.identifier, one.phone, one.address) for one, _ in plan.fresh]


def take(plan: Plan, work: Work) -> Plan:
    """Take a workbook in, in a transaction of its own; return what was done.

    Where another process took the same directive in meanwhile, it is held against that one anew.
    """
    try:
        return _take(plan, work)
    except IntegrityError:
        return _take(*anew(plan, work))


def anew(plan: Plan, work: Work) -> tuple[Plan, Work]:
    """Return the plan for a workbook whose directive came in since it was read, and what it alone needs linked."""
    again = planning.plan(plan.book, work.actor.jurisdiction)
    again.at = range(len(again.fresh))
    return again, Work(work.actor, work.batch, link(said_of(again), work.actor.jurisdiction))


def _take(plan: Plan, work: Work) -> Plan:
    if plan.wanted:
        with transaction.atomic():
            directive = _sign(plan, work) if plan.known is None else update(plan, work)
            plan.number = Matter.objects.values_list("number", flat=True).get(pk=directive.matter_id)
        plan.known, plan.taken = directive, True
    return plan


def _sign(plan: Plan, work: Work) -> Directive:
    cover, now = plan.book.cover, work.now
    received = min(cover.received_at or now, now)
    assert cover.due_at is not None and cover.epidemic is not None
    directive = Directive(
        matter_id=uuid.uuid7(), jurisdiction=work.actor.jurisdiction, reference=cover.reference, issuer=cover.issuer,
        subject=cover.subject, epidemic=cover.epidemic, received_at=received, first_due=cover.due_at, due_at=cover.due_at,
        name=plan.book.name, sha256=plan.book.sha256, form=plan.book.form, batch_id=work.batch,
    )  # fmt: skip
    directive.save(force_insert=True)
    keeping.write_rows(directive.matter_id, plan.fresh, work.linking.take_up(plan.at))
    late = keeping.write_feedback(directive.matter_id, plan.fed, cover.due_at)
    opening = Opening(
        _received(directive), received, matter_id=directive.matter_id, title=title(directive),
        history=_history(plan, directive, late, now),
    )  # fmt: skip
    engine.open_many(DIRECTIVE, [opening], actor=work.actor, raising=True)
    give_receipt(directive, _signed(plan), opening.history[0].occurred_at, work)
    return directive


def title(directive: Directive) -> Text:
    """Return how a directive is called on lists: its number and subject."""
    words = f"{directive.reference} · {directive.subject}"
    return Text(words, words)


def _received(directive: Directive) -> Received:
    return Received(
        reference=directive.reference, issuer=directive.issuer, subject=directive.subject, epidemic=directive.epidemic,
        due_at=directive.first_due, name=directive.name, sha256=bytes(directive.sha256 or b"").hex(),
    )  # fmt: skip


def _signed(plan: Plan) -> Signed:
    book = plan.book
    return Signed(rows=book.rows, listed=len(plan.fresh), repeated=book.repeated, rejected=book.rejected)


def _history(plan: Plan, directive: Directive, late: int, now: datetime) -> list[Step]:
    """Return what a workbook tells of a new directive: signed for, the feedback it came with, fed back where that is whole.

    A workbook whose time is over and whose every row has feedback is one that was fed back; of one whose time still runs
    nobody knows whether it was sent, so the desk sends it.
    """
    signed = now if now - directive.received_at <= FRESH else directive.received_at
    steps = [Step("sign", _signed(plan), signed)]
    if not plan.fed:
        return steps
    first, last = (max(signed, f(one.at for one, _, _ in plan.fed)) for f in (min, max))
    steps.append(Step("keep_whole", Nothing(), first))
    steps.append(Step("note_feedback", _noted(plan, late), last))
    answered = len({whom for _, whom, _ in plan.fed})
    if answered == len(plan.fresh) and directive.due_at < now:
        whole = FedBack(listed=answered, answered=answered, rows=len(plan.fed), late=late, missing=0)
        steps.append(Step("feed_back", whole, last))
    return steps


def _noted(plan: Plan, late: int) -> NotedFeedback:
    return NotedFeedback(rows=len(plan.fed), late=late, name=plan.book.name, sha256=plan.book.sha256.hex())


def give_receipt(directive: Directive, signed: Signed, at: datetime, work: Work) -> None:
    """Give the issuing body its receipt; word of it goes to its office address where the county knows one."""
    directive.matter = Matter.objects.select_related("organ").get(pk=directive.matter_id)
    directive.receipt = papers.receipt(directive, signed, at, actor=work.actor)
    directive.save(update_fields=["receipt"])
    if work.now - directive.received_at <= FRESH:
        papers.tell_receipt(directive, signed)


def update(plan: Plan, work: Work) -> Directive:
    """Take in what a workbook changes: corrections of the cover and the list, and feedback that was added."""
    assert plan.known is not None
    directive = (
        Directive.objects.select_related("matter").select_for_update(of=("self",)).get(pk=plan.known.pk)
    )
    matter, todo = directive.matter.id, list[Step]()
    if directive.matter.state == RECEIVED.code:
        todo.append(Step("sign", _signed(plan), work.now))
    keeping.write_rows(matter, plan.fresh, work.linking.take_up(plan.at))
    keeping.write_altered(plan.altered)
    keeping.write_gone(plan.gone, plan.back)
    if plan.amends and not todo:
        todo.append(Step("amend", _amended(plan), work.now))
    if plan.fed:
        due_at = plan.changes.get("due_at") or directive.due_at
        assert isinstance(due_at, datetime)
        late = keeping.write_feedback(matter, plan.fed, due_at)
        if (todo and todo[0].transition == "sign") or directive.matter.state == SIGNED.code:
            todo.append(Step("keep_whole", Nothing(), work.now))
        todo.append(Step("note_feedback", _noted(plan, late), work.now))
    engine.perform_many([(matter, step) for step in todo], actor=work.actor, raising=True)
    if directive.matter.state == RECEIVED.code:
        give_receipt(directive, _signed(plan), work.now, work)
    changed: dict[str, Any] = {"name": plan.book.name, "sha256": plan.book.sha256}
    if plan.book.form:
        changed["form"] = {**directive.form, **plan.book.form}
    Directive.objects.filter(pk=matter).update(**changed)
    return directive


def _amended(plan: Plan) -> Amended:
    changes: dict[str, Any] = plan.changes
    return Amended(
        fields=tuple(changes), added=len(plan.fresh) + len(plan.back), changed=len(plan.altered), gone=len(plan.gone),
        name=plan.book.name, sha256=plan.book.sha256.hex(), **changes,
    )  # fmt: skip


@transaction.atomic
def sign_alone(directive: Directive, signed: Signed, *, actor: Actor, key: str) -> None:
    """Sign for a directive that stands already, and give its receipt. The same key again changes nothing."""
    now = timezone.now()
    done = engine.perform(
        directive.pk, "sign", signed, actor=actor, key=key or f"sign/{directive.pk}", occurred_at=now
    )
    if not done.repeated:
        give_receipt(directive, signed, now, Work(actor, None, Linking(actor.jurisdiction), now))
