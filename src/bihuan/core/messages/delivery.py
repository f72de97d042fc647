"""Carrying a message outside, once: claimed, handed over, recorded; tried again later where it was surely
not taken.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.access.recording import record
from bihuan.core.messages import templates
from bihuan.core.messages.addresses import IN_APP
from bihuan.core.messages.channels import Channel, Impossible, Letter, TryLater, Unclear, channel
from bihuan.core.messages.events import publish
from bihuan.core.messages.outbox import Message
from bihuan.core.people.sealing import ErasedError, open_sealed

BACK_OFF: Final = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
"""Seconds before the second, third … attempt; after the last one the message has failed."""
CLAIM: Final = timedelta(minutes=5)
"""How long one attempt may take; after it the message counts as abandoned by a killed worker."""
log = logging.getLogger("bihuan.messages")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt brought: the message's new state, and when to try again where it is queued."""

    state: str
    again_at: datetime | None = None


def attempt(message_id: UUID) -> Outcome | None:
    """Try to deliver one message; None where it is not due, or somebody else is at it.

    The claim is committed before anything leaves, so two workers never send one message.
    """
    message = _claim(message_id)
    if message is None:
        return None
    carrier = channel(message.channel)
    if message.state == Message.SENDING and not carrier.repeatable:
        # the worker died in the middle and the other side cannot tell a repeat: a person decides
        return _finish(message, Message.UNCERTAIN, carrier, problem="abandoned")
    return _send(message, carrier)


def _claim(message_id: UUID) -> Message | None:
    """Claim a due message: compare and set on its state; returns it as it stood before."""
    now = timezone.now()
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True).filter(_due(now), pk=message_id).first()
        if message is None:
            return None
        Message.objects.filter(pk=message.pk).update(
            state=Message.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + CLAIM
        )
    message.attempts += 1
    return message


def _due(now: datetime) -> Q:
    """Return which messages are due: queued ones whose time has come, abandoned ones whose claim has run
    out.
    """
    return Q(state__in=[Message.QUEUED, Message.SENDING], next_attempt_at__lte=now)


def _send(message: Message, carrier: Channel) -> Outcome:
    try:
        accepted = carrier.send(letter(message))
    except ErasedError:
        return _finish(message, Message.FAILED, carrier, problem="erased")
    except Impossible as error:
        return _finish(message, Message.FAILED, carrier, problem=error.problem)
    except Unclear as error:
        return _finish(message, Message.UNCERTAIN, carrier, problem=error.problem)
    except TryLater as error:
        return _later(message, carrier, error)
    return _finish(message, Message.SENT, carrier, reference=accepted.reference)


def letter(message: Message) -> Letter:
    """Return a message as it leaves. Raises ErasedError where the person was erased meanwhile."""
    to, personal = message.to_office or str(message.officer_id or ""), {}
    if message.person_id is not None and message.to_sealed is not None:
        to = open_sealed(message.person_id, message.purpose, bytes(message.to_sealed))["to"]
        if message.params_sealed is not None:
            personal = open_sealed(message.person_id, message.purpose, bytes(message.params_sealed))
    template = templates.template(message.template)
    words = templates.render(template, message.language, {**message.params, **personal})
    return Letter(str(message.id), to, words.subject, words.body, message.language, message.created_at)


def _later(message: Message, carrier: Channel, error: TryLater) -> Outcome:
    if message.attempts > len(BACK_OFF):
        return _finish(message, Message.FAILED, carrier, problem=error.problem)
    again_at = timezone.now() + timedelta(seconds=max(BACK_OFF[message.attempts - 1], error.seconds))
    _mine(message).update(
        state=Message.QUEUED, next_attempt_at=again_at, via=carrier.via, problem=error.problem[:64]
    )
    return Outcome(Message.QUEUED, again_at)


def _mine(message: Message) -> QuerySet[Message]:
    """Return the message as long as this attempt still owns it."""
    return Message.objects.filter(pk=message.pk, state=Message.SENDING, attempts=message.attempts)


def _finish(
    message: Message, state: str, carrier: Channel, *, reference: str = "", problem: str = ""
) -> Outcome:
    """Record how an attempt ended, in the outbox and in the ledger, together."""
    now = timezone.now()
    with transaction.atomic():
        changed = _mine(message).update(
            state=state,
            via=carrier.via,
            reference=reference[:160],
            problem=problem[:64],
            next_attempt_at=None,
            sent_at=now if state == Message.SENT else None,
        )
        if changed:
            note(message, state, via=carrier.via, problem=problem, at=now)
            if message.channel == IN_APP and state == Message.SENT:
                publish(f"officer:{message.officer_id}", {"message": str(message.id)})
    if problem:
        log.warning("message %s: %s (%s)", message.id, state, problem)
    return Outcome(state)


def note(
    message: Message,
    event: str,
    *,
    via: str,
    problem: str,
    at: datetime | None = None,
    actor: Actor | None = None,
) -> None:
    """Write what became of a message into the ledger; never to whom or what."""
    record(
        f"messages.{event}",
        actor=actor or system_actor(message.jurisdiction),
        matter_id=message.matter_id,
        person_id=message.person_id,
        at=at,
        payload={
            "message": str(message.id), "channel": message.channel, "template": message.template,
            "via": via, "attempts": message.attempts, "problem": problem,
        },
    )  # fmt: skip


def due(limit: int = 500) -> list[UUID]:
    """Return messages that are due, the longest waiting first."""
    waiting = Message.objects.filter(_due(timezone.now())).order_by("next_attempt_at")
    return list(waiting.values_list("id", flat=True)[:limit])


def ask_for_reports(limit: int = 500) -> int:
    """Ask the gateways what became of messages they took in the last three days; returns how many are
    settled.
    """
    since = timezone.now() - timedelta(days=3)
    settled = 0
    awaited = Message.objects.filter(state=Message.SENT, sent_at__gte=since).exclude(via__in=["sink", IN_APP])
    for message in awaited.order_by("sent_at")[:limit]:
        carrier = channel(message.channel)
        if carrier.via != message.via or not carrier.reports:
            continue
        try:
            found = carrier.report(message.reference)
        except TryLater:
            break  # the gateway is down; the rest would wait for it too
        if found.delivered is not None:
            settled += settle(message, found.delivered, found.at or timezone.now(), found.problem)
    return settled


def settle(message: Message, delivered: bool, at: datetime, problem: str = "") -> bool:
    """Record a delivery receipt, once; False where it was recorded before."""
    state = Message.DELIVERED if delivered else Message.FAILED
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, state=Message.SENT).update(
            state=state, delivered_at=at if delivered else None, problem=problem[:64]
        )
        if changed:
            note(message, state, via=message.via, problem=problem, at=at)
    return bool(changed)


def send_again(message: Message, actor: Actor) -> bool:
    """Send a failed or uncertain message again: a person decided so, and the ledger says who. False: not
    possible.
    """
    from bihuan.core.messages.tasks import deliver

    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, state__in=[Message.FAILED, Message.UNCERTAIN]).update(
            state=Message.QUEUED, next_attempt_at=timezone.now(), attempts=0, problem=""
        )
        if changed:
            note(message, "sent_again", via=message.via, problem=message.problem, actor=actor)
            deliver.defer(message_id=str(message.pk))
    return bool(changed)
