"""Every figure is the number of its records, at any cut-off; what was taken back counts no more, earlier reports stay."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import system_actor
from bihuan.core.figures.evaluate import Moment, records, values
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.registry import figures
from bihuan.core.spec import Nothing
from bihuan.modules.verification import calls
from bihuan.modules.verification.factories import opening, people
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.matter import ITEM
from bihuan.modules.verification.payloads import (
    Assigned,
    Confirmation,
    Feedback,
    GivenUp,
    Method,
    Settling,
    Unverified,
)
from bihuan.modules.verification.tests.county import County, build
from bihuan.modules.verification.tests.test_call_sheet import give

pytestmark = pytest.mark.django_db
MINE = [key for key in figures() if key.startswith("verification.")]


def moment(at: datetime | None = None) -> Moment:
    return Moment.of(at or timezone.now(), settings.BIHUAN.jurisdiction)


def told() -> dict[str, int]:
    return values(moment(), MINE)


@pytest.fixture
def county(db: Any) -> County:
    """A list of twelve, four of them given to the caller."""
    made = build(12)
    made.on_shift("caller")
    give(made, "caller", 0, 1, 2, 3)
    return made


def test_value_is_the_number_of_records_at_random_cutoffs(db: Any) -> None:
    """A fortnight of invented verifications: called, visited, settled, fed back, given up, still open."""
    chance, now = random.Random(11), timezone.now()
    system = system_actor(settings.BIHUAN.jurisdiction)
    begun = now - timedelta(days=14)
    built = build(1)
    lead, openings = built.actor("lead"), []
    for person in people(160, settings.BIHUAN.jurisdiction, first=5000):
        at = begun + timedelta(hours=chance.uniform(0, 300))
        later = at + timedelta(hours=chance.uniform(1, 30))
        openings.append(
            opening(
                person,
                at=at,
                history=_story(chance, later, lead),
                source=chance.choice(("alerts", "directives")),
                epidemic=chance.random() < 0.8,
                rows=chance.randint(1, 3),
            )
        )
    engine.open_many(ITEM, openings, actor=system, raising=True)
    seen: set[str] = set()
    for _ in range(14):
        at = moment(begun + timedelta(hours=chance.uniform(0, 14 * 24)))
        for key, number in values(at, MINE).items():
            figure = figures()[key]
            rows, amount = records(figure, at), figure.rows.amount
            assert number == (sum(row[amount] for row in rows) if amount else len(rows)), (key, at.cutoff)
            assert all(row["entry_id"] for row in rows)
            seen.update([key] if number else [])
    assert seen == set(MINE)


def _story(chance: random.Random, at: datetime, lead: Any) -> list[Step]:
    given = Step("assign_call", Assigned(officer=uuid4()), at - timedelta(minutes=30), actor=lead)
    settled = Settling(method=Method.RECORD, kinds=("tested",), entries=(1,))
    return chance.choice(
        [
            [],
            [given],
            [given, Step("confirm", Confirmation(method=Method.PHONE), at, actor=lead)],
            [given, Step("confirm", Confirmation(method=Method.IN_PERSON), at, actor=lead)],
            [given, Step("give_up", GivenUp(why=Unverified.NO_SUCH, method=Method.PHONE), at, actor=lead)],
            [Step("settle_by_record", settled, at)],
            [
                Step("record_feedback", Feedback(method=Method.SIGNED_ONLY), at),
                Step("close_fed_back", Nothing(), at),
            ],
            [
                Step("record_feedback", Feedback(method=Method.PHONE), at),
                Step("record_feedback", Feedback(method=Method.RECORD), at),
                Step("close_fed_back", Nothing(), at),
            ],
        ]
    )


def test_a_call_counts_when_it_is_pressed_and_no_more_when_it_is_taken_back(county: County) -> None:
    caller = county.actor("caller")
    before = told()
    served = calls.take_next(caller, timezone.now())
    assert served is not None
    calls.press(served, Pressed("1"), actor=caller, key="one")
    counted = told()
    assert counted["verification.by_phone"] == before["verification.by_phone"] + 1
    assert counted["verification.pending"] == before["verification.pending"] - 1
    between = timezone.now()
    calls.take_back(caller, key="back")
    assert told() == before
    assert values(moment(between), MINE)["verification.by_phone"] == counted["verification.by_phone"], (
        "a report made in between stays true"
    )


def test_a_number_that_was_not_reached_is_no_verification(county: County) -> None:
    before = told()
    for key in ("5", "6", "7"):
        served = calls.take_next(county.actor("caller"), timezone.now())
        assert served is not None
        calls.press(served, Pressed(key), actor=county.actor("caller"), key=uuid4().hex)
    assert told() == before


def test_feedback_that_is_dated_before_its_directive_still_closes_it(county: County) -> None:
    before, now = told(), timezone.now()
    story = [Step("close_fed_back", Nothing(), now - timedelta(hours=3))]
    made = [opening(county.people[0], source="directives", at=now - timedelta(hours=1), history=story)]
    engine.open_many(ITEM, made, actor=system_actor(settings.BIHUAN.jurisdiction), raising=True)
    assert told()["verification.pending"] == before["verification.pending"]


def test_feedback_counts_by_its_method_and_only_where_it_concerns_the_epidemic(county: County) -> None:
    before, now = told(), timezone.now()
    system = system_actor(settings.BIHUAN.jurisdiction)
    methods = (Method.PHONE, Method.RECORD, Method.IN_PERSON, Method.SIGNED_ONLY)
    story = [
        *(Step("record_feedback", Feedback(method=m), now) for m in methods),
        Step("close_fed_back", Nothing(), now),
    ]
    made = [
        opening(person, source="directives", epidemic=epidemic, history=story)
        for person, epidemic in zip(county.people[:2], (True, False), strict=True)
    ]
    engine.open_many(ITEM, made, actor=system, raising=True)
    after = told()
    for key in ("by_phone", "by_record", "in_person"):
        assert after[f"verification.{key}"] == before[f"verification.{key}"] + 1, key
    assert after["verification.items"] == before["verification.items"] + 1
    assert after["verification.pending"] == before["verification.pending"]
