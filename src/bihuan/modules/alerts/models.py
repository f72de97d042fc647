"""Details beside the matters: lists, and of every row where it stood and what became of it.

What a row says is kept only sealed: with the key of the person it names, or, where it names nobody (a malformed line),
with a key of the list's own. In the open stand its line, its fate, the township, the reason and the time.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class AlertList(models.Model):
    """A list: the file as it was given (`name`), by its content one in the county. `headings` as the sender wrote them.

    `layout`: the heading's columns by field, so that feedback has the sender's form. `receipt`: what was given for it.
    """

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    jurisdiction = models.CharField(max_length=12)
    name = models.CharField(max_length=400)
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    sender = models.CharField(max_length=120, blank=True)
    first_pushed = models.DateTimeField(null=True)
    last_pushed = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    fed_back_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    persons = models.IntegerField(default=0)
    headings = models.JSONField(default=list)
    layout = models.JSONField(default=dict)
    encoding = models.CharField(max_length=24, blank=True)
    nuls = models.IntegerField(default=0)
    batch_id = models.UUIDField(null=True)
    receipt = models.ForeignKey("papers.Paper", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "sha256"], name="one_list_a_content")
        ]
        indexes: ClassVar = [models.Index(fields=["jurisdiction", "-received_at"], name="alerts_lists")]

    def __str__(self) -> str:
        return self.name


class AlertRow(models.Model):
    """A row of a list. `line` is the physical line (or the sheet's row) where it starts; `sheet` counts from 0.

    `fate`: accepted, duplicate (repeats all eight fields of an accepted row, here or in an earlier list), rejected.
    `said` is a keyed hash of the eight fields, `number` one of the alert's number; `corrects`: the number came before,
    with other content. `standing`: pending, verified, forwarded, unreachable, as the verification `item_id` stands.
    `sent` is the result (`answers.Answer.code`) that was last fed back to the sender.
    """

    # without a constraint of the database's: it would look up the one list again for each of a hundred thousand rows
    list = models.ForeignKey(
        AlertList, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    jurisdiction = models.CharField(max_length=12)
    sheet = models.SmallIntegerField()
    line = models.IntegerField()
    fate = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    township = models.CharField(max_length=40)
    pushed_at = models.DateTimeField(null=True)
    corrects = models.BooleanField()
    decided_by = models.CharField(max_length=8)
    standing = models.CharField(max_length=12)
    sent = models.CharField(max_length=24, db_default="")
    person_id = models.UUIDField(null=True)
    item_id = models.UUIDField(null=True)
    said = models.BinaryField(null=True)
    number = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "sheet", "line"], name="one_row_a_line"),
            models.UniqueConstraint(
                fields=["jurisdiction", "said"],
                condition=models.Q(fate="accepted"),
                name="one_accepted_row_a_content",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person_id"], name="alerts_row_person"),
            models.Index(fields=["item_id"], name="alerts_row_item"),
            models.Index(fields=["jurisdiction", "number"], name="alerts_row_number"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.line}"


class AlertFeedback(models.Model):
    """What was fed back of a list: the file as it was sent, sealed with the list's key, and its letter.

    `rows` had a result, `pending` had none yet, `changed` said something else than in an earlier feedback.
    """

    list = models.ForeignKey(AlertList, on_delete=models.PROTECT, related_name="feedback")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    key = models.CharField(max_length=64)
    form = models.CharField(max_length=4)
    rows = models.IntegerField()
    pending = models.IntegerField()
    changed = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    entry_id = models.BigIntegerField()
    content = models.BinaryField()
    paper = models.ForeignKey("papers.Paper", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "by", "key"], name="one_feedback_a_key")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """Return what the file is called: the list's own name and when it was answered."""
        stem = self.list.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return f"{stem}_核查反馈_{timezone.localtime(self.at):%m%d%H%M}.{self.form}"
