"""What the desk keeps of its own: runs of the ledger's verification."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Verification(models.Model):
    """One run of the verification that was asked for from a page. `report`: what it found, once finished.

    `entries`: how many there were at the start, for its progress; `refused_*`: why it could not be done.
    """

    asked_by = models.UUIDField(null=True)
    post = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    entries = models.BigIntegerField(default=0)
    report = models.JSONField(null=True)
    refused_zh = models.CharField(max_length=200, blank=True)
    refused_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"
