"""A party hands in papers and goes home with a receipt; the files are sealed, and erased with the person's
key.
"""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.ledger.models import Entry
from bihuan.core.papers import numbering, receipts, services, storage
from bihuan.core.papers.errors import TOO_LARGE, PaperDamaged, PaperErased, UploadRefused
from bihuan.core.papers.models import Paper
from bihuan.core.papers.receipts import Item
from bihuan.core.papers.services import About
from bihuan.core.papers.tests import files
from bihuan.core.papers.tests.examples import AT, receipt
from bihuan.core.people.vault import vault
from bihuan.core.spec.text import Text

CLAIM = Text("民事起诉状", "Statement of claim")


def hand_in(
    clerk: Actor, person: UUID | None, data: bytes = files.png(), name: str = "张三身份证.png"
) -> Paper:
    about = About(person_id=person, purpose="filing" if person else "")
    return services.receive(data, name, kind="claim", title=CLAIM, about=about, actor=clerk)


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_paper_about_a_person_is_sealed_on_disk_and_in_the_database(
    clerk: Actor, party: UUID, folder: Path
) -> None:
    paper = hand_in(clerk, party, "当事人张三的起诉状".encode(), "张三起诉状.txt")
    assert "张三".encode() not in stored_bytes(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM papers_paper p WHERE id = %s", [paper.id])
        assert "张三" not in cursor.fetchone()[0]
    kept = Paper.objects.get(pk=paper.pk)
    assert services.read(kept) == "当事人张三的起诉状".encode()
    assert services.file_name(kept) == "张三起诉状.txt"


def test_what_came_in_is_in_the_ledger_with_its_hash_and_without_its_name(clerk: Actor, party: UUID) -> None:
    paper = hand_in(clerk, party)
    entry = Entry.objects.get(kind="papers.received")
    assert entry.payload["sha256"] == paper.sha256
    assert entry.payload["paper"] == str(paper.id)
    assert (entry.person_id, entry.actor_id) == (party, clerk.officer_id)
    assert "张三" not in str(entry.payload)


def test_destroying_the_key_makes_the_paper_unreadable_and_leaves_its_hash(clerk: Actor, party: UUID) -> None:
    paper = hand_in(clerk, party)
    vault().destroy([(party, "filing")])
    kept = Paper.objects.get(pk=paper.pk)
    with pytest.raises(PaperErased):
        services.read(kept)
    assert services.file_name(kept) == "claim.png"
    assert kept.sha256 == paper.sha256


def test_a_register_of_an_office_is_kept_once_however_often_it_is_sent(clerk: Actor, folder: Path) -> None:
    first = hand_in(clerk, None, files.xlsx(), "台账.xlsx")
    again = hand_in(clerk, None, services.read(first), "台账(2).xlsx")
    assert first.path == again.path and first.id != again.id
    assert len(list(storage.stored())) == 1
    assert services.read(again) == services.read(first)


def test_a_file_changed_or_lost_on_disk_is_found_without_any_key(
    clerk: Actor, party: UUID, folder: Path
) -> None:
    good, bad, lost = (hand_in(clerk, party) for _ in range(3))
    (folder / bad.path).write_bytes(b"other")
    (folder / lost.path).unlink()
    assert {paper.id for paper in services.damaged()} == {bad.id, lost.id}
    with pytest.raises(PaperDamaged):
        services.read(bad)
    assert services.read(good) == files.png()


def test_a_damaged_copy_is_mended_when_the_same_file_comes_again(clerk: Actor, folder: Path) -> None:
    data = files.xlsx()
    first = hand_in(clerk, None, data)
    (folder / first.path).write_bytes(b"rotten")
    hand_in(clerk, None, data)
    assert services.damaged() == []


def test_a_refused_file_leaves_nothing_behind(clerk: Actor, party: UUID, folder: Path) -> None:
    with pytest.raises(UploadRefused):
        hand_in(clerk, party, b"MZ" + bytes(99))
    assert not Paper.objects.exists() and not Entry.objects.exists()
    assert not folder.exists()


def test_a_file_beyond_the_limit_is_not_even_read_whole() -> None:
    stream = io.BytesIO(bytes(5 << 20))
    with pytest.raises(UploadRefused) as refused:
        services.read_upload(stream)
    assert refused.value.code == TOO_LARGE
    assert stream.tell() == (1 << 20) + 1
    assert services.read_upload(io.BytesIO(b"short")) == b"short"


def test_files_of_failed_transactions_are_swept_and_no_others(clerk: Actor, folder: Path) -> None:
    kept = hand_in(clerk, None, files.xlsx())
    orphan = storage.keep(b"left by a transaction that failed")
    young = storage.keep(b"its transaction may still run")
    for path in (kept.path, orphan):
        os.utime(folder / path, (0, 0))
    assert services.sweep() == 1
    assert {path for path, _ in storage.stored()} == {kept.path, young}


def test_a_path_never_leaves_the_folder() -> None:
    with pytest.raises(PaperDamaged, match="outside"):
        storage.fetch("papers/../../keys/kek")


def test_a_receipt_is_numbered_kept_and_states_the_hash_of_what_was_handed_in(
    clerk: Actor, court: Organ, party: UUID
) -> None:
    claim = hand_in(clerk, party)
    draft = receipt(items=(Item.of(claim),))
    about = About(person_id=party, purpose="filing")
    first = receipts.issue(draft, organ_code=court.code, about=about, actor=clerk)
    second = receipts.issue(draft, organ_code=court.code, about=about, actor=clerk)
    assert (first.number, second.number) == ("青法收〔2026〕1号", "青法收〔2026〕2号")
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(services.read(first))).pages).replace(
        " ", ""
    )
    assert first.number in text and claim.sha256[:8] in text and claim.sha256[-8:] in text
    assert Entry.objects.filter(kind="papers.issued").count() == 2


def test_numbers_have_no_gap_when_papers_fail(court: Organ) -> None:
    def take() -> str:
        return numbering.take(court.code, "receipt", 2026, court.jurisdiction)[0]

    take()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take()
        _ = 1 / 0
    assert take() == "青法收〔2026〕2号"


def test_a_block_is_taken_at_once_and_years_kinds_and_counties_count_apart(court: Organ) -> None:
    take = numbering.take
    block = take(court.code, "receipt", 2026, court.jurisdiction, 1000)
    assert block[0] == "青法收〔2026〕1号" and block[-1] == "青法收〔2026〕1000号" and len(set(block)) == 1000
    assert take(court.code, "receipt", 2026, court.jurisdiction) == ["青法收〔2026〕1001号"]
    assert take(court.code, "receipt", 2027, court.jurisdiction) == ["青法收〔2027〕1号"]
    assert take(court.code, "notice", 2026, court.jurisdiction) == ["青法隔告〔2026〕1号"]
    assert take(court.code, "receipt", 2026, "620702") == ["青法收〔2026〕1号"]
    assert list(take(court.code, "receipt", 2026, court.jurisdiction, 0)) == []


def test_an_organ_sets_its_own_mark(court: Organ) -> None:
    numbering.set_mark(court.code, "report", "青政法防控")
    assert numbering.take(court.code, "report", 2026, court.jurisdiction) == ["青政法防控〔2026〕1号"]
    with pytest.raises(ValueError, match="not a document mark"):
        numbering.set_mark(court.code, "report", "第1号")


def test_two_papers_cannot_bear_one_number(clerk: Actor) -> None:
    def publish() -> Paper:
        return services.issue(
            files.pdf(), kind="report", title=CLAIM, number="青〔2026〕1号", about=About(), actor=clerk
        )

    publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        publish()


@pytest.mark.django_db(transaction=True)
def test_a_number_is_never_taken_outside_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        numbering.take("court", "receipt", 2026, "620799")


@pytest.mark.django_db(transaction=True)
def test_simultaneous_clerks_get_different_numbers_without_gaps(court: Organ) -> None:
    def take() -> list[str]:
        try:
            with transaction.atomic():
                return list(numbering.take(court.code, "receipt", 2026, court.jurisdiction, 3))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        blocks = [future.result() for future in [pool.submit(take) for _ in range(12)]]
    taken = sorted(number for block in blocks for number in block)
    assert taken == sorted(numbering.official("青法收", 2026, n) for n in range(1, 37))


def test_a_paper_about_a_person_needs_a_purpose() -> None:
    with pytest.raises(ValueError, match="purpose"):
        About(person_id=UUID(int=1))


def test_receipts_are_dated_by_the_countys_clock(clerk: Actor, court: Organ, party: UUID) -> None:
    """Handed in at 00:30 on New Year's Day in the county, which is still the old year in UTC."""
    at = AT.replace(year=2026, month=12, day=31, hour=16, minute=30)
    about = About(person_id=party, purpose="filing")
    paper = receipts.issue(receipt(received_at=at), organ_code=court.code, about=about, actor=clerk)
    assert paper.number == "青法收〔2027〕1号"
