"""The cover of a directive's workbook: number, issuing body, subject, times, kind; labels beside or above what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from typing import Final

from bihuan.core.intake.header import Vocabulary, load_synonyms
from bihuan.core.intake.moments import Moment, read_moment
from bihuan.core.intake.problems import Kind, masked
from bihuan.core.intake.text import Cell, fold, is_blank, squeeze
from bihuan.core.intake.workbook import Row
from bihuan.modules.directives import kinds

FIELDS: Final = ("reference", "issuer", "subject", "received", "due", "epidemic")
TELLING: Final = frozenset({"reference", "due"})
"""What tells a directive's cover from any other sheet, with at least one more field."""
LONGEST: Final = {"reference": 60, "issuer": 120, "subject": 200}
_END_OF_DAY: Final = time(23, 59, 59)


@dataclass(slots=True)
class Cover:
    """What a cover says. `wrong`: what it lacks or what cannot be read, as (kind, parameters); `notes` likewise."""

    reference: str = ""
    issuer: str = ""
    subject: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    epidemic: bool | None = None
    wrong: list[tuple[Kind, dict[str, str]]] = field(default_factory=list)
    notes: list[Kind] = field(default_factory=list)


@cache
def tables() -> dict[str, dict[str, list[str]]]:
    """Return the words of the workbooks, by table."""
    return load_synonyms(__package__)


@cache
def vocabulary(table: str) -> Vocabulary:
    """Return one table of words."""
    return Vocabulary(tables()[table])


def word(table: str, cell: Cell) -> str | None:
    """Return what a cell's word means by a table, None where it is not in it."""
    plain = squeeze(cell)
    return vocabulary(table).meaning(plain) if plain else None


def fields_of(rows: Sequence[Row]) -> dict[str, Cell]:
    """Return what is said under the labels found in these rows; a label with nothing beside or below it says None."""
    grid = dict(rows)
    found: dict[str, Cell] = {}
    for number, cells in rows:
        for index, cell in enumerate(cells):
            label, inside = _label(cell)
            if label is not None and (label not in found or is_blank(found[label])):
                found[label] = inside if inside else _said(grid, number, index)
    return found


def is_cover(rows: Sequence[Row]) -> bool:
    """Tell whether these rows hold a directive's cover."""
    labels = {
        label for _, cells in rows for cell in cells for label, _ in [_label(cell)] if label is not None
    }
    return labels >= TELLING and len(labels) > len(TELLING)


def _label(cell: Cell) -> tuple[str | None, str]:
    """Return the field a cell is the label of, and what follows in the same cell after a colon."""
    if not isinstance(cell, str) or not cell.strip():
        return None, ""
    meaning = vocabulary("cover").meaning(cell)
    if meaning is not None:
        return meaning, ""
    before, colon, after = fold(cell).replace("：", ":").partition(":")
    return (vocabulary("cover").meaning(before), after.strip()) if colon and after.strip() else (None, "")


def _said(grid: dict[int, list[Cell]], number: int, index: int) -> Cell:
    """Return what stands beside a label (upright covers), or below it (covers in one line)."""
    right = next((cell for cell in grid[number][index + 1 :] if not is_blank(cell)), None)
    if right is not None and _label(right)[0] is None:
        return right
    below = grid.get(number + 1, [])
    under = below[index] if index < len(below) else None
    return under if _label(under)[0] is None else None


def read(rows: Sequence[Row], *, from_1904: bool = False) -> Cover:
    """Read a cover. Dates without a year belong to the year that the others, or the directive's number, name."""
    said, cover = fields_of(rows), Cover()
    for name in ("reference", "issuer", "subject"):
        setattr(cover, name, "" if is_blank(said.get(name)) else fold(said[name])[: LONGEST[name]])
        if not getattr(cover, name):
            cover.wrong.append((kinds.COVER_LACKS, _named(name)))
    year = _year(said, cover.reference, from_1904)
    received, due = (_moment(cover, said, name, year, from_1904) for name in ("received", "due"))
    if received is not None:
        cover.received_at = received.at
    if due is not None:
        cover.due_at = due.at if due.clock else datetime.combine(due.at.date(), _END_OF_DAY, due.at.tzinfo)
        cover.notes += [] if due.clock else [kinds.TO_THE_END_OF_DAY]
    _over_new_year(cover, received, due)
    _read_kind(cover, said)
    return cover


def _read_kind(cover: Cover, said: dict[str, Cell]) -> None:
    written = said.get("epidemic")
    meaning = word("truth", written)
    if meaning is not None:
        cover.epidemic = meaning == "yes"
    elif is_blank(written):
        cover.wrong.append((kinds.COVER_LACKS, _named("epidemic")))
    else:
        cover.wrong.append((kinds.COVER_UNREADABLE, {**_named("epidemic"), "value": masked(written)}))


def _moment(
    cover: Cover, said: dict[str, Cell], name: str, year: int | None, from_1904: bool
) -> Moment | None:
    written = said.get(name)
    found = read_moment(written, year, from_1904=from_1904)
    if found is None and is_blank(written):
        if name == "due":
            cover.wrong.append((kinds.COVER_LACKS, _named(name)))
        else:
            cover.notes.append(kinds.WITHOUT_RECEIVED)
    elif found is None:
        cover.wrong.append((kinds.COVER_UNREADABLE, {**_named(name), "value": masked(written)}))
    return found


def _year(said: dict[str, Cell], reference: str, from_1904: bool) -> int | None:
    for name in ("received", "due"):
        found = read_moment(said.get(name), from_1904=from_1904)
        if found is not None:
            return found.at.year
    return next(iter(_years_in(reference)), None)


def _years_in(reference: str) -> Iterator[int]:
    """Yield the years that a number begins with (HC202100187, 〔2021〕12号)."""
    digits = "".join(sign if sign.isdigit() else " " for sign in reference).split()
    for run in digits:
        if len(run) >= 4 and 1990 <= int(run[:4]) < 2100:
            yield int(run[:4])


def _over_new_year(cover: Cover, received: Moment | None, due: Moment | None) -> None:
    """Put right what was written without its year around New Year: a directive of 30 December is due in January."""
    if received is None or due is None or cover.due_at is None or due.at > received.at:
        return
    if not due.year:
        cover.due_at = years_on(cover.due_at, 1)
    elif not received.year:
        cover.received_at = years_on(received.at, -1)


def years_on(at: datetime, years: int) -> datetime:
    """Return a moment some years on; 29 February becomes the 28th."""
    last = 28 if (at.month, at.day) == (2, 29) else at.day
    return at.replace(year=at.year + years, day=last)


def _named(name: str) -> dict[str, str]:
    zh, en = kinds.COVER_TEXTS[name]
    return {"field": zh, "field_en": en}
