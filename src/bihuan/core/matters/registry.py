"""What is declared: matter types, their details, figures and posts, found in the modules' folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from django.apps import apps

from bihuan.core.matters.details import Applied, Details, FollowUp
from bihuan.core.spec.figures import Figure, ReportSentence
from bihuan.core.spec.matters import MatterType
from bihuan.core.spec.posts import Post

_details: dict[str, Details[Any]] = {}
_followers: dict[str, list[Callable[[Sequence[Applied]], Iterable[FollowUp]]]] = {}
D = TypeVar("D", bound=type[Details[Any]])


def declared(name: str) -> list[Any]:
    """Import `name` (`matter`, `figures`, …) from every installed Bihuan app that has it, in order."""
    found = []
    for app in apps.get_app_configs():
        if app.name.startswith("bihuan.") and find_spec(f"{app.name}.{name}") is not None:
            found.append(import_module(f"{app.name}.{name}"))
    return found


@cache
def matter_types() -> dict[str, MatterType[Any]]:
    """Return all matter types by code. A `matter.py` lists its types in `MATTERS`."""
    return {kind.code: kind for module in declared("matter") for kind in module.MATTERS}


def matter_type(code: str) -> MatterType[Any]:
    """Return one matter type; KeyError where no module declares it."""
    return matter_types()[code]


@cache
def figures() -> dict[str, Figure]:
    """Return all figures by key, in report order. A `figures.py` lists them in `FIGURES`."""
    found = [figure for module in declared("figures") for figure in getattr(module, "FIGURES", ())]
    return {figure.key: figure for figure in sorted(found, key=lambda f: (f.order, f.key))}


@cache
def sentences() -> tuple[ReportSentence, ...]:
    """Return the sentences of the situation report, in order. A `figures.py` lists them in `SENTENCES`."""
    found = [s for module in declared("figures") for s in getattr(module, "SENTENCES", ())]
    return tuple(sorted(found, key=lambda s: s.order))


@cache
def posts() -> dict[str, Post]:
    """Return all posts that any declaration names, by code."""
    found: dict[str, Post] = {}
    for kind in matter_types().values():
        for post in (*kind.opened_by, *kind.seen_by, *(p for t in kind.transitions for p in t.posts)):
            found[post.code] = post
    for module in declared("posts"):
        found.update({post.code: post for post in module.POSTS})
    return found


def details_of(kind: MatterType[Any]) -> Callable[[D], D]:
    """Class decorator: these are the details of that matter type."""

    def register(cls: D) -> D:
        instance = cls()
        instance.type = kind
        _details[kind.code] = instance
        return cls

    return register


@cache
def _load_services() -> None:
    declared("services")
    declared("follow")


def details(code: str) -> Details[Any]:
    """Return the details of a matter type; the default (none) where the module declares no other."""
    _load_services()
    if code not in _details:
        _details[code] = Details()
        _details[code].type = matter_type(code)
    return _details[code]


def follows(kind: str) -> Callable[[Callable[[Sequence[Applied]], Iterable[FollowUp]]], Any]:
    """Decorator for `loops/`: call this function with the steps of a ledger kind (`quarantine_stay.record_test`)."""

    def register(function: Callable[[Sequence[Applied]], Iterable[FollowUp]]) -> Any:
        _followers.setdefault(kind, []).append(function)
        return function

    return register


def followers(kind: str) -> Sequence[Callable[[Sequence[Applied]], Iterable[FollowUp]]]:
    """Return what is called after steps of this kind."""
    return _followers.get(kind, ())
