"""Details beside the matters: sites, rooms, stays, placements, observations, protocols."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.contrib.postgres.fields import ArrayField
from django.db import models

FOREVER = "'infinity'::timestamptz"


class Site(models.Model):
    """A quarantine site; `matter` is its own life (preparing, open, closed)."""

    place = models.OneToOneField("places.Place", primary_key=True, on_delete=models.PROTECT)
    matter = models.OneToOneField("matters.Matter", on_delete=models.PROTECT)
    street = models.CharField(max_length=60, blank=True)
    opened_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.place_id)


class Room(models.Model):
    """A room. `walk` is its place in the round; `zone` the ventilation zone; the number is whole (305, 1012)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    building = models.CharField(max_length=4, default="A")
    floor = models.SmallIntegerField()
    number = models.CharField(max_length=8)
    zone = models.SmallIntegerField(default=0)
    capacity = models.SmallIntegerField(default=2)
    walk = models.IntegerField(default=0)
    usable = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "building", "number"], name="one_room_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.building}-{self.number}"


class Protocol(models.Model):
    """One version of a protocol as data; `rules` is what `protocol.Rules` reads. Never changed once it binds."""

    code = models.CharField(max_length=32)
    version = models.SmallIntegerField()
    effective_from = models.DateField()
    label_zh = models.CharField(max_length=80)
    label_en = models.CharField(max_length=120)
    rules = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="one_protocol_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class ProtocolItem(models.Model):
    """One item of a protocol version, so that figures can ask what was due by joining, not by guessing."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    offset = models.IntegerField(help_text="minutes from 00:00 of the check-in day to the due time")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["protocol", "code"], name="one_item_a_code")]

    def __str__(self) -> str:
        return self.code


class Stay(models.Model):
    """One person, one site, from check-in to check-out. `done` holds the protocol items done or waived."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_index=False)
    episode = models.UUIDField()
    category = models.CharField(max_length=24)
    legal_basis = models.CharField(max_length=120)
    last_exposure = models.DateField(null=True)
    day_one = models.DateField(null=True)
    protocol = models.ForeignKey(Protocol, null=True, on_delete=models.PROTECT, db_index=False)
    admitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    release_due = models.DateField(null=True)
    room = models.ForeignKey(Room, null=True, on_delete=models.PROTECT)
    done = ArrayField(models.CharField(max_length=32), default=list)
    positive_at = models.DateTimeField(null=True)
    access_code = models.BinaryField(null=True, help_text="keyed hash of the code on the slip")
    code_issue = models.SmallIntegerField(db_default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["site", "ended_at"], name="stay_site"),
            models.Index(
                fields=["access_code"], name="stay_code", condition=models.Q(access_code__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Observation(models.Model):
    """The entry that stands for an item of a stay; a correction replaces it, the ledger keeps both."""

    pk = models.CompositePrimaryKey("stay_id", "item")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, db_index=False)
    item = models.CharField(max_length=32)
    mark = models.CharField(max_length=12)
    entry_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.item


class Done(models.Model):
    """A narrow copy of the entries that settle an item, so that millions are counted in a moment.

    `replaced_at` is when a correction was recorded. When an item was due is not kept: it follows from the protocol
    that bound the stay at the time asked for. The ledger stays the source: a test holds the two together.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    stay_id = models.UUIDField()
    jurisdiction = models.CharField(max_length=12)
    item = models.CharField(max_length=32)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.entry_id}"


class Occupancy(models.Model):
    """A party (one person, or people allowed to share) in a room, from–to. The database lets no two overlap.

    `until` is infinity while somebody is there. Disputed ones (contradicting registers) do not bind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField()
    disputed = models.BooleanField(default=False)
    sharing = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.room_id} {self.since}"


class Placement(models.Model):
    """The room part of a stay. One person cannot be placed twice at once, unless the facts are disputed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT)
    occupancy = models.ForeignKey(Occupancy, on_delete=models.PROTECT)
    person_id = models.UUIDField(db_index=True)
    person_no = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    disputed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.stay_id} {self.since}"


class Task(models.Model):
    """A transfer, request, objection or dispute, and the stays it concerns."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    stay = models.ForeignKey(Stay, null=True, on_delete=models.PROTECT)
    other_stays = ArrayField(models.UUIDField(), default=list)
    kind = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return str(self.matter_id)
