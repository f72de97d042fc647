"""The drill's team: at work when the county opens, nothing twice, and with passwords like everybody's."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils import timezone

from bihuan.core.access.drill import create_drill_accounts
from bihuan.core.access.models import Officer
from bihuan.core.access.setup import ensure_organs
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.drills import Scene
from bihuan.modules.verification import drill
from bihuan.modules.verification.matter import POSTS
from bihuan.modules.verification.models import Item, Tried

pytestmark = pytest.mark.django_db


def scene() -> Scene:
    ensure_organs()
    return Scene(settings.BIHUAN.jurisdiction, timezone.now().replace(minute=0, second=0, microsecond=0))


def test_the_team_is_at_work_when_the_county_opens_and_nothing_comes_twice() -> None:
    told = scene()
    assert drill.load(told) > drill.OWN
    assert Tried.objects.count() == 2 * drill.CALLS
    assert Item.objects.filter(stage="call").count() > 100 and Item.objects.filter(stage="").exists()
    entries = Entry.objects.count()
    assert drill.load(told) == 0 and Entry.objects.count() == entries


def test_a_drill_that_was_killed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told, press, pressed = scene(), drill.calls.press, []

    def dies(*given: object, **more: object) -> object:
        pressed.append(1)
        if len(pressed) == 5:
            raise KeyboardInterrupt
        return press(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(drill.calls, "press", dies)
    with pytest.raises(KeyboardInterrupt):
        drill.load(told)
    monkeypatch.setattr(drill.calls, "press", press)
    drill.load(told)
    assert Tried.objects.count() == 2 * drill.CALLS
    assert Item.objects.count() == drill.OWN


def test_several_people_can_try_the_call_sheet_at_once() -> None:
    drill.load(scene())
    made = {one.username: one.password for one in create_drill_accounts(POSTS)}
    assert {"verifier", "verifier_2", "verifier_3", "visitor", "visitor_2", "verification_lead"} == set(made)
    for username, password in made.items():
        assert check_password(password, Officer.objects.get(username=username).password)
