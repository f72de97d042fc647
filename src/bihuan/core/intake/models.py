"""What was handed in: batches, their files, and for every row where it stood and what became of it.

A row's content is kept only sealed with the person's key; a rejected row keeps its place and its reasons, its
content stays in the sealed original file.
"""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.db import models


class Batch(models.Model):
    """One hand-in.

    `state`: reading → checked (a dry run told what would happen) → applying → done. A batch is cancelled before it
    is applied; `failed` says why in `message` and can be tried again; `interrupted` is a command that was killed
    and is to be run again. `key` makes a hand-in that is sent twice one batch; `acting` is who applies it (officer,
    post, organ), for the worker; `notes` are files left out, with the reason in both languages. `paused_at`: the work
    waits since then, until somebody lets it go on; `paused_by` is the officer who stopped it.
    """

    OPEN: ClassVar = ("reading", "checked", "applying", "failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    label = models.CharField(max_length=160)
    state = models.CharField(max_length=16, default="reading")
    dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)
    progress = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    message = models.TextField(blank=True)
    number = models.CharField(max_length=24, blank=True)
    key = models.CharField(max_length=64, blank=True)
    acting = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.UUIDField(null=True)
    paper = models.ForeignKey("papers.Paper", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["jurisdiction", "by", "key"], condition=~models.Q(key=""), name="one_batch_a_key"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["jurisdiction", "-started_at"], name="intake_batch_list")]

    def __str__(self) -> str:
        return self.number or self.label


class SourceFile(models.Model):
    """A file as it was handed in; `stored` is where its sealed original lies, below the county's files.

    `counts` and `findings` are what the dry run found: numbers in the open; problems, columns and masked cells
    sealed with the batch's key like the original.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=400)
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    stored = models.CharField(max_length=200, blank=True)
    register = models.CharField(max_length=48, blank=True)
    counts = models.JSONField(default=dict)
    findings = models.BinaryField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "path"], name="one_file_a_path")]
        indexes: ClassVar = [models.Index(fields=["sha256"], name="intake_file_content")]

    def __str__(self) -> str:
        return self.path


class Row(models.Model):
    """A row of a register as it stands. Accepted ones are one per `identity` (a keyed hash), whatever file sent them.

    `content` is a keyed hash that tells whether a row that comes again says the same. `problems` hold kind,
    column and message in both languages, never a whole name or number.
    """

    jurisdiction = models.CharField(max_length=12)
    register = models.CharField(max_length=48)
    file = models.CharField(max_length=400)
    sheet = models.CharField(max_length=120, blank=True)
    row = models.IntegerField()
    state = models.CharField(max_length=12)
    identity = models.BinaryField(null=True)
    content = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)
    person_id = models.UUIDField(null=True)
    matter_id = models.UUIDField(null=True)
    problems = models.JSONField(default=list)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["jurisdiction", "register", "identity"],
                condition=models.Q(state="accepted"),
                name="one_accepted_row_an_identity",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["jurisdiction", "register", "file"], name="intake_row_file")
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.sheet} {self.row}"


class Synonym(models.Model):
    """A heading that a person confirmed to mean a field of a register."""

    jurisdiction = models.CharField(max_length=12)
    register = models.CharField(max_length=48)
    field = models.CharField(max_length=48)
    heading = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["jurisdiction", "register", "heading"], name="one_meaning_a_heading"
            )
        ]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
