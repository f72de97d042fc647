"""Details beside the matters: what is verified where by whom, attempts, who works when, routings."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Item(models.Model):
    """One verification. `stage`: route, call, visit, lead, or empty where it is closed (`outcome` says how).

    `again_at`: nobody was reached; from then on it may be tried again. `claimed_by`, `claimed_until`: whose screen
    it is on. `last_*`: the latest attempt. `run_id`: the routing it was last moved by.
    """

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    jurisdiction = models.CharField(max_length=12)
    source = models.CharField(max_length=12)
    source_id = models.UUIDField()
    reason = models.CharField(max_length=80)
    rows = models.IntegerField()
    township = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    epidemic = models.BooleanField()
    pushed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stage = models.CharField(max_length=8)
    outcome = models.CharField(max_length=16)
    method = models.CharField(max_length=12)
    officer_id = models.UUIDField(null=True)
    calls = models.SmallIntegerField()
    visits = models.SmallIntegerField()
    slots = models.SmallIntegerField()
    again_at = models.DateTimeField(null=True)
    run_id = models.UUIDField(null=True)
    last_entry = models.BigIntegerField(null=True)
    last_at = models.DateTimeField(null=True)
    last_step = models.CharField(max_length=24)
    last_by = models.UUIDField(null=True)
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["officer_id", "due_at", "matter"],
                condition=Q(stage="call", again_at__isnull=True),
                name="item_next_call",
            ),
            models.Index(
                fields=["officer_id", "again_at"],
                condition=Q(stage="call", again_at__isnull=False),
                name="item_call_again",
            ),
            models.Index(fields=["officer_id", "due_at"], condition=Q(stage="visit"), name="item_visits"),
            models.Index(
                fields=["jurisdiction", "due_at", "matter"], condition=Q(stage="route"), name="item_to_route"
            ),
            models.Index(fields=["claimed_by"], condition=Q(claimed_by__isnull=False), name="item_claims"),
            models.Index(
                fields=["last_by", "last_at"], condition=Q(last_by__isnull=False), name="item_latest"
            ),
            models.Index(fields=["source_id"], name="item_source"),
            models.Index(fields=["run_id"], condition=Q(run_id__isnull=False), name="item_run"),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Tried(models.Model):
    """One attempt to reach somebody, with its ledger entry; `taken_back_at` where it was a slip of the finger."""

    entry_id = models.BigIntegerField(primary_key=True)
    item_id = models.UUIDField()
    source_id = models.UUIDField()
    jurisdiction = models.CharField(max_length=12)
    officer_id = models.UUIDField(null=True)
    method = models.CharField(max_length=12)
    result = models.CharField(max_length=24)
    reached = models.BooleanField()
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["item_id"], name="tried_item"),
            models.Index(fields=["officer_id", "at"], name="tried_by"),
            models.Index(fields=["jurisdiction", "at"], name="tried_when"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"


class Worker(models.Model):
    """What an officer who verifies can take: townships (none: all), languages besides the common one."""

    officer = models.OneToOneField("access.Officer", primary_key=True, on_delete=models.PROTECT)
    jurisdiction = models.CharField(max_length=12)
    townships = ArrayField(models.CharField(max_length=40), default=list)
    languages = ArrayField(models.CharField(max_length=12), default=list)

    def __str__(self) -> str:
        return str(self.officer)


class Shift(models.Model):
    """When an officer is there to verify."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    officer = models.ForeignKey("access.Officer", on_delete=models.PROTECT, db_index=False)
    jurisdiction = models.CharField(max_length=12)
    begins = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["jurisdiction", "ends"], name="shift_when")]

    def __str__(self) -> str:
        return f"{self.begins:%F %H:%M}"


class Run(models.Model):
    """One press of “check the records and route”: what it is to do, how far it came, whether it was undone.

    `state`: waiting, settling, routing, done, undoing, undone. `mark_*`: the last one that was looked at.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    officer = models.ForeignKey("access.Officer", on_delete=models.PROTECT)
    organ = models.CharField(max_length=32)
    source_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, default="waiting")
    mark_due = models.DateTimeField(null=True)
    mark_item = models.UUIDField(null=True)
    undone_by = models.UUIDField(null=True)
    undone_organ = models.CharField(max_length=32, default="")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)
    settled = models.IntegerField(default=0)
    routed = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    undone = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["jurisdiction", "asked_at"], name="run_when")]

    def __str__(self) -> str:
        return f"{self.asked_at:%F %H:%M} {self.state}"

    @property
    def dealt(self) -> int:
        """Return how many have been settled, given out, or found to be nobody's."""
        return self.settled + self.routed + self.left
