"""The pages: what the desk and the units see and press, in both languages, within their queries, and who is turned away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.modules.directives import feedback_file
from bihuan.modules.directives.models import Directive, FeedbackRow, Issuer, ListedRow, Part, Sent
from bihuan.modules.directives.tests.conftest import SignedIn
from bihuan.modules.directives.tests.county import (
    EAST,
    WEST,
    County,
    directive,
    invented,
    rows,
    running,
    state,
    written,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def one(county: County, tmp_path: Path) -> Directive:
    """A directive that came an hour ago with twelve people listed."""
    made = running(41)
    county.take(written(tmp_path, made, feedback=False))
    return directive(made)


def page(one: Directive, name: str = "directive") -> str:
    return reverse(f"directives:{name}", args=[one.pk])


def form(**changed: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "reference": "HC-手工-1", "issuer": "市疾控流调组", "subject": "关于核查核酸漏检人员的指令", "epidemic": "yes",
        "received_at": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "due_at": f"{now + timedelta(hours=20):%Y-%m-%dT%H:%M}", **changed,
    }  # fmt: skip


def workbook(*people: tuple[str, str]) -> SimpleUploadedFile:
    told = [feedback_file.Told([name, number, "", ""], "", "", timezone.now(), "") for name, number in people]
    content = feedback_file.build(
        {"feedback": [["sequence", "序号"], ["name", "姓名"], ["identifier", "证件号码"]]}, told
    )
    return SimpleUploadedFile("名单.xlsx", content)


# ── lists ────────────────────────────────────────────────────────────────
def test_an_empty_county_is_told_what_to_do(signed_in: SignedIn) -> None:
    body = signed_in("desk").get(reverse("directives:directives")).content.decode()
    assert "还没有收到合成作战指令" in body and reverse("directives:new") in body
    assert reverse("intake") in signed_in("registrar").get(reverse("directives:directives")).content.decode()


def test_open_ones_come_first_the_earliest_due_on_top(
    county: County, signed_in: SignedIn, tmp_path: Path
) -> None:
    over, later, soon = invented(42, number=42), running(43, hours=40), running(44, hours=20)
    county.take(*[written(tmp_path, made) for made in (over, later, soon)])
    body = signed_in("desk").get(reverse("directives:directives")).content.decode()
    at = [body.index(f">{made.reference}<") for made in (soon, later, over)]
    assert at == sorted(at)
    found = (
        signed_in("desk")
        .get(reverse("directives:directives"), {"q": soon.reference, "show": "open"})
        .content.decode()
    )
    assert soon.reference in found and later.reference not in found
    assert (
        "没有这样的指令"
        in signed_in("desk").get(reverse("directives:directives"), {"show": "closed"}).content.decode()
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_stays_within_its_queries(
    county: County,
    one: Directive,
    signed_in: SignedIn,
    queries_of: Callable[[Client, str], int],
    language: str,
) -> None:
    county.split(one)
    part = Part.objects.get(directive=one, unit=EAST)
    desk, east = signed_in("desk", language), signed_in("east", language)
    for name in ("directive", "split", "look"):
        assert queries_of(desk, page(one, name)) <= MOST_QUERIES, name
    for name in ("directives", "new", "issuers"):
        assert queries_of(desk, reverse(f"directives:{name}")) <= MOST_QUERIES, name
    assert queries_of(east, reverse("directives:parts")) <= MOST_QUERIES
    assert queries_of(east, reverse("directives:part", args=[part.pk])) <= MOST_QUERIES


# ── register ─────────────────────────────────────────────────────────────
def test_a_directive_is_registered_by_hand_with_its_list_and_signed_for(signed_in: SignedIn) -> None:
    people = workbook(("甲一", "620702199001019902"), ("乙二", "62070219900102991X"))
    answer = signed_in("desk").post(reverse("directives:new"), form(file=people), follow=True)
    made = Directive.objects.get(reference="HC-手工-1")
    assert state(made) == "signed" and len(rows(made)) == 2 and made.receipt is not None
    assert "已签收：名单 2 人" in answer.content.decode()


def test_a_known_number_is_said_before_anything_is_written(
    county: County, one: Directive, signed_in: SignedIn
) -> None:
    before = Entry.objects.count()
    answer = signed_in("desk").post(reverse("directives:new"), form(reference=one.reference))
    body = answer.content.decode()
    assert answer.status_code == 409 and "已经登记" in body and page(one) in body
    assert 'value="市疾控流调组"' in body, "what was typed is there"
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"subject": ""}, "请填写“指令主题”"), ({"epidemic": ""}, "请选择类别"), ({"due_at": "明天"}, "要写日期和时间"),
        ({"due_at": "2020-01-01T08:00"}, "反馈时限应晚于接收时间"), ({"received_at": "2099-01-01T08:00"}, "接收时间还没有到"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_box(
    signed_in: SignedIn, changed: dict[str, str], said: str
) -> None:
    answer = signed_in("desk").post(reverse("directives:new"), form(**changed))
    assert (
        answer.status_code == 422
        and said in answer.content.decode()
        and not Directive.objects.filter(reference="HC-手工-1").exists()
    )


def test_a_file_that_is_no_list_keeps_what_was_typed(signed_in: SignedIn) -> None:
    wrong = SimpleUploadedFile("x.xlsx", b"PK\x03\x04 broken")
    answer = signed_in("desk").post(reverse("directives:new"), form(file=wrong))
    body = answer.content.decode()
    assert answer.status_code == 422 and "没有读出来" in body and "关于核查核酸漏检人员的指令" in body
    assert not Directive.objects.filter(reference="HC-手工-1").exists()


def test_a_list_is_attached_later_and_the_same_file_twice_changes_nothing(signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    desk.post(reverse("directives:new"), form())
    made = Directive.objects.get(reference="HC-手工-1")
    for said in ("新增 1 人", "没有任何变化"):
        answer = desk.post(
            page(made, "attach"), {"file": workbook(("甲一", "620702199001019902"))}, follow=True
        )
        assert said in answer.content.decode() and len(rows(made)) == 1
    assert "没有选择文件" in desk.post(page(made, "attach"), follow=True).content.decode()


# ── split and answer ─────────────────────────────────────────────────────
def test_the_split_is_proposed_changed_and_done(county: County, one: Directive, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    body = desk.get(page(one, "split")).content.decode()
    towns = set(ListedRow.objects.filter(directive=one).values_list("township", flat=True))
    assert all(town in body for town in towns) and "派出所" in body
    answer = desk.post(
        page(one, "split"), {"key": "k1", "version": one.matter.version, **_in_order(one, EAST)}
    )
    assert answer.status_code == 302 and Part.objects.get(directive=one).unit == EAST
    assert Part.objects.get(directive=one).rows == 12


def _in_order(one: Directive, unit: str) -> dict[str, str]:
    from bihuan.modules.directives.queries import townships

    found = {}
    for n, (town, _) in enumerate(townships(one.pk)):
        found |= {f"town-{n}": town, f"unit-{n}": unit}
    return found


def test_who_was_second_at_the_split_is_told_and_nothing_is_lost(
    county: County, one: Directive, signed_in: SignedIn
) -> None:
    posted = {"version": one.matter.version, **_in_order(one, EAST)}
    first = {**posted, "unit-0": ""}
    assert signed_in("desk").post(page(one, "split"), {**first, "key": "a"}).status_code == 302
    answer = signed_in("second").post(page(one, "split"), {**posted, "key": "b", **_in_order(one, WEST)})
    assert answer.status_code == 409 and "已先办理" in answer.content.decode()
    assert set(Part.objects.filter(directive=one).values_list("unit", flat=True)) == {EAST}


def test_a_unit_sees_its_part_looks_for_a_purpose_and_answers(
    county: County, one: Directive, signed_in: SignedIn
) -> None:
    parts = county.split(one)
    part, other = parts[EAST], parts[WEST]
    east, address = signed_in("east"), reverse("directives:part", args=[part.pk])
    assert one.reference in east.get(reverse("directives:parts")).content.decode()
    assert east.get(reverse("directives:part", args=[other.pk])).status_code == 404
    row = ListedRow.objects.filter(task_id=part.pk).first()
    assert row is not None
    reveal = reverse("directives:reveal", args=[part.pk])
    assert "请先选择查看用途" in east.post(reveal, {"row": row.pk}).content.decode()
    seen = east.post(reveal, {"row": row.pk, "purpose": "contact"}).content.decode()
    entry = Entry.objects.get(kind="directives.person_revealed", matter_id=part.pk)
    assert (entry.person_id, entry.payload["purpose"]) == (row.person_id, "contact") and "dr-seen" in seen
    foreign = ListedRow.objects.filter(task_id=other.pk).first()
    assert (
        foreign is not None
        and east.post(reveal, {"row": foreign.pk, "purpose": "contact"}).status_code == 404
    )
    posted = {"row": row.pk, "method": "phone", "finding": "true", "key": "p"}
    for said in ("已登记一人的结果", "已登记过"):
        assert (
            said
            in east.post(reverse("directives:answer", args=[part.pk]), posted, follow=True).content.decode()
        )
    assert FeedbackRow.objects.filter(listed=row).count() == 1
    east.post(reverse("directives:answer", args=[part.pk]), {"row": row.pk, "method": "fax"}, follow=True)
    assert FeedbackRow.objects.filter(listed=row).count() == 1
    assert east.get(address, {"part": "answered"}).status_code == 200


# ── feedback ─────────────────────────────────────────────────────────────
def test_the_form_is_looked_at_masked_then_sent_and_taken_out(
    county: County, signed_in: SignedIn, tmp_path: Path
) -> None:
    made = invented(45, number=45, received=timezone.now() - timedelta(hours=30), hours=40)
    county.take(written(tmp_path, made))
    one, desk = directive(made), signed_in("desk")
    one.matter.refresh_from_db()
    body = desk.get(page(one, "look")).content.decode()
    assert not any(person.name in body or person.identifier in body for person in made.people)
    key = str(uuid4())
    for _ in range(2):
        desk.post(page(one, "feed_back"), {"key": key})
    sent = Sent.objects.get(directive=one)
    out = desk.get(reverse("directives:workbook", args=[one.pk, sent.pk]))
    assert out.content.startswith(b"PK") and "no-store" in out["Cache-Control"]
    letter = desk.get(reverse("directives:paper", args=[one.pk, sent.paper_id]))
    assert letter.content.startswith(b"%PDF")
    assert desk.get(reverse("directives:workbook", args=[one.pk, sent.pk + 99])).status_code == 404


def test_who_may_only_look_sees_numbers_and_nobody(
    county: County, one: Directive, signed_in: SignedIn
) -> None:
    look = signed_in("supervisor")
    body = look.get(page(one)).content.decode()
    assert (
        "名单 12 人" in body
        and 'id="rows"' not in body
        and reverse("directives:split", args=[one.pk]) not in body
    )
    for name in ("split", "look"):
        assert look.get(page(one, name)).status_code == 403
    for name in ("feed_back", "attach", "sign"):
        assert look.post(page(one, name)).status_code == 403
    assert signed_in("nurse").get(page(one)).status_code == 403
    assert signed_in("east").get(page(one)).status_code == 403
    assert Client().get(page(one)).status_code == 302


def test_an_issuing_body_s_address_is_set_checked_and_removed(signed_in: SignedIn) -> None:
    desk, address = signed_in("desk"), reverse("directives:issuers")
    assert desk.post(address, {"name": "市疾控流调组", "mail": "不是"}).status_code == 422
    desk.post(address, {"name": "市疾控流调组", "mail": "zhb@example.cn"})
    assert Issuer.objects.get(name="市疾控流调组").mail == "zhb@example.cn"
    desk.post(address, {"name": "市疾控流调组", "mail": ""})
    assert not Issuer.objects.filter(name="市疾控流调组").exists()
    assert Entry.objects.filter(kind="directives.issuer_address").count() == 2


def test_odd_addresses_are_not_found_and_never_fail(one: Directive, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    assert desk.get(reverse("directives:directive", args=[uuid4()])).status_code == 404
    for query in ("?page=zzz", "?part=%00", "?show=nothing&q=%25", "?page=-1"):
        assert desk.get(page(one) + query).status_code in {200, 400}
        assert desk.get(reverse("directives:directives") + query).status_code in {200, 400}
    assert desk.post(page(one, "split"), {"version": "x"}).status_code in {200, 409, 422}
