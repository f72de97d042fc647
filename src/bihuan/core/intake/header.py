"""Headings: what each column means, where the heading stands, and what to suggest for an unknown one.

The vocabulary is a table that ships with the product, is added to by modules, and by the users of a county
when they confirm a suggestion. No heading is guessed: a similar one is suggested with a confidence and stays
unused until somebody confirms it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files
from typing import Final

from bihuan.core.intake.problems import Column
from bihuan.core.intake.text import Cell, chinese_number, fold
from bihuan.core.intake.workbook import Row, Table

_PUNCTUATION: Final = re.compile(r"[\s*:：;；,，.。、/\\|_\-—~·'\"“”‘’?？!！()（）\[\]【】〔〕<>《》]+")
_BRACKETS: Final = re.compile(r"[(（\[【〔<《][^)）\]】〕>》]*[)）\]】〕>》]")
_NUMBER = r"(\d{1,3}|[一二三四五六七八九十]{1,3})"
_ORDINAL = r"([首初一二三四五六七八九十]{1,2})"
_LONGEST_HEADING: Final = 40
_SUGGEST_FROM: Final = 0.5

Synonyms = Mapping[str, Sequence[str]]
"""Field → the headings that mean it; a heading may hold `{n}` (a number) or `{o}` (an ordinal)."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field that an unknown heading may mean; `confidence` is 0 … 1."""

    field: str
    confidence: float


@dataclass(frozen=True, slots=True)
class UnknownHeading:
    """A heading nobody has explained yet, with what it may mean, best first."""

    column: Column
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """Where a table's heading stands and what its columns mean.

    `columns` maps a field to its column; a numbered family has one entry per number (`test_day:4`).
    `last_row` is the last row of the heading; data start below it. `missing` names required fields without
    a column.
    """

    first_row: int
    last_row: int
    columns: Mapping[str, Column]
    unknown: tuple[UnknownHeading, ...] = ()
    missing: tuple[str, ...] = ()
    headings: tuple[Column, ...] = ()

    @property
    def matched(self) -> frozenset[str]:
        """The fields found, families by their plain name."""
        return frozenset(key.partition(":")[0] for key in self.columns)


@dataclass(frozen=True)
class Vocabulary:
    """A synonym table made ready for look-ups."""

    synonyms: Synonyms
    _exact: dict[str, str] = field(default_factory=dict, repr=False)
    _patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list, repr=False)
    _found: dict[str, str | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, headings in self.synonyms.items():
            for heading in headings:
                plain = normal_heading(heading.replace("{n}", "\x01").replace("{o}", "\x02"))
                if "\x01" in plain or "\x02" in plain:
                    pattern = re.escape(plain).replace("\x01", _NUMBER).replace("\x02", _ORDINAL)
                    self._patterns.append((re.compile(pattern), name))
                else:
                    self._exact.setdefault(plain, name)

    def extended(self, more: Synonyms) -> "Vocabulary":
        """The vocabulary with headings added, for example those a county has confirmed; additions win."""
        merged = {name: tuple(headings) for name, headings in more.items()}
        for name, headings in self.synonyms.items():
            merged[name] = (*merged.get(name, ()), *headings)
        return Vocabulary(merged)

    def meaning(self, heading: Cell) -> str | None:
        """The field a heading means (`name`, `test_day:4`), or None."""
        if not isinstance(heading, str) or not heading or len(heading) > _LONGEST_HEADING:
            return None
        if heading not in self._found:
            self._found[heading] = self._look_up(heading)
        return self._found[heading]

    def _look_up(self, heading: str) -> str | None:
        for plain in dict.fromkeys((normal_heading(heading), normal_heading(_BRACKETS.sub("", heading)))):
            if not plain:
                continue
            if plain in self._exact:
                return self._exact[plain]
            for pattern, name in self._patterns:
                if match := pattern.fullmatch(plain):
                    return f"{name}:{_ordinal(match.group(1))}"
        return None

    def suggest(self, heading: str, *, taken: Iterable[str] = ()) -> tuple[Suggestion, ...]:
        """Up to three fields an unknown heading may mean, by likeness of the words."""
        plain, best = normal_heading(heading), dict[str, float]()
        if not plain or plain.isdigit():
            return ()
        for known, name in self._exact.items():
            likeness = SequenceMatcher(None, plain, known).ratio()
            if plain in known or known in plain:
                likeness = max(
                    likeness, 0.5 + 0.4 * min(len(plain), len(known)) / max(len(plain), len(known))
                )
            best[name] = max(best.get(name, 0.0), likeness)
        ranked = sorted(best.items(), key=lambda item: -item[1])
        found = [Suggestion(name, round(score, 2)) for name, score in ranked if score >= _SUGGEST_FROM]
        return tuple(suggestion for suggestion in found if suggestion.field not in set(taken))[:3]


def load_synonyms(package: str, file: str = "synonyms.toml") -> dict[str, dict[str, list[str]]]:
    """The synonym tables of a package's TOML file, by table name."""
    with files(package).joinpath(file).open("rb") as stream:
        return tomllib.load(stream)


@lru_cache(maxsize=4096)
def normal_heading(heading: str) -> str:
    """The heading without blanks, punctuation, width or letter case."""
    return _PUNCTUATION.sub("", fold(heading)).lower()


def find_header(table: Table, vocabulary: Vocabulary, required: Sequence[str] = ()) -> HeaderMatch | None:
    """The heading of a table, with what is missing and suggestions for what is unknown; see
    `locate_header`.
    """
    located = locate_header(table, vocabulary)
    return located and explain_header(located, vocabulary, required)


def locate_header(table: Table, vocabulary: Vocabulary) -> HeaderMatch | None:
    """The heading of a table by this vocabulary: on one row or two, below titles, columns in any order.

    None when no row holds at least two known headings. Of equally good rows the first wins.
    """
    best: HeaderMatch | None = None
    known = [sum(vocabulary.meaning(cell) is not None for cell in cells) for _, cells in table.head]
    single = [
        _one_row(row, vocabulary) if count else None for row, count in zip(table.head, known, strict=True)
    ]
    for index, row in enumerate(table.head):
        below = table.head[index + 1] if index + 1 < len(table.head) else None
        double = _two_rows(row, below, vocabulary) if sum(known[index : index + 2]) > 1 else None
        if double and len(double.columns) <= max(_size(match) for match in single[index : index + 2]):
            double = None  # the second row adds nothing: a title above the heading, or the first row of data
        for match in (single[index], double):
            if match and len(match.columns) > max(_size(best), 1):
                best = match
    return best


def _one_row(row: Row, vocabulary: Vocabulary) -> HeaderMatch | None:
    number, cells = row
    return _match(number, number, [_label(cell) for cell in cells], cells, vocabulary)


def _two_rows(upper: Row, lower: Row | None, vocabulary: Vocabulary) -> HeaderMatch | None:
    """A heading on two rows: groups above (merged, so only their first cell is filled), columns below."""
    if lower is None or lower[0] != upper[0] + 1:
        return None
    below = [cell for cell in lower[1] if _label(cell)]
    group = ""
    labels: list[str] = []
    known = 0
    width = max(len(upper[1]), len(lower[1]))
    for column in range(width):
        top, bottom = _label(_at(upper[1], column)), _label(_at(lower[1], column))
        group = top or group
        known += bool(bottom and (vocabulary.meaning(bottom) or vocabulary.meaning(group + bottom)))
        labels.append(_joined(group, top, bottom, vocabulary))
    # A first row of data is no second heading row: there, most cells are no headings.
    if not below or known * 2 < len(below):
        return None
    return _match(upper[0], lower[0], labels, labels, vocabulary)


def _joined(group: str, top: str, bottom: str, vocabulary: Vocabulary) -> str:
    """The heading of one column under a group: 首检 under 核酸检测结果, 入住 above 时间."""
    if not bottom:
        return top
    if vocabulary.meaning(bottom):
        return bottom
    if vocabulary.meaning(group + bottom):
        return f"{group}{bottom}"
    return top if vocabulary.meaning(top) else bottom


def _match(
    first: int, last: int, labels: Sequence[str], cells: Sequence[Cell], vocabulary: Vocabulary
) -> HeaderMatch | None:
    columns: dict[str, Column] = {}
    headings: list[Column] = []
    for index, label in enumerate(labels):
        column = Column(index, re.sub(r"\s+", "", label))
        headings.append(column)
        meaning = vocabulary.meaning(label)
        if meaning and meaning not in columns:
            columns[meaning] = column
    filled = sum(1 for cell in cells if cell not in ("", None))
    if not columns or len(columns) * 3 < filled:
        return None
    return HeaderMatch(first, last, columns, headings=tuple(headings))


def explain_header(match: HeaderMatch, vocabulary: Vocabulary, required: Sequence[str]) -> HeaderMatch:
    """The located heading with its unknown headings, suggestions for them, and required fields not found."""
    used = {column.index for column in match.columns.values()}
    unknown = tuple(
        UnknownHeading(column, vocabulary.suggest(column.heading, taken=match.columns))
        for column in match.headings
        if column.heading and column.index not in used
    )
    missing = tuple(name for name in required if name not in match.matched)
    return HeaderMatch(match.first_row, match.last_row, match.columns, unknown, missing, match.headings)


def _size(match: HeaderMatch | None) -> int:
    return len(match.columns) if match else 0


def _label(cell: Cell) -> str:
    return fold(cell) if isinstance(cell, str) and len(cell) <= _LONGEST_HEADING else ""


def _at(cells: Sequence[Cell], index: int) -> Cell:
    return cells[index] if index < len(cells) else ""


def _ordinal(text: str) -> int:
    if text in ("首", "初"):
        return 1
    return int(text) if text.isdigit() else chinese_number(text) or 0
