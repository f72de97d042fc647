"""A small county with its officers and a few invented people, for the desk's pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from bihuan.core.access.actors import Actor, acting, running, system_actor
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import posts
from bihuan.core.places.models import Place

ORGANS = {
    "health": "县卫生健康局",
    "committee": "县委政法委",
    "justice": "县司法局",
    "police": "县公安局",
    "street": "街道办事处",
}


@dataclass(frozen=True)
class County:
    """The county under test: who works there, and how to sign in as them."""

    places: list[Place]

    def actor(self, post: str) -> Actor:
        """Return the officer of this post as an actor."""
        officer = Officer.objects.get(username=post)
        return acting(officer, list(running(officer)))

    def client(self, post: str, language: str = "zh-hans") -> Client:
        """Return a signed-in browser without a browser."""
        client = Client()
        officer = Officer.objects.get(username=post)
        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    def stay(self, state: str, **where: Any) -> Matter:
        """Return a stay in this state at the managers' own place, the first that is due."""
        found = Matter.objects.filter(type="quarantine.stay", state=state, place=self.places[0], **where)
        stay = found.order_by("due_at", "id").first()
        assert stay is not None, f"the drill has no stay that is {state}"
        return stay


def appoint(post: str, organ: Organ, place: Place | None = None) -> Officer:
    """Make an officer with one appointment."""
    officer = Officer.objects.create_user(post, "drill-2026-x", name="李演练")
    Appointment.objects.create(
        officer=officer, organ=organ, post=post, place=place, since=timezone.now() - timedelta(days=60)
    )
    return officer


def populate(people: int = 60) -> County:
    """Load two sites with a few people, and one officer for every post."""
    from bihuan.modules.quarantine import drill

    here = settings.BIHUAN.jurisdiction
    organs = {
        kind: Organ.objects.create(
            code=kind, kind=kind, name_zh=name, name_en=kind.title(), jurisdiction=here
        )
        for kind, name in ORGANS.items()
    }
    desk = Actor(None, "quarantine_desk", "health", here, None, "演练")
    manager = Actor(None, "site_manager", "health", here, None, "演练")
    nurse = Actor(None, "site_nurse", "health", here, None, "演练")
    cast = drill.Cast(desk=desk, manager=manager, nurse=nurse, system=system_actor(here))
    drill.load(cast, now=timezone.now(), scale=drill.Scale(2, people), seed=7)
    places = list(Place.objects.order_by("code"))
    for post in posts().values():
        if post.organ in organs and not Officer.objects.filter(username=post.code).exists():
            appoint(post.code, organs[post.organ], places[0] if post.bound_to_place else None)
    return County(places)


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The county, loaded once a module and taken away after it; what a test changes is rolled back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield populate()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_county(county: County, db: None) -> None:
    """Every test here runs inside the county's transaction, in one of its own."""


Show = Callable[..., Any]


@pytest.fixture
def form_of() -> Callable[[str], dict[str, str]]:
    """Read the hidden key and version that a page's form carries."""
    import re

    def read(html: str) -> dict[str, str]:
        found = dict(re.findall(r'<input type="hidden" name="(bihuan_[a-z]+)" value="([^"]*)"', html))
        assert "bihuan_key" in found
        return found

    return read
