"""Papers: what was handed in and what was issued; the files lie outside the database, the rows say what
they are.
"""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.db import models

from bihuan.core.spec.text import Text


class Paper(models.Model):
    """One document of a matter, received or issued.

    `sha256` is the hash of the content as handed in or printed; it is what a receipt states. `path` is
    where the file lies below the county's folder of files, named after the hash of the bytes stored there
    (ciphertext where `sealed`), so a damaged file is found without any key. A paper about a person is
    sealed with that person's key for `purpose` (the module's name) and becomes unreadable when the key is
    destroyed; then `name_sealed` holds what the file was called, else `name`. Titles never hold personal
    data. A paper that was handed in by mistake is withdrawn: it stays a line with its reason (`withdrawn_why`, a code)
    and is opened no more.
    """

    RECEIVED = "received"
    ISSUED = "issued"
    WAYS: ClassVar = [(RECEIVED, "收到"), (ISSUED, "发出")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    matter = models.ForeignKey(
        "matters.Matter", null=True, blank=True, on_delete=models.PROTECT, related_name="papers"
    )
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    way = models.CharField(max_length=8, choices=WAYS)
    kind = models.CharField(max_length=48)
    number = models.CharField(max_length=64, blank=True)
    title_zh = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    name = models.CharField(max_length=160, blank=True)
    name_sealed = models.BinaryField(null=True)
    media_type = models.CharField(max_length=96)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=160)
    sealed = models.BooleanField(default=False)
    purpose = models.CharField(max_length=48, blank=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_why = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None)
                | ~models.Q(withdrawn_why="") & models.Q(way="received"),
                name="what_is_withdrawn_came_in_and_says_why",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "number"], condition=~models.Q(number=""), name="one_paper_a_number"
            ),
            models.CheckConstraint(
                condition=models.Q(sealed=False) | models.Q(person__isnull=False) & ~models.Q(purpose=""),
                name="a_sealed_paper_has_its_person",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed=False) | models.Q(name=""), name="a_sealed_paper_hides_its_name"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sha256"], name="paper_content"),
            models.Index(fields=["person"], condition=models.Q(person__isnull=False), name="paper_person"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)

    @property
    def title(self) -> Text:
        """Return the title in both languages."""
        return Text(self.title_zh, self.title_en)


class Mark(models.Model):
    """An organ's mark in document numbers of a kind (发文机关代字, GB/T 9704-2012, 7.2.5): 青政法防控."""

    organ = models.ForeignKey("access.Organ", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=48)
    mark = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organ", "kind"], name="one_mark_an_organ_and_kind"),
        ]

    def __str__(self) -> str:
        return self.mark


class Series(models.Model):
    """The last number given under a mark in a year; a number is taken in its paper's transaction, so none
    is lost.
    """

    jurisdiction = models.CharField(max_length=12)
    mark = models.CharField(max_length=24)
    year = models.SmallIntegerField()
    last = models.IntegerField()
    pk = models.CompositePrimaryKey("jurisdiction", "mark", "year")

    def __str__(self) -> str:
        return f"{self.mark}〔{self.year}〕{self.last}"
