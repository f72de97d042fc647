"""The situation report: drafted, frozen, issued; every number opens to its records; what changed since."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from bihuan.command.sitrep.checks import sums
from bihuan.command.sitrep.moments import known_values, moment
from bihuan.command.tests.conftest import County
from bihuan.command.worklist.filters import midnight
from bihuan.core.figures.evaluate import records
from bihuan.core.figures.models import Frozen
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.registry import figures
from bihuan.core.papers.models import Paper

BUDGET = 15
Forms = Callable[[str], dict[str, str]]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def _draft(county: County) -> str:
    cutoff = midnight(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    answer = county.client("reporter").post("/report/begin/", {"cutoff": cutoff, "key": str(uuid4())})
    assert answer.status_code == 302
    return str(answer["Location"])


def _take(county: County, post: str, report: str, step: str, form_of: Forms) -> int:
    client, here = county.client(post), report.replace("/report/", "/matters/") + f"{step}/"
    return client.post(here, form_of(client.get(here).content.decode())).status_code


def test_a_draft_is_frozen_when_sent_and_printed_when_issued(county: County, form_of: Forms) -> None:
    """Frozen values stand for what was known; the official file carries its number; the ledger keeps both."""
    report = _draft(county)
    assert _take(county, "reporter", report, "submit", form_of) == 302
    frozen = dict(Frozen.objects.filter(matter_id=report.split("/")[2]).values_list("key", "value"))
    assert set(frozen) == set(figures())
    entry = Entry.objects.get(kind="command.report.submit")
    assert entry.payload["figures"] == frozen
    assert _take(county, "report_signatory", report, "issue", form_of) == 302
    paper = Paper.objects.get(kind="situation_report")
    page = county.client("reporter").get(report).content.decode()
    assert paper.number and paper.number in page and "数字已冻结" in page
    file = county.client("reporter").get(f"{report}file.pdf")
    assert file.content.startswith(b"%PDF") and file["Content-Type"] == "application/pdf"


def test_frozen_values_do_not_follow_later_entries(county: County, form_of: Forms) -> None:
    """What is recorded after the freeze changes the ledger's answer and not the report; the page tells both."""
    from bihuan.core.matters import engine
    from bihuan.modules.quarantine.payloads import Departure

    report = _draft(county)
    _take(county, "reporter", report, "submit", form_of)
    before = dict(Frozen.objects.values_list("key", "value"))
    stay = county.stay("observed", opened_at__lt=timezone.now() - timedelta(days=3))
    engine.perform(
        stay.id, "transfer_hospital", Departure(to="县人民医院"), actor=county.actor("site_manager"),
        key=str(uuid4()), occurred_at=midnight(timezone.now()) - timedelta(hours=1),
    )  # fmt: skip
    page = county.client("reporter").get(report).content.decode()
    shown = re.findall(r'fig=quarantine.transfers_to_hospital#fig"[^>]*>([\d,]+)</a>', page)
    assert shown == [f"{before['quarantine.transfers_to_hospital']:,}"]
    now = known_values(moment(midnight(timezone.now()), timezone.now()))
    assert now["quarantine.transfers_to_hospital"] == before["quarantine.transfers_to_hospital"] + 1


def test_every_number_opens_to_as_many_records(county: County) -> None:
    """The panel of each number states its definition and lists its records; the value is their count."""
    client = county.client("reporter")
    cutoff = midnight(timezone.now())
    at = moment(cutoff, timezone.now())
    values = known_values(at)
    for key, figure in figures().items():
        panel = client.get(
            f"/report/figure/{key}/", {"cutoff": cutoff.isoformat(), "known_at": at.known_at.isoformat()},
            headers={"HX-Request": "true"},
        )  # fmt: skip
        body = panel.content.decode()
        assert panel.status_code == 200 and figure.means.zh in body and f"{values[key]:,}" in body
        assert len(records(figure, at)) == values[key]


def test_parts_that_do_not_add_up_are_named() -> None:
    """A total with parts says by how much they fall short."""
    values = dict.fromkeys(figures(), 0) | {"quarantine.positives": 7}
    (odd,) = [one for one in sums(values) if one.missing]
    assert (odd.figure.key, odd.missing) == ("quarantine.positives", 7)


def test_pages_stay_within_their_budget(county: County, django_assert_max_num_queries: Any) -> None:
    """The list, the report and its drill-down panel take few queries once its moment was asked for."""
    client, report = county.client("reporter"), _draft(county)
    client.get(report)
    for address in ("/report/", report):
        with django_assert_max_num_queries(BUDGET):
            assert client.get(address).status_code == 200


def test_no_record_behind_a_number_names_anybody(county: County) -> None:
    """A reporter sees ledger numbers only; a post that sees the stays sees people masked."""
    from bihuan.core.people.masks import open_identities

    stay = county.stay("observed")
    (_, texts, _) = open_identities([stay.person_id])[stay.person_id]
    body = (
        county.client("reporter")
        .get("/report/figure/quarantine.persons_present/rows.csv")
        .content.decode("utf-8-sig")
    )
    assert body.count("\n") > 3
    assert texts["name"] not in body and texts["identifier"] not in body and "*" not in body


def test_files_say_the_same_as_the_page(county: County) -> None:
    """JSON holds every figure with its definition; Word opens."""
    client, report = county.client("reporter"), _draft(county)
    data = json.loads(client.get(f"{report}file.json").content)
    assert set(data["figures"]) == set(figures())
    assert client.get(f"{report}file.docx").content[:2] == b"PK"
    assert client.get(f"{report}file.exe").status_code == 404


def test_two_moments_are_compared_record_by_record(county: County) -> None:
    """Between two days the numbers that differ are listed, with the records that came."""
    now = timezone.now()
    a, b = midnight(now, -3), midnight(now)
    asked = {"a": a.isoformat(), "b": b.isoformat(), "fig": "quarantine.items_due"}
    page = county.client("reporter").get("/report/compare/", asked).content.decode()
    assert "应做观察项目" in page and "哪些记录" in page and "新增的记录" in page


def test_a_correction_shows_between_two_known_ats(county: County) -> None:
    """At one cut-off, a test result corrected later changes the number known later, and the page names it."""
    from bihuan.core.matters import engine
    from bihuan.core.matters.models import Matter
    from bihuan.modules.quarantine.payloads import Result, TestResult

    entry = Entry.objects.filter(
        kind="quarantine.stay.record_test", payload__result="negative", place_id=county.places[0].id,
        matter_id__in=Matter.objects.filter(state="observed").values("id"),
        occurred_at__lt=midnight(timezone.now()),
    ).first()  # fmt: skip
    assert entry is not None
    known = timezone.now()
    done = engine.perform(
        entry.matter_id, "record_test", TestResult(item=entry.payload["item"], result=Result.POSITIVE),
        actor=county.actor("site_nurse"), key=str(uuid4()), occurred_at=entry.occurred_at, corrects=entry.id,
    )  # fmt: skip
    cutoff = midnight(timezone.now()).isoformat()
    asked = {"a": cutoff, "ak": known.isoformat(), "b": cutoff, "bk": timezone.now().isoformat()}
    page = county.client("reporter").get("/report/compare/", asked).content.decode()
    assert f"更正 #{entry.id}" in page and f"#{done.entry_id}" in page and "核酸阳性" in page


@pytest.mark.parametrize("post", ["site_manager", "quarantine_desk", "administrator"])
def test_other_posts_do_not_open_reports(county: County, post: str) -> None:
    """Reports belong to those the declaration names."""
    for address in ("/report/", "/report/at/", "/report/figure/quarantine.sites/", "/report/compare/"):
        assert county.client(post).get(address).status_code == 403


def test_a_reporter_cannot_issue_and_a_cut_off_to_come_is_refused(county: County) -> None:
    """Two people make a report; nobody reports on tomorrow."""
    report = _draft(county)
    assert (
        county.client("reporter").get(report.replace("/report/", "/matters/") + "issue/").status_code == 403
    )
    before = Entry.objects.filter(kind="command.report.open").count()
    answer = county.client("reporter").post(
        "/report/begin/", {"cutoff": "2999-01-01T00:00", "key": str(uuid4())}, follow=True
    )
    assert 'value="2999-01-01T00:00"' in answer.content.decode()  # what was typed stays
    assert Entry.objects.filter(kind="command.report.open").count() == before


@pytest.mark.parametrize(
    "address",
    [
        "/report/at/?cutoff=2999-01-01T00:00",
        "/report/figure/quarantine.sites/?cutoff=2999-01-01T00:00",
        "/report/figure/quarantine.sites/rows.csv?cutoff=2999-01-01T00:00",
        "/report/compare/?a=2999-01-01T00:00",
    ],
)
def test_nothing_is_shown_as_of_a_time_to_come(county: County, address: str) -> None:
    """A page that shows today's numbers under a date to come would be believed."""
    answer = county.client("reporter").get(address)
    assert answer.status_code == 422 and "截止时刻不能晚于现在" in answer.content.decode()
