"""A small county for tests of directives: two officers at the desk, two units with an officer each, and who may only look."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import Actor, acting
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.intake.parcels import Glimpse, Parcelled
from bihuan.core.intake.watching import NOBODY
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.matters.outcomes import Outcome
from bihuan.core.spec import Nothing
from bihuan.modules.directives import units
from bihuan.modules.directives.drill_workbooks import Dialect, Invention, invent_directive, write
from bihuan.modules.directives.models import Directive, ListedRow, Part
from bihuan.modules.directives.payloads import Part as Share
from bihuan.modules.directives.payloads import Split
from bihuan.modules.directives.queries import townships
from bihuan.modules.directives.taking import Directives

ORGANS = (
    ("police", "police", "县公安局", "Public Security Bureau"),
    ("street", "street", "东街街道办事处", "Dongjie Sub-district"),
    ("committee", "committee", "县委政法委", "Political-Legal Committee"),
    ("health", "health", "县卫生健康局", "Health Bureau"),
)
EAST, WEST = "东街街道派出所", "西街街道派出所"
OFFICERS = (
    ("desk", "directive_desk", "police", "令收", ""), ("second", "directive_desk", "police", "令发", ""),
    ("east", "directive_officer", "police", "东办", EAST), ("west", "directive_officer", "police", "西办", WEST),
    ("lead", "verification_lead", "police", "何率", ""), ("verifier", "verifier", "police", "罗言", ""),
    ("registrar", "registrar", "committee", "席录", ""), ("supervisor", "supervisor", "committee", "严明", ""),
    ("nurse", "quarantine_desk", "health", "安宁", ""),
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """Who there is, and what they do all the time."""

    officers: dict[str, Officer]

    def actor(self, name: str) -> Actor:
        """Return an officer as an actor."""
        officer = self.officers[name]
        return acting(officer, list(officer.appointments.select_related("organ", "place").order_by("since")))

    def take(self, *paths: Path, by: str = "registrar") -> list[Parcelled]:
        """Take these workbooks in."""
        files = [Glimpse(path, path.name) for path in paths]
        return Directives().take(files, actor=self.actor(by), batch=uuid4(), watch=NOBODY)

    def look(self, *paths: Path) -> list[Parcelled]:
        """Tell what taking these in would do."""
        files = [Glimpse(path, path.name) for path in paths]
        return Directives().look(files, actor=self.actor("registrar"), watch=NOBODY)

    def do(
        self, matter: object, code: str, payload: object = None, *, by: str = "desk", key: str = ""
    ) -> Outcome:
        """Take a step on a directive or a part."""
        row = getattr(matter, "pk", matter)
        return engine.perform(row, code, payload or Nothing(), actor=self.actor(by), key=key or str(uuid4()))  # type: ignore[arg-type]

    def split(self, directive: Directive, *, by: str = "desk") -> dict[str, Part]:
        """Give all of a directive to the east and the west, half of its townships each; unit → part."""
        towns = [town for town, _ in townships(directive.pk)]
        shares = tuple(
            Share(unit=unit, townships=tuple(towns[n::2]), rows=0) for n, unit in enumerate((EAST, WEST))
        )  # fmt: skip
        self.do(directive, "split", Split(parts=shares), by=by)
        return {
            part.unit: part
            for part in Part.objects.filter(directive=directive, matter__closed_at__isnull=True)
        }


def build() -> County:
    """Make the officers and their units."""
    code, now = settings.BIHUAN.jurisdiction, timezone.now()
    for key, kind, zh, en in ORGANS:
        Organ.objects.get_or_create(
            code=key, defaults={"kind": kind, "name_zh": zh, "name_en": en, "jurisdiction": code}
        )
    units.make_units(code, (EAST, WEST))
    officers = {}
    for name, post, organ, called, unit in OFFICERS:
        officer = Officer.objects.filter(username=f"d-{name}").first()
        officers[name] = officer or Officer.objects.create_user(f"d-{name}", "drill-only-2026", name=called)
        place = units.unit_place(code, unit) if unit else None
        held: dict[str, Any] = {"officer": officers[name], "organ_id": organ, "post": post, "place_id": place}
        Appointment.objects.get_or_create(**held, defaults={"since": now - timedelta(days=90)})
    return County(officers)


def invented(
    seed: int = 1, *, number: int = 1, received: datetime | None = None, hours: int = 36, listed: int = 12, epidemic: bool = True,
    **more: float,
) -> Invention:  # fmt: skip
    """Return an invented directive, by default one that is over since days, whole and in time."""
    chance = random.Random(seed)
    at = received or timezone.now() - timedelta(days=6)
    asked = {"missing": 0.0, "late": 0.0, **more}
    return invent_directive(
        chance, number, at, hours=hours, listed=listed, epidemic=epidemic, first=seed * 1000, now=timezone.now(), **asked
    )  # fmt: skip


def running(seed: int = 2, **more: int) -> Invention:
    """Return an invented directive that came an hour ago and has no feedback yet."""
    made = invented(seed, number=seed, received=timezone.now() - timedelta(hours=1), **more)  # type: ignore[arg-type]
    made.answers.clear()
    return made


def written(
    folder: Path, made: Invention, seed: int = 5, *, feedback: bool = True, name: str = "", **habits: object
) -> Path:
    """Write an invention as a workbook in some office's dialect."""
    dialect = Dialect.invent(random.Random(seed))
    for habit, value in habits.items():
        setattr(dialect, habit, value)
    return write(folder, made, dialect, feedback=feedback, name=name or f"{made.reference}-{seed}.xlsx")


def directive(made: Invention) -> Directive:
    """Return the directive of an invention, as it stands."""
    return Directive.objects.select_related("matter").get(reference=made.reference)


def state(one: Directive | Part) -> str:
    """Return where a directive or a part stands."""
    return Matter.objects.values_list("state", flat=True).get(pk=one.pk)


def rows(one: Directive) -> list[ListedRow]:
    """Return a directive's rows."""
    return list(ListedRow.objects.filter(directive=one).order_by("pk"))
