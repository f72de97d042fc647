"""A payload's declaration is the form: what is asked, in which words, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.utils.translation import override

from bihuan.core.matters.errors import Refused, Stale
from bihuan.core.spec import Choice, Text, asked
from bihuan.core.spec.matters import Refusal
from bihuan.kit.forms import KEY, VERSION, Option, PayloadForm, form_for


class Kind(Choice):
    """A closed list."""

    FIRST = ("first", "第一种", "First")
    SECOND = ("second", "第二种", "Second")


@dataclass(frozen=True, slots=True)
class Everything:
    """One field of each kind."""

    words: str = asked("事由", "Subject")
    kind: Kind = asked("类别", "Kind")
    room: int = asked("房间", "Room", choices="rooms")
    ground: Literal["a", "b"] = asked("依据", "Ground", default="a")
    temperature: Decimal | None = asked("体温", "Temperature", default=None, sealed=True)
    day: date | None = asked("日期", "Day", default=None)
    at: datetime | None = asked("时间", "At", default=None)
    with_whom: UUID | None = asked("与谁同住", "Shares with", default=None, choices="stays")
    symptoms: tuple[str, ...] = asked("症状", "Symptoms", default=())
    told: bool = asked("已告知", "Told", default=False)
    more: str = asked("说明", "More", default="", long=True)
    episode: UUID | None = None


ROOMS = [Option(301, Text("301 空", "301 free")), Option(302, "302")]


def filled(**values: str | list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in {KEY: str(uuid4()), VERSION: "4", **values}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def everything(data: Any = None, **values: Any) -> PayloadForm:
    return form_for(Everything)(data, lists={"rooms": ROOMS}, **values)


def test_what_is_filled_in_comes_back_as_the_payload() -> None:
    stay = uuid4()
    form = form_for(Everything)(
        filled(
            words="发热", kind="second", room="302", ground="b", temperature="38.5", day="2026-10-08",
            at="2026-10-08T17:30", with_whom=str(stay), symptoms="咳嗽、乏力,头痛", told="on", more="夜间",
        ),
        lists={"rooms": ROOMS, "stays": [(stay, "303")]},
    )  # fmt: skip
    assert form.is_valid(), form.errors
    assert form.payload() == Everything(
        words="发热",
        kind=Kind.SECOND,
        room=302,
        ground="b",
        temperature=Decimal("38.5"),
        day=date(2026, 10, 8),
        at=datetime(2026, 10, 8, 9, 30, tzinfo=UTC),
        with_whom=stay,
        symptoms=("咳嗽", "乏力", "头痛"),
        told=True,
        more="夜间",
    )
    assert form.version == 4
    assert UUID(form.key)


def test_what_is_left_empty_takes_its_default() -> None:
    form = everything(filled(words="x", kind="first", room="301"))
    assert form.is_valid(), form.errors
    assert form.payload() == Everything(words="x", kind=Kind.FIRST, room=301)


def test_a_field_that_is_not_asked_is_not_taken_from_the_browser() -> None:
    form = everything(filled(words="x", kind="first", room="301", episode=str(uuid4())))
    assert form.is_valid()
    assert "episode" not in form.fields
    assert form.payload().episode is None


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "请填写“事由”"), ("en", "Enter: Subject")])
def test_what_is_missing_is_said_in_the_readers_language(language: str, words: str) -> None:
    with override(language):
        form = everything(filled(kind="first", room="301"))
        assert form.errors["words"] == [words]


def test_nothing_typed_is_lost_when_something_is_wrong() -> None:
    form = everything(filled(words="很长的说明", kind="first", room="301", temperature="三十八度"))
    with override("zh-hans"):
        drawn = str(form)
    assert "temperature" in form.errors
    assert 'value="很长的说明"' in drawn
    assert 'value="三十八度"' in drawn
    assert form[KEY].value() == form.data[KEY]


def test_the_summary_leads_to_the_box_and_the_box_names_its_error() -> None:
    with override("en"):
        drawn = str(everything(filled(kind="first", room="301", temperature="hot")))
    assert '<a href="#id_words">Enter: Subject</a>' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_temperature_error"' in drawn
    assert 'id="id_temperature_error"' in drawn


def test_a_choice_that_was_not_offered_is_refused() -> None:
    form = everything(filled(words="x", kind="first", room="999"))
    assert list(form.errors) == ["room"]


def test_without_its_list_a_field_is_typed_in() -> None:
    form = form_for(Everything)(filled(words="x", kind="first", room="305"))
    assert form.is_valid(), form.errors
    assert form.payload().room == 305


def test_each_page_has_a_key_of_its_own_and_sends_it_again_unchanged() -> None:
    first, second = everything(), everything()
    assert first[KEY].value() != second[KEY].value()
    again = everything(filled(**{KEY: first[KEY].value()}))
    assert again[KEY].value() == first[KEY].value()


@pytest.mark.parametrize("key", ["", "not-a-key", "1; DROP TABLE"])
def test_a_tampered_key_is_refused(key: str) -> None:
    form = everything(filled(words="x", kind="first", room="301", **{KEY: key}))
    with override("zh-hans"):
        assert list(form.errors) == ["__all__"] and "这一页放得太久" in str(form.errors)
    again = everything(form.data)
    assert again.is_valid() and again.data["words"] == "x"


def test_why_the_engine_refused_stands_above_what_was_typed() -> None:
    form = everything(filled(words="x", kind="first", room="301"))
    assert form.is_valid()
    missing = Text("第 3 天采样", "sample of day 3")
    form.refuse(Refused(Refusal(Text("方案未完成", "protocol not complete"), missing=(missing,))))
    with override("zh-hans"):
        drawn = str(form)
    assert "方案未完成" in drawn
    assert "第 3 天采样" in drawn
    assert 'value="x"' in drawn


def test_who_comes_second_is_told_so() -> None:
    form = everything(filled(words="x", kind="first", room="301"))
    form.is_valid()
    form.refuse(Stale(seen=4, now=5))
    with override("zh-hans"):
        assert "他人已先办理" in str(form.non_field_errors())


def test_a_type_that_nobody_can_type_in_is_found_when_the_form_is_made() -> None:
    @dataclass(frozen=True)
    class Wrong:
        """A field without a form."""

        matter: dict = asked("?", "?")  # type: ignore[type-arg]

    with pytest.raises(TypeError, match="matter"):
        form_for(Wrong)


def test_two_forms_on_one_page_do_not_meet() -> None:
    one, other = everything(prefix="admit"), everything(prefix="move")
    assert 'id="id_admit-words"' in str(one)
    assert 'id="id_move-words"' in str(other)
