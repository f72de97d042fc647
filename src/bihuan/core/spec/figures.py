"""Figures: a declared question to the ledger, whose value is by construction the number of its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.core.spec.text import Text


@dataclass(frozen=True, slots=True)
class Rows:
    """The records behind a figure, as one SELECT over the ledger.

    `sql` reads `%(cutoff)s` (happened before), `%(known_at)s` (recorded up to) and the `parameters`; it selects
    from `known` (a view-like CTE the evaluator puts in front: entries recorded up to known-at, not corrected
    by then, that occurred before the cut-off) and yields at least `entry_id`, one row a record.
    `amount`: the column that is summed; without it rows are counted.
    """

    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: key (`quarantine.sites`), labels, unit, its records, and how it reads in the report.

    `means` is the definition in words; `version` grows when the definition changes. `part_of` names the figure
    whose value the parts must add up to.
    """

    key: str
    zh: str
    en: str
    unit: Text
    means: Text
    rows: Rows
    says: Text
    version: int = 1
    part_of: str | None = None
    order: int = 100
