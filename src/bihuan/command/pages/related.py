"""What belongs to a matter: others about the same person, tasks that follow from it."""

from __future__ import annotations

from django.db.models import Q

from bihuan.command.pages.lookup import Found
from bihuan.command.worklist.rows import Row, rows
from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import visible
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details
from bihuan.core.people.models import Person

MOST = 20


def related(found: Found, actor: Actor) -> list[Row]:
    """Return the other matters that belong to this one, as far as the actor may see them, open ones first."""
    named = list(details(found.matter.type).related(found.matter.id))
    ids = Matter.objects.filter(id__in=named).values("id")
    person = found.matter.person
    if person is not None:
        known_as = person.merged_into_id or person.id
        same = Person.objects.filter(Q(id=known_as) | Q(merged_into_id=known_as))
        # a union, not an OR: each half has its index
        ids = ids.union(Matter.objects.filter(person_id__in=same.values("id")).values("id"))
    others = (
        Matter.objects.filter(visible(actor), id__in=ids)
        .exclude(id=found.matter.id)
        .select_related("organ", "place")
        .order_by("-closed_at", "rank", "due_at")[:MOST]
    )
    return sorted(rows(others, actor, people=False), key=lambda row: row.matter.closed_at is not None)
