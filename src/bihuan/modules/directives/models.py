"""Details beside the matters: directives, whom they list, the feedback on them, the units' parts.

What a row says of a person is kept only sealed, with that person's key. In the open stand its place in the workbook,
the township, how it was checked, when, by which unit.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Directive(models.Model):
    """A directive; `reference` is the issuing body's number, one in the county. `due_at` is the limit in force.

    `content`: a keyed hash of all that the workbook says; `form`: the issuing body's headings, so that feedback has its
    form; `receipt`: what was given for it. `listed_rows`, `repeated`, `rejected` as the receipt states them.
    """

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    jurisdiction = models.CharField(max_length=12)
    reference = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    epidemic = models.BooleanField()
    received_at = models.DateTimeField()
    first_due = models.DateTimeField()
    due_at = models.DateTimeField()
    due_why = models.CharField(max_length=12, db_default="own")
    due_by = models.CharField(max_length=80, db_default="")
    asked_until = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    fed_back_at = models.DateTimeField(null=True)
    returned = models.SmallIntegerField(db_default=0)
    name = models.CharField(max_length=400, blank=True, db_default="")
    sha256 = models.BinaryField(null=True)
    content = models.BinaryField(null=True)
    form = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    batch_id = models.UUIDField(null=True)
    receipt = models.ForeignKey("papers.Paper", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "reference"], name="one_directive_a_reference")
        ]
        indexes: ClassVar = [
            models.Index(fields=["jurisdiction", "-received_at"], name="directives_received")
        ]

    def __str__(self) -> str:
        return self.reference


class ListedRow(models.Model):
    """Somebody a directive lists. `identity`: who it is on this list, `said`: all the row says, both keyed hashes.

    `answered_at`: the first feedback on it (since it was last to be redone); `gone`: a corrected list lists it no more.
    """

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="rows", db_index=False)
    sheet = models.CharField(max_length=40)
    row = models.IntegerField()
    township = models.CharField(max_length=40)
    person_id = models.UUIDField()
    item_id = models.UUIDField()
    task_id = models.UUIDField(null=True)
    identity = models.BinaryField()
    said = models.BinaryField()
    sealed = models.BinaryField()
    answered_at = models.DateTimeField(null=True)
    gone = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directive", "identity"], name="one_row_a_listed_person")
        ]
        indexes: ClassVar = [
            models.Index(fields=["item_id"], name="directives_row_item"),
            models.Index(
                fields=["task_id"], condition=models.Q(task_id__isnull=False), name="directives_row_part"
            ),
            models.Index(fields=["person_id"], name="directives_row_person"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class FeedbackRow(models.Model):
    """One line of feedback on a listed row: a line of a workbook, a unit's finding, a verification's result.

    `entry_id`: the verification's ledger entry, where it came from there; `said`: a keyed hash of the line as written, so
    that it is not taken in twice. `late`: after the limit in force when it was given. `recorded`: the verification has it.
    """

    directive = models.ForeignKey(
        Directive, on_delete=models.PROTECT, related_name="feedback", db_index=False
    )
    listed = models.ForeignKey(ListedRow, on_delete=models.PROTECT, related_name="feedback")
    source = models.CharField(max_length=8)
    sheet = models.CharField(max_length=40, blank=True)
    row = models.IntegerField(null=True)
    method = models.CharField(max_length=12)
    finding = models.CharField(max_length=12)
    at = models.DateTimeField()
    unit = models.CharField(max_length=80, blank=True)
    late = models.BooleanField()
    said = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)
    entry_id = models.BigIntegerField(null=True)
    recorded = models.BooleanField(db_default=False)
    taken_back = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["directive", "said"],
                condition=models.Q(said__isnull=False),
                name="one_feedback_a_line",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["directive", "at"], name="directives_feedback_at"),
            models.Index(
                fields=["listed"], condition=models.Q(recorded=False), name="directives_feedback_new"
            ),
            models.Index(
                fields=["entry_id"],
                condition=models.Q(entry_id__isnull=False),
                name="directives_feedback_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.at:%F %H:%M}"


class Part(models.Model):
    """A unit's part of a directive; the unit is the matter's place."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT)
    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="parts")
    unit = models.CharField(max_length=80)
    officer_id = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    rows = models.IntegerField()
    statement = models.TextField(blank=True, db_default="")
    reported_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.unit


class Sent(models.Model):
    """A feedback as it was sent: counts, its letter, and the workbook, sealed with the directive's own key.

    `key`: of the press that sent it, so that it is sent once; `whole`: nobody was missing.
    """

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="sent")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    key = models.CharField(max_length=64)
    whole = models.BooleanField()
    answered = models.IntegerField()
    rows = models.IntegerField()
    missing = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    paper = models.ForeignKey("papers.Paper", on_delete=models.PROTECT, related_name="+")
    entry_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directive", "by", "key"], name="one_feedback_a_press")
        ]

    def __str__(self) -> str:
        return f"{self.directive} {self.at:%F %H:%M}"

    @property
    def file_name(self) -> str:
        """Return what the workbook is called."""
        return f"{self.directive.reference}_反馈_{self.at.astimezone():%m%d%H%M}.xlsx"


class Issuer(models.Model):
    """An issuing body's office address for receipts and word of feedback; nothing personal is ever sent there."""

    jurisdiction = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    mail = models.EmailField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "name"], name="one_address_an_issuer")
        ]

    def __str__(self) -> str:
        return self.name
