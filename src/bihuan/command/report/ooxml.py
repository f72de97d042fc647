"""Parts of a Word document that python-docx has no words for: bookmarks, inner links, page fields, grids,
borders.

Names are those of ECMA-376 (Office Open XML), part 1, chapter 17.
"""

from __future__ import annotations

from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

AFTER_BORDERS: Final = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
    "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
"""What follows `w:pBdr` in a paragraph's properties; Word refuses a file whose parts stand out of order
(17.3.1.26).
"""


def element(name: str, /, **attributes: str) -> Any:
    """Return a new element `w:<name>` with `w:` attributes."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def set_faces(run: Any, east_asian: str, latin: str) -> None:
    """Name the typefaces of a run: one for Chinese, one for everything else."""
    faces = run._element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs"):
        faces.set(qn(f"w:{script}"), latin)
    faces.set(qn("w:eastAsia"), east_asian)


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Give a paragraph a bookmark, to which links inside the document lead (17.13.6.2)."""
    start = element("bookmarkStart", id=str(number), name=bookmark_name(name))
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(element("bookmarkEnd", id=str(number)))


def bookmark_name(anchor: str) -> str:
    """Return an anchor as Word allows it: letters, digits and `_`, at most 40 characters."""
    name = "".join(c if c.isalnum() and c.isascii() else "_" for c in anchor)
    return name if len(name) <= 40 else name[:8] + "_" + name[-31:]


def link(paragraph: Any, run: Any, anchor: str) -> None:
    """Wrap a run into a link to a bookmark of the same document (17.16.22)."""
    wrapped = element("hyperlink", anchor=bookmark_name(anchor), history="1")
    wrapped.append(run._element)
    paragraph._p.append(wrapped)


def page_field(run: Any) -> None:
    """Turn a run into the number of the page it stands on (17.16.5.44)."""
    for part in (
        element("fldChar", fldCharType="begin"),
        _instruction(),
        element("fldChar", fldCharType="end"),
    ):
        run._element.append(part)


def _instruction() -> Any:
    made = element("instrText")
    made.text = " PAGE "
    return made


def grid(section: Any, line_pitch: float, extra: float) -> None:
    """Lay a section on a grid: lines every `line_pitch` points, `extra` points more or less per character
    (17.6.5).
    """
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(
        element(
            "docGrid",
            type="linesAndChars",
            linePitch=str(round(line_pitch * 20)),
            charSpace=str(round(extra * 4096)),
        )
    )


def border(paragraph: Any, side: str, points: float, colour: str) -> None:
    """Draw a rule above (`top`) or below (`bottom`) a paragraph (17.3.1.24)."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = element("pBdr")
        properties.insert_element_before(borders, *AFTER_BORDERS)
    borders.append(element(side, val="single", sz=str(round(points * 8)), space="4", color=colour))


def repeat_as_header(row: Any) -> None:
    """Let a table row stand at the top of every page the table reaches (17.4.78)."""
    row._tr.get_or_add_trPr().append(element("tblHeader", val="true"))


def keep_whole(row: Any) -> None:
    """Keep a table row on one page (17.4.6)."""
    row._tr.get_or_add_trPr().append(element("cantSplit", val="true"))
