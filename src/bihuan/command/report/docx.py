"""The situation report as an editable Word document, laid out like the official PDF as far as Word allows."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor

from bihuan.command.report import ooxml
from bihuan.command.report.document import AnnexRow, Number, ReportDocument, grouped
from bihuan.command.report.pdf import section_title, spoken
from bihuan.command.report.words import ANNEX, ANNEX_NOTE, ANNEX_TITLE, COLUMNS, Words

LATIN: Final = "Times New Roman"
TITLE, BODY, HEADING = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
)  # GB/T 9704-2012; Word substitutes where absent
RED: Final = RGBColor(0xD0, 0x02, 0x1B)
LINK: Final = RGBColor(0x1D, 0x4F, 0x91)
REMARK: Final = RGBColor(0x9A, 0x34, 0x12)
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22, 16, 14, 10.5  # 2号, 3号, 4号, 5号, in points
LINE_PITCH: Final = 28.95  # 22 lines in 225 mm
WIDTHS: Final = (11, 46, 22, 62, 15)  # columns of the annex, mm; together the type area's 156 mm


def render_docx(document: ReportDocument, language: str = "zh-hans") -> bytes:
    """Return the report as DOCX; every number of the text is a link to the bookmark of its annex row."""
    out = io.BytesIO()
    _Writer(document, Words(document, language)).write().save(out)
    return out.getvalue()


@dataclass(slots=True)
class _Look:
    """How a run is set: size in points, Chinese typeface, colour, weight."""

    size: float = SIZE_3
    face: str = BODY
    colour: RGBColor | None = None
    bold: bool = False


class _Writer:
    """Writes one report into one Word document, top to bottom."""

    def __init__(self, document: ReportDocument, words: Words) -> None:
        self.report = document
        self.words = words
        self.word: Any = Document()
        self.size = SIZE_4 if words.english else SIZE_3

    def write(self) -> Any:
        """Write everything and return the document."""
        self._page()
        self._properties()
        self._head()
        for index, section in enumerate(self.report.sections, start=1):
            title = section_title(index, self.words.say(section.title), self.words.english)
            self._line(title, _Look(self.size, HEADING, bold=self.words.english), indent=True, keep=True)
            for paragraph in section.paragraphs:
                self._paragraph(paragraph)
        self._signature()
        self._annex()
        if self.words.draft is None:
            self._imprint()
        return self.word

    def _page(self) -> None:
        section = self.word.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(24)
        if not self.words.english:
            ooxml.grid(section, LINE_PITCH, 156 / 25.4 * 72 / 28 - SIZE_3)
        self.word.settings.odd_and_even_pages_header_footer = True
        for footer, side in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            paragraph = footer.paragraphs[0]
            paragraph.alignment = side
            self._run(paragraph, "— ", _Look(SIZE_4, "宋体"))
            ooxml.page_field(self._run(paragraph, "", _Look(SIZE_4, "宋体")))
            self._run(paragraph, " —", _Look(SIZE_4, "宋体"))
        if self.words.draft is not None:
            for header in (section.header, section.even_page_header):
                header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
                self._run(header.paragraphs[0], self.words.draft, _Look(SIZE_4, HEADING, RED))

    def _properties(self) -> None:
        properties = self.word.core_properties
        properties.title = self.words.heading
        properties.author = self.words.say(self.report.issuer)
        properties.language = "en" if self.words.english else "zh-CN"
        moment = self.report.issued_at or self.report.known_at
        properties.created = properties.modified = moment

    def _head(self) -> None:
        say, centre = self.words.say, WD_ALIGN_PARAGRAPH.CENTER
        banner_size = 28 if self.words.english else 42
        self._line(say(self.report.banner), _Look(banner_size, TITLE, RED, bold=True), centre, exact=False)
        self._line(f"{self.words.number}　{self.words.issue}".strip(), _Look(self.size), centre)
        line = self._line(f"{say(self.report.issuer)}\t{self.words.date}", _Look(self.size), exact=False)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
        line.paragraph_format.space_after = Pt(24)
        ooxml.border(line, "bottom", 1.5, str(RED))
        title = self._line(say(self.report.title), _Look(SIZE_2, TITLE, bold=True), centre, exact=False)
        title.paragraph_format.space_after = Pt(12)

    def _paragraph(self, sentences: tuple[Any, ...]) -> None:
        paragraph = self._line("", _Look(self.size), WD_ALIGN_PARAGRAPH.JUSTIFY, indent=True)
        for part in spoken(sentences, self.words):
            if isinstance(part, Number):
                run = self._run(paragraph, part.shown(), _Look(self.size, colour=LINK))
                ooxml.link(paragraph, run, part.anchor)
            else:
                self._run(paragraph, part, _Look(self.size))

    def _signature(self) -> None:
        note = self._line(self.words.say(ANNEX_NOTE), _Look(self.size), indent=True, keep=True)
        note.paragraph_format.space_before = Pt(LINE_PITCH)
        note.paragraph_format.space_after = Pt(2 * LINE_PITCH)
        for text in (self.words.say(self.report.issuer), self.words.date):
            line = self._line(text, _Look(self.size), WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
            line.paragraph_format.right_indent = Pt(2 * SIZE_3)

    def _annex(self) -> None:
        say, centre = self.words.say, WD_ALIGN_PARAGRAPH.CENTER
        top = self._line(say(ANNEX), _Look(self.size, HEADING))
        top.paragraph_format.page_break_before = True
        self._line(say(ANNEX_TITLE), _Look(SIZE_2, TITLE, bold=True), centre, exact=False)
        for text in (self.words.moment, *self.words.seal):
            self._line(text, _Look(SIZE_5), exact=False)
        table = self.word.add_table(rows=1, cols=len(COLUMNS))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        ooxml.repeat_as_header(table.rows[0])
        for cell, column, width in zip(table.rows[0].cells, COLUMNS, WIDTHS, strict=True):
            cell.width = Mm(width)
            self._cell(cell, say(column), _Look(SIZE_5, HEADING, bold=self.words.english))
        for index, row in enumerate(self.report.annex, start=1):
            self._annex_row(table, index, row)

    def _annex_row(self, table: Any, index: int, row: AnnexRow) -> None:
        say, right = self.words.say, WD_ALIGN_PARAGRAPH.RIGHT
        line = table.add_row()
        ooxml.keep_whole(line)
        ordinal, name, value, definition, entries = cells = line.cells
        for cell, width in zip(cells, WIDTHS, strict=True):
            cell.width = Mm(width)
        self._cell(ordinal, str(index), _Look(SIZE_5), WD_ALIGN_PARAGRAPH.CENTER)
        self._cell(name, say(row.name), _Look(SIZE_5))
        self._cell(name, row.figure_key, _Look(8.5), more=True)
        paragraph = self._cell(value, f"{grouped(row.value)} {say(row.unit)}", _Look(SIZE_5), right)
        ooxml.bookmark(paragraph, row.anchor, index)
        self._cell(definition, self.words.definition(row), _Look(SIZE_5))
        if row.remark is not None:
            self._cell(definition, say(row.remark), _Look(SIZE_5, colour=REMARK), more=True)
        self._cell(entries, grouped(row.entries), _Look(SIZE_5), right)

    def _imprint(self) -> None:
        look = _Look(SIZE_4 if not self.words.english else 12)
        for index, text in enumerate(self.words.copies):
            line = self._line(text, look, exact=False)
            ooxml.border(line, "top", 1.0 if index == 0 else 0.6, "000000")
            line.paragraph_format.space_before = Pt(LINE_PITCH if index == 0 else 0)
        last = self._line(f"{self.words.say(self.report.issuer)}\t{self.words.printed}", look, exact=False)
        last.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
        ooxml.border(last, "top", 0.6, "000000")
        ooxml.border(last, "bottom", 1.0, "000000")

    def _line(
        self,
        text: str,
        look: _Look,
        align: Any = WD_ALIGN_PARAGRAPH.LEFT,
        *,
        indent: bool = False,
        exact: bool = True,
        keep: bool = False,
    ) -> Any:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = align
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.keep_with_next = keep
        if exact:
            form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            form.line_spacing = Pt(22 if self.words.english else LINE_PITCH)
        if indent:
            form.first_line_indent = Pt(2 * self.size)
        if text:
            self._run(paragraph, text, look)
        return paragraph

    def _cell(
        self, cell: Any, text: str, look: _Look, align: Any = WD_ALIGN_PARAGRAPH.LEFT, *, more: bool = False
    ) -> Any:
        paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        self._run(paragraph, text, look)
        return paragraph

    def _run(self, paragraph: Any, text: str, look: _Look) -> Any:
        run = paragraph.add_run(text)
        run.font.size = Pt(look.size)
        run.font.bold = look.bold
        if look.colour is not None:
            run.font.color.rgb = look.colour
        ooxml.set_faces(run, look.face, LATIN)
        return run
