"""The visitor's phone: whom it shows, what it may take along, what it may send, once, late, and too late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.people.reveal import view_log
from bihuan.modules.verification import calls, roster, visitors
from bihuan.modules.verification.factories import TOWNSHIPS
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.models import Item, Tried
from bihuan.modules.verification.payloads import Assigned
from bihuan.modules.verification.tests.county import County

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
HERE = "/verification/visits/"


@pytest.fixture
def visits(county: County) -> County:
    """The visitor has four people to go to."""
    county.on_shift("visitor")
    officer, now = county.officers["visitor"].id, timezone.now()
    engine.perform_many(
        [(county.items[n], Step("assign_visit", Assigned(officer=officer), now)) for n in range(4)],
        actor=county.actor("lead"), raising=True,
    )  # fmt: skip
    return county


def record(county: County, number: int = 0, **more: Any) -> dict[str, Any]:
    seen = timezone.now() - timedelta(minutes=5)
    return {"item": str(county.items[number]), "result": "confirm", "seen_at": seen.isoformat(), **more}


def send(client: Client, body: dict[str, Any], key: str = "visit-00001") -> Any:
    return client.post(
        f"{HERE}records/", json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_the_list_has_people_masked_and_only_ones_own(visits: County, signed_in: SignedIn) -> None:
    data = signed_in("visitor").get(f"{HERE}data/").json()
    assert {one["item"] for one in data["visits"]} == {str(item) for item in visits.items[:4]}
    said = json.dumps(data, ensure_ascii=False)
    assert "190****" in said and "演练路" not in said and "试0" not in said


def test_who_nobody_has_yet_is_on_the_list_of_who_takes_the_township(
    visits: County, signed_in: SignedIn
) -> None:
    lead, now = visits.actor("lead"), timezone.now()
    roster.describe(visits.officers["visitor"].id, [TOWNSHIPS[0]], [], actor=lead)
    officer = visits.officers["visitor"].id
    engine.perform_many(
        [(visits.items[n], Step("assign_visit", Assigned(officer=officer), now)) for n in (4, 5)],
        actor=lead,
        raising=True,
    )
    Item.objects.filter(pk__in=visits.items[4:6]).update(officer_id=None)
    shown = {one["item"] for one in signed_in("visitor").get(f"{HERE}data/").json()["visits"]}
    assert str(visits.items[4]) in shown and str(visits.items[5]) not in shown


def test_what_is_taken_along_is_logged_person_by_person(visits: County, signed_in: SignedIn) -> None:
    visitor = signed_in("visitor")
    items = [str(visits.items[0]), str(visits.items[1]), str(visits.items[9])]
    answer = visitor.post(f"{HERE}carry/", json.dumps({"items": items}), content_type="application/json")
    people = answer.json()["people"]
    assert set(people) == set(items[:2]), "whoever is not on the list is not shown"
    assert people[items[0]]["address"].endswith("演练路 0 号")
    for item in visits.items[:2]:
        (seen,) = view_log(visits.actor("lead").jurisdiction, matter_id=item)
        assert seen.purpose == "contact" and set(seen.fields) == {"name", "phone", "address"}


@pytest.mark.parametrize(
    ("result", "more", "ends"),
    [
        ("confirm", {}, "confirmed"), ("otherwise", {"remark": "已搬走"}, "otherwise"), ("moved", {"to": "云溪县"}, "forwarded"),
        ("nobody", {}, "to_visit"), ("no_such", {}, "unreachable"), ("refused", {}, "with_lead"), ("help", {}, "with_lead"),
    ],
)  # fmt: skip
def test_each_result_leads_where_it_says(
    visits: County, signed_in: SignedIn, result: str, more: dict[str, str], ends: str
) -> None:
    answer = send(signed_in("visitor"), record(visits, result=result, **more))
    assert answer.status_code == 201, answer.content
    assert visits.state(0) == ends
    assert Tried.objects.get(item_id=visits.items[0]).method == "in_person"


def test_a_visit_sent_again_after_a_lost_reply_is_written_once(visits: County, signed_in: SignedIn) -> None:
    visitor, body = signed_in("visitor"), record(visits, result="nobody")
    first, again = send(visitor, body), send(visitor, body)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert Entry.objects.filter(matter_id=visits.items[0], kind="verification.item.miss_visit").count() == 1
    assert send(visitor, record(visits, result="confirm")).status_code == 422, (
        "the same key with another body"
    )


def test_a_day_offline_counts_from_when_it_was(visits: County, signed_in: SignedIn) -> None:
    seen = timezone.now() - timedelta(hours=20)
    send(signed_in("visitor"), record(visits, seen_at=seen.isoformat()))
    entry = Entry.objects.get(matter_id=visits.items[0], kind="verification.item.confirm")
    assert abs(entry.occurred_at - seen) < timedelta(seconds=1)
    assert entry.payload["method"] == "in_person"


def test_what_others_settled_meanwhile_is_told_with_who_was_first(
    visits: County, signed_in: SignedIn
) -> None:
    engine.perform(
        visits.items[0],
        "reassign",
        Assigned(officer=visits.officers["visitor"].id),
        actor=visits.actor("lead"),
        key="r",
    )
    from bihuan.modules.verification.payloads import Confirmation, Method

    engine.perform(
        visits.items[0], "confirm", Confirmation(method=Method.PHONE), actor=visits.actor("lead"), key="c"
    )
    answer = send(signed_in("visitor"), record(visits))
    assert answer.status_code == 409 and answer.json()["zh"] and answer.json()["en"]
    assert visits.state(0) == "confirmed"


def test_a_visit_given_to_somebody_else_meanwhile_is_not_written(visits: County, signed_in: SignedIn) -> None:
    other = Assigned(officer=visits.officers["caller"].id)
    engine.perform(visits.items[0], "reassign", other, actor=visits.actor("lead"), key="r")
    assert send(signed_in("visitor"), record(visits)).status_code == 409
    assert visits.state(0) == "to_visit"


@pytest.mark.parametrize(
    "wrong",
    [
        {"result": "arrest"}, {"item": "x"}, {"seen_at": "yesterday"}, {"seen_at": "2020-01-01T00:00:00+08:00"},
        {"result": "otherwise"}, {"result": "moved"}, {"propose": "prison"}, {"result": "give_up"},
    ],
)  # fmt: skip
def test_what_cannot_be_a_visit_is_refused(
    visits: County, signed_in: SignedIn, wrong: dict[str, Any]
) -> None:
    assert send(signed_in("visitor"), record(visits, **wrong)).status_code in {404, 422}
    assert visits.state(0) == "to_visit"


def test_after_a_second_time_nobody_may_be_given_up(visits: County, signed_in: SignedIn) -> None:
    visitor = signed_in("visitor")
    send(visitor, record(visits, result="nobody"), "visit-00001")
    assert send(visitor, record(visits, result="give_up"), "visit-00002").status_code == 201
    assert visits.state(0) == "unreachable"


def test_a_visit_may_be_taken_back(visits: County, signed_in: SignedIn) -> None:
    visitor = signed_in("visitor")
    send(visitor, record(visits))
    back = {"item": str(visits.items[0]), "back": True}
    assert send(visitor, back, "visit-00002").status_code == 201
    assert visits.state(0) == "to_visit" and visits.item(0).visits == 0


def test_strangers_and_other_posts_write_nothing(visits: County, signed_in: SignedIn) -> None:
    assert send(Client(), record(visits)).status_code == 401
    assert send(signed_in("registrar"), record(visits)).status_code == 403
    assert send(signed_in("visitor"), record(visits), key="").status_code == 400
    assert visits.state(0) == "to_visit"


def test_a_call_that_needs_a_visit_goes_to_the_visitor_with_the_fewest(visits: County) -> None:
    visits.on_shift("caller")
    now = timezone.now()
    step = Step("assign_call", Assigned(officer=visits.officers["caller"].id), now)
    engine.perform_many([(visits.items[5], step)], actor=visits.actor("lead"), raising=True)
    served = calls.take_next(visits.actor("caller"), now)
    assert served == visits.items[5]
    calls.press(served, Pressed("4"), actor=visits.actor("caller"), key="visit")
    assert visits.item(5).officer_id == visits.officers["visitor"].id
    roster.end_shift(visits.officers["visitor"].id, now, actor=visits.actor("lead"))
    assert visitors.visitor_for(TOWNSHIPS[0], "", "x", now) is None
