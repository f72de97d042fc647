"""What a record of the quarantine sites settles: somebody observed now, somebody tested since the push; and what not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import system_actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people.merging import merge
from bihuan.modules.quarantine.tests import county as sites
from bihuan.modules.verification import runs
from bihuan.modules.verification.factories import opening, people
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.tests.county import County, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db: object) -> County:
    """Two quarantine sites with their people, and a verification team on shift."""
    sites.build(sites=2, people=60)
    made = build(2)
    made.on_shift("caller")
    return made


def open_for(person: UUID, **more: object) -> UUID:
    """Open a verification of this person."""
    system = system_actor(settings.BIHUAN.jurisdiction)
    return engine.open_many(ITEM, [opening(person, **more)], actor=system, raising=True).opened[0].matter_id  # type: ignore[arg-type]


def routed(county: County) -> None:
    """Press "check the records and route"."""
    runs.work(runs.press(uuid4(), None, actor=county.actor("lead")).id)


def test_somebody_under_observation_now_is_settled_by_the_admission(county: County) -> None:
    stay = Matter.objects.filter(type="quarantine.stay", state="observed").order_by("number")[0]
    assert stay.person_id is not None
    item = open_for(stay.person_id, pushed_at=timezone.now())
    routed(county)
    assert Matter.objects.get(pk=item).state == "by_record"
    settled = Entry.objects.get(matter_id=item, kind="verification.item.settle_by_record").payload
    admission = Entry.objects.filter(matter_id=stay.id, kind="quarantine.stay.admit").latest("id")
    assert (
        admission.id in settled["entries"]
        and "observed" in settled["kinds"]
        and str(stay.id) in settled["matters"]
    )


def test_a_test_since_the_push_settles_and_an_earlier_one_does_not(county: County) -> None:
    released = list(Matter.objects.filter(type="quarantine.stay", state="released").order_by("number")[:2])
    last = {
        stay.id: Entry.objects.filter(matter_id=stay.id, kind="quarantine.stay.record_test").latest(
            "occurred_at"
        )
        for stay in released
    }
    before, after = (stay.person_id for stay in released)
    assert before is not None and after is not None
    settled = open_for(before, pushed_at=last[released[0].id].occurred_at - timedelta(hours=1))
    left = open_for(after, pushed_at=last[released[1].id].occurred_at + timedelta(hours=1))
    routed(county)
    assert Matter.objects.get(pk=settled).state == "by_record"
    assert Matter.objects.get(pk=left).state in {"to_call", "to_route"}


def test_the_record_may_lie_under_another_record_of_the_same_person(county: County) -> None:
    stay = Matter.objects.filter(type="quarantine.stay", state="observed").order_by("number")[1]
    assert stay.person_id is not None
    (twice,) = people(1, settings.BIHUAN.jurisdiction, first=9000)
    item = open_for(twice, pushed_at=timezone.now())
    merge(stay.person_id, twice, actor=system_actor(settings.BIHUAN.jurisdiction))
    routed(county)
    assert Matter.objects.get(pk=item).state == "by_record"


def test_who_is_in_no_record_is_given_out(county: County) -> None:
    routed(county)
    assert [county.state(n) for n in (0, 1)] == ["to_call", "to_call"]
