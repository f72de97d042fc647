"""The call sheet: one person a screen, one key a result, nobody on two screens, a slip of the finger taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone, Refused
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import read
from bihuan.core.people.reveal import view_log
from bihuan.modules.verification import calls, roster
from bihuan.modules.verification.calls import NoLongerYours
from bihuan.modules.verification.factories import TOWNSHIPS, open_items
from bihuan.modules.verification.keys import Pressed, Unfinished
from bihuan.modules.verification.models import Item, Tried
from bihuan.modules.verification.payloads import Assigned, GivenUp, Measure, Method, Unverified
from bihuan.modules.verification.tests.county import County

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SHEET = "/verification/calls/"


def give(county: County, name: str, *numbers: int) -> None:
    """Put these people on an officer's sheet."""
    officer, now = county.officers[name].id, timezone.now()
    engine.perform_many(
        [(county.items[n], Step("assign_call", Assigned(officer=officer), now)) for n in numbers],
        actor=county.actor("lead"), raising=True,
    )  # fmt: skip


@pytest.fixture
def sheet(county: County) -> County:
    """The caller has six people, the other officer three; both are on shift."""
    county.on_shift("caller", "other")
    give(county, "caller", 0, 1, 2, 3, 4, 5)
    give(county, "other", 6, 7, 8)
    return county


def pressed(county: County, key: str, item: UUID | None = None, **more: Any) -> UUID:
    """Serve the caller's next person, or this one, and press a key."""
    caller = county.actor("caller")
    served = item or calls.take_next(caller, timezone.now())
    assert served is not None
    calls.press(served, Pressed(key, **more), actor=caller, key=uuid4().hex)
    return served


def state(item: UUID) -> str:
    return str(Item.objects.select_related("matter").get(pk=item).matter.state)


# ── whose turn it is ─────────────────────────────────────────────────────
def test_the_same_person_stays_on_the_screen_until_something_is_pressed(sheet: County) -> None:
    caller, now = sheet.actor("caller"), timezone.now()
    first = calls.take_next(caller, now)
    assert calls.take_next(caller, now) == first
    pressed(sheet, "1", first)
    assert calls.take_next(caller, now) not in {first, None}


def test_who_is_due_first_comes_first(sheet: County) -> None:
    urgent = open_items(sheet.people[:1], sheet.actor("lead"), due_at=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    step = Step("assign_call", Assigned(officer=sheet.officers["caller"].id), now)
    engine.perform_many([(urgent.opened[0].matter_id, step)], actor=sheet.actor("lead"), raising=True)
    assert calls.take_next(sheet.actor("caller"), now) == urgent.opened[0].matter_id


def test_an_officer_who_goes_away_gives_the_person_back(sheet: County) -> None:
    caller, other, now = sheet.actor("caller"), sheet.actor("other"), timezone.now()
    mine = calls.take_next(caller, now)
    roster.end_shift(sheet.officers["caller"].id, now, actor=caller)
    Item.objects.filter(officer_id=sheet.officers["other"].id).update(officer_id=None)
    helped = calls.take_next(other, now)
    assert helped not in {mine, None}, "what is on a screen is on that screen only"
    calls.let_go(other)
    after = calls.take_next(other, now + calls.CLAIM + timedelta(seconds=1))
    assert after == mine, "the claim runs out by itself, and the earliest due comes first again"


def test_helping_out_keeps_to_the_townships_one_takes(sheet: County) -> None:
    other, now = sheet.actor("other"), timezone.now()
    roster.end_shift(sheet.officers["caller"].id, now, actor=other)
    roster.describe(sheet.officers["other"].id, [TOWNSHIPS[1]], [], actor=sheet.actor("lead"))
    Item.objects.filter(officer_id=sheet.officers["other"].id).update(officer_id=None)
    served = calls.take_next(other, now)
    assert served is not None and Item.objects.get(pk=served).township == TOWNSHIPS[1]


def test_what_is_on_anothers_screen_cannot_be_pressed(sheet: County) -> None:
    mine = calls.take_next(sheet.actor("caller"), timezone.now())
    assert mine is not None
    with pytest.raises(NoLongerYours):
        calls.press(mine, Pressed("1"), actor=sheet.actor("other"), key="theirs")
    assert state(mine) == "to_call"


# ── the eight keys ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("key", "more", "ends"),
    [
        ("1", {}, "confirmed"), ("2", {"remark": "没有来过本县"}, "otherwise"), ("3", {"to": "临泽县"}, "forwarded"),
        ("4", {}, "to_visit"), ("5", {}, "to_call"), ("6", {}, "to_visit"), ("7", {}, "with_lead"), ("8", {}, "with_lead"),
    ],
)  # fmt: skip
def test_each_key_leads_where_it_says(sheet: County, key: str, more: dict[str, Any], ends: str) -> None:
    served = pressed(sheet, key, **more)
    assert state(served) == ends
    assert Tried.objects.filter(item_id=served, method="phone").count() == 1
    assert Item.objects.get(pk=served).claimed_by is None


def test_a_key_that_needs_a_word_is_not_taken_without_it(sheet: County) -> None:
    served = calls.take_next(sheet.actor("caller"), timezone.now())
    assert served is not None
    for key in ("2", "3", "", "9"):
        with pytest.raises(Unfinished):
            calls.press(served, Pressed(key), actor=sheet.actor("caller"), key=uuid4().hex)
    assert state(served) == "to_call" and not Tried.objects.filter(item_id=served).exists()


def test_the_remark_is_sealed(sheet: County) -> None:
    served = pressed(sheet, "2", remark="住在女儿家里")
    entry = Entry.objects.get(matter_id=served, kind="verification.item.find_otherwise")
    assert "女儿" not in str(entry.payload) and entry.sealed is not None


def test_a_number_nobody_answers_is_rung_three_times_and_then_visited(sheet: County) -> None:
    now = timezone.now()
    served = calls.take_next(sheet.actor("caller"), now)
    assert served is not None
    tried = []
    for number in range(3):
        calls.press(served, Pressed("5"), actor=sheet.actor("caller"), key=f"miss{number}", now=now)
        row = Item.objects.get(pk=served)
        tried.append(row.stage)
        if row.again_at is not None:
            assert row.again_at >= now + timedelta(hours=1)
            assert calls.take_next(sheet.actor("caller"), now) != served, "not before it is time"
            calls.let_go(sheet.actor("caller"))
            now = row.again_at
    assert tried == ["call", "call", "visit"]
    assert state(served) == "to_visit"
    last = Entry.objects.filter(matter_id=served).order_by("-id")[0]
    assert (last.kind, last.payload["why"]) == ("verification.item.ask_for_visit", "no_answer")


def test_who_is_to_be_rung_again_comes_back_when_it_is_time(sheet: County) -> None:
    served = pressed(sheet, "5")
    again = Item.objects.get(pk=served).again_at
    assert again is not None
    assert calls.take_next(sheet.actor("caller"), again + timedelta(minutes=1)) == served


def test_somebody_who_needs_another_language_goes_to_the_lead_with_it(sheet: County) -> None:
    served = pressed(sheet, "8", language="yugur")
    assert Item.objects.get(pk=served).language == "yugur"


def test_the_same_press_sent_again_is_done_once(sheet: County) -> None:
    caller = sheet.actor("caller")
    served = calls.take_next(caller, timezone.now())
    assert served is not None
    first = calls.press(served, Pressed("5"), actor=caller, key="twice")
    again = calls.press(
        served, Pressed("5"), actor=caller, key="twice", now=timezone.now() + timedelta(minutes=2)
    )
    assert first == again
    assert Entry.objects.filter(matter_id=served, kind="verification.item.miss_call").count() == 1
    with pytest.raises(NotDone):
        calls.press(served, Pressed("1"), actor=caller, key="twice")


def test_who_has_moved_is_passed_on_with_a_numbered_letter_that_only_the_person_opens(sheet: County) -> None:
    served = pressed(sheet, "3", to="云溪县")
    letter = Paper.objects.get(matter_id=served, kind="verification_forward")
    assert letter.number and letter.sealed
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(read(letter))).pages).replace(" ", "")
    assert "云溪县" in text and f"试{sheet.items.index(served)}" in text and "回执" in text
    purposes = [view.purpose for view in view_log(sheet.actor("lead").jurisdiction, matter_id=served)]
    assert purposes == ["transfer"]
    assert Entry.objects.get(matter_id=served, kind="verification.item.forward").payload["to"] == "云溪县"


# ── taking back ──────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", ["1", "4", "5", "7"])
def test_a_slip_of_the_finger_is_taken_back_and_the_person_is_on_the_screen_again(
    sheet: County, key: str
) -> None:
    served = pressed(sheet, key)
    caller = sheet.actor("caller")
    assert calls.take_back(caller, key="back") == served
    row = Item.objects.get(pk=served)
    assert (state(served), row.calls, row.again_at) == ("to_call", 0, None)
    assert calls.take_next(caller, timezone.now()) == served
    assert Tried.objects.get(item_id=served).taken_back_at is not None
    assert calls.take_back(caller, key="back") == served, "sent again, it takes back nothing more"


def test_nothing_can_be_taken_back_after_half_an_hour_or_once_another_has_acted(sheet: County) -> None:
    caller = sheet.actor("caller")
    served = pressed(sheet, "7")
    assert calls.last_of(caller, timezone.now() + timedelta(minutes=31)) is None
    now = timezone.now()
    step = Step("assign_visit", Assigned(officer=sheet.officers["visitor"].id), now)
    engine.perform_many([(served, step)], actor=sheet.actor("lead"), raising=True)
    with pytest.raises(calls.NothingToTakeBack):
        calls.take_back(caller, key="late")


# ── the page ─────────────────────────────────────────────────────────────
def test_the_page_masks_the_person_and_dialling_is_logged(sheet: County, signed_in: SignedIn) -> None:
    client = signed_in("caller")
    page = client.get(SHEET).content.decode()
    served = Item.objects.get(claimed_by=sheet.officers["caller"].id)
    number = f"190{sheet.items.index(served.pk):08d}"
    assert number not in page and "190****" in page
    shown = client.post(f"{SHEET}{served.pk}/dial/", headers={"HX-Request": "true"}).content.decode()
    assert f'href="tel:{number}"' in shown
    seen = (
        view_log("", matter_id=served.pk)
        if False
        else view_log(sheet.actor("lead").jurisdiction, matter_id=served.pk)
    )
    assert [(one.purpose, one.fields) for one in seen] == [("contact", ("name", "phone"))]


def test_a_number_is_not_shown_to_who_does_not_have_the_person_on_the_screen(
    sheet: County, signed_in: SignedIn
) -> None:
    signed_in("caller").get(SHEET)
    served = Item.objects.get(claimed_by=sheet.officers["caller"].id)
    answer = signed_in("other").post(f"{SHEET}{served.pk}/dial/", headers={"HX-Request": "true"})
    assert answer.status_code == 409 and "190" not in answer.content.decode().replace("190****", "")


def test_pressing_on_the_page_brings_the_next_person(sheet: County, signed_in: SignedIn) -> None:
    client = signed_in("caller")
    client.get(SHEET)
    first = Item.objects.get(claimed_by=sheet.officers["caller"].id).pk
    answer = client.post(
        f"{SHEET}press/", {"item": str(first), "press": "1", "key": "page-1", "propose": "test"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert state(first) == "confirmed"
    entry = Entry.objects.get(matter_id=first, kind="verification.item.confirm")
    assert entry.payload["propose"] == str(Measure.TEST)
    after = Item.objects.get(claimed_by=sheet.officers["caller"].id)
    assert after.pk != first and str(after.pk) in answer.content.decode()


def test_a_missing_word_keeps_what_was_typed(sheet: County, signed_in: SignedIn) -> None:
    client = signed_in("caller")
    client.get(SHEET)
    item = Item.objects.get(claimed_by=sheet.officers["caller"].id).pk
    answer = client.post(
        f"{SHEET}press/",
        {"item": str(item), "press": "3", "key": "k", "remark": "去年搬走"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "去年搬走" in answer.content.decode() and str(item) in answer.content.decode()


def test_before_the_shift_and_in_a_pause_nobody_is_on_the_screen(county: County, signed_in: SignedIn) -> None:
    give(county, "caller", 0, 1)
    client = signed_in("caller")
    assert not Item.objects.filter(claimed_by__isnull=False).exists()
    assert "2 人待拨" in client.get(SHEET).content.decode()
    client.post(f"{SHEET}begin/", {"until": "23:59"})
    client.get(SHEET)
    assert Item.objects.filter(claimed_by=county.officers["caller"].id).count() == 1
    client.post(f"{SHEET}pause/")
    assert not Item.objects.filter(claimed_by__isnull=False).exists()
    client.post(f"{SHEET}begin/")
    client.post(f"{SHEET}pause/", {"end": "1"})
    assert roster.shift_of(county.officers["caller"].id, timezone.now()) is None


def test_the_page_keeps_its_query_budget(
    sheet: County, signed_in: SignedIn, queries_of: Callable[[Client, str], int]
) -> None:
    pressed(sheet, "1")
    assert queries_of(signed_in("caller"), SHEET) <= 15


def test_other_posts_have_no_call_sheet(sheet: County, signed_in: SignedIn) -> None:
    for name in ("visitor", "registrar", "supervisor", "desk"):
        assert signed_in(name).get(SHEET).status_code == 403


def test_who_was_not_tried_is_not_given_up(sheet: County) -> None:
    served = calls.take_next(sheet.actor("caller"), timezone.now())
    assert served is not None
    given_up = GivenUp(why=Unverified.NOT_REACHED, method=Method.PHONE)
    with pytest.raises(Refused):
        engine.perform(served, "give_up", given_up, actor=sheet.actor("caller"), key="up")
