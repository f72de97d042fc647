"""Figures: a declared question to the ledger, whose value is by construction the number of its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.core.spec.text import Text


@dataclass(frozen=True, slots=True)
class Rows:
    """The records behind a figure, as one SELECT over the ledger.

    `sql` selects from `known` (the entries that occurred before `%(cutoff)s`, were recorded up to `%(known_at)s`
    and not corrected by then) and yields at least `entry_id`, one row a record; every other column is shown
    when the figure is opened. `given` are CTEs it needs besides, in order.
    `amount`: the column that is summed; without it rows are counted.
    `count`: the same number by a shorter way, where counting the rows one by one would take too long; a test
    holds the two together. `copies`: tables that only repeat entries in a narrower form, each with the SELECT over
    `known` that it repeats, for engines that have the ledger alone.
    Written in PostgreSQL's words; `core/figures/portable.py` says the same to DuckDB and Spark.
    """

    sql: str
    given: tuple[str, ...] = ()
    amount: str | None = None
    count: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: key (`quarantine.sites`), labels, unit and its records; `ReportSentence` says it in the report.

    `means` is the definition in words; `version` grows when the definition changes. `part_of` names the figure
    whose value the parts must add up to. `order` is its place in lists.
    """

    key: str
    zh: str
    en: str
    unit: Text
    means: Text
    rows: Rows
    version: int = 1
    part_of: str | None = None
    order: int = 100

    @property
    def label(self) -> Text:
        """Return the name in both languages."""
        return Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class ReportSentence:
    """A sentence of the situation report: `{quarantine.sites}` stands for a figure, by key.

    `section` is the part of the report it belongs to; sections stand in the order of their first sentence.
    Sentences of the same `paragraph` follow each other.
    """

    section: Text
    says: Text
    order: int
    paragraph: int = 0
