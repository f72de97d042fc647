"""Writing messages into the outbox, in the transaction of whatever they tell about."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.types import JSONDict

from bihuan.core.messages import addresses, templates
from bihuan.core.messages.addresses import IN_APP, Recipient, ToOffice, ToOfficer, ToPerson
from bihuan.core.messages.outbox import Message
from bihuan.core.people.keyfiles import derived_key, key_encryption_key
from bihuan.core.people.sealing import seal_many


class KeyReused(ValueError):
    """The same idempotency key with other content or another recipient."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to write: `params` without personal data, `personal` with; `key` makes it one."""

    template: str
    channel: str
    to: Recipient
    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    matter_id: UUID | None = None
    language: str = "zh-hans"
    not_before: datetime | None = None


def send(message: Outgoing, *, jurisdiction: str) -> Message:
    """Write one message; it leaves when the running transaction commits, and not at all where it fails.

    Raises UnknownTemplate, WrongFields, BadAddress, KeyReused.
    """
    return send_many([message], jurisdiction=jurisdiction)[0]


@transaction.atomic
def send_many(messages: Sequence[Outgoing], *, jurisdiction: str) -> list[Message]:
    """Write many messages at once; those whose key is known already are returned as they stand."""
    if not messages:
        return []
    rows = [_row(message, jurisdiction) for message in messages]
    _seal(messages, rows)
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    keys = {row.key for row in rows}
    found = {m.key: m for m in Message.objects.filter(jurisdiction=jurisdiction, key__in=keys)}
    for row in rows:
        if bytes(found[row.key].fingerprint) != row.fingerprint:
            raise KeyReused(row.key)
    mine = {row.id for row in rows}
    _wake([message for message in found.values() if message.id in mine])
    return [found[row.key] for row in rows]


def _row(message: Outgoing, jurisdiction: str) -> Message:
    template = templates.template(message.template)
    templates.check(template, message.params, message.personal)
    if message.personal and not isinstance(message.to, ToPerson):
        raise templates.WrongFields(f"{message.template}: personal fields go to the person concerned only")
    now = timezone.now()
    row = Message(
        jurisdiction=jurisdiction,
        key=message.key,
        channel=message.channel,
        template=message.template,
        language=message.language,
        matter_id=message.matter_id,
        params=dict(message.params),
        next_attempt_at=message.not_before or now,
        created_at=now,
    )
    row.fingerprint = _fingerprint(message, _address(message, row))
    return row


def _address(message: Outgoing, row: Message) -> str:
    """Set the row's recipient and return the address in normal form. Raises BadAddress."""
    to = message.to
    if message.channel not in addresses.CHANNELS or (message.channel == IN_APP) != isinstance(to, ToOfficer):
        raise addresses.BadAddress(f"{message.channel} does not reach a {type(to).__name__}")
    if isinstance(to, ToOfficer):
        row.officer_id = to.officer_id
        return str(to.officer_id)
    address = addresses.normal(message.channel, to.address)
    if isinstance(to, ToOffice):
        row.to_office = address
    else:
        row.person_id, row.purpose = to.person_id, to.purpose
    return address


def _seal(messages: Sequence[Outgoing], rows: Sequence[Message]) -> None:
    """Seal addresses and personal fields; keys are fetched once."""
    wanted = [
        (row, message, message.to)
        for row, message in zip(rows, messages, strict=True)
        if isinstance(message.to, ToPerson)
    ]
    boxes = seal_many(
        [
            (to.person_id, to.purpose, {"to": addresses.normal(message.channel, to.address)})
            for _, message, to in wanted
        ]
        + [(to.person_id, to.purpose, dict(message.personal)) for _, message, to in wanted]
    )
    for index, (row, message, _) in enumerate(wanted):
        row.to_sealed = boxes[index]
        row.params_sealed = boxes[len(wanted) + index] if message.personal else None


def _fingerprint(message: Outgoing, address: str) -> bytes:
    """Return a keyed hash of what is asked for: equal for a repeat, and no way back to a phone number."""
    body = json.dumps(
        [
            message.template, message.channel, address, dict(message.params), dict(message.personal),
            message.language, str(message.matter_id),
        ],
        sort_keys=True, ensure_ascii=False,
    )  # fmt: skip
    key = derived_key(key_encryption_key(), "message fingerprints")
    return hmac.digest(key, body.encode(), sha256)[:16]


def _wake(messages: Sequence[Message]) -> None:
    """Put the delivery into the job queue, in this transaction: the job exists exactly if the message
    does.
    """
    from bihuan.core.messages.tasks import deliver

    now = timezone.now()
    soon = [m for m in messages if m.next_attempt_at is None or m.next_attempt_at <= now]
    if soon:
        jobs: list[JSONDict] = [{"message_id": str(m.id)} for m in soon]
        deliver.batch_defer(*jobs)
    for message in messages:
        if message not in soon:
            deliver.configure(schedule_at=message.next_attempt_at).defer(message_id=str(message.id))
