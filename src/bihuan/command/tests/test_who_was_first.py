"""Two officers on one matter, over HTTP: one wins; the other is told who did what and when, by every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bihuan.command.tests.conftest import County
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter

Forms = Callable[[str], dict[str, str]]
LEFT = "report_absence"


def _goes_missing(county: County, form_of: Forms, stay: Matter) -> None:
    """Let the nurse be first: the person is gone."""
    nurse, there = county.client("site_nurse"), f"/matters/{stay.id}/{LEFT}/"
    sent = {**form_of(nurse.get(there).content.decode()), "told": "派出所"}
    assert nurse.post(there, sent).status_code == 302


def _api(county: County, stay: Matter, body: dict[str, Any]) -> Any:
    return county.client("site_manager").post(
        f"/api/matters/{stay.id}/steps/transfer_hospital", {"payload": {"to": "县人民医院"}, **body},
        content_type="application/json", headers={"Idempotency-Key": "second-to-come"},
    )  # fmt: skip


def test_the_api_tells_who_was_first_with_post_and_masked_name(county: County, form_of: Forms) -> None:
    stay = county.stay("observed")
    seen = stay.version
    _goes_missing(county, form_of, stay)
    for body in ({"version": seen}, {}):  # who does not say what was looked at is told the last change too
        answer = _api(county, stay, body)
        told = answer.json()
        assert answer.status_code == 409
        assert "县卫生健康局 隔离点医护岗 李* 已于" in told["zh"] and "办理“报告擅自离点”" in told["zh"]
        assert "李* (Site nurse, Health) did “Report absence” (now “Left without leave”) on" in told["en"]
        assert "李演练" not in told["zh"] + told["en"]


def test_a_step_that_nobody_overtook_names_nobody(county: County) -> None:
    """Where the matter stood like this all along, the refusal names the state and no officer."""
    stay = county.stay("released")
    answer = _api(county, stay, {"version": stay.version})
    assert answer.status_code == 409 and "李*" not in answer.json()["zh"]


def test_the_sites_own_step_page_tells_it_in_english_and_keeps_what_was_typed(
    county: County, form_of: Forms
) -> None:
    stay = county.stay("observed")
    manager = county.client("site_manager", language="en")
    here = f"/sites/{county.places[0].code}/stays/{stay.id}/do/transfer_hospital/"
    hidden = form_of(manager.get(here).content.decode())
    _goes_missing(county, form_of, stay)
    answer = manager.post(here, {**hidden, "to": "县人民医院东院", "approved_by": "", "reason": "发热"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "县人民医院东院" in page
    assert "Somebody was first" in page and "(Site nurse, Health) did “Report absence”" in page


def test_whoever_is_gone_already_is_not_released_from_an_old_page(county: County, form_of: Forms) -> None:
    stay = county.stay("observed")
    _goes_missing(county, form_of, stay)
    answer = county.client("site_manager").post(
        f"/sites/{county.places[0].code}/stays/{stay.id}/release/",
        {"bihuan_key": "from-an-old-page"},
        follow=True,
    )
    assert "隔离点医护岗 李* 已于" in answer.content.decode()
    assert not Entry.objects.filter(matter_id=stay.id, kind="quarantine.stay.release").exists()
