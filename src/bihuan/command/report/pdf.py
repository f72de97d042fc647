"""The situation report as PDF/A in the official form; every number in the text is a link to its row of the
annex.
"""

from __future__ import annotations

from typing import Any, Final

from bihuan.command.report.document import Number, Part, ReportDocument, chinese_ordinal, grouped
from bihuan.command.report.words import ANNEX, ANNEX_NOTE, ANNEX_TITLE, COLUMNS, Words
from bihuan.core.papers.typesetting import typeset
from bihuan.core.papers.wording import punctuated

TEMPLATE: Final = "command/report/official.typ"


def render_pdf(document: ReportDocument, language: str = "zh-hans") -> bytes:
    """Return the report as PDF/A-2a; the same document gives the same bytes.

    Raises NoChineseFontError where the machine has no Chinese typeface.
    """
    made_at = document.issued_at or document.known_at
    return typeset(TEMPLATE, _data(document, Words(document, language)), made_at=made_at).pdf


def _data(document: ReportDocument, words: Words) -> dict[str, Any]:
    say = words.say
    return {
        "english": words.english,
        "heading": words.heading,
        "banner": say(document.banner),
        "number": words.number,
        "issue": words.issue,
        "issuer": say(document.issuer),
        "date": words.date,
        "draft": words.draft,
        "title": say(document.title),
        "sections": _sections(document, words),
        "annex": _annex(document, words),
        "copies": words.copies,
        "words": {
            "annex": say(ANNEX),
            "annex_note": say(ANNEX_NOTE),
            "annex_title": say(ANNEX_TITLE),
            "columns": [say(column) for column in COLUMNS],
            "moment": words.moment,
            "seal": words.seal,
            "printed": words.printed,
        },
    }


def section_title(index: int, title: str, english: bool) -> str:
    """Return a section's title with its number: 一、疫情防控一线."""
    return f"{index}. {title}" if english else f"{chinese_ordinal(index)}、{title}"


def _sections(document: ReportDocument, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "title": section_title(index, words.say(section.title), words.english),
            "paragraphs": [
                [_part(part) for part in spoken(paragraph, words)] for paragraph in section.paragraphs
            ],
        }
        for index, section in enumerate(document.sections, start=1)
    ]


def spoken(paragraph: tuple[Any, ...], words: Words) -> list[Part]:
    """Return a paragraph's pieces in one language; English sentences are parted by a space, Chinese are
    not.
    """
    pieces: list[Part] = []
    for index, sentence in enumerate(paragraph):
        if index and words.english:
            pieces.append(" ")
        pieces.extend(sentence.in_language(words.language))
    return pieces if words.english else _chinese(pieces)


def _chinese(pieces: list[Part]) -> list[Part]:
    """Return Chinese pieces with Chinese marks; a number beside a mark or a gap counts as Chinese."""
    found: list[Part] = []
    for piece in pieces:
        # 〇 stands for the neighbouring number while the marks are set
        found.append(punctuated(f"〇{piece}〇")[1:-1] if isinstance(piece, str) else piece)
    return found


def _part(part: Part) -> str | dict[str, str]:
    return {"anchor": part.anchor, "shown": part.shown()} if isinstance(part, Number) else part


def _annex(document: ReportDocument, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "anchor": row.anchor,
            "figure_key": row.figure_key,
            "name": words.say(row.name),
            "shown": grouped(row.value),
            "unit": words.say(row.unit),
            "definition": words.definition(row),
            "remark": None if row.remark is None else words.say(row.remark),
            "entries": grouped(row.entries),
        }
        for row in document.annex
    ]
