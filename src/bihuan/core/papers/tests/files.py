"""Small files of every kind, made here: sound ones, and the ones that must be refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from openpyxl import Workbook

from bihuan.core.papers import receipts
from bihuan.core.papers.tests.examples import receipt


def png(width: int = 2, height: int = 2) -> bytes:
    """Return a grey picture; its header may claim any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\x80\x80" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 4032, height: int = 3024) -> bytes:
    """Return a JPEG's head with a frame of this size; enough to be told from."""
    frame = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width) + b"\x03" + bytes(9)
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01" + bytes(7) + frame + b"\xff\xda\x00\x02\x00\xff\xd9"


def pdf() -> bytes:
    """Return a real PDF."""
    return receipts.render(receipt()).pdf


def small_pdf(body: bytes) -> bytes:
    """Return a minimal PDF with one object of one's own."""
    return b"%PDF-1.4\n1 0 obj\n" + body + b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def packed_script() -> bytes:
    """Return a PDF whose script hides in a compressed object stream, its name written with an escape."""
    inner = zlib.compress(b"5 0 <</S/Java#53cript/JS(app.alert(1))>>")
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + inner + b"\nendstream"
    return small_pdf(stream)


def xlsx() -> bytes:
    """Return a workbook as an office saves it."""
    book = Workbook()
    book.active["A1"] = "姓名"  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return a package with one part more."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def compound(*entries: str) -> bytes:
    """Return an old Office file's head and directory with these entries ([MS-CFB])."""
    directory = b""
    for name in entries:
        encoded = name.encode("utf-16-le")
        directory += encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded) + 2) + bytes(62)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory
