"""What is asked of the ledger, in PostgreSQL's words: figures at a moment as one question, whoever answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from bihuan.core.spec.figures import Figure

KNOWN = """corrected AS MATERIALIZED (
  SELECT c.corrects FROM ledger_entry c WHERE c.corrects IS NOT NULL AND c.recorded_at <= %(known_at)s
), known AS NOT MATERIALIZED (
  SELECT e.* FROM ledger_entry e
   WHERE e.occurred_at < %(cutoff)s AND e.recorded_at <= %(known_at)s AND e.jurisdiction = %(jurisdiction)s
     AND e.id NOT IN (SELECT corrects FROM corrected)
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

    def parameters(self) -> dict[str, Any]:
        """Return what every question binds."""
        return {"cutoff": self.cutoff, "known_at": self.known_at, "jurisdiction": self.jurisdiction}


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT with what it binds. `moment` differs from time to time, `constants` are the declarations' own.

    `copies`: what stands for a table where there is no such table (`Rows.copies`).
    """

    sql: str
    moment: Mapping[str, Any]
    constants: Mapping[str, Any] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer and the names of their columns."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def values_question(asked: Sequence[Figure], moment: Moment) -> Question:
    """Return the question for the values of these figures: one row, a column for each, in their order."""
    constants: dict[str, Any] = {}
    columns = []
    for position, figure in enumerate(asked):
        text = _number(figure)
        for name, given in figure.rows.parameters.items():
            text = text.replace(f"%({name})s", f"%({name}_{position})s")
            constants[f"{name}_{position}"] = given
        columns.append(f"{text} AS figure_{position}")
    return _question(asked, f"SELECT {', '.join(columns)}", moment.parameters(), constants)


def in_groups(asked: Sequence[Figure]) -> list[list[Figure]]:
    """Return the figures that begin with the same CTE together: what they share is worked out once, and an engine plans

    several small questions sooner than one large one.
    """
    groups: dict[str, list[Figure]] = {}
    for figure in asked:
        groups.setdefault(next(iter(figure.rows.given), ""), []).append(figure)
    return list(groups.values())


def rows_question(figure: Figure, moment: Moment, limit: int | None = None, offset: int = 0) -> Question:
    """Return the question for the records of a figure, in the order of the ledger.

    Several records may rest on one entry (items due, on the admission); then all they show decides, so that every
    page of them is the same whenever it is asked for.
    """
    parameters = {**moment.parameters(), "passed_over": offset}
    cut = "OFFSET %(passed_over)s"
    if limit is not None:
        parameters["at_most"] = limit
        cut = "LIMIT %(at_most)s OFFSET %(passed_over)s"
    select = f"SELECT * FROM ({figure.rows.sql}) r ORDER BY entry_id, r {cut}"  # noqa: S608
    return _question([figure], select, parameters, figure.rows.parameters)


def identities_question(figure: Figure, moment: Moment) -> Question:
    """Return the question for every record of a figure with all it shows as one text, to tell two moments apart."""
    select = f"SELECT entry_id, r::text AS shown FROM ({figure.rows.sql}) r"  # noqa: S608
    return _question([figure], select, moment.parameters(), figure.rows.parameters)


def _question(
    asked: Sequence[Figure], select: str, moment: Mapping[str, Any], constants: Mapping[str, Any]
) -> Question:
    """Return the SELECT after all CTEs these figures need; what several need is worked out once."""
    given = dict.fromkeys(cte for figure in asked for cte in figure.rows.given)
    copies = {name: text for figure in asked for name, text in figure.rows.copies.items()}
    return Question(f"WITH {', '.join((KNOWN, *given))} {select}", moment, constants, copies)


def _number(figure: Figure) -> str:
    rows = figure.rows
    if rows.count is not None:
        return f"({rows.count})"
    if rows.amount is not None:
        return f"(SELECT coalesce(sum({rows.amount}), 0) FROM ({rows.sql}) r)"  # noqa: S608
    return f"(SELECT count(*) FROM ({rows.sql}) r)"  # noqa: S608
