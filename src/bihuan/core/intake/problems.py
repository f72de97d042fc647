"""What can be wrong with a file or a row, how it is said, and the result a caller prints.

A kind carries its policy (what happens to the row) and its words in both languages, so a register's list of
kinds reads like the office's own checking rules. A message names the cell and what to write instead; it never
prints a whole name, identifier or phone number.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from bihuan.core.spec.text import full_width

ZH = "zh-hans"
EN = "en"


class Policy(StrEnum):
    """What a problem does to the row it was found in."""

    REJECT = "reject"
    """The row is kept with its reason and not taken in; it comes back corrected."""
    SKIP = "skip"
    """The row repeats another one: it is not taken in, nothing needs correcting."""
    FLAG = "flag"
    """The row is taken in and put before a person to decide."""
    NOTE = "note"
    """Said about a file, for information: nothing is lost and nothing has to be done."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its name in results, its policy, and its message in both languages.

    The texts are `str.format` templates over the problem's `params`; `{cell}` (for example
    `D12(身份证号)`) and `{others}` (the contradicting rows) are always there.
    """

    key: str
    policy: Policy
    zh: str
    en: str


class Source(NamedTuple):
    """Where something stands: file relative to the folder given, sheet, row as the workbook numbers it
    (from 1).
    """

    file: str
    sheet: str | None = None
    row: int | None = None

    def words(self, lang: str = ZH) -> str:
        """The place as a person would say it."""
        parts = [self.file, self.sheet or ""]
        if self.row is not None:
            parts.append(f"第{self.row}行" if lang == ZH else f"row {self.row}")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its letter and the heading it stands under."""

    index: int
    heading: str

    @property
    def letter(self) -> str:
        """The workbook's letter of the column (`A`, `B`, …, `AA`)."""
        return column_letter(self.index)

    def __str__(self) -> str:
        return f"{self.letter} {self.heading}".strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one row (or of one file, when `source.row` is None)."""

    kind: Kind
    source: Source
    column: Column | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Source, ...] = ()

    @property
    def policy(self) -> Policy:
        """What this problem does to its row."""
        return self.kind.policy

    def message(self, lang: str = ZH) -> str:
        """The explanation in `zh-hans` or `en`; a `reason` is written in both, parted by ` / `."""
        template = full_width(self.kind.zh) if lang == ZH else self.kind.en  # cells are quoted as they are
        values = {"cell": self._cell(lang), "others": self._others(lang)} | dict(self.params)
        if "reason" in values:
            zh, _, en = values["reason"].partition(" / ")
            values["reason"] = zh if lang == ZH else en or zh
        return template.format_map(_Lenient(values))

    def as_json(self, lang: str = ZH) -> dict[str, str | int | None]:
        """The shape of one entry in the import's result. `column` is letter and heading, `D 身份证号`."""
        return {
            "file": self.source.file,
            "sheet": self.source.sheet,
            "row": self.source.row,
            "column": str(self.column) if self.column else None,
            "kind": self.kind.key,
            "message": self.message(lang),
        }

    def _cell(self, lang: str) -> str:
        row = "" if self.source.row is None else str(self.source.row)
        if self.column is None:
            return (f"第{row}行" if lang == ZH else f"row {row}") if row else self.source.file
        cell, heading = f"{self.column.letter}{row}", self.column.heading
        if not heading:
            return cell
        return f"{cell}（{heading}）" if lang == ZH else f"{cell} ({heading})"

    def _others(self, lang: str) -> str:
        shown = [other.words(lang) for other in self.others[:4]]
        if len(self.others) > len(shown):
            shown.append(f"等 {len(self.others)} 行" if lang == ZH else f"{len(self.others)} rows in all")
        return ("、" if lang == ZH else ", ").join(shown)


class UnreadableError(ValueError):
    """Raised by a value parser: the cell cannot be this value, for the reason named by `kind`."""

    def __init__(self, kind: Kind, **params: str) -> None:
        super().__init__(kind.key)
        self.kind = kind
        self.params = params


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a register: read = accepted + skipped + rejected."""

    read: int = 0
    accepted: int = 0
    skipped: int = 0
    rejected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.read + other.read,
            self.accepted + other.accepted,
            self.skipped + other.skipped,
            self.rejected + other.rejected,
        )

    def as_json(self) -> dict[str, int]:
        """The `rows` object of the import's result."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "skipped": self.skipped,
            "rejected": self.rejected,
        }


NO_ROWS: Final = Counts()


def result(counts: Counts, problems: Iterable[Problem], lang: str = ZH) -> dict[str, object]:
    """The import's result: `rows`, `errors` (what was rejected), `flags` (what a person decides, and
    repeats).

    The list follows the kind's policy, not the row's fate: a row that is rejected for its identifier and also
    flagged as a near-duplicate stands in both lists, once under each kind. Notes are in neither.
    """
    ordered = sorted(problems, key=lambda problem: _order(problem.source))
    return {
        "rows": counts.as_json(),
        "errors": [problem.as_json(lang) for problem in ordered if problem.policy is Policy.REJECT],
        "flags": [
            problem.as_json(lang) for problem in ordered if problem.policy in (Policy.FLAG, Policy.SKIP)
        ],
    }


def masked(value: object, limit: int = 16) -> str:
    """A cell's text for a message: shortened, and any run of five or more digits hidden (6222…1234)."""
    text = re.sub(r"\s+", " ", str(value)).strip()
    text = re.sub(r"(?<!\d)(\d{2})\d{3,}(?=\d{2}(?!\d))", r"\1…", text)
    text = re.sub(r"\d{6,}", "……", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def column_letter(index: int) -> str:
    """The workbook's letter for a column counted from 0."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def _order(source: Source) -> tuple[str, str, int]:
    return source.file, source.sheet or "", source.row or 0


class _Lenient(dict[str, str]):
    """A template may name a parameter that this problem does not have."""

    def __missing__(self, key: str) -> str:
        return "…"
