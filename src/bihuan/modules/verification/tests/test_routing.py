"""Checking the records and routing in one press: settled, given out, left; killed, repeated, undone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from bihuan.core.access.models import Officer
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.spec import Text
from bihuan.modules.verification import calls, roster, runs, undoing
from bihuan.modules.verification.factories import TOWNSHIPS, open_items
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import Assigned, Confirmation, Method
from bihuan.modules.verification.roster import Colleague
from bihuan.modules.verification.routing import CALL, VISIT, Dealer, plan
from bihuan.modules.verification.tests.county import County

pytestmark = pytest.mark.django_db


def colleague(
    post: str = "verifier",
    townships: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    hours: float | None = 8,
) -> Colleague:
    until = None if hours is None else timezone.now() + timedelta(hours=hours)
    return Colleague(uuid4(), "演练", post, Text("县公安局", "Police"), townships, languages, until)


def pressed(county: County) -> runs.Run:
    run = runs.press(uuid4(), None, actor=county.actor("lead"))
    runs.work(run.id)
    run.refresh_from_db()
    return run


# ── the plan ─────────────────────────────────────────────────────────────
def test_who_has_less_for_the_hours_left_gets_more() -> None:
    now = timezone.now()
    busy, free, short = colleague(hours=8), colleague(hours=8), colleague(hours=4)
    made = plan({(CALL, "乌江镇", ""): 100}, [busy, free, short], {busy.id: 40}, now)
    share = made.of_officer
    assert sum(share.values()) == 100
    assert share[free.id] == share[busy.id] + 40
    assert abs(share[free.id] / 8 - share[short.id] / 4) < 1


def test_people_go_to_who_takes_their_township_and_language_and_is_there() -> None:
    here, there = colleague(townships=("乌江镇",)), colleague(townships=("明永镇",))
    speaks, away = colleague(languages=("yugur",)), colleague(languages=("tibetan",), hours=None)
    waiting = {(CALL, "乌江镇", ""): 9, (CALL, "明永镇", "yugur"): 4, (CALL, "明永镇", "tibetan"): 2}
    made = plan(waiting, [here, there, speaks, away], {}, timezone.now())
    assert made.shares[CALL, "明永镇", "yugur"] == {speaks.id: 4}
    assert there.id not in made.shares[CALL, "乌江镇", ""]
    assert made.left == Counter({(CALL, "明永镇", "tibetan"): 2})


def test_who_has_no_number_is_visited() -> None:
    caller, visitor = colleague(), colleague("visitor")
    made = plan({(CALL, "乌江镇", ""): 3, (VISIT, "乌江镇", ""): 2}, [caller, visitor], {}, timezone.now())
    assert made.of_officer == {caller.id: 3, visitor.id: 2}


def test_the_earliest_due_are_dealt_in_turn_not_all_to_one() -> None:
    one, two = colleague(), colleague()
    group = (CALL, "乌江镇", "")
    dealer = Dealer(plan({group: 10}, [one, two], {}, timezone.now()))
    first = {dealer.next(group), dealer.next(group)}
    assert first == {one.id, two.id}
    assert [dealer.next(group) for _ in range(8)].count(one.id) == 4
    assert dealer.next(group) is None


# ── a run ────────────────────────────────────────────────────────────────
def test_one_press_settles_by_record_and_gives_out_the_rest_as_the_preview_showed(county: County) -> None:
    county.on_shift("caller", "other")
    lead = county.actor("lead")
    first = county.people[0]
    earlier = open_items([first], lead, township=TOWNSHIPS[0]).opened[0].matter_id
    now = timezone.now()
    verified = engine.perform_many(
        [
            (earlier, Step("assign_call", Assigned(officer=county.officers["caller"].id), now)),
            (earlier, Step("confirm", Confirmation(method=Method.PHONE), now)),
        ],
        actor=lead, raising=True,
    ).done[-1]  # fmt: skip
    shown = runs.preview(lead.jurisdiction, None, now)
    run = pressed(county)
    assert (run.total, run.settled, run.routed, run.left, run.state) == (12, 1, 11, 0, "done")
    assert (shown.total, shown.by_record, shown.plan.routed) == (12, 1, 11)
    given = Counter(Item.objects.filter(stage="call").values_list("officer_id", flat=True))
    assert given == shown.plan.of_officer
    settled = Entry.objects.get(matter_id=county.items[0], kind="verification.item.settle_by_record")
    assert settled.payload["entries"] == [verified.entry_id]
    assert settled.payload["kinds"] == ["verified"] and settled.payload["method"] == "record"


def test_those_nobody_on_shift_takes_stay_where_they_are(county: County) -> None:
    county.on_shift("caller")
    roster.describe(county.officers["caller"].id, [TOWNSHIPS[0]], [], actor=county.actor("lead"))
    run = pressed(county)
    assert (run.routed, run.left) == (3, 9)
    assert set(Item.objects.filter(stage="route").values_list("township", flat=True)) == set(TOWNSHIPS[1:])


def test_the_same_press_again_is_the_same_run_and_another_waits(county: County) -> None:
    lead, key = county.actor("lead"), uuid4()
    first = runs.press(key, None, actor=lead)
    assert runs.press(key, None, actor=lead).id == first.id
    with pytest.raises(runs.AlreadyRunning):
        runs.press(uuid4(), None, actor=lead)
    runs.work(first.id)
    entries = Entry.objects.filter(kind__startswith="verification.item.").count()
    runs.work(first.id)
    assert Entry.objects.filter(kind__startswith="verification.item.").count() == entries


def test_a_run_whose_worker_died_goes_on_where_it_stood(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.on_shift("caller", "other")
    monkeypatch.setattr("bihuan.modules.verification.waiting.STRETCH", 5)
    monkeypatch.setattr("bihuan.modules.verification.waiting.stretch.__defaults__", (5,))
    run = runs.press(uuid4(), None, actor=county.actor("lead"))
    dealt = runs._route

    def dies(*given: object) -> int:
        if Item.objects.filter(stage="call").exists():
            raise KeyboardInterrupt
        return dealt(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "_route", dies)
    with pytest.raises(KeyboardInterrupt):
        runs.work(run.id)
    assert Item.objects.filter(stage="call").count() == 5
    monkeypatch.setattr(runs, "_route", dealt)
    runs.work(run.id)
    run.refresh_from_db()
    assert (run.routed, run.left, run.state) == (12, 0, "done")
    assert (
        Entry.objects.filter(kind="verification.item.assign_call", matter_id__in=county.items).count() == 12
    )


def test_undoing_brings_back_whoever_was_not_tried_and_leaves_results_alone(county: County) -> None:
    county.on_shift("caller")
    run = pressed(county)
    caller = county.actor("caller")
    served = calls.take_next(caller, timezone.now())
    assert served is not None
    calls.press(served, Pressed("1"), actor=caller, key=str(uuid4()))
    undoing.ask(run.id, actor=county.actor("lead"))
    undoing.work(run.id)
    run.refresh_from_db()
    assert (run.state, run.undone, run.kept) == ("undone", 11, 1)
    assert Item.objects.filter(stage="route").count() == 11
    undoing.work(run.id)
    assert Entry.objects.filter(kind="verification.item.unassign", matter_id__in=county.items).count() == 11


def test_a_settling_that_is_undone_reopens_the_verification(county: County) -> None:
    lead, now = county.actor("lead"), timezone.now()
    earlier = open_items([county.people[1]], lead).opened[0].matter_id
    engine.perform_many(
        [
            (earlier, Step("assign_call", Assigned(officer=county.officers["caller"].id), now)),
            (earlier, Step("confirm", Confirmation(method=Method.PHONE), now)),
        ],
        actor=lead, raising=True,
    )  # fmt: skip
    run = pressed(county)
    assert county.state(1) == "by_record"
    undoing.ask(run.id, actor=lead)
    undoing.work(run.id)
    assert county.state(1) == "to_route"
    assert Officer.objects.filter(id=run.officer_id).exists()
