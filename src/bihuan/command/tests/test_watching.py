"""Those who watch over the county: ledger and seals, who looked at whom, configuration, the merge queue."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from bihuan.command.models import Verification
from bihuan.command.tasks import verify_ledger
from bihuan.command.tests.conftest import County
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.ledger.models import Entry
from bihuan.core.people.merging import propose
from bihuan.core.people.models import Merge, MergeCandidate, Person
from bihuan.core.people.people import Identity, register
from bihuan.core.people.reveal import reveal

BUDGET = 15


def test_the_ledger_tells_steps_and_no_content(county: County, django_assert_max_num_queries: Any) -> None:
    """Entries are listed by step, post and states; no payload, no person; filters narrow, `before` continues."""
    client = county.client("auditor")
    with django_assert_max_num_queries(BUDGET):
        page = client.get("/ledger/").content.decode()
    assert page.count("<tr><td") == 50 and "temperature" not in page
    page = client.get("/ledger/?kind=quarantine.stay.release").content.decode()
    assert "隔离记录 · 解除隔离" in page
    entry = Entry.objects.order_by("id").first()
    assert entry is not None
    assert f"#{entry.id}<" in client.get(f"/ledger/?n={entry.id}").content.decode()
    assert client.get("/ledger/?n=99999999999999999999999&before=x").status_code == 200


def test_a_verification_runs_in_the_background_and_reports(county: County) -> None:
    (settings.BIHUAN.home / "seals.log").unlink(missing_ok=True)  # seals of tests before were rolled back
    """Asking twice makes one run; when it is done, the page says what was found."""
    client = county.client("auditor")
    client.post("/ledger/verify/")
    client.post("/ledger/verify/")
    run = Verification.objects.get()
    assert "hx-trigger" in client.get("/ledger/").content.decode()
    verify_ledger(run=run.pk)
    run.refresh_from_db()
    assert run.finished_at is not None and run.report is not None and run.report["sound"]
    assert "未发现改动" in client.get("/ledger/verification/").content.decode()


def test_views_of_people_are_told_to_the_auditor_and_counted_for_the_supervisor(county: County) -> None:
    """The auditor sees who, whom (masked), which fields and why; the supervisor how many."""
    stay = county.stay("observed")
    assert stay.person_id is not None
    reveal(stay.person_id, ["phone"], "contact", stay.id, county.actor("site_manager"))
    auditor = county.client("auditor").get("/ledger/views/").content.decode()
    assert "联系本人" in auditor and stay.number in auditor and "联系电话" in auditor
    supervisor = county.client("supervisor").get("/ledger/views/").content.decode()
    assert stay.number not in supervisor and "联系本人" in supervisor


@pytest.mark.parametrize(
    "address", ["/ledger/", "/ledger/views/", "/config/", "/config/officers/", "/people/merge/"]
)
def test_those_pages_are_closed_to_the_desks(county: County, address: str) -> None:
    """Neither a manager nor a desk opens them."""
    for post in ("site_manager", "quarantine_desk"):
        assert county.client(post).get(address).status_code == 403


def test_the_administrator_appoints_and_ends(county: County) -> None:
    """An account is made, appointed and ended; a weak password and a post of another organ are refused."""
    client = county.client("administrator")
    weak = client.post("/config/officers/create/", {"username": "new1", "name": "孙新", "password": "123"})
    assert weak.status_code == 422 and "new1" in weak.content.decode()
    made = client.post(
        "/config/officers/create/", {"username": "new1", "name": "孙新", "password": "qing-he-7482-lu"}
    )
    assert made.status_code == 302
    officer = Officer.objects.get(username="new1")
    wrong = {"officer": str(officer.id), "organ": "committee", "post": "quarantine_desk"}
    assert client.post("/config/officers/appoint/", wrong).status_code == 422
    assert client.post("/config/officers/appoint/", {**wrong, "organ": "health"}).status_code == 302
    held = Appointment.objects.get(officer=officer)
    assert client.post("/config/officers/end/", {"appointment": str(held.id)}).status_code == 302
    held.refresh_from_db()
    assert held.until is not None
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"access.officer_created", "access.appointed", "access.appointment_ended"} <= kinds
    assert client.post("/config/officers/end/", {"appointment": "nothing"}).status_code == 422


def test_configuration_reads_the_declarations(county: County, django_assert_max_num_queries: Any) -> None:
    """Posts, calendars and rules are shown as they stand; a year without notice is provisional."""
    client = county.client("administrator")
    for address, words in (
        ("/config/posts/", "隔离点负责人"),
        ("/config/calendars/", "暂定"),
        ("/config/rules/", "民事诉讼法"),
        ("/config/", "县卫生健康局"),
        ("/config/officers/", "site_manager"),
    ):
        with django_assert_max_num_queries(BUDGET):
            assert words in client.get(address).content.decode()


def _pair() -> MergeCandidate:
    here = Person.objects.values_list("jurisdiction", flat=True)[0]
    a = register(Identity(name="周复核", identifier="620702199001019931", phone="19900007777"), here)
    b = register(Identity(name="周复核", identifier="620702199001019958", phone="19900007777"), here)
    propose(a, b, {"name": "same", "phone": "same", "identifier": "different"})
    return MergeCandidate.objects.get(same__isnull=True)


def test_a_pair_is_merged_and_the_merge_undone(county: County) -> None:
    """Side by side, masked, with the evidence; merged into one; and back."""
    pair, client = _pair(), county.client("registrar")
    page = client.get("/people/merge/").content.decode()
    assert "周*" in page and "周复核" not in page and "相同" in page and "19900007777" not in page
    client.post(f"/people/merge/{pair.pk}/", {"decision": "merge"})
    merge = Merge.objects.get()
    assert Person.objects.filter(merged_into__isnull=False).count() == 1
    client.post(f"/people/merge/{merge.pk}/undo/")
    assert not Person.objects.filter(merged_into__isnull=False).exists()
    again = client.post(f"/people/merge/{merge.pk}/undo/", follow=True)
    assert "已处理过" in again.content.decode()


def test_a_pair_kept_apart_is_not_asked_again(county: County) -> None:
    """Two people stay two; the queue is empty afterwards, and an unclear decision changes nothing."""
    pair, client = _pair(), county.client("registrar")
    client.post(f"/people/merge/{pair.pk}/", {"decision": str(uuid4())})
    assert MergeCandidate.objects.filter(same__isnull=True).exists()
    client.post(f"/people/merge/{pair.pk}/", {"decision": "apart"})
    assert "没有待核对的" in client.get("/people/merge/").content.decode()
