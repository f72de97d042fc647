"""Whose turn it is: which states wait for which post, and which step a post would take there."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Q

from bihuan.core.access.actors import Actor
from bihuan.core.access.permissions import NOTHING, content_types, overseen, visible
from bihuan.core.matters.registry import matter_types
from bihuan.core.matters.turns import awaited, leaving
from bihuan.core.spec.matters import Transition


@cache
def duties(post: str) -> dict[str, tuple[str, ...]]:
    """Return matter type → the states in which the next step is this post's."""
    found = {
        code: tuple(s.code for s in kind.states if not s.closed and post in awaited(kind, s))
        for code, kind in matter_types().items()
    }
    return {code: states for code, states in found.items() if states}


@cache
def gathered() -> dict[str, tuple[str, ...]]:
    """Return matter type → the states that are listed place by place."""
    found = {
        code: tuple(s.code for s in kind.states if s.listed_by == "place")
        for code, kind in matter_types().items()
    }
    return {code: states for code, states in found.items() if states}


def standing(pairs: dict[str, tuple[str, ...]]) -> Q:
    """Return the filter for matters of these types in these states; nothing where there are none."""
    found = Q()
    for code, states in pairs.items():
        found |= Q(type=code, state__in=states)
    return found if pairs else NOTHING


def has_duties(actor: Actor) -> bool:
    """Tell whether any state waits for this post; others look at everything they may see."""
    return bool(duties(actor.post))


def scope(actor: Actor, mine: bool) -> Q:
    """Return the filter for the matters on this actor's list: those that wait for the post, or all it may see."""
    if mine and has_duties(actor):
        return visible(actor) & standing(duties(actor.post))
    return overseen(actor)


@cache
def next_step(post: str, code: str, state: str) -> Transition[Any] | None:
    """Return the step a post would take first from here: its primary one, else its first that is not hidden."""
    if code not in content_types(post):
        return None
    steps = [
        t for t in leaving(matter_types()[code], state) if not t.hidden and post in {p.code for p in t.posts}
    ]
    return min(steps, key=lambda t: not t.primary, default=None)
