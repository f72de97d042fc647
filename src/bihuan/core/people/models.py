"""People: keys and sealed fields; nobody can be read from these tables alone."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Person(models.Model):
    """A person the county knows. `*_sealed` are AES-256-GCM with the person's key, `*_blind` keyed hashes.

    `search` holds truncated keyed hashes of the name's bigrams, unigrams and pinyin, never text.
    `identifier_tail` and `named_head` are keyed hashes by which linking finds whose identifier was mistyped
    (`blind.link_keys`). `merged_into` points to the person this record was found to be; undoing a merge clears it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    name_sealed = models.BinaryField(null=True)
    identifier_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    identifier_blind = models.BinaryField(null=True)
    phone_blind = models.BinaryField(null=True)
    name_blind = models.BinaryField(null=True)
    identifier_tail = models.BigIntegerField(null=True)
    named_head = models.BigIntegerField(null=True)
    search = ArrayField(models.BigIntegerField(), default=list)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["jurisdiction", "identifier_blind"],
                condition=models.Q(identifier_blind__isnull=False),
                name="one_person_an_identifier",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone_blind"], name="person_phone"),
            models.Index(fields=["identifier_tail"], name="person_tail"),
            models.Index(fields=["named_head"], name="person_head"),
            models.Index(
                fields=["jurisdiction"],
                condition=models.Q(identifier_blind__isnull=True, erased_at__isnull=True),
                name="person_unidentified",
            ),
            GinIndex(fields=["search"], name="person_search"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MergeCandidate(models.Model):
    """Two records that may be one person, waiting for or carrying an officer's decision; never asked twice.

    `evidence`: field → how well the two agree (`core/people/merging.Agreement`), never a value. The pair is
    kept in the order of the ids, so that it is one pair whichever way it is proposed. `weight`: the match weight
    (log2 of how many times likelier one person than two), null where no model weighed the pair.
    """

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=12)
    evidence = models.JSONField()
    weight = models.FloatField(null=True)
    proposed_at = models.DateTimeField()
    same = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    post = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="one_candidate_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="pair_in_order"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["jurisdiction", "proposed_at"],
                condition=models.Q(same__isnull=True),
                name="candidate_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ? {self.second_id}"


class Merge(models.Model):
    """One merge and, where it was taken back, its undoing. `carried`: those that pointed to `merged`."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    carried = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class LegalHold(models.Model):
    """What keeps a person's data from being erased: basis, sealed reason, and an end."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    basis = models.CharField(max_length=200)
    reason_sealed = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    placed_by = models.UUIDField(null=True)
    post = models.CharField(max_length=40)
    lifted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.basis}"


class Erasure(models.Model):
    """The end of one purpose for one person: announced to the organ that owns it, then carried out."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    purpose = models.CharField(max_length=48)
    organ = models.CharField(max_length=32)
    due_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(erased_at__isnull=True),
                name="one_coming_erasure",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organ", "due_at"], condition=models.Q(erased_at__isnull=True), name="erasure_coming"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"
