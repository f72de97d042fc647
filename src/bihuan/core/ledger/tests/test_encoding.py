"""What Python writes is what PostgreSQL sends back, byte for byte."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.core.ledger import append, encoding
from bihuan.core.ledger.encoding import Draft, NotEncodable
from bihuan.core.ledger.keys import mac_key

ANY_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
NASTY = st.sampled_from(
    ["", '"', "\\", "\\u0000", "\x01\x1f\x7f", "\b\f\n\r\t", "𠮷野家", "é̀", "\u2028", "\ufeff", "/", "'"]
)
WORDS = ANY_TEXT | NASTY
SCALARS = st.none() | st.booleans() | st.integers() | st.integers(-(10**300), 10**300) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=20,
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).flatmap(
    lambda naive: st.integers(-840, 840).map(lambda m: naive.replace(tzinfo=timezone(timedelta(minutes=m))))
)
DRAFTS = st.builds(
    Draft,
    kind=WORDS,
    occurred_at=MOMENTS,
    recorded_at=MOMENTS,
    jurisdiction=WORDS,
    post=WORDS,
    matter_id=st.none() | st.uuids(),
    from_state=st.none() | WORDS,
    to_state=st.none() | WORDS,
    version=st.none() | st.integers(-(2**31), 2**31 - 1),
    person_id=st.none() | st.uuids(),
    place_id=st.none() | st.uuids(),
    organ=st.none() | WORDS,
    actor_id=st.none() | st.uuids(),
    corrects=st.none() | st.integers(-(2**63), 2**63 - 1),
    payload=st.dictionaries(WORDS, VALUES, max_size=8),
    sealed=st.none() | st.binary(max_size=200),
)
IN_DATABASE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def draft(**changes: Any) -> Draft:
    moment = datetime(2021, 11, 15, 16, tzinfo=UTC)
    known: dict[str, Any] = {
        "kind": "t.k", "occurred_at": moment, "recorded_at": moment, "jurisdiction": "620799", "post": "p",
    }  # fmt: skip
    return Draft(**(known | changes))


def as_sent(numbers: list[int]) -> list[bytes]:
    """The rows as PostgreSQL sends them, header and trailer cut off."""
    columns = ", ".join(encoding.COLUMNS)
    ids = ", ".join(map(str, numbers))
    with connection.cursor() as cursor:
        rows = f"SELECT {columns} FROM ledger_entry WHERE id IN ({ids}) ORDER BY id"
        with cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT BINARY)") as copy:
            messages = [bytes(message) for message in copy]
    assert messages[0].startswith(encoding.FILE_HEADER)
    messages[0] = messages[0][len(encoding.FILE_HEADER) :]
    assert messages.pop() == encoding.FILE_TRAILER
    return messages


@pytest.mark.django_db
@IN_DATABASE
@given(st.lists(DRAFTS, min_size=1, max_size=3))
def test_few_entries_come_back_as_they_were_encoded(drafts: list[Draft]) -> None:
    numbers = append.append(drafts)
    assert as_sent(numbers) == [encoding.row(d, n, mac_key()) for n, d in zip(numbers, drafts, strict=True)]


@pytest.mark.django_db
@IN_DATABASE
@given(st.lists(DRAFTS, min_size=append.A_FEW + 1, max_size=append.A_FEW + 4))
def test_many_entries_come_back_as_they_were_encoded(drafts: list[Draft]) -> None:
    numbers = append.append(drafts)
    assert as_sent(numbers) == [encoding.row(d, n, mac_key()) for n, d in zip(numbers, drafts, strict=True)]


@pytest.mark.django_db
def test_every_control_character_of_a_payload_is_spelled_as_postgresql_spells_it() -> None:
    payload = {chr(code): f"a{chr(code)}b" for code in range(1, 0x3000)}
    [number] = append.append([draft(payload=payload)])
    assert as_sent([number]) == [encoding.row(draft(payload=payload), number, mac_key())]


@pytest.mark.django_db
def test_keys_stand_in_the_order_of_jsonb_not_of_the_alphabet() -> None:
    payload = {"bb": 1, "a": {"é": 1, "zz": 2, "z": 3}, "": [], "c": {}, "aa": [{"y": None, "xx": True}]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(payload)])
        found = cursor.fetchone()
    assert found == (encoding.jsonb(payload),)


def test_half_a_second_before_the_epoch_is_a_negative_number() -> None:
    assert encoding.microseconds(datetime(1999, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -500_000
    assert encoding.microseconds(datetime(2000, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {"t": 36.6}},
        {"payload": {"t": [float("nan")]}},
        {"payload": {"t": "a\x00"}},
        {"payload": {"\x00": 1}},
        {"payload": {"t": "\ud800"}},
        {"payload": {"\udfff": 1}},
        {"payload": {1: "number as key"}},
        {"payload": {"t": {1, 2}}},
        {"payload": {"t": 10**1000}},
        {"payload": {"t": uuid.UUID(int=1)}},
        {"kind": "a\x00b"},
        {"post": "\ud800"},
        {"version": 2**31},
        {"corrects": 2**63},
        {"occurred_at": datetime(2021, 11, 16)},
    ],
)
def test_what_the_ledger_does_not_take_is_refused_before_it_is_sent(changes: dict[str, Any]) -> None:
    with pytest.raises(NotEncodable):
        encoding.row(draft(**changes), 1, bytes(32))


def test_a_payload_nested_without_end_is_refused() -> None:
    nested: dict[str, Any] = {}
    nested["inner"] = nested
    with pytest.raises(NotEncodable):
        encoding.jsonb(nested)


def test_the_literal_text_of_an_escaped_nul_is_no_nul() -> None:
    assert encoding.jsonb({"t": "\\u0000"}) == r'{"t": "\\u0000"}'


def test_the_code_depends_on_number_and_key() -> None:
    key, other = bytes(32), bytes(31) + b"\x01"
    one = encoding.row(draft(), 1, key)
    assert encoding.row(draft(), 1, key) == one
    assert encoding.row(draft(), 2, key)[-32:] != one[-32:]
    assert encoding.row(draft(), 1, other)[-32:] != one[-32:]


def test_null_and_empty_text_differ() -> None:
    assert encoding.body(draft(from_state=None), 1) != encoding.body(draft(from_state=""), 1)


def test_a_row_taken_apart_gives_its_fields() -> None:
    data = encoding.body(draft(from_state=None, to_state="", sealed=b"\x00\x01"), 7)
    found = dict(zip(encoding.COLUMNS, encoding.fields(data), strict=False))
    assert found["id"] == (7).to_bytes(8, "big")
    assert (found["from_state"], found["to_state"], found["sealed"]) == (None, b"", b"\x00\x01")


@pytest.mark.django_db
def test_numbers_set_aside_are_never_given_twice() -> None:
    first, second = append.allocate(3), append.allocate(2)
    assert list(first) == sorted(first) and not set(first) & set(second)
    assert list(append.allocate(0)) == []


@pytest.mark.django_db
def test_an_insert_can_be_part_of_a_larger_statement() -> None:
    [number] = append.allocate(1)
    sql, parameters = append.insert_statement(draft(payload={"n": 1}), number)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH written AS ({sql} RETURNING id) SELECT id FROM written", parameters)
        assert cursor.fetchone() == (number,)
    assert as_sent([number]) == [encoding.row(draft(payload={"n": 1}), number, mac_key())]
