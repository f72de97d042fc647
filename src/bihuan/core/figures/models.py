"""Figures as they were given out: frozen with their definition's version, cut-off and known-at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Frozen(models.Model):
    """One number of an issued report. It never changes; asking the ledger again shows what changed since."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="figures")
    key = models.CharField(max_length=64)
    version = models.SmallIntegerField()
    cutoff = models.DateTimeField()
    known_at = models.DateTimeField()
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["matter", "key"], name="one_value_a_figure")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
