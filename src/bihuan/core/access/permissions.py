"""Who may do and see what. Default is deny: nothing is allowed that a declaration does not name.

The rule is stated once for one matter (`may`, `sees`) and once as a filter (`visible`, `overseen`); lists,
pages, search and API use these and no other. A test holds the two forms together.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.access.posts import OVERSEEING
from bihuan.core.matters.registry import matter_types, posts
from bihuan.core.spec.matters import MatterType
from bihuan.core.spec.posts import PUBLIC, SYSTEM, Post

NOTHING = Q(pk__in=[])


class InOrgan(Protocol):
    """What permissions read of an organ: its kind."""

    @property
    def kind(self) -> str:
        """Return the kind of organ (`court`, `health` …)."""


class Placed(Protocol):
    """What permissions read of a matter; a `Matter` (with its organ) is one."""

    type: str
    jurisdiction: str
    organ_id: str
    place_id: UUID | None
    person_id: UUID | None

    @property
    def organ(self) -> InOrgan:
        """Return the organ that handles the matter."""


@cache
def content_types(post: str) -> frozenset[str]:
    """Return the matter types whose content a post sees: named in `seen_by` or in a transition."""
    return frozenset(code for code, kind in matter_types().items() if post in _seeing(kind))


def _seeing(kind: MatterType[object]) -> set[str]:
    return {p.code for p in kind.seen_by} | {p.code for t in kind.transitions for p in t.posts}


def reaches(actor: Actor, matter: Placed) -> bool:
    """Tell whether a matter lies where the actor's post reaches, whatever is to be done with it.

    Same jurisdiction; a post bound to places: one of its places; a person: their own; any other post: its own
    organ, or an organ of another kind (two courts do not see each other's matters; a court post that a health
    matter names sees that matter).
    """
    if actor.jurisdiction != matter.jurisdiction:
        return False
    if actor.post == SYSTEM.code:
        return True
    if actor.post == PUBLIC.code:
        return actor.person_id is not None and actor.person_id == matter.person_id
    post = posts().get(actor.post)
    if post is None or (post.bound_to_place and actor.place_ids is None):
        return False
    if actor.place_ids is not None:
        return matter.place_id in actor.place_ids
    return actor.organ == matter.organ_id or matter.organ.kind != post.organ


def may(actor: Actor, allowed: Iterable[Post], matter: Placed) -> bool:
    """Tell whether the actor's post is among those allowed, and reaches this matter."""
    return actor.post in {post.code for post in allowed} and reaches(actor, matter)


def sees(actor: Actor, matter: Placed) -> bool:
    """Tell whether the actor sees this matter's content."""
    if actor.post == SYSTEM.code:
        return reaches(actor, matter)
    return matter.type in content_types(actor.post) and reaches(actor, matter)


def visible(actor: Actor) -> Q:
    """Return the filter over `Matter` for those whose content the actor sees."""
    if actor.post == SYSTEM.code:
        return Q(jurisdiction=actor.jurisdiction)
    types = content_types(actor.post)
    post = posts().get(actor.post)
    if not types or post is None:
        return NOTHING
    found = Q(jurisdiction=actor.jurisdiction, type__in=sorted(types))
    if actor.post == PUBLIC.code:
        return NOTHING if actor.person_id is None else found & Q(person_id=actor.person_id)
    if actor.place_ids is not None:
        return found & Q(place_id__in=actor.place_ids)
    if post.bound_to_place:
        return NOTHING
    others = Organ.objects.exclude(kind=post.organ).values("code")
    return found & (Q(organ_id=actor.organ) | Q(organ_id__in=others))


def oversees(actor: Actor) -> bool:
    """Tell whether the actor's post watches over all matters: states, limits and counts, no content."""
    return actor.post in OVERSEEING


def overseen(actor: Actor) -> Q:
    """Return the filter over `Matter` for lists of states and limits: all of the jurisdiction for overseers.

    Rows outside `visible` must be shown without title, person and timeline (`sees` tells which).
    """
    return Q(jurisdiction=actor.jurisdiction) if oversees(actor) else visible(actor)


def reveals(actor: Actor) -> bool:
    """Tell whether the actor's post may reveal sealed fields, for a stated purpose, on matters it sees."""
    post = posts().get(actor.post)
    return post is not None and post.reveals
