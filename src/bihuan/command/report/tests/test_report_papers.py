"""A situation report leaves the house: as the official PDF/A, and as a Word file the office may still
edit.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from bihuan.command.report import docx, pdf
from bihuan.command.report.document import Number, ReportDocument, Section, Sentence, chinese_ordinal
from bihuan.command.report.ooxml import bookmark_name
from bihuan.command.report.tests.drill import FIGURES, number, report
from bihuan.core.spec.text import Text

LANGUAGES = ("zh-hans", "en")


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def said(document: ReportDocument) -> list[Number]:
    return [
        part
        for section in document.sections
        for paragraph in section.paragraphs
        for sentence in paragraph
        for part in sentence.zh
        if isinstance(part, Number)
    ]


def link_targets(reader: PdfReader) -> list[tuple[int, float]]:
    """Page and height to which each link of the document leads, in order."""
    pages = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages)}
    targets = []
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            link: Any = annotation.get_object()
            destination = link["/Dest"].get_object()
            targets.append((pages[destination[0].indirect_reference.idnum], float(destination[3])))
    return targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_official_paper_is_archival_and_tagged(language: str) -> None:
    reader = read(pdf.render_pdf(report(), language))
    xmp = reader.metadata
    packet = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in packet
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"].startswith("en" if language == "en" else "zh")
    assert xmp is not None and xmp.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_the_text_is_a_link_into_the_annex(language: str) -> None:
    document = report()
    reader = read(pdf.render_pdf(document, language))
    spoken = said(document)
    targets = link_targets(reader)
    annex = next(i for i, page in enumerate(reader.pages) if "quarantine.sites" in page.extract_text())
    assert len(targets) == len(spoken) + 1  # the numbers, and the words that name the annex
    assert all(page >= annex for page, _ in targets)
    assert len(set(targets)) == len({n.anchor for n in spoken}) + 1, "two figures open to one place"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_annex_says_key_value_definition_and_moment_of_every_figure(language: str) -> None:
    document = report()
    text = text_of(read(pdf.render_pdf(document, language))).replace("\n", "")
    for row in document.annex:
        assert row.figure_key in text.replace(" ", "")
        assert f"{row.value:,}" in text
    assert "08:00" in text and "09:30" in text  # cut-off and known-at, on the county's clock


def test_the_sheet_holds_22_lines_of_28_characters() -> None:
    """GB/T 9704-2012, 5.2.3: every page 22 lines, every line 28 characters."""
    filler = Sentence(("国" * 28 * 60,), ("x",))
    document = replace(report(), sections=(Section(Text("满", "Full"), ((filler,),)),))
    page = read(pdf.render_pdf(document)).pages[1].extract_text()
    lines = [line for line in page.splitlines() if "国" in line]
    assert [len(line.strip()) for line in lines] == [28] * 22


def test_the_sheet_is_a4_and_pages_are_numbered_between_dashes() -> None:
    reader = read(pdf.render_pdf(report()))
    for index, page in enumerate(reader.pages, start=1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        assert f"— {index} —" in page.extract_text()


def test_a_report_not_yet_issued_says_draft_and_that_nothing_is_sealed() -> None:
    draft = text_of(read(pdf.render_pdf(report(issued=False, sealed=False))))
    issued = text_of(read(pdf.render_pdf(report())))
    assert "送审稿" in draft and "送审稿" not in issued
    assert "台账尚未封存" in draft.replace("\n", "")
    assert "9f86d081 884c7d65" in issued


def test_a_sentence_typed_with_western_marks_is_printed_with_chinese_ones() -> None:
    known = number("quarantine.sites")
    typed = Sentence.of(Text("启用 {a} 个,共 {b} 个;(含{c})", "{a}, {b}; ({c})"), dict.fromkeys("abc", known))
    document = replace(report(), sections=(Section(Text("一线", "Front"), ((typed,),)),))
    text = text_of(read(pdf.render_pdf(document)))
    assert "启用47个，共47个；（含47）" in text.replace(" ", "").replace("\n", "")
    assert "47, 47; (47)" in text_of(read(pdf.render_pdf(document, "en")))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert pdf.render_pdf(report()) == pdf.render_pdf(report())


def test_no_figure_is_printed_as_an_empty_box() -> None:
    """PDF/A forbids .notdef; a rare character without a glyph is spelt out, so that nobody reads an empty
    box.
    """
    rare = Sentence(("𬭚县㛃乡𠀀村",), ("𬭚",))
    document = replace(report(), sections=(Section(Text("地名", "Names"), ((rare,),)),))
    text = text_of(read(pdf.render_pdf(document)))
    assert "𬭚" in text and "㛃" in text
    assert "𠀀" in text or "〔U+20000〕" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_file_opens_and_every_number_is_there_and_leads_to_its_row(language: str) -> None:
    document = report()
    word = Document(io.BytesIO(docx.render_docx(document, language)))
    links = list(word.element.body.iter(qn("w:hyperlink")))
    shown = sorted("".join(t.text or "" for t in link.iter(qn("w:t"))) for link in links)
    assert shown == sorted(n.shown() for n in said(document))
    bookmarks = {b.get(qn("w:name")): b for b in word.element.body.iter(qn("w:bookmarkStart"))}
    for link in links:
        words = "".join(t.text or "" for t in bookmarks[link.get(qn("w:anchor"))].getparent().iter(qn("w:t")))
        assert words.startswith("".join(t.text or "" for t in link.iter(qn("w:t"))))


def test_the_word_file_has_the_official_margins_and_grid() -> None:
    section = Document(io.BytesIO(docx.render_docx(report()))).sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [37, 35, 28, 26]
    assert section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"


def test_the_parts_of_every_paragraph_stand_in_the_order_word_demands() -> None:
    names = ("pStyle", "keepNext", "pageBreakBefore", "pBdr", "tabs", "spacing", "ind", "jc")
    order = [qn(f"w:{name}") for name in names]
    word = Document(io.BytesIO(docx.render_docx(report())))
    bordered = 0
    for properties in word.element.body.iter(qn("w:pPr")):
        parts = [child.tag for child in properties]
        assert parts == sorted(parts, key=order.index)
        bordered += qn("w:pBdr") in parts
    assert bordered == 4  # the red rule and the imprint's three lines


def test_bookmarks_stay_distinct_for_long_keys() -> None:
    names = {bookmark_name(f"figure-{key}") for key in FIGURES}
    assert len(names) == len(FIGURES)
    assert all(len(name) <= 40 for name in names)


def test_a_number_without_its_row_or_with_another_value_cannot_be_laid_out() -> None:
    document = report()
    with pytest.raises(ValueError, match="no annex row"):
        replace(document, annex=document.annex[1:])
    other = replace(number("quarantine.sites"), value=48)
    sentence = Sentence.of(Text("隔离点{n}个", "{n} sites"), {"n": other})
    with pytest.raises(ValueError, match="different values"):
        replace(document, sections=(Section(Text("一", "One"), ((sentence,),)),))


@pytest.mark.parametrize(("n", "word"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (34, "三十四")])
def test_sections_count_in_chinese(n: int, word: str) -> None:
    assert chinese_ordinal(n) == word
