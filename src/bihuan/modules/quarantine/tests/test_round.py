"""The round's data and records: what a phone may send, once, late, again, corrected."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.modules.quarantine import queries, rounds
from bihuan.modules.quarantine.models import Observation, Stay
from bihuan.modules.quarantine.protocol import LOCAL
from bihuan.modules.quarantine.tests.county import County, afternoon
from bihuan.modules.quarantine.views import rounds as pages

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(county: County) -> dict[str, Any]:
    """A visit to somebody whose third day's afternoon is still open."""
    stay = Stay.objects.filter(site=county.sites[0], matter__state="observed").order_by("pk")[0]
    stay.done = [item for item in stay.done if not item.startswith("3:")]
    stay.save(update_fields=["done"])
    Observation.objects.filter(stay=stay, item__startswith="3:").delete()
    seen = timezone.now() - timedelta(minutes=3)
    return {
        "stay": str(stay.pk), "items": ["3:temperature:pm", "3:symptoms"], "seen_at": seen.isoformat(),
        "temperature": "36.6", "symptoms": [], "no_answer": False,
    }  # fmt: skip


def _send(client: Client, county: County, body: dict[str, Any], key: str = "visit-0001") -> Any:
    return client.post(
        f"/sites/{county.sites[0].place.code}/round/records/", json.dumps(body), content_type="application/json",
        headers={"Idempotency-Key": key},
    )  # fmt: skip


def _entries(body: dict[str, Any]) -> int:
    return Entry.objects.filter(
        matter_id=body["stay"], kind="quarantine.stay.observe", payload__item__in=body["items"]
    ).count()


def test_a_visit_sent_again_after_a_lost_reply_is_written_once(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    nurse, before = signed_in("nurse"), _entries(visit)
    first, again = _send(nurse, county, visit), _send(nurse, county, visit)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["repeated"] is True
    assert _entries(visit) == before + 2


def test_the_same_key_with_another_body_is_refused(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    nurse = signed_in("nurse")
    _send(nurse, county, visit)
    other = _send(nurse, county, {**visit, "temperature": "38.2"})
    assert other.status_code == 422
    assert Observation.objects.get(stay_id=visit["stay"], item="3:temperature:pm").mark == "done"


def test_a_record_without_a_key_is_refused(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    assert _send(signed_in("nurse"), county, visit, key="").status_code == 400


def test_a_second_record_is_refused_and_a_correction_replaces_it(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    nurse = signed_in("nurse")
    _send(nurse, county, visit)
    assert _send(nurse, county, {**visit, "temperature": "37.9"}, key="visit-0002").status_code == 422
    corrected = _send(nurse, county, {**visit, "temperature": "37.9", "correct": True}, key="visit-0003")
    assert corrected.status_code == 201
    standing = Observation.objects.get(stay_id=visit["stay"], item="3:temperature:pm")
    assert standing.mark == "fever"
    assert Entry.objects.get(id=standing.entry_id).corrects is not None


def test_nobody_at_the_door_leaves_the_item_open(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    silent = {**visit, "temperature": None, "no_answer": True}
    assert _send(signed_in("nurse"), county, silent).status_code == 201
    assert "3:temperature:pm" not in Stay.objects.get(pk=visit["stay"]).done
    assert Observation.objects.get(stay_id=visit["stay"], item="3:temperature:pm").mark == "no_answer"


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": "366"}, {"temperature": None}, {"symptoms": ["<script>"]}, {"items": []}, {"stay": "x"},
        {"seen_at": "yesterday"}, {"seen_at": "2020-01-01T00:00:00+08:00"}, {"no_answer": True}, {"items": ["9" * 40]},
    ],
)  # fmt: skip
def test_what_cannot_be_a_visit_is_refused(
    county: County, signed_in: SignedIn, visit: dict[str, Any], wrong: dict[str, Any]
) -> None:
    before = _entries(visit)
    assert _send(signed_in("nurse"), county, {**visit, **wrong}).status_code in {404, 422}
    assert _entries(visit) == before


def test_other_posts_and_other_sites_write_nothing(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    assert _send(signed_in("other_nurse"), county, visit).status_code == 404
    assert _send(signed_in("supervisor"), county, visit).status_code in {403, 404}
    assert _send(signed_in("desk"), county, visit).status_code == 403
    assert _send(Client(), county, visit).status_code == 401


def test_a_request_without_the_token_is_refused(county: County, visit: dict[str, Any]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(county.officers["nurse"])
    assert _send(strict, county, visit).status_code == 403


def test_the_first_visit_begins_the_observation(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    stay = Stay.objects.get(pk=visit["stay"])
    stay.matter.state = "admitted"
    stay.matter.save(update_fields=["state"])
    nurse = signed_in("nurse")
    assert _send(nurse, county, visit).status_code == 201
    assert _send(nurse, county, visit).status_code == 200
    stay.matter.refresh_from_db()
    assert stay.matter.state == "observed"


def test_the_phone_gets_no_name_and_nothing_measured(county: County, signed_in: SignedIn) -> None:
    data = signed_in("nurse").get(f"/sites/{county.sites[0].place.code}/round/data/").json()
    assert data["visits"]
    assert all("*" in one["who"] for one in data["visits"])
    assert "℃" not in json.dumps(data, ensure_ascii=False)
    rooms = [(one["building"], one["floor"], one["room"]) for one in data["visits"]]
    assert rooms == sorted(rooms)


def test_a_morning_missed_is_not_made_good_in_the_afternoon(county: County) -> None:
    site = county.sites[0]
    stay = next(s for s in queries.stays_of(site.place_id, timezone.now()) if s.ended_at is None)
    day = stay.day_one + timedelta(days=2)
    stay.done = frozenset()
    at = lambda hour: datetime(day.year, day.month, day.day, hour, 30, tzinfo=LOCAL)  # noqa: E731
    assert [due.item.code for due in rounds.due_now(stay, at(9))] == ["3:temperature:am"]
    assert {due.item.code for due in rounds.due_now(stay, at(15))} == {"3:temperature:pm", "3:symptoms"}
    assert rounds.due_now(stay, at(1)) == []


def test_a_room_that_was_visited_stays_in_the_count_of_the_round(
    county: County, signed_in: SignedIn, visit: dict[str, Any]
) -> None:
    stay = Stay.objects.get(pk=visit["stay"])
    afternoon = datetime.combine(stay.day_one + timedelta(days=2), time(15, 30), LOCAL)
    nurse, site = county.actor("nurse"), county.sites[0]

    def read() -> dict[str, Any]:
        return next(v for v in rounds.data(site, nurse, afternoon)["visits"] if v["stay"] == visit["stay"])

    before = read()
    _send(signed_in("nurse"), county, visit)
    after = read()
    assert (len(before["items"]), before["done"]) == (2, False)
    assert (after["items"], after["done"]) == ([], True)


def test_without_scripts_the_round_is_a_list_whose_links_record(
    county: County, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that needs scripts leads to the list, a line to the step's own form; other posts do not get in."""
    site, nurse = county.sites[0], signed_in("nurse")
    here = f"/sites/{site.place.code}/round/list/"
    assert here in nurse.get(f"/sites/{site.place.code}/round/").content.decode()
    now = afternoon()
    monkeypatch.setattr(pages, "timezone", SimpleNamespace(now=lambda: now))
    links = re.findall(r'href="(/matters/[0-9a-f-]+/observe/)"', nurse.get(here).content.decode())
    due = [v for v in rounds.data(site, county.actor("nurse"), now)["visits"] if v["items"]]
    assert links == [f"/matters/{v['stay']}/observe/" for v in due] and links
    assert nurse.get(links[0]).status_code == 200
    assert signed_in("desk").get(here).status_code == 403
