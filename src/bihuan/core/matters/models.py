"""One table for all matters, so one worklist serves everybody; details stand beside it."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.db import models


class Matter(models.Model):
    """Anything that must be closed: type, number, state, owner, deadline.

    `rank` orders the worklist: 1 legal consequence, 2 a person's rights, 3 internal limit. `due` holds the
    explanation of `due_at` (article, start event, excluded days, calendar version). `alarm` is raised when a
    deadline was missed or the procedure demands it. `disputed`: contradicts another matter, awaits a decision.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    type = models.CharField(max_length=48)
    number = models.CharField(max_length=64)
    jurisdiction = models.CharField(max_length=12)
    organ = models.ForeignKey("access.Organ", on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=32)
    version = models.IntegerField(default=1)
    title_zh = models.CharField(max_length=160, blank=True)
    title_en = models.CharField(max_length=160, blank=True)
    rank = models.SmallIntegerField(default=3)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)
    alarm = models.BooleanField(default=False)
    disputed = models.BooleanField(default=False)
    assignee = models.ForeignKey("access.Officer", null=True, on_delete=models.PROTECT)
    place = models.ForeignKey("places.Place", null=True, on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "type", "number"], name="one_matter_a_number"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organ", "rank", "due_at"],
                condition=models.Q(closed_at__isnull=True),
                name="matter_worklist",
            ),
            models.Index(fields=["type", "state", "due_at"], name="matter_state"),
        ]

    def __str__(self) -> str:
        return self.number


class Number(models.Model):
    """The last running number given in a series (`<jurisdiction>/<type>/<year>`)."""

    series = models.CharField(max_length=96, primary_key=True)
    last = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Request(models.Model):
    """A write that was asked for under an idempotency key: the same key and body again changes nothing.

    `fingerprint` is a hash of what was asked; the same key with another body is refused.
    """

    key = models.CharField(max_length=128)
    actor = models.UUIDField()
    fingerprint = models.BinaryField()
    result = models.JSONField()
    at = models.DateTimeField()
    pk = models.CompositePrimaryKey("actor", "key")

    def __str__(self) -> str:
        return self.key


class ToldUntil(models.Model):
    """Up to which moment an officer has been told of deadlines that passed, and when the last message went."""

    officer = models.OneToOneField("access.Officer", primary_key=True, on_delete=models.CASCADE)
    until = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.until:%F %T}"
