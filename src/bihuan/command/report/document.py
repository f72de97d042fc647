"""The situation report as a document: plain values, no Django, the one input of every renderer.

Whoever builds it (the report's service) has asked the figures already; renderers only lay out. The same
tree becomes the official PDF/A (`pdf.py`), the editable DOCX (`docx.py`), the page and the JSON.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bihuan.core.spec.text import Text

CHINESE_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Number:
    """One figure as it stands in a sentence: what it says, which figure it is, and the annex row it opens to.

    `anchor` is unique in the document's annex and made of ASCII letters, digits, `-`, `_` and `.`; the same
    figure may be said twice and then opens to the same row.
    """

    value: int
    figure_key: str
    unit: Text
    anchor: str

    def shown(self) -> str:
        """Return the value as printed: digits in groups of three (Django's zh-hans has no separator of its
        own).
        """
        return grouped(self.value)


def grouped(value: int) -> str:
    """Return a whole number with a comma every three digits and a true minus sign: `112,306`, `−164`."""
    return f"{value:,}".replace("-", "−")


Part: TypeAlias = str | Number
"""A piece of a sentence: words, or a number that opens."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages; numbers may stand in another order in each."""

    zh: tuple[Part, ...]
    en: tuple[Part, ...]

    @classmethod
    def of(cls, says: Text, numbers: Mapping[str, Number]) -> Sentence:
        """Build a sentence from a text with `{placeholders}`, each the name of a number.

        Raises KeyError where a placeholder has no number.
        """
        return cls(tuple(_parts(says.zh, numbers)), tuple(_parts(says.en, numbers)))

    def in_language(self, language: str) -> tuple[Part, ...]:
        """Return the pieces for a language code; anything but English reads Chinese."""
        return self.en if language.startswith("en") else self.zh


def _parts(pattern: str, numbers: Mapping[str, Number]) -> Iterator[Part]:
    for literal, name, _, _ in string.Formatter().parse(pattern):
        if literal:
            yield literal
        if name is not None:
            yield numbers[name]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part (一、二、…) of the report; each sentence group of `paragraphs` is one paragraph."""

    title: Text
    paragraphs: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One figure of the annex: what was asked, what came out, and the moment for which it holds.

    `definition` is the figure's meaning in words, `version` the definition's version; `entries` counts the
    ledger entries behind the value. `remark` says what a reader must know (parts that do not add up, a
    correction).
    """

    anchor: str
    figure_key: str
    name: Text
    value: int
    unit: Text
    definition: Text
    version: int
    entries: int
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """How far the ledger was sealed when the report was frozen.

    `covers` is the last ledger entry under the seal, `root` the chained root in hex; both are None while
    the figures are not yet sealed, and the paper then says so.
    """

    covers: int | None = None
    root: str | None = None
    sealed_at: datetime | None = None

    @property
    def sealed(self) -> bool:
        """Tell whether the figures stand under a seal."""
        return self.root is not None


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A situation report: head, sections, annex of figures, seal.

    Times are aware. `cut_off`: what happened before it counts; `known_at`: what the system knew by then
    counts; `issued_at` is None while it is a draft, and every page then says so. `number` is the document
    number (青政法防控〔2026〕18号), `issue` the running issue (第18期). `banner` is the red head, `issuer`
    the organ that signs.
    """

    county: Text
    banner: Text
    title: Text
    number: str
    issue: int
    issuer: Text
    cut_off: datetime
    known_at: datetime
    issued_at: datetime | None
    sections: tuple[Section, ...]
    annex: tuple[AnnexRow, ...]
    seal: Seal
    reported_to: Text | None = None
    copied_to: Text | None = None

    def __post_init__(self) -> None:
        anchors = [row.anchor for row in self.annex]
        if len(set(anchors)) != len(anchors):
            raise ValueError("two annex rows share an anchor")
        values = {row.anchor: row.value for row in self.annex}
        for number in self.numbers():
            if number.anchor not in values:
                raise ValueError(f"{number.figure_key}: no annex row {number.anchor!r}")
            if values[number.anchor] != number.value:
                raise ValueError(f"{number.figure_key}: the text and the annex say different values")

    def numbers(self) -> Iterator[Number]:
        """Yield every number of the Chinese text and every one that only the English text holds, in order."""
        for section in self.sections:
            for sentence in (s for paragraph in section.paragraphs for s in paragraph):
                chinese = [part for part in sentence.zh if isinstance(part, Number)]
                yield from chinese
                yield from (p for p in sentence.en if isinstance(p, Number) and p not in chinese)


def chinese_ordinal(number: int) -> str:
    """Return the Chinese numeral of a section (1–99): 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else ("十" if tens == 1 else CHINESE_NUMERALS[tens] + "十")
    return lead + (CHINESE_NUMERALS[ones] if ones else "")
