"""Sealed values open for the same person, purpose and field, and for nothing else."""

from __future__ import annotations

import pytest
import uuid_utils.compat as uuid
from hypothesis import given
from hypothesis import strategies as st

from bihuan.core.people import sealing
from bihuan.core.people.sealing import ErasedError, TamperedError, open_sealed, seal
from bihuan.core.people.vault import vault

WORDS = st.sampled_from('咳嗽37.3 °C"\\\0\n😀é')
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(WORDS, max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(WORDS, max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PERSON = uuid.uuid7()


@given(st.dictionaries(st.sampled_from(["体温", "symptoms", "words"]), values))
def test_what_was_sealed_comes_back(mapping: dict[str, object]) -> None:
    assert open_sealed(PERSON, "quarantine", seal(PERSON, "quarantine", mapping)) == mapping


def test_the_same_words_are_never_sealed_alike() -> None:
    assert seal(PERSON, "quarantine", {"a": "咳嗽"}) != seal(PERSON, "quarantine", {"a": "咳嗽"})


def test_a_value_moved_to_another_person_does_not_open() -> None:
    other = uuid.uuid7()
    vault().keys([(other, "quarantine")])
    with pytest.raises(TamperedError):
        open_sealed(other, "quarantine", seal(PERSON, "quarantine", {"a": 1}))


def test_a_field_moved_to_another_column_does_not_open() -> None:
    box = sealing.seal_texts([(PERSON, "name", "张三")])[0]
    with pytest.raises(TamperedError):
        sealing.open_texts([(PERSON, "address", box)])


def test_a_value_of_another_purpose_does_not_open() -> None:
    vault().keys([(PERSON, "identity")])
    with pytest.raises(TamperedError):
        open_sealed(PERSON, "identity", seal(PERSON, "quarantine", {"a": 1}))


@pytest.mark.parametrize("at", [0, 2, 5, 20, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    box = bytearray(seal(PERSON, "quarantine", {"a": 1}))
    box[at] ^= 1
    with pytest.raises(TamperedError):
        open_sealed(PERSON, "quarantine", bytes(box))


def test_what_was_sealed_before_the_key_was_destroyed_stays_closed_although_there_is_a_new_key() -> None:
    person = uuid.uuid7()
    before = seal(person, "quarantine", {"a": 1})
    vault().destroy([(person, "quarantine")])
    with pytest.raises(ErasedError):
        open_sealed(person, "quarantine", before)
    after = seal(person, "quarantine", {"a": 2})
    assert sealing.open_many([(person, "quarantine", before), (person, "quarantine", after)]) == [
        None,
        {"a": 2},
    ]


def test_many_are_opened_in_their_order_whoever_they_belong_to() -> None:
    people = [uuid.uuid7() for _ in range(3)]
    items = [(people[i % 3], "quarantine" if i % 2 else "filing", {"n": i}) for i in range(20)]
    boxes = sealing.seal_many(items)
    opened = sealing.open_many([(p, q, box) for (p, q, _), box in zip(items, boxes, strict=True)])
    assert opened == [mapping for _, _, mapping in items]
