"""Builds the situation report for a moment: asks the figures, puts their numbers into the declared sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.conf import settings

from bihuan.command.report.document import AnnexRow, Number, ReportDocument, Seal, Section, Sentence
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.matters.registry import figures, sentences
from bihuan.core.spec.figures import ReportSentence
from bihuan.core.spec.text import Text


def document(
    moment: Moment,
    numbers: dict[str, int] | None = None,
    *,
    number: str = "",
    issue: int = 0,
    issued_at: datetime | None = None,
    seal: Seal | None = None,
) -> ReportDocument:
    """Return the report for a moment; `numbers` are frozen values, asked from the ledger where not given."""
    found = values(moment) if numbers is None else numbers
    county = Text(settings.BIHUAN.county, settings.BIHUAN.county_en)
    shown = {key: _number(key, value) for key, value in found.items()}
    return ReportDocument(
        county=county,
        banner=Text(f"{county.zh}疫情防控日报", f"{county.en} Situation Report"),
        title=Text(f"{'全县' if county.zh.endswith('县') else '全区'}政法机关疫情防控工作情况",
                   "Epidemic control by the political-legal organs"),
        number=number,
        issue=issue,
        issuer=Text(f"中共{county.zh}委政法委员会办公室", f"Office of the Political-Legal Committee of {county.en}"),
        cut_off=moment.cutoff,
        known_at=moment.known_at,
        issued_at=issued_at,
        sections=tuple(_sections(sentences(), shown)),
        annex=tuple(_annex(key, value, found) for key, value in found.items()),
        seal=seal or Seal(),
    )  # fmt: skip


def _number(key: str, value: int) -> Number:
    return Number(value, key, figures()[key].unit, key.replace(":", "-"))


def _sections(declared: Iterable[ReportSentence], shown: dict[str, Number]) -> Iterable[Section]:
    for title, members in groupby(declared, key=lambda s: s.section):
        paragraphs = tuple(
            tuple(Sentence.of(s.says, shown) for s in group)
            for _, group in groupby(members, key=lambda s: s.paragraph)
        )
        yield Section(title, paragraphs)


def _annex(key: str, value: int, found: dict[str, int]) -> AnnexRow:
    figure = figures()[key]
    parts = {k: v for k, v in found.items() if figures()[k].part_of == key}
    remark = None
    if parts and sum(parts.values()) != value:
        remark = Text(
            f"分项合计 {sum(parts.values())},与总数相差 {value - sum(parts.values())}",
            f"parts add up to {sum(parts.values())}, {value - sum(parts.values())} less than the total",
        )
    return AnnexRow(
        anchor=key, figure_key=key, name=figure.label, value=value, unit=figure.unit,
        definition=figure.means, version=figure.version, entries=value, remark=remark,
    )  # fmt: skip
