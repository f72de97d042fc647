"""The situation report as plain text for a terminal, and as JSON for a machine."""

from __future__ import annotations

from typing import Any

from bihuan.command.report.document import Number, Part, ReportDocument, chinese_ordinal


def as_text(made: ReportDocument, language: str) -> str:
    """Return the report as lines of text, numbers grouped by thousands."""
    zh = not language.startswith("en")
    lines = [made.banner.in_language(language), made.title.in_language(language)]
    moment = made.cut_off.astimezone()
    lines.append(f"截至 {moment:%Y-%m-%d %H:%M}" if zh else f"As of {moment:%Y-%m-%d %H:%M}")
    for position, section in enumerate(made.sections, 1):
        head = f"{chinese_ordinal(position)}、" if zh else f"{position}. "
        lines += ["", head + section.title.in_language(language)]
        for paragraph in section.paragraphs:
            lines.append("  " + "".join(_words(s.in_language(language)) for s in paragraph))
    return "\n".join(lines)


def _words(parts: tuple[Part, ...]) -> str:
    return "".join(part.shown() if isinstance(part, Number) else part for part in parts)


def as_data(made: ReportDocument) -> dict[str, Any]:
    """Return the report as JSON-ready data: text in both languages, figures with definition and moment."""
    return {
        "title": {"zh": made.title.zh, "en": made.title.en},
        "number": made.number,
        "cut_off": made.cut_off.isoformat(),
        "known_at": made.known_at.isoformat(),
        "issued_at": made.issued_at.isoformat() if made.issued_at else None,
        "sections": [
            {
                "title": {"zh": s.title.zh, "en": s.title.en},
                "paragraphs": [
                    {"zh": "".join(_words(x.zh) for x in p), "en": "".join(_words(x.en) for x in p)}
                    for p in s.paragraphs
                ],
            }
            for s in made.sections
        ],
        "figures": {
            row.figure_key: {
                "value": row.value,
                "version": row.version,
                "name": {"zh": row.name.zh, "en": row.name.en},
                "definition": {"zh": row.definition.zh, "en": row.definition.en},
            }
            for row in made.annex
        },
    }
