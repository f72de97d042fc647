"""Screens of other officers hear of every step, once, wherever it was taken; and only those who may."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.messages import events
from bihuan.core.messages.events import LiveEvent
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Absence, Observation
from bihuan.modules.quarantine.tests.county import County


def topics(since: int) -> list[str]:
    return sorted(LiveEvent.objects.filter(id__gt=since).values_list("topic", flat=True))


def observed(county: County) -> Stay:
    found = Stay.objects.filter(site=county.sites[0], matter__state="observed")
    return found.select_related("matter").order_by("matter_id")[0]


def test_a_step_on_the_matter_page_reaches_board_lists_and_the_matter(county: County) -> None:
    stay, before = observed(county), events.newest()
    engine.perform(stay.pk, "report_absence", Absence(), actor=county.actor("nurse"), key="gone")
    assert topics(before) == sorted([f"matter:{stay.pk}", f"place:{stay.site_id}", "worklist"])
    payloads = LiveEvent.objects.filter(id__gt=before).values_list("payload", flat=True)
    assert {name for payload in payloads for name in payload} <= {"matter", "place"}


def test_many_steps_at_once_are_one_event_a_place(county: County) -> None:
    before = events.newest()
    stays = list(Stay.objects.filter(site=county.sites[0], matter__state="observed")[:20])
    engine.perform_many(
        [(stay.pk, Step("observe", Observation(item="14:symptoms:pm"), timezone.now())) for stay in stays]
        + [(stay.pk, Step("report_absence", Absence(), timezone.now())) for stay in stays],
        actor=county.actor("nurse"),
    )
    heard = topics(before)
    assert heard.count("worklist") == 1
    assert heard.count(f"place:{county.sites[0].pk}") == 1
    assert len([topic for topic in heard if topic.startswith("matter:")]) == len(stays)


def test_a_refused_step_tells_nobody(county: County) -> None:
    before = events.newest()
    with pytest.raises(NotDone):
        engine.perform(
            observed(county).pk, "report_absence", Absence(), actor=county.actor("reviewer"), key="x"
        )
    assert topics(before) == []


def listens(county: County, name: str, matter: UUID) -> bool:
    return events.access_to(county.officers[name].id, [f"matter:{matter}"]) != []


def test_who_may_not_see_a_matter_does_not_hear_of_it(county: County) -> None:
    stay: Any = observed(county).pk
    assert listens(county, "nurse", stay) and listens(county, "desk", stay)
    assert listens(county, "supervisor", stay), "states and limits, so the page is open to it"
    assert not listens(county, "other_nurse", stay)
    assert not listens(county, "police", stay)
    assert not listens(county, "nurse", uuid4())
    assert Matter.objects.filter(pk=stay).exists()
    assert events.access_to(county.officers["nurse"].id, ["matter:" + "-" * 36, "matter:x"]) == []
