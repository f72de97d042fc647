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
    `merged_into` points to the person this record was found to be; undoing a merge clears it.
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
            models.Index(fields=["name_blind"], name="person_name"),
            GinIndex(fields=["search"], name="person_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return str(self.id)
