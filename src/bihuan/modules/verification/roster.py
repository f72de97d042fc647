"""Who verifies, where, in which languages, and who is there now; every change of it stands in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Appointment
from bihuan.core.access.recording import record
from bihuan.core.spec import Text
from bihuan.modules.verification.matter import VERIFIER, VISITOR
from bihuan.modules.verification.models import Shift, Worker

LANGUAGES: Final = {
    "yue": Text("粤语", "Cantonese"),
    "tibetan": Text("藏语", "Tibetan"),
    "uyghur": Text("维吾尔语", "Uyghur"),
    "kazakh": Text("哈萨克语", "Kazakh"),
    "mongolian": Text("蒙古语", "Mongolian"),
    "yugur": Text("裕固语", "Yugur"),
    "english": Text("英语", "English"),
    "sign": Text("手语", "Sign language"),
}
"""Languages besides the common one; a person's is known only because somebody who spoke to them noted it."""
LONGEST: Final = timedelta(hours=12)
"""A shift lasts no longer than this."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An officer who verifies: by phone (`verifier`) or at the door (`visitor`), and until when on shift, if at all."""

    id: UUID
    name: str
    post: str
    organ: Text
    townships: tuple[str, ...]
    languages: tuple[str, ...]
    until: datetime | None

    @property
    def masked(self) -> str:
        """Return the name as it is shown among officers' lists: 罗*."""
        return f"{self.name[:1]}*"

    @property
    def on_shift(self) -> bool:
        """Tell whether the officer is there now."""
        return self.until is not None

    def takes(self, township: str, language: str) -> bool:
        """Tell whether people of this township and language may be given to the officer."""
        return (not self.townships or township in self.townships) and (
            not language or language in self.languages
        )


def colleagues(
    jurisdiction: str, now: datetime, posts: Sequence[str] = (VERIFIER.code, VISITOR.code)
) -> list[Colleague]:
    """Return the officers who hold these posts now, those on shift first. Three queries."""
    running = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), since__lte=now, post__in=posts,
        organ__jurisdiction=jurisdiction, officer__is_active=True,
    ).select_related("officer", "organ").order_by("officer__name", "officer_id")  # fmt: skip
    workers = {worker.officer_id: worker for worker in Worker.objects.filter(jurisdiction=jurisdiction)}
    shifts = dict(
        Shift.objects.filter(jurisdiction=jurisdiction, begins__lte=now, ends__gt=now)
        .order_by("ends")
        .values_list("officer_id", "ends")
    )
    found: dict[tuple[UUID, str], Colleague] = {}
    for held in running:
        worker = workers.get(held.officer_id)
        found[held.officer_id, held.post] = Colleague(
            held.officer_id, held.officer.name, held.post, Text(held.organ.name_zh, held.organ.name_en),
            tuple(worker.townships) if worker else (), tuple(worker.languages) if worker else (),
            shifts.get(held.officer_id),
        )  # fmt: skip
    return sorted(found.values(), key=lambda one: (not one.on_shift, one.post, one.name, str(one.id)))


def absent_callers(jurisdiction: str, now: datetime) -> list[UUID]:
    """Return who calls, or called, and is not on shift now. One query."""
    there = Shift.objects.filter(jurisdiction=jurisdiction, begins__lte=now, ends__gt=now).values(
        "officer_id"
    )
    callers = Appointment.objects.filter(post=VERIFIER.code, organ__jurisdiction=jurisdiction)
    return list(
        callers.exclude(officer_id__in=there)
        .order_by("officer_id")
        .values_list("officer_id", flat=True)
        .distinct()
    )


def shift_of(officer: UUID, now: datetime) -> datetime | None:
    """Return until when an officer is on shift; None for who is not."""
    return (
        Shift.objects.filter(officer_id=officer, begins__lte=now, ends__gt=now)
        .values_list("ends", flat=True)
        .first()
    )


@transaction.atomic
def describe(officer: UUID, townships: Sequence[str], languages: Sequence[str], *, actor: Actor) -> None:
    """Note what an officer can take: townships (none: all) and languages."""
    known = [language for language in languages if language in LANGUAGES]
    Worker.objects.update_or_create(
        officer_id=officer,
        defaults={
            "jurisdiction": actor.jurisdiction,
            "townships": sorted(set(townships)),
            "languages": known,
        },
    )
    payload = {"officer": str(officer), "townships": sorted(set(townships)), "languages": known}
    record("verification.officer_described", actor=actor, payload=payload)


@transaction.atomic
def begin_shift(officer: UUID, until: datetime, now: datetime, *, actor: Actor) -> None:
    """Put an officer on shift until then (twelve hours at most); one who is on shift stays until the later end."""
    ends = min(until, now + LONGEST)
    shift = (
        Shift.objects.select_for_update().filter(officer_id=officer, begins__lte=now, ends__gt=now).first()
    )
    if shift is None:
        Shift.objects.create(officer_id=officer, jurisdiction=actor.jurisdiction, begins=now, ends=ends)
    elif shift.ends >= ends:
        return
    else:
        shift.ends = ends
        shift.save(update_fields=["ends"])
    payload = {"officer": str(officer), "until": ends.isoformat()}
    record("verification.shift_begun", actor=actor, payload=payload, at=now)


@transaction.atomic
def end_shift(officer: UUID, now: datetime, *, actor: Actor) -> bool:
    """Take an officer off shift; False where there was none."""
    ended = Shift.objects.filter(officer_id=officer, begins__lte=now, ends__gt=now).update(ends=now)
    if ended:
        record("verification.shift_ended", actor=actor, payload={"officer": str(officer)}, at=now)
    return bool(ended)
