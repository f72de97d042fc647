"""Checking: from recognised tables to typed rows, problems and counts.

`take_in` is the whole way for files and folders; `check` is one register's part of it. Both are pure: they
read files and return values, and whoever calls them stores what they return.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from bihuan.core.intake import kinds
from bihuan.core.intake.dates import Period, period_in, period_of
from bihuan.core.intake.header import Synonyms
from bihuan.core.intake.lines import is_furniture
from bihuan.core.intake.problems import NO_ROWS, Counts, Policy, Problem, UnreadableError, result
from bihuan.core.intake.recognising import survey
from bihuan.core.intake.register import (
    DATE,
    Context,
    Draft,
    Field,
    Judged,
    Recognised,
    Register,
    read_date,
)
from bihuan.core.intake.text import BrokenCell, Cell
from bihuan.core.intake.watching import NOBODY, Watch

R = TypeVar("R")

_ENOUGH_ROWS = 100  # of earlier intakes, to learn the year from


@dataclass(frozen=True)
class Checked(Generic[R]):
    """What came out of one register: accepted rows, every judged line, all problems, and the counts.

    `on_known` are the other sides of contradictions with rows accepted earlier; they belong to the rows of
    that earlier intake and are not part of this one's result.
    """

    rows: tuple[R, ...] = ()
    problems: tuple[Problem, ...] = ()
    counts: Counts = NO_ROWS
    judged: tuple[Judged[R], ...] = field(default=(), repr=False)
    on_known: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Intake:
    """What came out of the files: per register what was checked, and what was said about files and
    headings.
    """

    period: Period
    checked: Mapping[str, Checked[Any]]
    files: tuple[Problem, ...]
    recognised: Mapping[str, tuple[Recognised, ...]] = field(default_factory=dict, repr=False)
    counts: Counts = NO_ROWS
    to_confirm: tuple[tuple[str, Recognised], ...] = field(default=(), repr=False)
    """(register key, table) of tables not read because a required column's heading is unknown; the table's
    `header.unknown` suggests what its headings may mean."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of files and rows, notes left out."""
        rows = [problem for checked in self.checked.values() for problem in checked.problems]
        return tuple(problem for problem in (*self.files, *rows) if problem.policy is not Policy.NOTE)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was noticed about files and headings and needs no correction."""
        return tuple(problem for problem in self.files if problem.policy is Policy.NOTE)

    def result(self, lang: str = "zh-hans") -> dict[str, object]:
        """The import's result as JSON-ready values: `rows`, `errors`, `flags`."""
        return result(self.counts, self.problems, lang)


def take_in(
    paths: Iterable[Path | str],
    registers: Sequence[Register[Any]],
    *,
    known: Mapping[str, Sequence[Any]] | None = None,
    period: Period | None = None,
    confirmed: Mapping[str, Synonyms] | None = None,
    watch: Watch = NOBODY,
    without: Collection[Path] = (),
) -> Intake:
    """Read files and folders and check every table that one of the registers recognises, in the registers'
    order.

    `known` are rows accepted earlier, by register key; `period` resolves dates (else the tables' own
    titles do, the first register's first, else today); `confirmed` are headings a county has confirmed, by
    register key; `without` are files that are no register's.
    """
    surveyed = survey(paths, registers, confirmed or {}, watch, without)
    found = surveyed.found
    titles = [title for register in registers for item in found[register.key] for title in item.titles]
    period = (
        period or period_in(titles) or period_of(_dates(found, registers, known or {}), titles, date.today())
    )
    context = Context(period or Period.ending(date.today()), dict(known or {}))
    checked: dict[str, Checked[Any]] = {}
    counts = Counts()
    for register in registers:
        outcome = check(register, found[register.key], context, watch)
        checked[register.key] = outcome
        context = context.with_rows(register.key, outcome.rows)
        if register.counted:
            counts += outcome.counts
    recognised = {key: tuple(tables) for key, tables in found.items()}
    said, unread = tuple(surveyed.said), tuple(surveyed.to_confirm)
    return Intake(context.period, checked, said, recognised, counts, unread)


def check(
    register: Register[R], tables: Sequence[Recognised], context: Context, watch: Watch = NOBODY
) -> Checked[R]:
    """Read and check every line of the tables: cells, then rows, then contradictions.

    A line that repeats another one in every cell but its serial number is skipped before anything else; a
    line with a problem whose policy is `reject` is not accepted; contradictions are sought among accepted
    lines and the rows the context knows (and, for near-duplicates, rejected lines).
    """
    seen: dict[object, Draft] = {}
    skipped: list[Problem] = []
    judged: list[Judged[R]] = []
    for item in tables:
        facts = register.prepare(item, context)
        for draft in _drafts(register, item, facts):
            place = (register.same_place(draft, context), draft.fingerprint())
            if first := seen.get(place):
                skipped.append(Problem(kinds.EXACT_DUPLICATE, draft.source, others=(first.source,)))
                continue
            seen[place] = draft
            judged.append(_judge(register, draft, context))
            watch.judged(draft.table.file, judged[-1].accepted)
    own = [problem for line in judged for problem in line.draft.problems]
    sources = {line.draft.source for line in judged}
    crossed = [problem for find in register.cross_checks for problem in find(judged, context)]
    accepted = tuple(line.row for line in judged if line.accepted and line.row is not None)
    counts = Counts(len(judged) + len(skipped), len(accepted), len(skipped), len(judged) - len(accepted))
    return Checked(
        accepted,
        (*own, *(problem for problem in crossed if problem.source in sources), *skipped),
        counts,
        tuple(judged),
        tuple(problem for problem in crossed if problem.source not in sources),
    )


def _dates(
    found: Mapping[str, Sequence[Recognised]],
    registers: Sequence[Register[Any]],
    known: Mapping[str, Sequence[Any]],
) -> Iterator[Cell]:
    """The date cells of the tables' first lines; where there is none, the dates of rows accepted earlier."""
    for register in registers:
        keys = [item.key for item in register.fields if item.parse is DATE]
        for item in found[register.key]:
            columns = [column.index for key in keys if (column := item.header.columns.get(key))]
            for number, cells in item.table.head:
                if number > item.header.last_row:
                    yield from (cells[column] for column in columns if column < len(cells))
    for rows in known.values():
        for row in rows[-_ENOUGH_ROWS:]:
            yield from (value for value in _values(row) if isinstance(value, date))


def _values(row: object) -> Iterator[object]:
    return (getattr(row, item.name) for item in fields(row)) if is_dataclass(row) else iter(())


def _judge(register: Register[R], draft: Draft, context: Context) -> Judged[R]:
    for item in register.fields:
        if item.family:
            _read_family(draft, item, context)
        else:
            _read_field(draft, item, context)
    for row_check in register.row_checks:
        row_check(draft, context)
    if any(problem.policy is Policy.REJECT for problem in draft.problems):
        return Judged(draft, None, accepted=False)
    row = register.build(draft, context)
    draft.settle()
    return Judged(draft, row, accepted=True)


def _read_field(draft: Draft, item: Field, context: Context) -> None:
    cell = draft.cell(item.key)
    try:
        value = _parse(item, draft, cell, context)
    except UnreadableError as error:
        draft.report(error.kind, item.key, **error.params)
        return
    if value is None and item.required:
        draft.report(item.required, item.key)
    draft.values[item.key] = value


def _read_family(draft: Draft, item: Field, context: Context) -> None:
    values: dict[int, object] = {}
    for key in draft.header.columns:
        name, _, number = key.partition(":")
        if name == item.key and number:
            try:
                value = _parse(item, draft, draft.cell(key), context)
            except UnreadableError as error:
                draft.report(error.kind, key, **error.params)
                continue
            if value is not None:
                values[int(number)] = value
    draft.values[item.key] = values


def _parse(item: Field, draft: Draft, cell: Cell, context: Context) -> object:
    if isinstance(cell, BrokenCell):
        raise UnreadableError(kinds.BROKEN_CELL, value=cell.reason)
    if item.parse is DATE:
        return read_date(cell, context.period, draft.table)
    return item.parse(cell)


def _drafts(register: Register[Any], item: Recognised, facts: object) -> Iterable[Draft]:
    """The lines of a table that are rows of the register."""
    identifying = [field_.key for field_ in register.fields if field_.identifying]
    labels = {column.heading for column in item.header.headings if column.heading}
    for number, cells in item.table.rows():
        if number <= item.header.last_row:
            continue
        draft = Draft(item.table, item.header, number, cells, facts)
        if not is_furniture(draft, identifying, labels):
            yield draft
