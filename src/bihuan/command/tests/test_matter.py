"""One matter, one page: where it stands, what I may do now, until when and why, what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from bihuan.command.tests.conftest import County
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter

BUDGET = 15
Forms = Callable[[str], dict[str, str]]


def test_shows_standing_deadline_person_and_history_within_its_budget(
    county: County, django_assert_max_num_queries: Any
) -> None:
    """The page of a stay takes few queries and says why the deadline is when it is."""
    stay = county.stay("observed")
    client = county.client("site_manager")
    client.get(f"/matters/{stay.id}/")
    with django_assert_max_num_queries(BUDGET):
        page = client.get(f"/matters/{stay.id}/").content.decode()
    for words in (
        "现在可以做什么",
        "办理经过",
        "为什么是",
        "集中隔离 14 天方案",
        stay.number,
    ):
        assert words in page


def test_history_reads_as_sentences_not_as_codes(county: County) -> None:
    """Items and results are told in words, in both languages."""
    stay = county.stay("observed")
    zh = county.client("site_manager").get(f"/matters/{stay.id}/?all=1").content.decode()
    en = county.client("site_manager", "en").get(f"/matters/{stay.id}/?all=1").content.decode()
    assert ":temperature:" not in zh and "体温" in zh
    assert "temperature (" in en and "Order quarantine" in en


def test_a_step_is_taken_on_its_own_address(county: County, form_of: Forms) -> None:
    """A waiver is asked for, refused while empty with what was typed kept, and done once complete."""
    stay = _with_open_items(county)
    client, here = county.client("site_manager"), f"/matters/{stay.id}/waive/"
    page = client.get(here).content.decode()
    hidden = form_of(page)
    answer = client.post(here, {**hidden, "item": "", "reason": "外出就诊，返回补测"})
    assert answer.status_code == 422 and "外出就诊，返回补测" in answer.content.decode()
    item = _first_option(page, "item")
    done = client.post(here, {**hidden, "item": item, "reason": "外出就诊"})
    assert done.status_code == 302 and done["Location"] == f"/matters/{stay.id}/"
    assert Entry.objects.filter(kind="quarantine.stay.waive", matter_id=stay.id).count() == 1


def _with_open_items(county: County) -> Matter:
    from bihuan.command.pages.lookup import find_content
    from bihuan.command.pages.taking import lists_for
    from bihuan.modules.quarantine.payloads import Waiver

    actor = county.actor("site_manager")
    for stay in Matter.objects.filter(
        type="quarantine.stay", state="observed", place=county.places[0]
    ).order_by("due_at"):
        found = find_content(stay.id, actor)
        if lists_for(Waiver, found.snapshot(), actor)["items_open"]:
            return stay
    pytest.fail("no stay has an open item")


def _first_option(page: str, name: str) -> str:
    import re

    field = page[page.index(f'name="{name}"') :]
    values = re.findall(r'value="([^"]+)"', field)
    return values[0]


def test_sending_twice_changes_nothing_more(county: County, form_of: Forms) -> None:
    """The same form sent again, as a double click does, brings the same answer and one entry."""
    stay = _with_open_items(county)
    client, here = county.client("site_manager"), f"/matters/{stay.id}/waive/"
    page = client.get(here).content.decode()
    sent = {**form_of(page), "item": _first_option(page, "item"), "reason": "外出就诊"}
    first, second = client.post(here, sent), client.post(here, sent)
    assert first.status_code == second.status_code == 302
    assert Entry.objects.filter(kind="quarantine.stay.waive", matter_id=stay.id).count() == 1


def test_back_and_another_answer_under_the_old_key_is_refused_and_kept(
    county: County, form_of: Forms
) -> None:
    """Going back and sending the used form with other content is refused; what was typed stays, with a new key."""
    stay = _with_open_items(county)
    client, here = county.client("site_manager"), f"/matters/{stay.id}/waive/"
    page = client.get(here).content.decode()
    sent = {**form_of(page), "item": _first_option(page, "item"), "reason": "外出就诊"}
    client.post(here, sent)
    answer = client.post(here, {**sent, "reason": "改口另说"})
    body = answer.content.decode()
    assert answer.status_code == 422 and "改口另说" in body
    assert form_of(body)["bihuan_key"] != sent["bihuan_key"]


def test_somebody_was_first(county: County, form_of: Forms) -> None:
    """Two officers on one stay: the second is told, keeps what was typed, and sees the version that is now."""
    stay = county.stay("observed")
    mine, theirs = county.client("site_manager"), county.client("site_nurse")
    here = f"/matters/{stay.id}/transfer_hospital/"
    hidden = form_of(mine.get(here).content.decode())
    there = f"/matters/{stay.id}/report_absence/"
    assert (
        theirs.post(there, {**form_of(theirs.get(there).content.decode()), "told": "派出所"}).status_code
        == 302
    )
    answer = mine.post(here, {**hidden, "to": "县人民医院", "approved_by": "", "reason": "发热"})
    body = answer.content.decode()
    assert answer.status_code == 409 and "县人民医院" in body
    who, now = "县卫生健康局 隔离点医护岗 李*", timezone.localtime()
    told = f"他人已先办理：{who} 已于 {now.month}月{now.day}日"
    assert told in body and "办理“报告擅自离点”" in body and "李演练" not in body
    stay.refresh_from_db()
    assert stay.state == "absent" and form_of(body)["bihuan_version"] == str(stay.version)


def test_release_is_refused_with_what_is_missing(county: County, form_of: Forms) -> None:
    """The page says beforehand why not and what is missing; sending it anyway changes nothing."""
    stay = _release_due_with_open_items(county)
    client, here = county.client("site_manager"), f"/matters/{stay.id}/release/"
    page = client.get(f"/matters/{stay.id}/").content.decode()
    assert "不能解除" in page and "还缺" in page and "免做" in page
    answer = client.post(here, {**form_of(client.get(here).content.decode()), "certificate": "on"})
    assert answer.status_code == 422
    stay.refresh_from_db()
    assert stay.state == "release_due"


def _release_due_with_open_items(county: County) -> Matter:
    from bihuan.core.access.actors import system_actor
    from bihuan.core.matters import engine

    stay = _with_open_items(county)
    engine.perform(stay.id, "reach_release", actor=system_actor(stay.jurisdiction), key=str(uuid4()))
    return Matter.objects.get(id=stay.id)


def test_a_wrong_record_is_corrected_by_a_new_one(county: County, form_of: Forms) -> None:
    """The old entry stays, struck and linked; it cannot be corrected twice, nor from another matter."""
    entry = Entry.objects.filter(
        kind="quarantine.stay.record_test", place_id=county.places[0].id, payload__result="negative",
        matter_id__in=Matter.objects.filter(state="observed").values("id"),
    ).first()  # fmt: skip
    assert entry is not None
    client, here = county.client("site_nurse"), f"/matters/{entry.matter_id}/record_test/?corrects={entry.id}"
    page = client.get(here).content.decode()
    sent = {**form_of(page), "corrects": str(entry.id), "item": entry.payload["item"], "result": "invalid"}
    assert client.post(f"/matters/{entry.matter_id}/record_test/", sent).status_code == 302
    page = client.get(f"/matters/{entry.matter_id}/?all=1").content.decode()
    assert "<s>" in page and f'href="#e{entry.id}"' in page
    assert client.get(here).status_code == 404
    other = Matter.objects.filter(type="quarantine.stay", state="observed", place=county.places[0]).exclude(
        id=entry.matter_id
    )[0]
    assert client.get(f"/matters/{other.id}/record_test/?corrects={entry.id}").status_code == 404


@pytest.mark.parametrize("address", ["/matters/{id}/", "/matters/{id}/release/", "/matters/{id}/person/"])
def test_an_unknown_matter_and_somebody_elses_look_the_same(county: County, address: str) -> None:
    """404 does not tell whether there is such a matter."""
    client = county.client("site_manager")
    elsewhere = Matter.objects.filter(type="quarantine.stay", place=county.places[1]).first()
    assert elsewhere is not None
    theirs, nobodys = (client.get(address.format(id=i)) for i in (elsewhere.id, uuid4()))
    assert theirs.status_code == nobodys.status_code == 404
    strip = lambda r, i: r.content.decode().replace(str(i), "")  # noqa: E731
    assert "没有这个事项" in theirs.content.decode()
    assert len(strip(theirs, elsewhere.id)) == pytest.approx(len(strip(nobodys, "")), rel=0.02)


def test_another_post_may_look_but_not_act(county: County) -> None:
    """A nurse may not release; the address of the step answers 403 and nothing changes."""
    stay = county.stay("observed")
    assert county.client("site_nurse").get(f"/matters/{stay.id}/release/").status_code == 403
    assert county.client("site_nurse").post(f"/matters/{stay.id}/waive/", {}).status_code == 403


def test_personal_fields_open_for_a_purpose_and_leave_a_trace(county: County) -> None:
    """Without a purpose nothing opens; with one, the chosen fields do, and the ledger knows who looked."""
    from bihuan.core.people.masks import open_identities

    stay = county.stay("observed")
    (_, texts, _) = open_identities([stay.person_id])[stay.person_id]
    client, here = county.client("site_manager"), f"/matters/{stay.id}/reveal/"
    refused = client.post(here, {"field": ["phone"]})
    assert refused.status_code == 403 and texts["phone"] not in refused.content.decode()
    shown = client.post(here, {"field": ["phone"], "purpose": "contact"}, headers={"HX-Request": "true"})
    body = shown.content.decode()
    assert texts["phone"] in body and texts["identifier"] not in body and "delay:300s" in body
    trace = Entry.objects.get(kind="people.revealed", matter_id=stay.id)
    assert trace.payload == {"fields": ["phone"], "purpose": "contact"}
    whole = client.post(here, {"field": ["name"], "purpose": "contact"})
    assert whole["Refresh"].startswith("300;")
    assert "查看了个人信息" in client.get(f"/matters/{stay.id}/").content.decode()


def test_a_post_that_does_not_reveal_is_refused(county: County) -> None:
    """A nurse's post may not reveal, with whatever purpose."""
    stay = county.stay("observed")
    answer = county.client("site_nurse").post(
        f"/matters/{stay.id}/reveal/", {"field": ["name"], "purpose": "care"}
    )
    assert answer.status_code == 403
    assert not Entry.objects.filter(kind="people.revealed", matter_id=stay.id).exists()


def test_a_supervisor_sees_the_course_and_no_content(county: County) -> None:
    """States and limits, no person, no steps, no sentence of the payload."""
    stay = county.stay("observed")
    page = county.client("supervisor").get(f"/matters/{stay.id}/").content.decode()
    assert stay.number in page and "隔离观察中" in page
    assert "阴性" not in page and stay.title_zh not in page and "要看完整信息" not in page


def test_a_new_order_is_opened_with_its_person_and_place(county: County, form_of: Forms) -> None:
    """The form asks for everything at once, refuses a wrong identifier, opens once however often it is sent."""
    client, here = county.client("quarantine_desk"), "/matters/new/quarantine.stay/"
    page = client.get(here).content.decode()
    sent = {
        **form_of(page), "who-name": "钱试验", "who-identifier": "620702199001019914", "who-phone": "19900008888",
        "where-place": str(county.places[0].id), "category": "contact", "legal_basis": "传染病防治法 第39条",
    }  # fmt: skip
    wrong = client.post(here, {**sent, "who-identifier": "620702199001019915"})
    assert (
        wrong.status_code == 422 and "校验位" in wrong.content.decode() and "钱试验" in wrong.content.decode()
    )
    first, second = client.post(here, _right(sent)), client.post(here, _right(sent))
    assert first.status_code == 302 and first["Location"] == second["Location"]
    made = Matter.objects.get(id=first["Location"].split("/")[2])
    assert made.state == "ordered" and county.places[0].code in made.number


def _right(sent: dict[str, str]) -> dict[str, str]:
    digits = "62070219900101991"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    return {**sent, "who-identifier": digits + check}


def test_what_only_follows_from_a_step_is_not_opened_by_hand(county: County) -> None:
    """A transfer opens itself; a manager is offered requests and objections, and no transfer."""
    client = county.client("site_manager")
    page = client.get("/matters/new/").content.decode()
    assert "隔离人员诉求" in page and "阳性转运" not in page
    assert client.get("/matters/new/quarantine.transfer/").status_code == 403
