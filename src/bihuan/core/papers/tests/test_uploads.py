"""A file arrives: what it is, is told from its content; what may do harm is refused with a reason."""

from __future__ import annotations

import pytest

from bihuan.core.papers import content, errors
from bihuan.core.papers.content import clean_name, media_type
from bihuan.core.papers.errors import UploadRefused
from bihuan.core.papers.tests import files


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (files.pdf(), "application/pdf"),
        (files.png(), "image/png"),
        (files.jpeg(), "image/jpeg"),
        (files.xlsx(), content.XLSX),
        (files.compound("Root Entry", "WordDocument"), "application/msword"),
        (files.compound("Root Entry", "Workbook"), "application/vnd.ms-excel"),
        ("起诉状\n原告:张三".encode(), "text/plain"),
        ("起诉状\n".encode("gb18030"), "text/plain"),
        ("起诉状\n".encode("utf-16"), "text/plain"),
        (files.small_pdf(b"<</Length 9>>stream\n/JS /Launch \nendstream"), "application/pdf"),
    ],
)
def test_what_offices_and_phones_send_is_taken_for_what_it_is(data: bytes, kind: str) -> None:
    assert media_type(data) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", errors.EMPTY),
        (b"MZ\x90\0" + bytes(200), errors.UNKNOWN),
        (b"\x7fELF" + bytes(99), errors.UNKNOWN),
        (b"abc\0def", errors.NUL),
        (b"text with a bell \x07", errors.UNKNOWN),
        (files.pdf()[:-3000], errors.DAMAGED),
        (files.png()[:-8], errors.DAMAGED),
        (files.png(60_000, 60_000), errors.BOMB),
        (files.jpeg(65_000, 65_000), errors.BOMB),
        (files.jpeg()[:12], errors.DAMAGED),
        (files.small_pdf(b"<</OpenAction<</S/JavaScript/JS(1)>>>>"), errors.MACROS),
        (files.small_pdf(b"<</A<</S/Launch/F(calc.exe)>>>>"), errors.MACROS),
        (files.packed_script(), errors.MACROS),
        (files.small_pdf(b"<</Encrypt 3 0 R>>"), errors.LOCKED),
        (files.with_part(files.xlsx(), "xl/vbaProject.bin", b"code"), errors.MACROS),
        (files.with_part(files.xlsx(), "xl/worksheets/sheet9.xml", bytes(40 << 20)), errors.BOMB),
        (files.xlsx()[:-30], errors.DAMAGED),
        (files.compound("Root Entry", "WordDocument", "_VBA_PROJECT"), errors.MACROS),
        (files.compound("Root Entry", "EncryptedPackage"), errors.LOCKED),
    ],
)
def test_harmful_broken_and_unknown_files_are_refused_with_a_reason_and_a_way_out(
    data: bytes, code: str
) -> None:
    with pytest.raises(UploadRefused) as refused:
        media_type(data)
    assert refused.value.code == code
    assert refused.value.reason.zh and refused.value.reason.en and refused.value.instead.zh


def test_every_refusal_is_explained_in_both_languages() -> None:
    assert set(errors.REASONS) == set(errors.INSTEAD)


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\用户\\起诉状.PDF", "application/pdf", "起诉状.pdf"),
        ("微信图片.png", "image/jpeg", "微信图片.jpg"),
        ("照片.JPEG", "image/jpeg", "照片.jpeg"),
        ("a\u202egnp.exe\0", "image/png", "agnp.png"),
        ("...", "application/pdf", "file.pdf"),
        ("长" * 300 + ".docx", content.DOCX, "长" * 115 + ".docx"),
    ],
)
def test_a_files_name_is_made_safe_and_gets_the_contents_own_extension(
    name: str, kind: str, clean: str
) -> None:
    assert clean_name(name, kind) == clean
