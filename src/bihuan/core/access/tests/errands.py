"""An invented procedure for tests: the core knows no module, and its permissions are tried without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat as uuid
from django.utils import timezone

from bihuan.core.access import permissions
from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Officer, Organ
from bihuan.core.access.posts import AUDITOR, REGISTRAR, SUPERVISOR
from bihuan.core.matters import registry
from bihuan.core.matters.models import Matter
from bihuan.core.places.models import Place
from bihuan.core.spec import (
    ADMINISTRATOR,
    PUBLIC,
    MatterType,
    NoDeadline,
    Post,
    Retention,
    State,
    Transition,
)  # fmt: skip

COUNTY = "620799"
ELSEWHERE = "620701"

KEEPER = Post("errand_keeper", "跑腿点负责人", "Keeper", "health", bound_to_place=True, reveals=True)
CLERK = Post("errand_clerk", "跑腿登记岗", "Clerk", "health", reveals=True)
HELPER = Post("errand_helper", "跑腿协助岗", "Helper", "health")
JUDGE = Post("errand_judge", "跑腿裁决岗", "Judge", "court", reveals=True)

ASKED = State("asked", "待办", "Asked", due=NoDeadline("试验用", "for tests"))
DONE = State("done", "已办", "Done", closed=True)


def _type(code: str, **more: Any) -> MatterType[Any]:
    return MatterType(
        code, "跑腿", "Errand", organ="health", initial=ASKED, states=(ASKED, DONE),
        transitions=(Transition("finish", "办结", "Finish", ASKED, to=DONE, by=(KEEPER, CLERK)),),
        opened_by=(CLERK, PUBLIC), number="跑〔{year}〕{n}号", **more,
    )  # fmt: skip


ERRAND = _type("errands.errand", seen_by=(HELPER, JUDGE, PUBLIC), retention=Retention(days=30))
COMPLAINT = _type("errands.complaint", seen_by=(JUDGE,), retention=Retention(years=2))
VISIT = _type("visits.visit", seen_by=(CLERK,), retention=Retention(days=10))
TYPES = {kind.code: kind for kind in (ERRAND, COMPLAINT, VISIT)}
POSTS = {
    post.code: post
    for post in (KEEPER, CLERK, HELPER, JUDGE, PUBLIC, REGISTRAR, SUPERVISOR, AUDITOR, ADMINISTRATOR)
}


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this procedure be the only one that is declared."""
    from bihuan.core.access import configuration
    from bihuan.core.people import erasure

    for module in (registry, permissions, erasure):
        monkeypatch.setattr(module, "matter_types", lambda: TYPES)
    for module in (registry, permissions, configuration):
        monkeypatch.setattr(module, "posts", lambda: POSTS)
    permissions.content_types.cache_clear()
    yield
    permissions.content_types.cache_clear()


def organ(code: str, kind: str = "health", jurisdiction: str = COUNTY) -> Organ:
    made, _ = Organ.objects.get_or_create(
        code=code, defaults={"kind": kind, "name_zh": code, "name_en": code, "jurisdiction": jurisdiction}
    )
    return made


def place(code: str, jurisdiction: str = COUNTY) -> Place:
    return Place.objects.create(kind="site", code=code, name=code, jurisdiction=jurisdiction)


def officer(username: str, name: str = "演练员") -> Officer:
    return Officer.objects.create(username=username, name=name, password="!")


def acting(
    post: Post,
    at: str | None = "health",
    *places: Place,
    jurisdiction: str = COUNTY,
    who: Officer | None = None,
) -> Actor:
    ids = tuple(p.id for p in places) if post.bound_to_place else None
    return Actor(who.id if who else uuid.uuid7(), post.code, at, jurisdiction, ids, "演练员")


def matter(
    kind: MatterType[Any] = ERRAND,
    *,
    person_id: UUID | None = None,
    at: str = "health",
    where: Place | None = None,
    closed_at: datetime | None = None,
    jurisdiction: str = COUNTY,
) -> Matter:
    return Matter.objects.create(
        type=kind.code, number=str(uuid.uuid7()), jurisdiction=jurisdiction, organ=organ(at),
        state=DONE.code if closed_at else ASKED.code, opened_at=closed_at or timezone.now(),
        closed_at=closed_at, place=where, person_id=person_id,
    )  # fmt: skip
