"""Wrong codes, counted, so that nobody can try them out."""

from __future__ import annotations

from django.db import models


class WrongCodes(models.Model):
    """How many wrong codes came in one window of time; `source` is a keyed hash of the address, or of all of them."""

    source = models.BinaryField()
    window = models.BigIntegerField()
    count = models.IntegerField(default=0)
    pk = models.CompositePrimaryKey("source", "window")

    def __str__(self) -> str:
        return f"{self.window}: {self.count}"
