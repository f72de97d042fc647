"""The lead's screen: how lists and officers stand, what will be late, shifts, giving people to colleagues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.ledger.models import Entry
from bihuan.modules.verification import calls, roster, runs, tasks
from bihuan.modules.verification.factories import TOWNSHIPS
from bihuan.modules.verification.forecast import outlook
from bihuan.modules.verification.handing_over import hand_over
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.models import Item, Run
from bihuan.modules.verification.team import team
from bihuan.modules.verification.tests.county import County
from bihuan.modules.verification.tests.test_call_sheet import give

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
TEAM = "/verification/"


# ── the forecast ─────────────────────────────────────────────────────────
NINE = datetime(2026, 10, 8, 9, tzinfo=SHANGHAI)


def test_a_list_that_todays_pace_cannot_finish_says_so_in_the_morning() -> None:
    due = NINE + timedelta(hours=5)
    told = outlook(200, 0, 24, due, NINE, NINE + timedelta(hours=9))
    assert told.misses and told.short == 200 - 120
    assert told.more == 2, "eighty people in five hours, sixty an officer"


def test_a_list_that_will_be_through_says_when() -> None:
    told = outlook(30, 18, 24, NINE + timedelta(hours=5), NINE, NINE + timedelta(hours=9))
    assert not told.misses and told.through_at == NINE + timedelta(hours=2)


def test_hours_after_the_shift_do_not_count() -> None:
    assert outlook(48, 0, 24, NINE + timedelta(hours=20), NINE, NINE + timedelta(hours=1)).misses


def test_nobody_on_shift_means_nothing_gets_done() -> None:
    told = outlook(10, 0, 0, NINE + timedelta(hours=5), NINE)
    assert told.misses and told.through_at is None and told.short == 10


def test_what_is_overdue_misses_and_what_is_done_does_not() -> None:
    assert outlook(3, 0, 24, NINE - timedelta(hours=1), NINE).misses
    assert not outlook(0, 9, 0, NINE - timedelta(hours=1), NINE).misses


# ── the numbers ──────────────────────────────────────────────────────────
def test_lists_and_officers_are_counted_as_they_stand(county: County) -> None:
    county.on_shift("caller", "visitor")
    give(county, "caller", 0, 1, 2, 3, 4, 5)
    caller = county.actor("caller")
    for key in ("1", "5", "5", "7"):
        served = calls.take_next(caller, timezone.now())
        assert served is not None
        calls.press(served, Pressed(key), actor=caller, key=uuid4().hex)
    now = timezone.now()
    seen = team(caller.jurisdiction, roster.colleagues(caller.jurisdiction, now), now)
    (line,) = seen.lists
    assert (line.total, line.done, line.to_route, line.calling, line.with_lead) == (12, 1, 6, 4, 1)
    mine = next(one for one in seen.officers if one.who.id == county.officers["caller"].id)
    assert (mine.open, mine.again, mine.attempts, mine.reached, mine.closed) == (4, 2, 4, 2, 1)
    assert mine.share_reached == 50


def test_a_result_taken_back_is_no_attempt(county: County) -> None:
    county.on_shift("caller")
    give(county, "caller", 0, 1)
    caller, now = county.actor("caller"), timezone.now()
    served = calls.take_next(caller, now)
    assert served is not None
    calls.press(served, Pressed("1"), actor=caller, key="p")
    calls.take_back(caller, key="b")
    seen = team(caller.jurisdiction, roster.colleagues(caller.jurisdiction, now), now)
    assert sum(one.attempts for one in seen.officers) == 0 and seen.lists[0].done == 0


# ── the pages ────────────────────────────────────────────────────────────
def test_preview_press_and_undo_on_the_pages(
    county: County, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "start", lambda run: tasks.route(str(run.id)))
    lead = signed_in("lead")
    assert "没有人在班" in lead.get(f"{TEAM}routing/").content.decode()
    county.on_shift("caller", "other")
    shown = lead.get(f"{TEAM}routing/").content.decode()
    assert "核实 0 人、派出 12 人" in shown
    key = uuid4()
    lead.post(f"{TEAM}routing/press/", {"key": str(key)})
    lead.post(f"{TEAM}routing/press/", {"key": str(key)})
    assert Run.objects.get(id=key).routed == 12 and Run.objects.count() == 1
    page = lead.get(TEAM).content.decode()
    assert "派出 12" in page and "撤回这次分派" in page
    lead.post(f"{TEAM}routing/{key}/undo/")
    assert Item.objects.filter(stage="route").count() == 12
    assert "12 人放回" in lead.get(TEAM).content.decode()


def test_two_presses_by_two_leads_make_one_run(
    county: County, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "start", lambda run: None)
    lead = signed_in("lead")
    lead.post(f"{TEAM}routing/press/", {"key": str(uuid4())})
    told = lead.post(f"{TEAM}routing/press/", {"key": str(uuid4())}, follow=True).content.decode()
    assert Run.objects.count() == 1 and "正在核对和分派" in told


def test_a_lost_worker_is_made_up_for(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    county.on_shift("caller")
    run = runs.press(uuid4(), None, actor=county.actor("lead"))
    begun: list[str] = []
    monkeypatch.setattr(tasks, "start", lambda one: begun.append(str(one.id)))
    assert tasks.pick_up(0) == 1 and begun == [str(run.id)]
    tasks.route(str(run.id))
    assert tasks.pick_up(0) == 0


def test_shifts_and_townships_are_set_by_the_lead_and_written_down(
    county: County, signed_in: SignedIn
) -> None:
    lead, caller = signed_in("lead"), county.officers["caller"].id
    lead.post(f"{TEAM}officers/{caller}/shift/", {"until": "23:59"})
    assert roster.shift_of(caller, timezone.now()) is not None
    lead.post(f"{TEAM}officers/{caller}/shift/", {"end": "1"})
    assert roster.shift_of(caller, timezone.now()) is None
    lead.post(
        f"{TEAM}officers/{caller}/",
        {"township": [TOWNSHIPS[0], "没有的镇"], "language": ["yugur", "klingon"]},
    )
    described = roster.Worker.objects.get(officer_id=caller)
    assert (described.townships, described.languages) == ([TOWNSHIPS[0]], ["yugur"])
    kinds = set(Entry.objects.filter(kind__startswith="verification.").values_list("kind", flat=True))
    assert {"verification.shift_begun", "verification.shift_ended", "verification.officer_described"} <= kinds


def test_an_officers_people_are_dealt_to_colleagues_but_not_who_is_on_the_screen(county: County) -> None:
    county.on_shift("caller", "other")
    give(county, "caller", *range(8))
    on_screen = calls.take_next(county.actor("caller"), timezone.now())
    given, left = hand_over(
        county.officers["caller"].id, timezone.now(), actor=county.actor("lead"), key="over"
    )
    assert (given, left) == (7, 0)
    theirs = Item.objects.filter(officer_id=county.officers["other"].id)
    assert theirs.count() == 7 and on_screen not in theirs.values_list("pk", flat=True)


def test_the_pages_keep_their_query_budget(
    county: County, signed_in: SignedIn, queries_of: Callable[[Client, str], int]
) -> None:
    county.on_shift("caller", "other")
    give(county, "caller", 0, 1)
    lead = signed_in("lead")
    assert queries_of(lead, TEAM) <= 15
    assert queries_of(lead, f"{TEAM}routing/") <= 20, "the preview reads every kind of record"


def test_only_the_lead_sees_the_team(county: County, signed_in: SignedIn) -> None:
    for name in ("caller", "visitor", "registrar", "supervisor"):
        assert signed_in(name).get(TEAM).status_code == 403


def test_who_is_nobodys_yet_is_given_out_when_somebody_comes_on_shift(
    county: County, signed_in: SignedIn
) -> None:
    county.on_shift("caller")
    give(county, "caller", 0)
    served = calls.take_next(county.actor("caller"), timezone.now())
    assert served is not None
    calls.press(served, Pressed("4"), actor=county.actor("caller"), key="visit")
    assert Item.objects.get(pk=served).officer_id is None
    lead = signed_in("lead")
    assert "派出这 1 人" in lead.get(TEAM).content.decode()
    lead.post(f"{TEAM}out/")
    assert Item.objects.get(pk=served).officer_id is None, "nobody is on shift"
    county.on_shift("visitor")
    lead.post(f"{TEAM}out/")
    assert Item.objects.get(pk=served).officer_id == county.officers["visitor"].id


@pytest.mark.parametrize(("name", "page"), [("caller", "calls"), ("visitor", "visits"), ("lead", "routing")])
def test_a_townships_row_on_the_worklist_leads_to_where_it_is_worked(
    county: County, signed_in: SignedIn, name: str, page: str
) -> None:
    give(county, "caller", 0, 1)
    client = signed_in(name)
    assert client.get("/", {"tab": "open"}).status_code == 200
    assert client.get(f"{TEAM}at/{TOWNSHIPS[0]}/").headers["Location"] == f"{TEAM}{page}/"


def test_a_list_is_not_short_of_others_people() -> None:
    told = outlook(4, 300, 24, NINE + timedelta(hours=2), NINE, NINE + timedelta(hours=9))
    assert told.misses and told.short == 4
    assert outlook(6, 0, 24, NINE - timedelta(hours=1), NINE).short == 6
