"""Checking: from recognised tables to typed rows, problems and counts.

`take_in` is the whole way for files and folders; `check` is one register's part of it. Both are pure: they
read files and return values, and whoever calls them stores what they return.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from bihuan.core.intake import kinds
from bihuan.core.intake.dates import Period, period_in
from bihuan.core.intake.header import HeaderMatch, Synonyms, Vocabulary, explain_header, locate_header
from bihuan.core.intake.lines import is_furniture
from bihuan.core.intake.problems import NO_ROWS, Column, Counts, Policy, Problem, UnreadableError, result
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
from bihuan.core.intake.safety import MAX_ROWS
from bihuan.core.intake.text import BrokenCell, Cell
from bihuan.core.intake.workbook import Table, read_folder

R = TypeVar("R")


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
) -> Intake:
    """Read files and folders and check every table that one of the registers recognises, in the registers'
    order.

    `known` are rows accepted earlier, by register key; `period` resolves dates (else the tables' own
    titles do, the first register's first, else today); `confirmed` are headings a county has confirmed, by
    register key.
    """
    found, said = survey(paths, registers, confirmed or {})
    titles = [title for register in registers for item in found[register.key] for title in item.titles]
    context = Context(period or period_in(titles) or Period.ending(date.today()), dict(known or {}))
    checked: dict[str, Checked[Any]] = {}
    counts = Counts()
    for register in registers:
        outcome = check(register, found[register.key], context)
        checked[register.key] = outcome
        context = context.with_rows(register.key, outcome.rows)
        if register.counted:
            counts += outcome.counts
    return Intake(context.period, checked, tuple(said), {k: tuple(v) for k, v in found.items()}, counts)


def survey(
    paths: Iterable[Path | str],
    registers: Sequence[Register[Any]],
    confirmed: Mapping[str, Synonyms],
) -> tuple[dict[str, list[Recognised]], list[Problem]]:
    """Read the files and recognise their tables; what no register recognises is left untouched and noted."""
    vocabularies = {register.key: register.vocabulary(confirmed.get(register.key)) for register in registers}
    found: dict[str, list[Recognised]] = {register.key: [] for register in registers}
    said: list[Problem] = []
    total = 0
    for item in read_folder(paths):
        if isinstance(item, Problem):
            said.append(item)
            continue
        best = recognise(item, registers, vocabularies)
        if best is None:
            said.append(Problem(kinds.NOT_RECOGNISED, item.source()))
            continue
        register, header = best
        try:
            rows = len(item.rows()) - header.last_row
        except UnreadableError as error:
            said.append(Problem(error.kind, item.source(), params=error.params))
            continue
        said.extend(_about(item, register, header, rows))
        if total + rows > MAX_ROWS:
            reason = f"合计 > {MAX_ROWS:,} 行 / rows in all"
            said.append(Problem(kinds.TOO_LARGE, item.source(), params={"reason": reason}))
        elif not header.missing:
            total += rows
            found[register.key].append(Recognised(item, header))
    return found, said


def recognise(
    table: Table, registers: Sequence[Register[Any]], vocabularies: Mapping[str, Vocabulary]
) -> tuple[Register[Any], HeaderMatch] | None:
    """The register that a table's heading fits best, or None."""
    best: tuple[Register[Any], HeaderMatch] | None = None
    for register in registers:
        header = locate_header(table, vocabularies[register.key])
        if header is None or len(header.matched) < register.recognised_from:
            continue
        if len(header.matched & register.distinctive) < 2:
            continue
        if best is None or len(header.columns) > len(best[1].columns):
            best = register, header
    if best is None:
        return None
    register, header = best
    return register, explain_header(header, vocabularies[register.key], register.required_columns)


def check(register: Register[R], tables: Sequence[Recognised], context: Context) -> Checked[R]:
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


def _about(table: Table, register: Register[Any], header: HeaderMatch, rows: int) -> Iterable[Problem]:
    """What is said about a recognised table: hidden, a missing column, headings nobody knows."""
    if table.hidden:
        yield Problem(kinds.HIDDEN_SHEET, table.source())
    hints = {
        unknown.column.heading: suggestion
        for unknown in header.unknown
        for suggestion in unknown.suggestions[:1]
    }
    for key in header.missing:
        item = register.field_named(key)
        hint = "、".join(heading for heading, suggestion in hints.items() if suggestion.field == key)
        yield Problem(
            kinds.MISSING_COLUMN,
            table.source(),
            params={
                "register": register.zh,
                "field": item.zh if item else key,
                "rows": str(max(rows, 0)),
                "hint": f"可能是“{hint}”。" if hint else "",
            },
        )
    for unknown in header.unknown:
        yield _unknown(table, unknown.column, register, hints)


def _unknown(table: Table, column: Column, register: Register[Any], hints: Mapping[str, Any]) -> Problem:
    suggestion = hints.get(column.heading)
    item = register.field_named(suggestion.field) if suggestion else None
    hint = f"可能是“{item.zh}”(把握 {suggestion.confidence:.0%}),请确认。" if item and suggestion else ""
    params = {"heading": column.heading[:20], "hint": hint}
    return Problem(kinds.UNKNOWN_HEADING, table.source(), column, params)
