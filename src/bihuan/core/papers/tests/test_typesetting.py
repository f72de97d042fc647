"""A paper is set: archival, readable, honest about characters, with the fonts the machine has."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from bihuan.core.papers import notices, qr, receipts, typesetting
from bihuan.core.papers.fonts import ROLES, NoChineseFontError, Typefaces
from bihuan.core.papers.tests.examples import AT, notice, receipt
from bihuan.core.papers.typesetting import presentable
from bihuan.core.papers.wording import punctuated
from bihuan.core.spec.text import Text


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("pdf", [receipts.render(receipt()).pdf, notices.render(notice()).pdf])
def test_papers_claim_pdf_a_2a_embed_their_fonts_and_carry_tags(pdf: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    packet = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in packet and "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert root["/OutputIntents"] and root["/MarkInfo"]["/Marked"]
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].get_object().values():  # type: ignore[index]
            descendant = font["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


def test_a_receipt_says_what_when_by_whom_the_hash_and_the_next_step_with_its_limit() -> None:
    given = receipt()
    text = text_of(receipts.render(given).pdf)
    for part in (given.number, given.matter_number, given.handed_in_by, "2026年10月8日", "09:30", "9f86d081"):
        assert part.replace(" ", "") in text.replace(" ", "")
    assert "民事起诉状" in text and "Statement of claim" in text
    assert "10月15日" in text.replace(" ", "") and "第一百二十六条" in text
    assert len(PdfReader(io.BytesIO(receipts.render(given).pdf)).pages) == 1


def test_a_step_without_a_limit_says_so() -> None:
    text = text_of(receipts.render(receipt(next_step=receipts.NextStep(Text("等待", "Wait")))).pdf)
    assert "没有法定时限" in text and "No limit runs" in text


def test_a_notice_shows_basis_end_and_the_way_to_contest_in_both_languages() -> None:
    given = notice()
    pages = [
        "".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(notices.render(given).pdf)).pages
    ]
    assert len(pages) == 2
    assert "传染病防治法" in pages[0] and "2026年10月20日" in pages[0] and "第二十条" in pages[0]
    assert "InfectiousDiseases" in pages[1] and "20October2026" in pages[1] and "art.20" in pages[1]
    assert all(given.code in page and given.person in page for page in pages)


@pytest.mark.parametrize("missing", ["basis", "contest"])
def test_an_order_without_basis_or_way_to_contest_is_not_set(missing: str) -> None:
    with pytest.raises(ValueError, match="binds a person"):
        notice(**{missing: ()})


def test_rare_characters_of_names_are_glyphs_and_can_be_copied() -> None:
    """Characters of the 2013 table of general standard characters, planes 0 and 2, and an extension A one."""
    work = receipts.render(receipt(handed_in_by="䶮㛃𬭚𫖮犇"))
    assert "䶮㛃𬭚𫖮犇" in text_of(work.pdf)
    assert work.missing == ()


def test_a_character_no_typeface_has_is_spelt_out_not_boxed() -> None:
    work = receipts.render(receipt(handed_in_by="张\U0003134a"))  # the last one of extension G
    if work.missing:
        assert work.missing == ("\U0003134a",)
        assert "张〔U+3134A〕" in text_of(work.pdf).replace(" ", "")
    else:
        assert "\U0003134a" in text_of(work.pdf)


def test_names_are_text_and_never_markup() -> None:
    name = '#panic("x") $x$ *粗* <a> "引" \\ [b]'
    assert "".join(name.split()) in "".join(text_of(receipts.render(receipt(handed_in_by=name)).pdf).split())


def test_invisible_marks_do_not_reach_paper() -> None:
    assert presentable({"name": ["a\u202eb\u0000c\u200bd\ud800e\n"]}) == {"name": ["abcde\n"]}
    assert presentable("\ue000") == "〔U+E000〕"


def test_the_same_paper_is_the_same_bytes() -> None:
    assert notices.render(notice()).pdf == notices.render(notice()).pdf


def test_papers_are_set_in_several_threads_at_once() -> None:
    done: dict[int, str] = {}

    def work(n: int) -> None:
        done[n] = text_of(receipts.render(receipt(matter_number=f"QH-{n}")).pdf)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(6))
    assert all(f"QH-{n}" in text for n, text in done.items())


def test_a_machine_without_chinese_fonts_is_told_which_package_to_install() -> None:
    with pytest.raises(NoChineseFontError, match="fonts-noto-cjk"):
        Typefaces.among({"DejaVu Sans", "Liberation Serif"})


def test_the_official_faces_win_where_they_are_installed() -> None:
    chosen = Typefaces.among({"FangSong", "SimHei", "Noto Serif CJK SC", "Liberation Serif"}).families
    assert chosen["body"] == ["FangSong", "Noto Serif CJK SC"]
    assert chosen["heading"][0] == "SimHei"
    assert chosen["title"] == ["Noto Serif CJK SC"]
    assert set(chosen) == set(ROLES)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("隔离点 47 个,在隔 6,208 人;截至08:00", "隔离点47个，在隔6,208人；截至08:00"),
        ("其中确定为点内感染(第 15 天起)", "其中确定为点内感染（第15天起）"),
        ("联系本隔离点;急病请拨 120。", "联系本隔离点；急病请拨120。"),
        ("Order 18, art. 3: (a)", "Order 18, art. 3: (a)"),
    ],
)
def test_chinese_text_gets_chinese_marks_and_numbers_keep_theirs(typed: str, printed: str) -> None:
    assert punctuated(typed) == printed


def test_a_template_error_names_the_template() -> None:
    with pytest.raises(typesetting.TypesettingError, match=r"receipt\.typ"):
        typesetting.typeset(receipts.TEMPLATE, {"title": ["一", "two"]}, made_at=AT)
    with pytest.raises(ValueError, match="aware"):
        typesetting.typeset(receipts.TEMPLATE, {}, made_at=AT.replace(tzinfo=None))


def test_a_receipt_lists_something() -> None:
    with pytest.raises(ValueError, match="handed in"):
        receipts.render(replace(receipt(), items=()))


def test_a_qr_code_that_no_phone_reads_from_paper_is_refused() -> None:
    assert qr.svg("https://qinghe.example/p/H4TN-8QKC-V2RX").startswith("<svg")
    with pytest.raises(ValueError, match="700"):
        qr.svg("x" * 700)


@pytest.mark.parametrize(("identifier", "named"), [("6207************24", True), ("", False)])
def test_a_notice_names_the_number_of_a_document_only_where_there_is_one(
    identifier: str, named: bool
) -> None:
    pages = PdfReader(io.BytesIO(notices.render(notice(identifier=identifier)).pdf)).pages
    chinese, english = ("".join(page.extract_text().split()) for page in pages)
    assert ("证件号码" in chinese, "(ID" in english) == (named, named)
