"""What a dry run found in each file, as a page shows it: columns, counts, and every problem with the rows around it.

Cells are masked before they are written down, and what is written down is sealed with the batch's key.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from bihuan.core.intake.models import SourceFile
from bihuan.core.intake.parcels import Fate
from bihuan.core.intake.problems import EN, ZH, Column, Kind, Policy, Problem, Source
from bihuan.core.intake.register import INTAKE_NOTE, SERIAL, Recognised, Register
from bihuan.core.intake.reporting import Report
from bihuan.core.intake.showing import show
from bihuan.core.intake.text import Cell, is_empty, squeeze
from bihuan.core.intake.workbook import Row
from bihuan.core.people.sealing import ErasedError, open_bytes, seal_bytes

EXPLAINED_MOST: Final = 400
"""Problems of one file that are shown with the rows around them; the marked workbook holds all."""
WIDEST: Final = 7
_TOTAL: Final = re.compile(r"^(合计|总计|共计|总数)")
_NUMBER: Final = re.compile(r"(\d[\d,,]{0,8})\s*(?:人|行|个|名|户|间|条)?$")
Found = dict[str, Any]


def collect(report: Report, registers: Sequence[Register[Any]], files: Iterable[str]) -> dict[str, Found]:
    """Return for each file its findings: `counts` (numbers alone), `tables`, `problems`, `notes`."""
    found: dict[str, Found] = {
        file: {"counts": Counter(), "tables": [], "problems": [], "notes": []} for file in files
    }
    index: dict[tuple[str, str | None], tuple[Register[Any], Recognised, dict[int, list[Cell]]]] = {}
    by_key = {register.key: register for register in registers}
    for key, tables in report.intake.recognised.items():
        for item in tables:
            rows = dict(item.table.rows())
            index[item.table.file, item.table.sheet] = by_key[key], item, rows
            found[item.table.file]["tables"].append(_table(by_key[key], item, read=True))
    for key, item in report.intake.to_confirm:
        found[item.table.file]["tables"].append(_table(by_key[key], item, read=False))
    _count(report, found)
    _parcels(report, found)
    for problem in report.intake.problems:
        if problem.source.file in found:
            kinds = found[problem.source.file]["counts"].setdefault("kinds", Counter())
            kinds[problem.kind.key] += 1
            found[problem.source.file]["problems"].append(_problem(problem, index, found))
    for note in report.intake.notes:
        if note.source.file in found and note.kind.key != "unknown_heading":
            found[note.source.file]["notes"].append(_said(note))
    for source, fields in report.changes.items():
        if source.file in found:
            register = index[source.file, source.sheet][0]
            found[source.file].setdefault("changes", []).append([*source[1:], _labels(register, fields)])
    for source in report.corrected:
        found[source.file].setdefault("corrected", []).append(list(source[1:]))
    return found


def seal(batch: UUID, sha256: bytes, found: Found) -> bytes:
    """Seal a file's findings under its batch's key."""
    packed = zlib.compress(json.dumps(found, ensure_ascii=False).encode())
    return seal_bytes(batch, "intake", f"findings/{sha256.hex()}", packed)


def opened(file: SourceFile) -> Found | None:
    """Return a file's findings; None where nothing was found yet or the key is gone."""
    if file.findings is None:
        return None
    name = f"findings/{bytes(file.sha256).hex()}"
    try:
        packed = open_bytes(file.batch_id, "intake", name, bytes(file.findings))
    except ErasedError:
        return None
    found: Found = json.loads(zlib.decompress(packed))
    return found


def problems_of(file: str, found: Found) -> list[Problem]:
    """Return the problems as they were said, to mark a workbook with."""
    return [
        Problem(
            Kind(p["kind"], Policy(p["policy"]), _plain(p["zh"]), _plain(p["en"])),
            Source(file, p["sheet"], p["row"]),
            Column(p["column"], p["heading"]) if p["column"] is not None else None,
        )
        for p in found["problems"]
    ]


def _plain(words: str) -> str:
    """Return words that a template gives back unchanged."""
    return words.replace("{", "{{").replace("}", "}}")


# --- tables -------------------------------------------------------------------------------------------------
def _table(register: Register[Any], item: Recognised, *, read: bool) -> Found:
    header = item.header
    meaning = {column.index: key for key, column in header.columns.items()}
    return {
        "sheet": item.table.sheet,
        "register": register.key,
        "read": read,
        "row": header.last_row,
        "columns": [
            [column.letter, column.heading, meaning[column.index]]
            for column in header.headings
            if column.index in meaning and meaning[column.index] not in (SERIAL, INTAKE_NOTE)
        ],
        "unknown": [
            [one.column.letter, one.column.heading, [[s.field, s.confidence] for s in one.suggestions]]
            for one in header.unknown
        ],
        "missing": list(header.missing),
        "total": own_total(item) if read else None,
    }


def own_total(item: Recognised) -> int | None:
    """Return the number that the sheet's own total line gives, None where it has none or several numbers."""
    for number, cells in item.table.rows():
        if number <= item.header.last_row:
            continue
        filled = [squeeze(cell) if isinstance(cell, str) else cell for cell in cells if not is_empty(cell)]
        if not filled or not isinstance(filled[0], str) or not _TOTAL.match(filled[0]):
            continue
        numbers = [n for cell in filled if (n := _number(cell)) is not None]
        if numbers:
            return numbers[0]
    return None


def _number(cell: Cell) -> int | None:
    if isinstance(cell, str):
        match = _NUMBER.search(cell)
        return int(re.sub(r"\D", "", match[1])) if match else None
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return int(cell)
    return None


def _count(report: Report, found: dict[str, Found]) -> None:
    """Count each file's rows: read, accepted, skipped, rejected, flagged; a file that could not be read says why."""
    for key, checked in report.intake.checked.items():
        rejected: set[Source] = set()
        flagged: set[Source] = set()
        for problem in checked.problems:
            into = {Policy.REJECT: rejected, Policy.FLAG: flagged}.get(problem.policy)
            if into is not None:
                into.add(problem.source)
            if problem.policy is Policy.SKIP:
                found[problem.source.file]["counts"].update(skipped=1, read=1)
        for line in checked.judged:
            at = line.draft.source
            counts = found[at.file]["counts"]
            counts.update(read=1, accepted=int(line.accepted), rejected=int(not line.accepted))
            counts.update(flagged=int(line.accepted and at in flagged))
            counts.setdefault(f"register:{key}", 0)
    for problem in report.intake.files:
        if problem.policy is Policy.REJECT and problem.source.file in found:
            found[problem.source.file]["counts"]["unread"] += 1


def _parcels(report: Report, found: dict[str, Found]) -> None:
    """Add what was, or would be, taken in whole: its numbers, its words, and the lines sent back."""
    for key, files in report.lists.items():
        for one in files:
            if one.file not in found:
                continue
            mine = found[one.file]
            mine["parcel"] = {
                "key": key, "fate": str(one.fate), "counts": one.counts,
                "title": [one.title.zh, one.title.en], "says": [one.says.zh, one.says.en],
            }  # fmt: skip
            rows = one.rows.as_json()
            mine["counts"].update(
                {k: n for k, n in rows.items() if n}, unread=int(one.fate is Fate.UNREADABLE)
            )
            kinds = mine["counts"].setdefault("kinds", Counter())
            for problem in one.problems:
                kinds[problem.kind.key] += 1
                mine["problems"].append(_problem(problem, {}, found))


# --- problems -----------------------------------------------------------------------------------------------
Index = dict[tuple[str, str | None], tuple[Register[Any], Recognised, dict[int, list[Cell]]]]


def _said(problem: Problem) -> Found:
    return {
        "kind": problem.kind.key, "policy": str(problem.policy), "sheet": problem.source.sheet,
        "row": problem.source.row, "zh": problem.message(ZH), "en": problem.message(EN),
    }  # fmt: skip


def _problem(problem: Problem, index: Index, found: dict[str, Found]) -> Found:
    """Return a problem with the rows around it: the one above, the row itself, and the other side of a flag."""
    said = _said(problem)
    said["column"] = problem.column.index if problem.column else None
    said["heading"] = problem.column.heading if problem.column else ""
    said["others"] = [list(other) for other in problem.others[:6]]
    known = index.get((problem.source.file, problem.source.sheet))
    if known is None or problem.source.row is None or problem.policy is Policy.SKIP:
        return said
    if len(found[problem.source.file]["problems"]) < EXPLAINED_MOST:
        register, item, _ = known
        shown = _columns(register, item, problem.column)
        said["letters"] = [[column.letter, column.heading] for column in shown]
        said["bad"] = next(
            (n for n, c in enumerate(shown) if problem.column and c.index == problem.column.index), -1
        )
        above = Source(problem.source.file, problem.source.sheet, problem.source.row - 1)
        own = [above] if not problem.others and above.row and above.row > item.header.last_row else []
        said["lines"] = [
            line
            for source in (*own, problem.source, *problem.others[:3])
            if (line := _line(source, problem.source, shown, index)) is not None
        ]
    return said


def _columns(register: Register[Any], item: Recognised, bad: Column | None) -> list[Column]:
    """Return the columns to show: the bad one and its neighbours, and those that make a row recognisable."""
    telling = [f.key for f in register.fields if f.identifying]
    wanted = {bad.index, max(bad.index - 1, 0), bad.index + 1} if bad else set[int]()
    for key in telling:
        column = item.header.columns.get(key)
        if column is not None and len(wanted) < WIDEST:
            wanted.add(column.index)
    return [column for column in item.header.headings if column.index in wanted]


def _line(source: Source, own: Source, shown: Sequence[Column], index: Index) -> Found | None:
    """Return one row's masked cells under the shown columns; rows of another sheet by what their columns mean."""
    known = index.get((source.file, source.sheet))
    if known is None or source.row is None or source.row not in known[2]:
        return None
    register, item, rows = known
    home = index[own.file, own.sheet][1]
    meant = {column.index: key for key, column in home.header.columns.items()}
    cells = []
    for column in shown:
        key = meant.get(column.index)
        at = (
            column
            if (source.file, source.sheet) == (own.file, own.sheet)
            else item.header.columns.get(key or "")
        )
        cells.append(show(register, key, _cell(rows[source.row], at)) if at else "")
    place = "" if (source.file, source.sheet) == (own.file, own.sheet) else source._replace(row=None).words()
    return {"row": source.row, "place": place, "cells": cells, "own": source == own}


def _cell(row: Row | list[Cell], column: Column) -> Cell:
    cells: list[Any] = list(row)
    return cells[column.index] if column.index < len(cells) else ""


def _labels(register: Register[Any], fields: Sequence[str]) -> list[list[str]]:
    """Return the fields' names in both languages."""
    other = {"document": "id_number", "tests": "test_day", "room_text": "room"}
    found = (register.field_named(other.get(name, name)) for name in fields)
    return [list(pair) for pair in dict.fromkeys((f.zh, f.en) for f in found if f is not None)]
