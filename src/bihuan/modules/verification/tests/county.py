"""A small county for tests of verification: a lead, two callers, a visitor, and people on a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import Actor, acting
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.matters.models import Matter
from bihuan.modules.verification import roster
from bihuan.modules.verification.factories import open_items, people
from bihuan.modules.verification.models import Item

ORGANS = (
    ("police", "police", "县公安局", "Public Security Bureau"),
    ("street", "street", "乌江镇人民政府", "Wujiang Township"),
    ("committee", "committee", "县委政法委", "Political-Legal Committee"),
    ("health", "health", "县卫生健康局", "Health Bureau"),
)
OFFICERS = (
    ("lead", "verification_lead", "police", "何率"),
    ("caller", "verifier", "police", "罗言"),
    ("other", "verifier", "police", "马语"),
    ("visitor", "visitor", "street", "苗行"),
    ("registrar", "registrar", "committee", "席录"),
    ("supervisor", "supervisor", "committee", "严明"),
    ("desk", "quarantine_desk", "health", "安宁"),
)


@dataclass(frozen=True)
class County:
    """Who there is, and the verifications of one list, in the order in which they were opened."""

    officers: dict[str, Officer]
    people: list[UUID]
    items: list[UUID]

    def actor(self, name: str) -> Actor:
        """Return an officer as an actor."""
        officer = self.officers[name]
        return acting(officer, list(officer.appointments.select_related("organ", "place").order_by("since")))

    def on_shift(self, *names: str, hours: float = 6) -> None:
        """Put these officers on shift."""
        now = timezone.now()
        for name in names:
            officer = self.officers[name].id
            roster.begin_shift(officer, now + timedelta(hours=hours), now, actor=self.actor("lead"))

    def item(self, number: int) -> Item:
        """Return the detail row of one verification, as it stands."""
        return Item.objects.get(pk=self.items[number])

    def state(self, number: int) -> str:
        """Return where one verification stands."""
        return Matter.objects.values_list("state", flat=True).get(pk=self.items[number])


def build(count: int = 12) -> County:
    """Make the officers and the list."""
    code, now = settings.BIHUAN.jurisdiction, timezone.now()
    for key, kind, zh, en in ORGANS:
        Organ.objects.get_or_create(
            code=key, defaults={"kind": kind, "name_zh": zh, "name_en": en, "jurisdiction": code}
        )
    officers = {}
    for name, post, organ, called in OFFICERS:
        officer = Officer.objects.filter(username=name).first()
        officers[name] = officer or Officer.objects.create_user(name, "drill-only-2026", name=called)
        Appointment.objects.get_or_create(
            officer=officers[name], organ_id=organ, post=post, defaults={"since": now - timedelta(days=30)}
        )
    county = County(officers, people(count, code), [])
    opened = open_items(county.people, county.actor("lead"))
    return County(officers, county.people, [one.matter_id for one in opened.opened])
