"""Whose turn it is: the posts whose step a state waits for, as the declaration tells it."""

from __future__ import annotations

from typing import Any

from bihuan.core.spec.matters import ANY_OPEN, MatterType, State, Transition


def leaving(kind: MatterType[Any], state: str) -> list[Transition[Any]]:
    """Return the transitions declared to start from this state itself, in the order of the declaration."""
    opens = kind.open_states
    return [t for t in kind.transitions if t.sources is not ANY_OPEN and t.leaves(state, opens)]


def awaited(kind: MatterType[Any], state: State) -> frozenset[str]:
    """Return the posts whose step the state waits for.

    Those of its primary transitions; where it has none, those of the first transition declared from it, and of
    these the ones on the spot, if any (the daily record of a stay is the site's, not the registrar's).
    """
    steps = leaving(kind, state.code)
    primary = frozenset(post.code for t in steps if t.primary for post in t.posts)
    if primary or not steps:
        return primary
    posts = steps[0].posts
    return frozenset(post.code for post in posts if post.bound_to_place) or frozenset(p.code for p in posts)
