"""Places where matters happen; a module hangs its own details on one."""

from __future__ import annotations

from typing import ClassVar

import uuid_utils.compat as uuid
from django.db import models


class Place(models.Model):
    """A place of a jurisdiction. Coordinates are WGS-84 degrees; GCJ-02 is converted where it comes in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=32)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True)
    jurisdiction = models.CharField(max_length=12)
    organ = models.ForeignKey("access.Organ", null=True, blank=True, on_delete=models.PROTECT)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "kind", "code"], name="one_place_a_code")
        ]

    def __str__(self) -> str:
        return self.name
