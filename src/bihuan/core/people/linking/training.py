"""Training: what agreement is worth on the county's own lists, found by expectation maximisation on rows themselves.

m (how often one person's records agree so) is learned where the data say who is one person: from rows that share an
identifier to trust, and for the identifier from rows that share name and telephone. u (how often two people's agree so)
comes from random pairs. A list is never large enough for the rarest agreements: each number found is averaged with the
shipped one, which counts as `worth` pairs. The model kept holds probabilities, no value of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pyarrow as pa
from django.utils import timezone

from bihuan.core.people.linking import model as models
from bihuan.core.people.linking.engines import engine
from bihuan.core.people.linking.model import Model
from bihuan.core.people.linking.records import Records

ENOUGH = 2000
"""Rows that a first training needs; with fewer, the shipped model is better."""
OUTGROWN = 4
"""A model is trained anew on lists that have so many times the rows it was trained on."""


def county_model_for(records: Records) -> Model:
    """Return the county's own model, trained on these rows where it has none yet or has outgrown it, and kept."""
    current = models.county_model()
    rows = len(records.of_row)
    trained_on = current.content.get("trained", {}).get("rows", 0)
    if rows < max(ENOUGH, OUTGROWN * trained_on):
        return current
    limit = int(current.content["training"]["records"])
    if trained_on >= limit:
        return current
    found = train([rows_of(records, limit)], models.load(models.SHIPPED), people=[people_of(records, limit)])
    models.keep(found)
    return found


def rows_of(records: Records, limit: int) -> pa.Table:
    """Return the first rows as they came: what is repeated in the lists is repeated here."""
    return _numbered(records.table(), records.of_row[:limit])


def people_of(records: Records, limit: int) -> pa.Table:
    """Return one record of each identifier to trust: any two of them are two people."""
    of_people: dict[str, int] = {}
    for record in records.of_row[:limit]:
        if records.trusted[record]:
            of_people.setdefault(records.identifier[record], record)
    return _numbered(records.table(), list(of_people.values()))


def _numbered(table: pa.Table, chosen: list[int]) -> pa.Table:
    at = table.schema.get_field_index("record")
    return table.take(pa.array(chosen)).set_column(at, "record", pa.array(range(len(chosen))))


def train(
    tables: list[pa.Table], start: Model, door: Any = None, people: list[pa.Table] | None = None
) -> Model:
    """Return a model with the probabilities that these records show; `start` says how, and counts where they show little.

    `people`: records of which any two are two people's, for u; by default all records, of which most pairs are.
    """
    if door is None:
        with engine() as door_of_settings:
            return train(tables, start, door_of_settings, people)
    told_apart = _with_u(people or tables, start, door)
    found, pairs = _with_m(tables, told_apart, start, door)
    note = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "rows": sum(table.num_rows for table in tables),
        "pairs": pairs,
    }
    return start.trained(found, note)


def _with_u(tables: list[pa.Table], start: Model, door: Any) -> Model:
    """Return the model with u as random pairs show it."""
    plan = start.content["training"]
    _, linker = _linker(tables, start, door, "people")
    linker.training.estimate_u_using_random_sampling(
        max_pairs=plan["random_pairs"], seed=plan["seed"], min_count_per_level=None, num_chunks=1
    )
    estimated = linker.misc.save_model_to_json()["comparisons"]
    comparisons = deepcopy(start.content["settings"]["comparisons"])
    for comparison, levels in _side_by_side(comparisons, estimated):
        if comparison["output_column_name"] not in plan["keep_u"]:
            _average(levels, "u_probability", plan["random_pairs"], plan["worth"]["u"])
    return start.trained(comparisons, {})


def _with_m(
    tables: list[pa.Table], model: Model, start: Model, door: Any
) -> tuple[list[dict[str, Any]], int]:
    """Return comparisons with m as pairs of one person's records show it, and on how many pairs."""
    from splink.blocking_analysis import count_comparisons_from_blocking_rules

    plan, settings = start.content["training"], start.content["settings"]
    inputs, linker = _linker(tables, model, door, "rows")
    pairs = 0
    for rule in plan["steps"]:
        [counted] = count_comparisons_from_blocking_rules(
            inputs,
            blocking_rules=[rule],
            link_type=settings["link_type"],
            unique_id_column_name=settings["unique_id_column_name"],
            record_sample_proportion=1.0,
        )
        if counted["marginal_comparison_count"]:
            pairs += int(counted["marginal_comparison_count"])
            # the share of matches stays what the rule's own agreements say: free, it runs to 1 where all pairs match
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, fix_probability_two_random_records_match=True
            )
    estimated = linker.misc.save_model_to_json()["comparisons"]
    comparisons = deepcopy(model.content["settings"]["comparisons"])
    for _, levels in _side_by_side(comparisons, estimated):
        _average(levels, "m_probability", pairs, plan["worth"]["m"])
    return comparisons, pairs


def _linker(tables: list[pa.Table], model: Model, door: Any, name: str) -> tuple[list[Any], Any]:
    from splink import Linker

    inputs = [door.register(table, dataset_display_name=f"{name}_{at}") for at, table in enumerate(tables)]
    return inputs, Linker(inputs, model.splink_settings(tables[0].num_rows), log_level=None)


Levels = list[tuple[dict[str, Any], dict[str, Any]]]


def _side_by_side(
    comparisons: list[dict[str, Any]], estimated: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Levels]]:
    """Yield each comparison with its levels as known and as found, without the one for what is missing."""
    for comparison, found in zip(comparisons, estimated, strict=True):
        levels = zip(comparison["comparison_levels"], found["comparison_levels"], strict=True)
        yield comparison, [(own, new) for own, new in levels if not own.get("is_null_level")]


def _average(levels: Levels, which: str, pairs: float, worth: float) -> None:
    """Average what was found on so many pairs with what was known; what was not found at all counts as 0 times."""
    found = [0.0 if new.get(which) in (None, own[which]) else float(new[which]) for own, new in levels]
    total = sum(found)
    if not total:
        return
    for (own, _), value in zip(levels, found, strict=True):
        own[which] = (value / total * pairs + own[which] * worth) / (pairs + worth)
