"""The linking job: pairs of records that blocking brings together, with their match weights. Splink does the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bihuan.core.people.linking.engines import engine
from bihuan.core.people.linking.model import Model


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and how they compare. `levels`: comparison → how well they agree in it."""

    left: int
    right: int
    weight: float
    levels: dict[str, str]


def score(tables: list[pa.Table], model: Model, known: int, door: Any = None) -> list[Pair]:
    """Return the pairs that weigh at least as much as the model's lower line, the heaviest first.

    `known`: among how many people the records may be. Of pairs that weigh the same the one of the earlier records is
    first, so that the order is the same on every engine. `door`: where to run; by default as the settings say.
    """
    if any(table.num_rows == 0 for table in tables):
        return []
    if door is None:
        with engine() as door_of_settings:
            return score(tables, model, known, door_of_settings)
    from splink import Linker

    inputs = [door.register(table, dataset_display_name=f"records_{at}") for at, table in enumerate(tables)]
    linker = Linker(inputs, model.splink_settings(known), log_level=None)
    weighed: Any = linker.inference.predict(
        threshold_match_weight=model.decide.pending,
        num_chunks_left=1,
        num_chunks_right=1,
        warning_mode="never",
    )
    return _pairs(weighed.as_pyarrow_table(), model)


def _pairs(table: pa.Table, model: Model) -> list[Pair]:
    unique = model.content["settings"]["unique_id_column_name"]
    names = model.levels
    columns = [table.column(f"gamma_{name}").to_pylist() for name in names]
    found = [
        Pair(
            left,
            right,
            weight,
            {name: names[name][level] for name, level in zip(names, levels, strict=True)},
        )
        for left, right, weight, *levels in zip(
            table.column(f"{unique}_l").to_pylist(),
            table.column(f"{unique}_r").to_pylist(),
            table.column("match_weight").to_pylist(),
            *columns,
            strict=True,
        )
    ]
    return sorted(found, key=lambda pair: (-round(pair.weight, 6), pair.left, pair.right))
