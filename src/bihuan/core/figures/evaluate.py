"""Asks the ledger: the value of a figure at a cut-off, as known at a time, and the records behind it.

Where the ledger is large, its mirror is asked (`mirror/`), else the ledger's own table; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.core.figures import postgres
from bihuan.core.figures.asking import (
    KNOWN,
    Answer,
    Moment,
    Question,
    identities_question,
    in_groups,
    rows_question,
    values_question,
)
from bihuan.core.figures.mirror import manifest
from bihuan.core.matters.registry import figures
from bihuan.core.spec.figures import Figure

PAGE_CHECKED = 10_000  # records looked up in the ledger: no page and no answer of the API is longer
__all__ = ["KNOWN", "Change", "Moment", "compare", "records", "value", "values"]


def _mirror(questions: Sequence[Question]) -> list[Answer] | None:
    """Ask the mirror, where it is there, this ledger's and large enough to pay."""
    if not (manifest.folder() / manifest.NAME).exists():
        return None
    # late: DuckDB, Arrow and what they bring take two seconds to load
    from bihuan.core.figures.mirror import engine

    return engine.ask(questions)


def value(figure: Figure, moment: Moment) -> int:
    """Return the figure's value: the number (or sum) of its records."""
    return _values([figure], moment)[figure.key]


def values(moment: Moment, keys: Iterable[str] | None = None) -> dict[str, int]:
    """Return all figures (or these) at a moment; of one snapshot, so they agree with each other."""
    asked = figures().values() if keys is None else [figures()[key] for key in keys]
    return _values(list(asked), moment)


def _values(asked: Sequence[Figure], moment: Moment) -> dict[str, int]:
    if not asked:
        return {}
    groups = in_groups(asked)
    answers = _mirror([values_question(group, moment) for group in groups])
    if answers is None:
        groups, answers = [list(asked)], [postgres.ask(values_question(asked, moment))]
    found: dict[str, int] = {}
    for group, answer in zip(groups, answers, strict=True):
        (row,) = answer.rows
        found |= {figure.key: int(number) for figure, number in zip(group, row, strict=True)}
    return {figure.key: found[figure.key] for figure in asked}


def records(
    figure: Figure, moment: Moment, limit: int | None = None, offset: int = 0
) -> list[dict[str, Any]]:
    """Return the records behind a figure, in ledger order: `entry_id` and what the figure shows beside it.

    The mirror only says which they are: a page that names an entry the ledger has not is asked of the ledger again.
    """
    question = rows_question(figure, moment, limit, offset)
    answer = _page_of_mirror(question) or postgres.ask(question)
    return [dict(zip(answer.names, row, strict=True)) for row in answer.rows]


def _page_of_mirror(question: Question) -> Answer | None:
    found = _mirror([question])
    if found is None:
        return None
    entry_id = found[0].names.index("entry_id")
    ids = {row[entry_id] for row in found[0].rows[:PAGE_CHECKED]}
    return found[0] if postgres.has_entries(ids) else None


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
