"""A small county for tests of the faces: two sites with invented people, and an officer for each post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import Actor, acting, system_actor
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.modules.quarantine import drill
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.protocol import LOCAL

PASSWORD = "drill-only-2026"
ORGANS = (
    ("health", "health", "县卫生健康局", "Health Bureau"),
    ("committee", "committee", "县委政法委", "Political-Legal Committee"),
    ("justice", "justice", "县司法局", "Justice Bureau"),
    ("police", "police", "县公安局", "Public Security Bureau"),
)
PEOPLE = (
    ("desk", "quarantine_desk", "health", "安宁"),
    ("transfer", "transfer_desk", "health", "郭实"),
    ("reviewer", "order_reviewer", "justice", "柳正"),
    ("registrar", "registrar", "committee", "席录"),
    ("supervisor", "supervisor", "committee", "严明"),
    ("police", "case_officer", "police", "鲁直"),
)


@dataclass(frozen=True)
class County:
    """Who and what there is: `sites` in order of their codes; the first one's manager and nurse, another nurse."""

    now: datetime
    sites: list[Site]
    officers: dict[str, Officer]

    def actor(self, name: str) -> Actor:
        """Return an officer as an actor."""
        officer = self.officers[name]
        return acting(officer, list(officer.appointments.select_related("organ", "place").order_by("since")))


def officer(name: str, post: str, organ: str, person: str, site: Site | None = None) -> Officer:
    """Return an officer with a running appointment, made where there is none."""
    found = Officer.objects.filter(username=name).first()
    made = found or Officer.objects.create_user(name, PASSWORD, name=person)
    Appointment.objects.get_or_create(
        officer=made, organ_id=organ, post=post, place_id=site.place_id if site else None,
        defaults={"since": timezone.now() - timedelta(days=90)},
    )  # fmt: skip
    return made


def afternoon(now: datetime | None = None) -> datetime:
    """Return half past three of the county's today: the morning is over, the afternoon's round is due."""
    local = (now or timezone.now()).astimezone(LOCAL)
    return local.replace(hour=15, minute=30, second=0, microsecond=0)


def build(sites: int = 2, people: int = 90, now: datetime | None = None) -> County:
    """Load the drill at a small scale, and the officers."""
    now = now or timezone.now()
    code = settings.BIHUAN.jurisdiction
    for key, kind, zh, en in ORGANS:
        Organ.objects.get_or_create(
            code=key, defaults={"kind": kind, "name_zh": zh, "name_en": en, "jurisdiction": code}
        )
    officers = {name: officer(name, post, organ, person) for name, post, organ, person in PEOPLE}
    cast = drill.Cast(
        desk=_actor(officers["desk"], "quarantine_desk", code),
        manager=_actor(officers["desk"], "site_manager", code),
        nurse=_actor(officers["desk"], "site_nurse", code),
        system=system_actor(code),
    )
    drill.load(cast, now=now, scale=drill.Scale(sites, people), seed=7)
    found = list(Site.objects.select_related("place").order_by("place__code"))
    officers["manager"] = officer("manager", "site_manager", "health", "许诺", found[0])
    officers["nurse"] = officer("nurse", "site_nurse", "health", "白芷", found[0])
    officers["other_nurse"] = officer("other_nurse", "site_nurse", "health", "苏木", found[-1])
    return County(now, found, officers)


def _actor(by: Officer, post: str, jurisdiction: str) -> Actor:
    return Actor(by.id, post, "health", jurisdiction, None, by.name)
