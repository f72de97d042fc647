"""Recognising: which register a table is, by its headings, and what is said about tables and headings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bihuan.core.intake import kinds
from bihuan.core.intake.header import (
    HeaderMatch,
    Suggestion,
    Synonyms,
    UnknownHeading,
    Vocabulary,
    explain_header,
    locate_header,
)
from bihuan.core.intake.problems import Problem, UnreadableError
from bihuan.core.intake.register import Recognised, Register
from bihuan.core.intake.safety import MAX_ROWS
from bihuan.core.intake.watching import NOBODY, Watch
from bihuan.core.intake.workbook import Table, read_folder


@dataclass(slots=True)
class Survey:
    """The tables of some files by register key, those whose headings must be confirmed, and what was said."""

    found: dict[str, list[Recognised]]
    said: list[Problem] = field(default_factory=list)
    to_confirm: list[tuple[str, Recognised]] = field(default_factory=list)
    rows: int = 0

    def take(self, register: Register[Any], item: Recognised) -> None:
        """Take up a table, unless a column is missing or the intake would grow beyond its limit."""
        rows = len(item.table.rows()) - item.header.last_row
        self.said.extend(_about(item.table, register, item.header, rows))
        if item.header.missing:
            self.to_confirm.append((register.key, item))
        elif self.rows + rows > MAX_ROWS:
            reason = f"合计 > {MAX_ROWS:,} 行 / > {MAX_ROWS:,} rows in all"
            self.said.append(Problem(kinds.TOO_LARGE, item.table.source(), params={"reason": reason}))
        else:
            self.rows += rows
            self.found[register.key].append(item)


def survey(
    paths: Iterable[Path | str],
    registers: Sequence[Register[Any]],
    confirmed: Mapping[str, Synonyms],
    watch: Watch = NOBODY,
    without: Collection[Path] = (),
) -> Survey:
    """Read the files and recognise their tables; what no register recognises is left untouched and noted."""
    vocabularies = {register.key: register.vocabulary(confirmed.get(register.key)) for register in registers}
    surveyed = Survey({register.key: [] for register in registers})
    for item in read_folder(paths, without):
        if isinstance(item, Problem):
            surveyed.said.append(item)
            continue
        watch.reading(item.file)
        best = recognise(item, registers, vocabularies)
        if best is None:
            surveyed.said.append(Problem(kinds.NOT_RECOGNISED, item.source()))
            continue
        register, header = best
        try:
            surveyed.take(register, Recognised(item, header))
        except UnreadableError as error:
            surveyed.said.append(Problem(error.kind, item.source(), params=error.params))
    watch.found(surveyed.rows)
    return surveyed


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


def _about(table: Table, register: Register[Any], header: HeaderMatch, rows: int) -> Iterator[Problem]:
    """What is said about a recognised table: hidden, a missing column, headings nobody knows."""
    if table.hidden:
        yield Problem(kinds.HIDDEN_SHEET, table.source())
    for key in header.missing:
        likely = [
            unknown.column.heading
            for unknown in header.unknown
            if any(suggestion.field == key for suggestion in unknown.suggestions[:1])
        ]
        item = register.field_named(key)
        params = {
            "register": register.zh,
            "register_en": register.en,
            "field": item.zh if item else key,
            "field_en": item.en if item else key,
            "rows": str(max(rows, 0)),
            "hint": f"可能是“{'、'.join(likely)}”。" if likely else "",
            "hint_en": f"It may be “{', '.join(likely)}”. " if likely else "",
        }
        yield Problem(kinds.MISSING_COLUMN, table.source(), params=params)
    for unknown in header.unknown:
        yield _unknown(table, unknown, register)


def _unknown(table: Table, unknown: UnknownHeading, register: Register[Any]) -> Problem:
    """The note about an unknown heading; only fields of the register are worth confirming."""
    params = {"heading": unknown.column.heading[:20], "hint": "", "hint_en": ""}
    likely: Suggestion | None = next(iter(unknown.suggestions), None)
    item = register.field_named(likely.field) if likely else None
    if likely and item:
        params["hint"] = f"可能是“{item.zh}”(把握 {likely.confidence:.0%}),请确认。"
        params["hint_en"] = f"It may be “{item.en}” ({likely.confidence:.0%}); confirm it."
    return Problem(kinds.UNKNOWN_HEADING, table.source(), unknown.column, params)
