"""The doors in the bar. An app opens one by a `doors.py` that lists `DOORS`; no list in the middle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from bihuan.core.matters.registry import declared
from bihuan.core.spec.text import Text


@dataclass(frozen=True, slots=True)
class Door:
    """A door of the bar: where it leads, its name and icon, its place in the row (10, 20 …).

    `posts`: codes of the posts that see it; empty: every officer. `under`: addresses that also belong to it,
    so that it stays marked (`("/matters/",)`). `count`: the number beside its name, None for no number.
    """

    url_name: str
    text: Text
    icon: str
    order: int
    posts: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    count: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A door as it is drawn on one page."""

    text: Text
    icon: str
    url: str
    current: bool
    count: int | None


@cache
def doors() -> tuple[Door, ...]:
    """Return every door that an installed app declares, in order."""
    found = [door for module in declared("doors") for door in getattr(module, "DOORS", ())]
    return tuple(sorted(found, key=lambda door: (door.order, door.url_name)))


def opened(request: HttpRequest, post: str) -> list[Opened]:
    """Return the doors that a post sees; a door whose page does not exist (yet) is left out."""
    found = []
    for door in doors():
        if door.posts and post not in door.posts:
            continue
        try:
            url = reverse(door.url_name)
        except NoReverseMatch:
            continue
        count = door.count(request) if door.count else None
        found.append(Opened(door.text, door.icon, url, _within(request.path, url, door.under), count))
    return found


def _within(path: str, url: str, under: tuple[str, ...]) -> bool:
    if path == url:
        return True
    return any(path.startswith(prefix) for prefix in (*under, *((url,) if url != "/" else ())))
