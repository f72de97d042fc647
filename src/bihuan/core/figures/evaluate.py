"""Asks the ledger: the value of a figure at a cut-off, as known at a time, and the records behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.matters.registry import figures
from bihuan.core.spec.figures import Figure

KNOWN = """known AS NOT MATERIALIZED (
  SELECT e.* FROM ledger_entry e
   WHERE e.occurred_at < %(cutoff)s AND e.recorded_at <= %(known_at)s AND e.jurisdiction = %(jurisdiction)s
     AND e.id NOT IN (SELECT c.corrects FROM ledger_entry c
                       WHERE c.corrects IS NOT NULL AND c.recorded_at <= %(known_at)s)
)"""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a figure is asked for: what had happened before `cutoff`, as it was known at `known_at`."""

    cutoff: datetime
    known_at: datetime
    jurisdiction: str

    @classmethod
    def of(cls, cutoff: datetime, jurisdiction: str, known_at: datetime | None = None) -> Moment:
        """Return the moment; known now, unless said otherwise."""
        return cls(cutoff, known_at or timezone.now(), jurisdiction)

    def parameters(self, figure: Figure) -> dict[str, Any]:
        """Return the parameters of the figure's query."""
        return {
            **figure.rows.parameters,
            "cutoff": self.cutoff,
            "known_at": self.known_at,
            "jurisdiction": self.jurisdiction,
        }


def _with(asked: Sequence[Figure], query: str) -> str:
    """Return the query after all CTEs these figures need; what several need is worked out once."""
    given = dict.fromkeys(cte for figure in asked for cte in figure.rows.given)
    return f"WITH {', '.join((KNOWN, *given))} {query}"


def _number(figure: Figure) -> str:
    rows = figure.rows
    if rows.count is not None:
        return f"({rows.count})"
    if rows.amount is not None:
        return f"(SELECT coalesce(sum({rows.amount}), 0) FROM ({rows.sql}) r)"  # noqa: S608
    return f"(SELECT count(*) FROM ({rows.sql}) r)"  # noqa: S608


def value(figure: Figure, moment: Moment) -> int:
    """Return the figure's value: the number (or sum) of its records."""
    return _values([figure], moment)[figure.key]


def _values(asked: Sequence[Figure], moment: Moment) -> dict[str, int]:
    """Return the values of these figures, in one query."""
    if not asked:
        return {}
    parameters: dict[str, Any] = {}
    columns = []
    for position, figure in enumerate(asked):
        text = _number(figure)
        for name, given in figure.rows.parameters.items():
            text = text.replace(f"%({name})s", f"%({name}_{position})s")
            parameters[f"{name}_{position}"] = given
        columns.append(text)
    with _asking() as cursor:
        query = _with(asked, f"SELECT {', '.join(columns)}")
        cursor.execute(query, {**moment.parameters(asked[0]), **parameters})
        row = cursor.fetchone()
    assert row is not None
    return {figure.key: int(number) for figure, number in zip(asked, row, strict=True)}


@contextmanager
def _asking() -> Iterator[Any]:
    """Give a cursor that joins whole sets: the planner cannot know how many rows a moment leaves, and a nested

    loop over a misjudged set takes minutes where a hash join takes a moment. The corrections of a ledger must fit
    in memory for the same reason, also on a server whose operator set little.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield cursor
        cursor.execute("RESET enable_nestloop; RESET work_mem")


def values(moment: Moment, keys: Iterable[str] | None = None) -> dict[str, int]:
    """Return all figures (or these) at a moment; one query, so one snapshot: they agree with each other."""
    asked = figures().values() if keys is None else [figures()[key] for key in keys]
    return _values(list(asked), moment)


def records(
    figure: Figure, moment: Moment, limit: int | None = None, offset: int = 0
) -> list[dict[str, Any]]:
    """Return the records behind a figure, in ledger order: `entry_id` and what the figure shows beside it."""
    query = f"SELECT * FROM ({figure.rows.sql}) r ORDER BY entry_id LIMIT %(limit)s OFFSET %(offset)s"  # noqa: S608
    parameters = {**moment.parameters(figure), "limit": limit, "offset": offset}
    with _asking() as cursor:
        cursor.execute(_with([figure], query), parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
    query = f"SELECT entry_id, r::text FROM ({figure.rows.sql}) r"  # noqa: S608
    with _asking() as cursor:
        cursor.execute(_with([figure], query), moment.parameters(figure))
        return {(entry, text): int(entry) for entry, text in cursor.fetchall()}
