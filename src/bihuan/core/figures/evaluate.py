"""Asks the ledger: the value of a figure at a cut-off, as known at a time, and the records behind it.

Where the ledger is large, its mirror is asked (`mirror/`), else the ledger's own table; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.core.figures import postgres
from bihuan.core.figures.asking import (
    KNOWN,
    Answer,
    Moment,
    Question,
    identities_question,
    rows_question,
    values_question,
)
from bihuan.core.matters.registry import figures
from bihuan.core.spec.figures import Figure

__all__ = ["KNOWN", "Change", "Moment", "compare", "records", "value", "values"]
Engine = Callable[[Question], Answer]


def ask(question: Question) -> Answer:
    """Answer from the mirror where it is there, this ledger's and large enough to pay, else from PostgreSQL."""
    from bihuan.core.figures.mirror import engine  # late: DuckDB and Arrow take a quarter of a second to load

    return engine.ask(question) or postgres.ask(question)


def value(figure: Figure, moment: Moment) -> int:
    """Return the figure's value: the number (or sum) of its records."""
    return values_of([figure], moment)[figure.key]


def values(moment: Moment, keys: Iterable[str] | None = None) -> dict[str, int]:
    """Return all figures (or these) at a moment; one query, so one snapshot: they agree with each other."""
    asked = figures().values() if keys is None else [figures()[key] for key in keys]
    return values_of(list(asked), moment)


def values_of(asked: Sequence[Figure], moment: Moment, by: Engine = ask) -> dict[str, int]:
    """Return the values of these figures, by whichever engine."""
    if not asked:
        return {}
    (row,) = by(values_question(asked, moment)).rows
    return {figure.key: int(number) for figure, number in zip(asked, row, strict=True)}


def records(
    figure: Figure, moment: Moment, limit: int | None = None, offset: int = 0, by: Engine = ask
) -> list[dict[str, Any]]:
    """Return the records behind a figure, in ledger order: `entry_id` and what the figure shows beside it."""
    answer = by(rows_question(figure, moment, limit, offset))
    return [dict(zip(answer.names, row, strict=True)) for row in answer.rows]


@dataclass(frozen=True, slots=True)
class Change:
    """How one figure differs between two moments, and which records came and went."""

    key: str
    before: int
    after: int
    came: tuple[int, ...]
    went: tuple[int, ...]


def compare(
    before: Moment, after: Moment, keys: Iterable[str] | None = None, limit: int = 200
) -> list[Change]:
    """Return what changed between two moments, for each figure whose value or records differ."""
    changes = []
    for key in figures() if keys is None else keys:
        figure = figures()[key]
        old, new = value(figure, before), value(figure, after)
        if old == new:
            continue
        old_rows, new_rows = _identities(figure, before), _identities(figure, after)
        came = tuple(sorted({e for k, e in new_rows.items() if k not in old_rows}))[:limit]
        went = tuple(sorted({e for k, e in old_rows.items() if k not in new_rows}))[:limit]
        changes.append(Change(key, old, new, came, went))
    return changes


def _identities(figure: Figure, moment: Moment) -> Mapping[tuple[Any, ...], int]:
    """Return every record by all it shows; always PostgreSQL's, so that the texts of two moments are of one spelling."""
    answer = postgres.ask(identities_question(figure, moment))
    return {(entry, text): int(entry) for entry, text in answer.rows}
