"""Every figure is the number of its records, at any cut-off; the past stays, unless knowledge of it is corrected."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.core.figures.evaluate import Moment, compare, records, values
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import figures
from bihuan.modules.quarantine.models import Protocol, Stay
from bihuan.modules.quarantine.payloads import Departure, Observation, ProtocolChange, Result, TestResult
from bihuan.modules.quarantine.tests.county import County, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db: Any) -> County:
    return build(sites=2, people=60)


def moment(**ago: float) -> Moment:
    return Moment.of(timezone.now() - timedelta(**ago), settings.BIHUAN.jurisdiction)


def test_value_is_the_number_of_records_at_any_cutoff(county: County) -> None:
    chance = random.Random(3)
    seen = set()
    for _ in range(12):
        at = moment(days=chance.uniform(0, 26))
        asked = values(at)
        for key, number in asked.items():
            figure = figures()[key]
            rows = records(figure, at)
            amount = figure.rows.amount
            assert number == (sum(row[amount] for row in rows) if amount else len(rows)), (key, at.cutoff)
            assert all(row["entry_id"] for row in rows)
            if number:
                seen.add(key)
    assert {"quarantine.items_done", "quarantine.persons_released", "quarantine.sites"} <= seen


def test_everybody_ever_observed_is_present_released_in_hospital_or_left_otherwise(county: County) -> None:
    stay = Matter.objects.filter(type="quarantine.stay", state="observed").order_by("number").first()
    assert stay is not None
    engine.perform(
        stay.pk, "transfer_hospital", Departure(to="县医院"), actor=county.actor("desk"), key="left"
    )
    parts = [f.key for f in figures().values() if f.part_of == "quarantine.persons_observed"]
    for days in (0, 2, 5, 9, 20):
        asked = values(moment(days=days))
        assert asked["quarantine.persons_observed"] == sum(asked[key] for key in parts)
    assert values(moment())["quarantine.persons_hospitalised"]


def test_items_due_are_done_or_overdue(county: County) -> None:
    for days in (0, 3, 9):
        asked = values(moment(days=days))
        done, overdue = asked["quarantine.items_done"], asked["quarantine.items_overdue"]
        assert asked["quarantine.items_due"] == done + overdue


def test_a_past_cutoff_does_not_change_when_later_things_happen(county: County) -> None:
    past = moment(days=2)
    before = values(past)
    stay = Matter.objects.filter(type="quarantine.stay", state="observed").order_by("number").first()
    assert stay is not None
    desk = county.actor("desk")
    engine.perform(stay.pk, "transfer_hospital", Departure(to="县医院"), actor=desk, key="later")
    assert values(Moment.of(past.cutoff, past.jurisdiction)) == before
    now = values(moment())
    assert now["quarantine.transfers_to_hospital"] == len(
        Entry.objects.filter(kind="quarantine.stay.transfer_hospital")
    )


def test_another_protocol_from_today_leaves_yesterdays_items_as_they_were(county: County) -> None:
    stay = Stay.objects.filter(
        ended_at__isnull=True, admitted_at__lt=timezone.now() - timedelta(days=6)
    ).first()
    assert stay is not None
    short = Protocol.objects.exclude(pk=stay.protocol_id).order_by("code").last()
    assert short is not None
    past = moment(days=1)
    before = values(past)
    desk = county.actor("desk")
    engine.perform(
        stay.pk,
        "change_protocol",
        ProtocolChange(protocol=short.code, reason="第九版方案"),
        actor=desk,
        key="other",
    )
    assert values(Moment.of(past.cutoff, past.jurisdiction)) == before
    now = moment()
    asked = values(now)
    for key in ("quarantine.items_due", "quarantine.items_done", "quarantine.items_overdue"):
        assert asked[key] == len(records(figures()[key], now)), key


def test_a_correction_changes_the_past_and_shows_it(county: County) -> None:
    stay = Stay.objects.filter(
        positive_at__isnull=True, done__contains=["1:test"], ended_at__isnull=True
    ).first()
    assert stay is not None
    entry = Entry.objects.get(matter_id=stay.pk, kind="quarantine.stay.record_test", payload__item="1:test")
    old = Moment.of(timezone.now(), settings.BIHUAN.jurisdiction, timezone.now())
    was = values(old)
    engine.perform(
        stay.pk, "record_test", TestResult(item="1:test", result=Result.POSITIVE),
        actor=county.actor("desk"), key="fix", occurred_at=entry.occurred_at, corrects=entry.pk,
    )  # fmt: skip
    new = Moment.of(old.cutoff, old.jurisdiction)
    assert values(old) == was, "asked as it was known then, nothing has changed"
    assert values(new)["quarantine.positives"] == was["quarantine.positives"] + 1
    changes = {change.key: change for change in compare(old, new)}
    assert changes["quarantine.positives"].came and not changes["quarantine.positives"].went
    assert changes["quarantine.positives.community"].after == was["quarantine.positives.community"] + 1


def test_an_unanswered_door_does_not_settle_an_item(county: County) -> None:
    stay = Stay.objects.filter(ended_at__isnull=True, admitted_at__isnull=False).order_by("-admitted_at")[0]
    before = values(moment(days=-20))
    nurse = county.actor("desk")
    from dataclasses import replace

    nurse = replace(nurse, post="site_nurse", place_ids=tuple(site.pk for site in county.sites))
    item = next(code for code in ("13:temperature:pm",) if code not in stay.done)
    engine.perform(stay.pk, "observe", Observation(item=item, no_answer=True), actor=nurse, key="knock")
    after = values(moment(days=-20))
    assert after["quarantine.items_done"] == before["quarantine.items_done"]
    engine.perform(stay.pk, "observe", Observation(item=item), actor=nurse, key="knock-2")
    assert values(moment(days=-20))["quarantine.items_done"] == before["quarantine.items_done"] + 1
