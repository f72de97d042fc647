"""What a file is, told from its content and never from its name; what may do harm is refused at the edge.

Accepted: PDF, pictures from phones and scanners, Word and Excel without macros, OFD (GB/T 33190-2016),
plain text. Names lie harmlessly all the time (chat programs save JPEG as .png), so a wrong extension is not
an offence.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from bihuan.core.papers.errors import BOMB, DAMAGED, EMPTY, LOCKED, MACROS, NUL, UNKNOWN, UploadRefused

MAX_UNPACKED: Final = 256 * 1024 * 1024
"""Largest packed document, unpacked (bytes)."""
MAX_RATIO: Final = 250
"""Unpacked to packed size of one part beyond which it is taken for a zip bomb; real parts stay below 100."""
MAX_PARTS: Final = 4_000
MAX_PIXELS: Final = 120_000_000
"""Largest picture (width × height); a phone's best camera stays below."""
MAX_NAME: Final = 120
_CHUNK: Final = 1 << 20

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFD: Final = "application/ofd"
EXTENSIONS: Final = {
    "application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp",
    "image/tiff": "tif", "image/heic": "heic", DOCX: "docx", XLSX: "xlsx", OFD: "ofd",
    "application/msword": "doc", "application/vnd.ms-excel": "xls", "text/plain": "txt",
}  # fmt: skip


def media_type(data: bytes) -> str:
    """Return the media type of a file that may be kept. Raises UploadRefused with the reason."""
    if not data:
        raise UploadRefused(EMPTY)
    if data.startswith(b"PK"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(data)
    picture = _picture(data)
    if picture is not None:
        return picture
    return _pdf(data) if b"%PDF-" in data[:1024] else _text(data)


def _picture(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return _checked("image/jpeg", _jpeg_size(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        if b"IEND" not in data[-16:]:
            raise UploadRefused(DAMAGED)
        return _checked("image/png", struct.unpack(">II", data[16:24]))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        if int.from_bytes(data[4:8], "little") + 8 > len(data) + 1:
            raise UploadRefused(DAMAGED)
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"}:
        return "image/heic"
    if data[:4] in {b"II*\0", b"MM\0*"}:
        return "image/tiff"
    return None


def _checked(kind: str, size: tuple[int, int] | None) -> str:
    if size is None or 0 in size:
        raise UploadRefused(DAMAGED)
    if size[0] * size[1] > MAX_PIXELS:
        raise UploadRefused(BOMB)
    return kind


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height from a JPEG's frame header (ITU-T T.81, B.2.2), None where there is none."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE: Final = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)(?=[\s/<(\[\]>]|$)")
_STREAM: Final = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.S)
_OBJECT_STREAM: Final = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)


def _pdf(data: bytes) -> str:
    """Check a PDF: whole, without password, without scripts or programs to start (also in packed objects)."""
    if b"%%EOF" not in data[-2048:]:
        raise UploadRefused(DAMAGED)
    words = _STREAM.sub(b"", data)  # packed pictures hold any byte sequence by chance
    if re.search(rb"/Encrypt(?=[\s/<\[])", words):
        raise UploadRefused(LOCKED)
    for text in (words, *_pdf_objects(data)):
        if _ACTIVE.search(_NAME_ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), text)):
            raise UploadRefused(MACROS)
    return "application/pdf"


def _pdf_objects(data: bytes) -> Iterator[bytes]:
    for found in _OBJECT_STREAM.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], 8 * _CHUNK)
        except zlib.error:
            continue


def _packed(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _package(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UploadRefused(DAMAGED) from error


def _package(archive: zipfile.ZipFile) -> str:
    """Check a zip package part by part, streamed; zipfile itself refuses a part longer than it declares."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UploadRefused(BOMB)
    for part in parts:
        if part.flag_bits & 1:
            raise UploadRefused(LOCKED)
        if part.file_size > _CHUNK and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise UploadRefused(BOMB)
        if part.filename.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            raise UploadRefused(MACROS)
        with archive.open(part) as stream:
            while stream.read(_CHUNK):
                pass
    names = {part.filename for part in parts}
    if "[Content_Types].xml" in names:
        return _office(archive.read("[Content_Types].xml"), names)
    if "OFD.xml" in names:
        return OFD
    raise UploadRefused(UNKNOWN)


def _office(types: bytes, names: set[str]) -> str:
    if b"macroEnabled" in types or b"<!DOCTYPE" in types:
        raise UploadRefused(MACROS)
    if "word/document.xml" in names:
        return DOCX
    if any(name.startswith("xl/workbook") for name in names):
        return XLSX
    raise UploadRefused(UNKNOWN)


def _compound(data: bytes) -> str:
    """Check an old Office file by the names in its directory."""
    if _has_entry(data, "EncryptedPackage"):
        raise UploadRefused(LOCKED)
    if any(_has_entry(data, name) for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros")):
        raise UploadRefused(MACROS)
    if _has_entry(data, "WordDocument"):
        return "application/msword"
    if _has_entry(data, "Workbook") or _has_entry(data, "Book"):
        return "application/vnd.ms-excel"
    raise UploadRefused(UNKNOWN)


def _has_entry(data: bytes, name: str) -> bool:
    """Tell whether a compound file's directory has an entry of this name ([MS-CFB] 2.6.1).

    An entry is 128 bytes, aligned; it begins with the name in UTF-16LE, whose length with its end stands at
    64.
    """
    wanted = name.encode("utf-16-le")
    length = (len(wanted) + 2).to_bytes(2, "little")
    at = data.find(wanted)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == length:
            return True
        at = data.find(wanted, at + 2)
    return False


def _text(data: bytes) -> str:
    """Check that it is plain text, in UTF-8, UTF-16 with its mark, or GB 18030."""
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f\0" for c in text):
            continue
        if "\0" in text:
            raise UploadRefused(NUL)
        return "text/plain"
    raise UploadRefused(UNKNOWN)


def clean_name(name: str, kind: str) -> str:
    """Return a file's name fit to show and to save: no folders, no invisible marks, the content's own
    extension.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    stem, _, extension = base.rpartition(".")
    proper = EXTENSIONS[kind]
    same = {"jpg": {"jpg", "jpeg"}, "tif": {"tif", "tiff"}, "txt": {"txt", "csv", "tsv"}}.get(
        proper, {proper}
    )
    if not stem:
        stem, extension = base, ""
    ending = extension.lower() if extension.lower() in same else proper
    return f"{stem.strip(' .')[: MAX_NAME - len(ending) - 1] or 'file'}.{ending}"
