"""A finding leads on: proposed by whoever spoke to the person, decided by the desk with its legal basis, never by itself."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotAllowed, Refused
from bihuan.core.matters.models import Matter
from bihuan.loops.matter import Declined, Ordered, SamplingArranged
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.tests import county as sites
from bihuan.modules.verification import calls
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.payloads import Assigned, Measure
from bihuan.modules.verification.tests.county import County, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db: object) -> County:
    """The caller has three people; two quarantine sites stand open."""
    sites.build(sites=2, people=4)
    made = build(6)
    made.on_shift("caller")
    now, officer = timezone.now(), made.officers["caller"].id
    engine.perform_many(
        [(item, Step("assign_call", Assigned(officer=officer), now)) for item in made.items[:3]],
        actor=made.actor("lead"), raising=True,
    )  # fmt: skip
    return made


def proposed(county: County, measure: Measure) -> Matter:
    """Let the caller find somebody and propose."""
    caller = county.actor("caller")
    served = calls.take_next(caller, timezone.now())
    assert served is not None
    calls.press(served, Pressed("1", propose=measure), actor=caller, key=f"p-{served}")
    return Matter.objects.get(
        type="verification.proposal", state="proposed", person=Matter.objects.get(pk=served).person
    )


def order(county: County) -> Ordered:
    site = Matter.objects.get(type="quarantine.site", number__contains="001").place_id
    assert isinstance(site, UUID)
    return Ordered(
        site=site, category=Category.CONTACT, legal_basis="传染病防治法 第39条", reason="与确诊人员同室"
    )


def test_nothing_is_ordered_by_a_key_alone(county: County) -> None:
    stays = Matter.objects.filter(type="quarantine.stay").count()
    found = proposed(county, Measure.OBSERVATION)
    assert Matter.objects.filter(type="quarantine.stay").count() == stays
    assert found.due_at is not None and found.organ_id == "health"


def test_the_desk_makes_the_order_in_its_own_name_with_the_legal_basis(county: County) -> None:
    found, desk = proposed(county, Measure.OBSERVATION), county.actor("desk")
    engine.perform(found.id, "order", order(county), actor=desk, key="order")
    stay = Matter.objects.get(type="quarantine.stay", person=found.person)
    assert stay.state == "ordered" and stay.place_id == order(county).site
    entry = Entry.objects.get(matter_id=stay.id, kind="quarantine.stay.open")
    assert (entry.actor_id, entry.post) == (desk.officer_id, "quarantine_desk")
    assert entry.payload["legal_basis"] == "传染病防治法 第39条"
    assert "同室" not in str(entry.payload)


def test_an_order_without_legal_basis_is_refused_and_nobody_else_may_make_it(county: County) -> None:
    found = proposed(county, Measure.OBSERVATION)
    bare = Ordered(site=order(county).site, category=Category.CONTACT, legal_basis=" ", reason="x")
    with pytest.raises(Refused):
        engine.perform(found.id, "order", bare, actor=county.actor("desk"), key="bare")
    with pytest.raises(NotAllowed):
        engine.perform(found.id, "order", order(county), actor=county.actor("lead"), key="lead")


def test_a_test_is_arranged_and_no_order_rests_on_it(county: County) -> None:
    found, desk = proposed(county, Measure.TEST), county.actor("desk")
    with pytest.raises(Refused):
        engine.perform(found.id, "order", order(county), actor=desk, key="order")
    engine.perform(found.id, "arrange_test", SamplingArranged(where="第三采样点"), actor=desk, key="test")
    found.refresh_from_db()
    assert found.state == "arranged"


def test_a_proposal_may_be_declined_with_a_reason(county: County) -> None:
    found = proposed(county, Measure.OBSERVATION)
    engine.perform(found.id, "decline", Declined(reason="已完成观察"), actor=county.actor("desk"), key="no")
    found.refresh_from_db()
    assert found.state == "declined" and found.closed_at is not None


def test_a_finding_that_is_taken_back_takes_its_proposal_along(county: County) -> None:
    found = proposed(county, Measure.TEST)
    calls.take_back(county.actor("caller"), key="back")
    found.refresh_from_db()
    assert found.state == "fell_away"
