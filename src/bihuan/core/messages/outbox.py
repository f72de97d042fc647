"""The outbox: a message is written in the transaction of the matter it belongs to, or not at all."""

from __future__ import annotations

from typing import ClassVar, Final

import uuid_utils.compat as uuid
from django.db import models

ONE_RECIPIENT: Final = (
    models.Q(person__isnull=False, to_sealed__isnull=False, officer__isnull=True, to_office="")
    | models.Q(person__isnull=True, to_sealed__isnull=True, officer__isnull=False, to_office="")
    | models.Q(person__isnull=True, to_sealed__isnull=True, officer__isnull=True) & ~models.Q(to_office="")
)


class Message(models.Model):
    """One message to one recipient over one channel.

    `key` makes it one: sent again under the same key, nothing is added. `to_sealed` and `params_sealed` are
    encrypted with the person's key for `purpose`; `params`, `problem` and `reference` never hold personal
    data. `uncertain`: the connection broke after everything was handed over and before the answer; it is
    not sent again by itself.
    """

    QUEUED, SENDING, SENT, DELIVERED = "queued", "sending", "sent", "delivered"
    FAILED, UNCERTAIN = "failed", "uncertain"
    STATES: ClassVar = [
        (QUEUED, "待发"), (SENDING, "发送中"), (SENT, "已发"), (DELIVERED, "已送达"), (FAILED, "未送达"),
        (UNCERTAIN, "结果不明"),
    ]  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    key = models.CharField(max_length=128)
    fingerprint = models.BinaryField()
    channel = models.CharField(max_length=8)
    template = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="zh-hans")
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.PROTECT, related_name="messages")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, db_index=False)
    officer = models.ForeignKey("access.Officer", null=True, on_delete=models.PROTECT, db_index=False)
    to_office = models.CharField(max_length=254, blank=True)
    to_sealed = models.BinaryField(null=True)
    purpose = models.CharField(max_length=48, blank=True)
    params = models.JSONField(default=dict)
    params_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default=QUEUED)
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    via = models.CharField(max_length=16, blank=True)
    reference = models.CharField(max_length=160, blank=True)
    problem = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "outbox"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "key"], name="one_message_a_key"),
            models.CheckConstraint(condition=ONE_RECIPIENT, name="one_recipient_a_message"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="message_due",
            ),
            models.Index(
                fields=["officer", "-created_at"],
                condition=models.Q(officer__isnull=False),
                name="message_inbox",
            ),
            models.Index(fields=["via", "sent_at"], condition=models.Q(state="sent"), name="message_awaited"),
            models.Index(fields=["-created_at"], name="message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
