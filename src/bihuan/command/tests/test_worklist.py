"""The desk officer opens the worklist: what must be closed today, in which order, and what follows."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.utils import timezone

from bihuan.command.tests.conftest import County
from bihuan.command.worklist.counts import tally
from bihuan.command.worklist.duties import duties
from bihuan.command.worklist.filters import Filters, single
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_type
from bihuan.core.matters.turns import awaited

BUDGET = 15


def test_opens_within_its_query_budget(county: County, django_assert_max_num_queries: Any) -> None:
    """A manager's list, a desk's and a registrar's each take few queries, however many stays there are."""
    for post in ("site_manager", "quarantine_desk", "registrar", "supervisor", "reporter"):
        client = county.client(post)
        with django_assert_max_num_queries(BUDGET):
            assert client.get("/").status_code == 200


def test_the_site_on_the_spot_waits_for_its_own_people_not_for_the_registrar() -> None:
    """The daily record of a stay is the site's duty, although the registrar may write one."""
    stay = matter_type("quarantine.stay")
    assert awaited(stay, stay.state("observed")) == {"site_manager", "site_nurse"}
    assert "observed" not in duties("registrar").get("quarantine.stay", ())
    assert "absent" in duties("quarantine_desk")["quarantine.stay"]


def test_hundreds_of_stays_are_one_row_a_place(county: County) -> None:
    """Stays under observation are gathered by site; the row leads to the round and can be opened."""
    client = county.client("site_manager")
    page = client.get("/?tab=open").content.decode()
    place = county.places[0]
    assert page.count("bh-place-row") == 1
    assert place.name in page
    assert f"/sites/{place.code}/round/" in page
    rows = client.get(f"/worklist/quarantine.stay/observed/{place.code}/?tab=open").content.decode()
    assert 0 < rows.count("data-row") <= 20
    assert (
        client.get("/worklist/quarantine.stay/observed/nowhere/?organ=%00").status_code == 200
    )  # nobody there
    assert client.get("/worklist/quarantine.stay/observed/%00/").status_code == 400


def test_the_row_by_place_counts_what_the_database_holds(county: County) -> None:
    """The count of a gathered row is the number of its matters."""
    actor = county.actor("site_manager")
    counted = tally(actor, Filters(tab="open"), timezone.now())
    (one,) = counted.by_place("open")
    held = Matter.objects.filter(type="quarantine.stay", state="observed", place=county.places[0]).count()
    assert one.within("open") == held > 0


def test_legal_consequence_comes_before_time(county: County) -> None:
    """The order is rank first, then the deadline."""
    actor, now = county.actor("quarantine_desk"), timezone.now()
    found = list(single(actor, Filters(tab="open", scope="all", state="observed"), now)[:50])
    found += list(single(actor, Filters(tab="open", scope="all", state="release_due"), now)[:50])
    mixed = list(single(actor, Filters(tab="open", scope="all", q="隔"), now)[:200])
    keys = [(m.rank, m.due_at) for m in mixed if m.due_at]
    assert keys == sorted(keys)
    assert found


def test_filters_live_in_the_address(county: County) -> None:
    """A state and a place in the address narrow the list; what cannot be meant is passed over."""
    client = county.client("quarantine_desk")
    place = county.places[0].code
    page = client.get(
        f"/?tab=open&scope=all&type=quarantine.stay&state=observed&place={place}"
    ).content.decode()
    assert page.count("data-row") == min(
        50, Matter.objects.filter(type="quarantine.stay", state="observed", place=county.places[0]).count()
    )
    assert client.get("/?tab=never&type=no.such&state=%27;drop&page=9999999").status_code == 200


def test_people_are_masked_in_list_search_and_export(county: County) -> None:
    """No way out of the list shows a whole name, identifier or telephone."""
    from bihuan.core.people.masks import open_identities

    stay = county.stay("observed")
    (_, texts, _) = open_identities([stay.person_id])[stay.person_id]
    client = county.client("site_manager")
    pages = [
        client.get("/?tab=open&state=observed"),
        client.get("/search/", {"q": texts["name"]}),
        client.get("/worklist/export.csv?tab=open&state=observed"),
        client.get(f"/matters/{stay.id}/"),
    ]
    for page in pages:
        body = page.content.decode()
        shown = body.replace(f'value="{texts["name"]}"', "").replace(f"“{texts['name']}”", "")
        assert texts["identifier"] not in body and texts["phone"] not in body
        assert texts["name"] not in shown
    assert stay.number in pages[1].content.decode()


def test_a_workbook_of_the_list_holds_no_formulas(county: County) -> None:
    """The export is a workbook of texts with a row for each matter, and is written in the ledger."""
    client = county.client("site_manager")
    answer = client.get("/worklist/export.xlsx?tab=open&state=observed")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    held = Matter.objects.filter(type="quarantine.stay", state="observed", place=county.places[0]).count()
    assert sheet.max_row == held + 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert Entry.objects.filter(kind="worklist.exported").exists()


def test_one_step_on_many_chosen(county: County) -> None:
    """Admitted stays begin observation together; those not at this step stay as they are, and a repeat adds nothing."""
    admitted = _admitted(county)
    other = county.stay("observed")
    client, key = county.client("site_manager"), str(uuid4())
    sent = {
        "step": "quarantine.stay.begin",
        "matter": [admitted.id, other.id],
        "key": key,
        "back": "?tab=open",
    }
    answer = client.post("/worklist/step/", sent)
    assert answer.status_code == 302 and answer["Location"] == "/?tab=open"
    admitted.refresh_from_db()
    assert admitted.state == "observed"
    entries = Entry.objects.count()
    client.post("/worklist/step/", sent)
    assert Entry.objects.filter(kind="quarantine.stay.begin").count() and Entry.objects.count() == entries


def _admitted(county: County) -> Matter:
    from django.db import connection

    from bihuan.core.matters.details import Opening
    from bihuan.core.people.people import Identity, register
    from bihuan.modules.quarantine.matter import STAY
    from bihuan.modules.quarantine.models import Room
    from bihuan.modules.quarantine.payloads import Admission, Category, Order

    place = county.places[0]
    person = register(
        Identity(name="赵试验", identifier="62070219900101991X", phone="19900009999"), place.jurisdiction
    )
    made = engine.open(
        STAY,
        Opening(payload=Order(category=Category.CONTACT), occurred_at=timezone.now(), person_id=person,
                place_id=place.id, number_place=place.code),
        actor=county.actor("quarantine_desk"), key=str(uuid4()),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM quarantine_room WHERE site_id = %s AND usable AND id NOT IN"
            " (SELECT room_id FROM quarantine_stay WHERE room_id IS NOT NULL AND ended_at IS NULL) LIMIT 1",
            [place.id],
        )
        row = cursor.fetchone()
    room = Room.objects.get(id=row[0])
    engine.perform(
        made.matter_id, "admit", Admission(room=room.pk), actor=county.actor("site_manager"), key=str(uuid4())
    )
    return Matter.objects.get(id=made.matter_id)


@pytest.mark.parametrize(("post", "finds"), [("reporter", False), ("order_reviewer", True)])
def test_a_number_is_found_only_by_posts_that_see_the_content(county: County, post: str, finds: bool) -> None:
    """A post that no stay names does not find one, even by its exact number; one that is named is led there."""
    stay = county.stay("observed")
    answer = county.client(post).get("/search/", {"q": stay.number})
    assert (answer.status_code == 302 and answer["Location"] == f"/matters/{stay.id}/") is finds
    assert finds or f"/matters/{stay.id}/" not in answer.content.decode()


def test_a_supervisor_sees_states_and_limits_but_no_content(county: County) -> None:
    """The list of a supervisor names numbers and states, no person and no title."""
    page = county.client("supervisor").get("/?tab=open&type=quarantine.stay&state=observed").content.decode()
    stay = county.stay("observed")
    assert stay.number in page
    assert stay.title_zh not in page and 'name="matter"' not in page


def test_everything_done_is_good_news(county: County) -> None:
    """An empty list says so, offers what leads somewhere and nothing else, and shows the filters in force."""
    page = county.client("transfer_desk").get("/").content.decode()
    assert "今天的都办完了" in page and "查看全部未结" not in page and "登记一件新事项" not in page
    page = county.client("registrar").get("/").content.decode()
    assert "今天的都办完了" in page and "登记一件新事项" in page
    page = county.client("transfer_desk", "en").get("/?q=nothing-like-this").content.decode()
    assert "Nothing fits these filters" in page
