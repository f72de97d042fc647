"""Papers on a matter's page: handed in with a receipt, opened and logged, withdrawn with a reason, refused in words."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pypdf import PdfReader

from bihuan.command.tests.conftest import County
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.papers import services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.tests import files
from bihuan.core.people.reveal import KIND

BUDGET = 15


def send(client: Client, matter: Matter, *papers: tuple[str, bytes], kind: str = "medical") -> Any:
    uploads = [SimpleUploadedFile(name, data) for name, data in papers]
    return client.post(f"/matters/{matter.id}/papers/", {"kind": kind, "papers": uploads})


def received(matter: Matter) -> list[Paper]:
    return list(Paper.objects.filter(matter=matter, way=Paper.RECEIVED).order_by("created_at"))


def test_papers_are_handed_in_together_and_one_dated_numbered_receipt_names_them(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    answer = send(client, stay, ("李四核酸报告.pdf", files.pdf()), ("照片.jpg", files.jpeg()))
    assert answer.status_code == 302 and answer["Location"].endswith("#papers")
    taken = received(stay)
    assert [paper.media_type for paper in taken] == ["application/pdf", "image/jpeg"]
    assert all(paper.sealed and paper.purpose == "quarantine" and paper.name == "" for paper in taken)
    receipt = Paper.objects.get(matter=stay, kind="receipt")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(services.read(receipt))).pages)
    assert receipt.number in text and stay.number in text
    assert re.search(r"20\d\d", text) and text.count("医学材料") == 2
    page = client.get(f"/matters/{stay.id}/").content.decode()
    assert f"收到 2 件，回执 {receipt.number}" in page
    assert "医学材料" in page and "李四" not in page
    kinds = list(Entry.objects.filter(matter_id=stay.id).values_list("kind", flat=True))
    assert kinds.count("papers.received") == 2 and kinds.count("papers.issued") == 1


def test_what_a_file_was_called_and_holds_is_not_found_in_the_database_or_on_disk(county: County) -> None:
    stay = county.stay("observed")
    send(county.client("site_manager"), stay, ("李四核酸报告.txt", "李四的核酸报告".encode()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, ' ') FROM papers_paper p")
        row = cursor.fetchone()
    assert row is not None and "李四" not in row[0] and "李四".encode().hex() not in row[0]
    (paper,) = received(stay)
    on_disk = (settings.BIHUAN.files / paper.path).read_bytes()
    assert "李四".encode() not in on_disk
    assert services.read(paper) == "李四的核酸报告".encode()


def test_a_sealed_paper_is_opened_for_a_purpose_and_the_view_is_logged(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    send(client, stay, ("报告.txt", "内容".encode()))
    (paper,) = received(stay)
    address = f"/matters/{stay.id}/papers/{paper.id}/"
    assert client.post(address).status_code == 404, "no purpose stated"
    assert not Entry.objects.filter(kind=KIND, payload__paper=str(paper.id)).exists()
    answer = client.post(address, {"purpose": "care"})
    assert answer.content == "内容".encode()
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Disposition"].startswith(
        "attachment"
    )
    (view,) = Entry.objects.filter(kind=KIND, payload__paper=str(paper.id))
    assert view.person_id == stay.person_id and view.post == "site_manager"


def test_a_wrong_paper_is_withdrawn_with_a_reason_and_opened_no_more(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    send(client, stay, ("别人的.png", files.png()))
    (paper,) = received(stay)
    address = f"/matters/{stay.id}/papers/{paper.id}/"
    assert client.post(address + "withdraw/", {"why": ""}).status_code == 409, "a reason is asked for"
    assert client.post(address + "withdraw/", {"why": "wrong_matter"}).status_code == 302
    page = client.get(f"/matters/{stay.id}/").content.decode()
    assert "已撤下" in page and "不是本事项的材料" in page
    assert address + "withdraw/" not in page
    assert client.post(address, {"purpose": "care"}).status_code == 404
    assert client.post(address + "withdraw/", {"why": "wrong_matter"}).status_code == 404
    entry = Entry.objects.get(kind="papers.withdrawn")
    assert entry.payload["why"] == "wrong_matter" and entry.payload["sha256"] == paper.sha256
    assert Paper.objects.get(pk=paper.pk).withdrawn_at is not None, "the line stays"


def test_a_receipt_cannot_be_withdrawn(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    send(client, stay, ("报告.png", files.png()))
    receipt = Paper.objects.get(matter=stay, kind="receipt")
    answer = client.post(f"/matters/{stay.id}/papers/{receipt.id}/withdraw/", {"why": "wrong_file"})
    assert answer.status_code == 409 and "不能撤下" in answer.content.decode()


def test_a_file_that_cannot_be_taken_is_told_and_costs_the_others_nothing(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    answer = send(
        client, stay, ("坏.pdf", b"%PDF-1.4 broken"), ("好.png", files.png()), ("程序.exe", b"MZ\x00\x01")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "有 2 件没有收，其余已收" in page and "收到 1 件，回执" in page
    assert "坏.pdf" in page and "文件不完整或已损坏" in page and "请在本机打开检查后重新上传" in page
    assert "程序.exe" in page and "不能识别这种文件" in page
    assert len(received(stay)) == 1
    only_bad = send(client, stay, ("空.pdf", b""))
    assert only_bad.status_code == 422 and Paper.objects.filter(matter=stay, kind="receipt").count() == 1


def test_a_form_sent_twice_hands_in_once(county: County) -> None:
    stay, client = county.stay("observed"), county.client("site_manager")
    send(client, stay, ("报告.png", files.png()))
    again = send(client, stay, ("报告.png", files.png()))
    assert again.status_code == 422 and "内容完全相同的一件已于" in again.content.decode()
    assert len(received(stay)) == 1 and Paper.objects.filter(matter=stay, kind="receipt").count() == 1


@pytest.mark.parametrize(("kind", "words"), [("", "请选择这是什么材料"), ("medical", "还没有选择文件")])
def test_what_is_missing_from_the_form_is_said(county: County, kind: str, words: str) -> None:
    stay = county.stay("observed")
    answer = county.client("site_manager").post(f"/matters/{stay.id}/papers/", {"kind": kind})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_a_closed_matter_takes_no_papers(county: County) -> None:
    stay, client = county.stay("released"), county.client("site_manager")
    answer = send(client, stay, ("报告.png", files.png()))
    assert answer.status_code == 409 and "已经办结" in answer.content.decode()
    assert f'/matters/{stay.id}/papers/"' not in client.get(f"/matters/{stay.id}/").content.decode()
    assert received(stay) == []


def test_only_who_acts_on_the_matter_hands_in_and_withdraws(county: County) -> None:
    stay = county.stay("observed")
    send(county.client("site_manager"), stay, ("报告.png", files.png()))
    (paper,) = received(stay)
    for post in ("reporter", "supervisor"):
        client = county.client(post)
        assert send(client, stay, ("另一件.jpg", files.jpeg())).status_code in (403, 404)
        address = f"/matters/{stay.id}/papers/{paper.id}/withdraw/"
        assert client.post(address, {"why": "wrong_file"}).status_code in (403, 404)
    assert send(county.client("site_manager"), Matter(id=uuid4()), ("a.png", files.png())).status_code == 404
    assert len(received(stay)) == 1 and not Entry.objects.filter(kind="papers.withdrawn").exists()


def test_the_page_with_papers_stays_within_its_budget_and_speaks_english(
    county: County, django_assert_max_num_queries: Any
) -> None:
    stay = county.stay("observed")
    send(county.client("site_manager"), stay, ("a.png", files.png()), ("b.jpg", files.jpeg()))
    client = county.client("site_manager", "en")
    client.get(f"/matters/{stay.id}/")
    with django_assert_max_num_queries(BUDGET):
        page = client.get(f"/matters/{stay.id}/").content.decode()
    assert "Medical document" in page and "Take papers in" in page and "Wrong one? Withdraw" in page
