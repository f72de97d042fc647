"""Organs, officers and their appointments to posts."""

from __future__ import annotations

from typing import ClassVar, Final

import uuid_utils.compat as uuid
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from bihuan.core.spec.text import Text

ORGAN_KINDS: Final = {
    "committee": Text("政法委", "Political-Legal Committee"),
    "court": Text("法院", "Court"),
    "procuratorate": Text("检察院", "Procuratorate"),
    "police": Text("公安", "Police"),
    "justice": Text("司法局", "Justice Bureau"),
    "health": Text("卫生健康局", "Health Commission"),
    "street": Text("街道办", "Sub-district office"),
}


class Organ(models.Model):
    """An organ of a jurisdiction: committee, court, procuratorate, police, justice bureau, health …"""

    KINDS: ClassVar = [(code, name.zh) for code, name in ORGAN_KINDS.items()]

    code = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=16, choices=KINDS)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    jurisdiction = models.CharField(max_length=12)

    def __str__(self) -> str:
        return self.name_zh


class Officers(BaseUserManager["Officer"]):
    """Makes officers' accounts."""

    def create_user(self, username: str, password: str, *, name: str) -> Officer:
        """Make an account with a hashed password."""
        officer: Officer = self.model(username=username, name=name)
        officer.set_password(password)
        officer.save(using=self._db)
        return officer


class Officer(AbstractBaseUser):
    """A person who works for an organ; what he or she may do follows from the appointments alone.

    `mail`: the office address to which messages go too, empty where inside the application is enough.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    mail = models.EmailField(blank=True, default="")

    objects: ClassVar[Officers] = Officers()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name[:1]}*"


class Appointment(models.Model):
    """An officer holds a post at an organ, for a time, and for one place where the post is bound to one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="appointments")
    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="appointments")
    post = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", null=True, blank=True, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["officer", "organ", "post", "place"],
                condition=models.Q(until__isnull=True),
                name="one_running_appointment",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.post}"


class LoginFailure(models.Model):
    """One failed log-in: keyed hash of the name that was typed, address, time. Deleted after a day."""

    mark = models.BinaryField()
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["mark", "at"], name="failure_name"),
            models.Index(fields=["address", "at"], name="failure_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"
