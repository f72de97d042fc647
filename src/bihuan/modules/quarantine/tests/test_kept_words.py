"""What was typed outlives what others did meanwhile; histories and exports speak in words, not in codes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.core.matters import engine
from bihuan.core.matters.registry import details
from bihuan.modules.quarantine.models import Protocol, Stay
from bihuan.modules.quarantine.payloads import Departure, ProtocolChange, Result, TestResult
from bihuan.modules.quarantine.protocol import CENTRALISED_7
from bihuan.modules.quarantine.tests.county import County, officer

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def _stay(county: County, site: int = 0, **more: object) -> Stay:
    return Stay.objects.filter(site=county.sites[site], ended_at__isnull=True, **more).order_by("pk")[0]


def test_a_step_that_somebody_else_made_impossible_comes_back_with_its_words(
    county: County, signed_in: SignedIn
) -> None:
    """The reason that was typed outlives a stay that left meanwhile, and a page that was sent before."""
    stay, manager = _stay(county, matter__state="observed"), signed_in("manager")
    address = f"/sites/{county.sites[0].place.code}/stays/{stay.pk}/do/report_absence/"
    form = re.findall(r'name="(bihuan_[a-z]+)" value="([^"]*)"', manager.get(address).content.decode())
    typed = {**dict(form), "told": "已通知派出所和家属"}
    engine.perform(
        stay.pk,
        "transfer_hospital",
        Departure(to="县医院"),
        actor=county.actor("manager"),
        key="left-first-1",
    )
    answer = manager.post(address, typed)
    page = answer.content.decode()
    assert (
        answer.status_code == 409 and "已通知派出所和家属" in page and "转定点医院" in page and "已于" in page
    )


def test_a_basis_for_another_protocol_stays_when_it_cannot_be_applied(
    county: County, signed_in: SignedIn
) -> None:
    old = Protocol.objects.filter(code="as-registered").first() or Protocol.objects.all()[0]
    Protocol.objects.filter(pk=old.pk).update(effective_from="2999-01-01")
    answer = signed_in("desk").post(
        f"/sites/protocols/{old.pk}/apply/", {"reason": "联防联控发〔2021〕9号", "bihuan_key": "apply-1"}
    )
    assert answer.status_code == 422 and "联防联控发〔2021〕9号" in answer.content.decode()


def test_the_history_names_the_protocol_not_its_code_in_both_languages(
    county: County, signed_in: SignedIn
) -> None:
    """Nor do days, moments and classes read as the ledger spells them."""
    stay, desk = _stay(county, matter__state="observed"), signed_in("desk")
    change = ProtocolChange(protocol="centralised-7", reason="省指挥部 12 号通知")
    engine.perform(stay.pk, "change_protocol", change, actor=county.actor("desk"), key="names-not-codes")
    for language, name in (("zh-hans", CENTRALISED_7.label.zh), ("en", CENTRALISED_7.label.en)):
        desk.cookies["django_language"] = language
        page = desk.get(f"/matters/{stay.pk}/?all=1").content.decode()
        assert name in page
        history = page[page.index('id="history') if 'id="history' in page else 0 :]
        assert "centralised-7" not in history and "centralised-14" not in history
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.sub(r"<[^>]*>", " ", history))


RAW = re.compile(
    r"(?<![a-z])([a-z]+_[a-z_]+|\d+:[a-z]+\S*|community|indeterminate|probable|definite|observed)(?![a-z ])"
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("figure", ["positives", "items_done", "persons_present"])
def test_the_rows_behind_a_number_are_exported_in_words(county: County, figure: str, language: str) -> None:
    """A class of onset, an item of the protocol and a state read as people say them."""
    stay = _stay(county, matter__state="observed", positive_at__isnull=True)
    positive = TestResult(item=_stay_items(stay)[0], result=Result.POSITIVE)
    engine.perform(stay.pk, "record_test", positive, actor=county.actor("nurse"), key="rows-in-words")
    client = Client()
    client.force_login(officer("reporter", "reporter", "committee", "甄录"))
    client.cookies["django_language"] = language
    answer = client.get(f"/report/figure/quarantine.{figure}/rows.csv?cutoff=now&known_at=now")
    table = answer.content.decode("utf-8-sig").splitlines()
    assert len(table) > 1
    assert not [line for line in table if RAW.search(line)][:3]


def _stay_items(stay: Stay) -> list[str]:
    """Return the tests of a stay that are still open."""
    facts = details("quarantine.stay").load([stay.pk])[stay.pk]
    return [
        due.item.code
        for due in facts.schedule()
        if due.item.kind == "test" and due.item.code not in facts.done
    ]
