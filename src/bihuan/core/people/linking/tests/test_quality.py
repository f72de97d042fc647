"""How well linking does on an invented town whose truth is known: precision and recall over pairs of rows.

Seeds are many and none was tuned on; the rates of mistakes differ by seed and are several times those of real lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path

import pytest

from bihuan.core.access.tests.errands import COUNTY
from bihuan.core.people.linking import Said, link, model, training
from bihuan.core.people.linking.records import Records
from bihuan.core.people.linking.tests import invented
from bihuan.core.people.linking.tests.conftest import weighed

PEOPLE = 1500


def _pairs(labels: Sequence[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(labels).values())


def precision_and_recall(found: Sequence[Hashable], truth: Sequence[Hashable]) -> tuple[float, float]:
    """Return which share of the pairs found is right, and which share of the right pairs is found."""
    right = _pairs(list(zip(found, truth, strict=True)))
    return right / max(1, _pairs(found)), right / max(1, _pairs(truth))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [101, 102, 103])
def test_an_invented_town_is_linked_precisely(seed: int) -> None:
    pushed = invented.pushes(invented.town(PEOPLE, seed), seed)
    linking = link(pushed.said, COUNTY)
    found = [linking.clusters.root(record) for record in linking.records.of_row]
    precision, recall = precision_and_recall(found, pushed.truth)
    assert precision >= 0.999
    assert recall >= 0.98


@pytest.mark.django_db
def test_lists_that_come_one_after_the_other_are_linked_as_well_as_all_at_once() -> None:
    pushed = invented.pushes(invented.town(600, 7), 7)
    people: list[Hashable] = []
    for start in range(0, len(pushed.said), 400):
        part = pushed.said[start : start + 400]
        people += link(part, COUNTY).take_up(range(len(part)))
    precision, recall = precision_and_recall(people, pushed.truth)
    assert precision >= 0.999
    assert recall >= 0.98


@pytest.mark.django_db
def test_the_model_is_trained_on_the_first_large_list_and_holds_no_value_of_anybody(
    model_of_its_own: Path,
) -> None:
    pushed = invented.pushes(invented.town(PEOPLE, 9), 9)
    link(pushed.said, COUNTY)
    kept = model_of_its_own.read_text(encoding="utf-8")
    note = model.load(model_of_its_own).content["trained"]
    assert note["rows"] == len(pushed.said) and note["pairs"] > 1000
    assert weighed(model_of_its_own) != weighed(model.SHIPPED)
    for row in pushed.said:
        assert not any(len(text) > 1 and text in kept for text in (row.identifier, row.phone, row.address))
    link(pushed.said[:500], COUNTY)
    assert model_of_its_own.read_text(encoding="utf-8") == kept


def test_training_learns_what_the_lists_show() -> None:
    """Where every second telephone is wrong, a telephone that differs comes to weigh less against a person."""
    people = invented.town(600, 11)
    rows = [
        Said(one.name, one.identifier, phone, "")
        for n, one in enumerate(people)
        for phone in (one.phone, one.phone if n % 2 else f"177{n:08d}")
    ]
    records = Records()
    records.read(rows)
    start = model.load(model.SHIPPED)
    found = training.train(
        [training.rows_of(records, 10_000)], start, people=[training.people_of(records, 10_000)]
    )
    assert _m(found, "phone", "different") > 3 * _m(start, "phone", "different")
    assert _m(found, "name", "same") > _m(start, "name", "same")


def _m(chosen: model.Model, comparison: str, level: str) -> float:
    return next(
        one["m_probability"]
        for found in chosen.content["settings"]["comparisons"]
        if found["output_column_name"] == comparison
        for one in found["comparison_levels"]
        if one["label_for_charts"] == level
    )
