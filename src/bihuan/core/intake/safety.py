"""What is looked at in a packed workbook before anything opens it.

A workbook is a zip of XML. Its parts are streamed once, with limits, so that a zip bomb, a sheet that
claims a billion cells, or an XML document type never reaches a reader that would believe them.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bihuan.core.intake.kinds import TOO_LARGE, UNREADABLE_FILE, UNSAFE_FILE
from bihuan.core.intake.problems import UnreadableError
from bihuan.core.intake.text import BrokenCell

MAX_BYTES: Final = 64 * 1024 * 1024
"""Largest file read, packed (bytes)."""
MAX_UNPACKED: Final = 256 * 1024 * 1024
"""Largest workbook read, unpacked (bytes)."""
MAX_RATIO: Final = 250
"""Unpacked to packed size beyond which a part is taken for a zip bomb (real sheets stay below 60)."""
MAX_PARTS: Final = 2_000
MAX_ROWS: Final = 200_000
"""Most rows of one sheet, and of all recognised tables of one intake together (about 4 KB each in memory)."""
MAX_COLUMNS: Final = 16_384
MAX_CELLS: Final = 8_000_000
"""Largest area of a sheet, rows × columns up to its last filled cell: a reader allocates all of it."""

_CHUNK: Final = 1 << 20
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
_REFERENCE: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+)(\d+)"(?:[^>]*[^/\s])?\s*>')
_BARE_CELL: Final = re.compile(rb"<(?:\w+:)?c(?:\s+(?!r=)\w+=\"[^\"]*\")*\s*>")
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s([^>]*?[^/])>(.*?)</(?:\w+:)?c>", re.S)
_CELL_PLACE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(rb'([\w:]+)="([^"]*)"')

# What the library raises on damaged archives; a few come from places where it trusts what it reads.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(slots=True)
class Inspection:
    """What the look inside a workbook found, by sheet name."""

    from_1904: bool = False
    macros: bool = False
    broken: dict[str, dict[tuple[int, int], BrokenCell]] = field(default_factory=dict)
    """Per sheet: (row, column) from 0 → a formula without value or an error value."""


def inspect_workbook(data: bytes) -> Inspection:
    """Check a packed workbook against the limits and note what a reader would not tell.

    Raises UnreadableError with `unreadable_file`, `file_too_large` or `unsafe_file`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inspect(archive)
    except UnreadableError:
        raise
    except _DAMAGE as error:
        raise UnreadableError(UNREADABLE_FILE, reason="文件损坏或不完整 / damaged or incomplete") from error


def _inspect(archive: zipfile.ZipFile) -> Inspection:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise UnreadableError(UNSAFE_FILE, reason=f"{len(parts)} parts")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableError(TOO_LARGE, reason=f"> {MAX_UNPACKED >> 20} MB")
    found = Inspection(macros=any(part.filename.lower().endswith("vbaproject.bin") for part in parts))
    with_formulas: list[str] = []
    for part in parts:
        if part.file_size > _CHUNK and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise UnreadableError(UNSAFE_FILE, reason="压缩比异常 / zip bomb")
        if _check_part(archive, part):
            with_formulas.append(part.filename)
    workbook = _read(archive, "xl/workbook.xml")
    found.from_1904 = bool(re.search(rb'date1904="(?:1|true)"', workbook))
    if with_formulas:
        names = _sheet_names(archive, workbook)
        for part_name in with_formulas:
            if part_name in names:
                found.broken[names[part_name]] = dict(_broken_cells(archive.read(part_name)))
    return found


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Stream one part; whether it is a sheet that holds formulas or error values."""
    is_sheet = bool(_SHEET_PART.fullmatch(part.filename))
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    suspicious, rest = False, b""
    extent = _Extent()
    for chunk in _chunks(archive, part):
        text = rest + chunk
        if is_xml and b"<!DOCTYPE" in text[:4096]:
            raise UnreadableError(UNSAFE_FILE, reason="DOCTYPE")
        if is_sheet:
            cut = text.rfind(b"<") if len(chunk) == _CHUNK else len(text)
            extent.add(text[:cut])
            suspicious = suspicious or b"<f" in text or b":f" in text or b't="e"' in text
            rest = text[cut:][-65536:]
    return suspicious


class _Extent:
    """The area that a sheet's filled cells span."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns: set[bytes] = set()
        self.bare = 0

    def add(self, text: bytes) -> None:
        places = _REFERENCE.findall(text)
        if places:
            self.columns.update({letters for letters, _ in places})
            self.rows = max(self.rows, *map(int, {row for _, row in places}))
        self.bare += sum(1 for _ in _BARE_CELL.finditer(text))
        width = max(map(_column_number, self.columns), default=0)
        if self.rows > MAX_ROWS:
            raise UnreadableError(TOO_LARGE, reason=f"> {MAX_ROWS:,} 行 / > {MAX_ROWS:,} rows")
        if width > MAX_COLUMNS or self.bare > MAX_CELLS:
            raise UnreadableError(TOO_LARGE, reason=f"> {MAX_COLUMNS:,} 列 / > {MAX_COLUMNS:,} columns")
        if self.rows * width > MAX_CELLS:
            raise UnreadableError(
                TOO_LARGE, reason=f"{self.rows:,} × {width:,} 单元格 / {self.rows:,} × {width:,} cells"
            )


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes; zipfile itself refuses a part that is longer than it declares."""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError:
        return b""


def _sheet_names(archive: zipfile.ZipFile, workbook: bytes) -> dict[str, str]:
    """Part name → sheet name, through the workbook's relations."""
    targets = {}
    for relation in _RELATION.findall(_read(archive, "xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(relation))
        target = attributes.get(b"Target", b"").decode()
        targets[attributes.get(b"Id", b"")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    names = {}
    for sheet in _SHEET.findall(workbook):
        attributes = dict(_ATTRIBUTE.findall(sheet))
        relation_id = next((value for key, value in attributes.items() if key.endswith(b":id")), b"")
        name = attributes.get(b"name", b"").decode()
        for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
            name = name.replace(entity, sign)
        names[targets.get(relation_id, "")] = name
    return names


def _broken_cells(xml: bytes) -> Iterator[tuple[tuple[int, int], BrokenCell]]:
    for cell in _CELL.finditer(xml):
        attributes, content = cell.groups()
        place = _CELL_PLACE.search(attributes)
        if place is None:
            continue
        value = _VALUE.search(content)
        where = int(place[2]) - 1, _column_number(place[1]) - 1
        if b't="e"' in attributes:
            yield where, BrokenCell(value[1].decode() if value else "error")
        elif _FORMULA.search(content) and value is None and b't="str"' not in attributes:
            yield where, BrokenCell("formula")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number
