"""From a folder of registers to a receipt, on the pages a registrar uses."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bihuan.command.intake.tests.desk import applied, handed_in, send, signed_in
from bihuan.core.intake import batches, findings, originals, tasks
from bihuan.core.intake.models import Batch, Row, SourceFile, Synonym
from bihuan.core.intake.runs import Busy
from bihuan.core.ledger.models import Entry
from bihuan.core.people.vault import vault
from bihuan.modules.quarantine.drill_registers import Truth, write_registers
from bihuan.modules.quarantine.registers.stays import STAYS

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "county"


@pytest.fixture
def truth(folder: Path) -> Truth:
    return write_registers(folder, 4, sites=3, persons=60, each=1)


def page(client: Client, batch: Batch, query: str = "") -> str:
    answer = client.get(reverse("intake_batch", args=[batch.id]) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_empty_county_is_told_what_to_hand_in_first(client: Client) -> None:
    said = client.get(reverse("intake")).content.decode()
    assert "还没有交过台账" in said
    assert "入住日期" in said, "the headings a register needs are listed"


def test_a_folder_is_read_shown_taken_in_and_receipted(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    assert batch.state == "checked"
    assert batch.result is not None
    assert batch.result["rows"]["rejected"] == truth.rejected
    assert not Row.objects.exists(), "nothing is written before it is taken in"
    said = page(client, batch)
    assert "收录" in said
    assert "对上数了吗" in said
    batch = applied(client, batch)
    assert batch.state == "done"
    assert Row.objects.filter(register="stays", state="accepted").count() == truth.accepted
    assert batch.result is not None
    assert batch.result["taken"] == [truth.accepted, 0, 0]
    receipt = client.get(reverse("intake_receipt", args=[batch.id]))
    assert receipt.content.startswith(b"%PDF")
    kinds = list(Entry.objects.filter(payload__batch=str(batch.id)).values_list("kind", flat=True))
    assert kinds.count("intake.handed_in") == 1
    assert kinds.count("intake.batch_applied") == 1


def test_the_button_pressed_twice_takes_in_once(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    key = str(uuid4())
    for _ in range(2):
        assert client.post(reverse("intake_apply", args=[batch.id]), {"key": key}).status_code == 302
    batches.apply(batch.id)
    batches.apply(batch.id)
    assert Entry.objects.filter(kind="intake.batch_applied").count() == 1
    assert Row.objects.filter(register="stays", state="accepted").count() == truth.accepted


def test_no_page_shows_a_whole_name_or_number(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    said = "".join(page(client, batch, f"?file={file.pk}") for file in batch.files.all())
    for line in truth.lines:
        assert line.number not in said
        assert line.phone not in said
        assert len(line.name) < 2 or f">{line.name}<" not in said


def test_every_problem_is_explained_where_it_stands(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    told = {
        (file.path, p["sheet"], p["row"], p["kind"])
        for file in batch.files.all()
        for p in (findings.opened(file) or {"problems": []})["problems"]
    }
    assert truth.problems <= told
    said = page(client, batch, "?kind=missing_check_in")
    assert 'class="bad"' in said
    assert "请补填" in said


def test_the_same_files_again_change_nothing_and_say_so(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    write_registers(folder, 4, sites=2, persons=20, each=0)
    batch = applied(client, handed_in(client, folder))
    entries = Entry.objects.count()
    answer = send(client, folder)
    assert answer.url == reverse("intake_batch", args=[batch.id])
    assert "内容完全相同" in client.get(answer.url).content.decode()
    assert Batch.objects.exclude(key="").count() == 1
    assert Entry.objects.count() == entries


def test_a_hand_in_sent_twice_is_one_batch(client: Client, folder: Path, truth: Truth) -> None:
    key = str(uuid4())
    first, second = (send(client, folder, key=key) for _ in range(2))
    assert first.url == second.url
    assert Batch.objects.exclude(key="").count() == 1


def test_files_that_are_no_tables_are_refused_and_the_others_taken(
    client: Client, folder: Path, truth: Truth
) -> None:
    (folder / "全部.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    (folder / "说明.docx").write_bytes(b"PK")
    (folder / "stays" / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    batch = handed_in(client, folder)
    assert {note["path"] for note in batch.notes} == {"全部.zip", "说明.docx"}
    assert "先解压" in str(batch.notes)
    assert batch.result is not None
    assert batch.result["rows"]["read"] == truth.read
    broken = batch.files.get(path="stays/坏.xlsx")
    assert broken.counts["unread"] == 1
    assert "文件打不开" in page(client, batch, f"?file={broken.pk}")


def test_nothing_but_an_archive_is_refused_with_the_reason(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    answer = send(client, tmp_path)
    assert answer.status_code == 422
    assert "请先解压" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_file_beyond_the_limit_is_refused(
    client: Client, folder: Path, truth: Truth, settings: object
) -> None:
    settings.BIHUAN = settings.BIHUAN.model_copy(update={"upload_limit_mb": 0})  # type: ignore[attr-defined]
    answer = send(client, folder)
    assert answer.status_code == 422
    assert "没有收" in answer.content.decode()


def test_paths_cannot_leave_the_folder(client: Client, folder: Path, truth: Truth) -> None:
    from bihuan.core.intake.hand_in import clean_paths

    for path in clean_paths(
        ["../../etc/passwd.csv", "a/../../x.xlsx", "..", "/abs/olute.csv", "c:\\x\\y.xls"]
    ):
        assert ".." not in path.split("/")
        assert not path.startswith("/")


def test_originals_are_sealed_at_rest_and_go_with_their_key(
    client: Client, folder: Path, truth: Truth
) -> None:
    from django.conf import settings as lazy

    batch = handed_in(client, folder)
    file = batch.files.get(path="sites.xlsx")
    stored = (lazy.BIHUAN.files / file.stored).read_bytes()
    assert b"PK\x03\x04" not in stored
    assert originals.content(file) == (folder / "sites.xlsx").read_bytes()
    originals.destroy(batch)
    assert vault().existing([(batch.id, "intake")]) == [None]
    assert "按期销毁" in page(client, batch)


def test_originals_go_thirty_days_after_the_batch_and_the_rows_stay(
    client: Client, folder: Path, truth: Truth
) -> None:
    done = applied(client, handed_in(client, folder))
    (folder / "stays" / "more.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    lying = handed_in(client, folder)
    past = timezone.now() - timedelta(days=31)
    Batch.objects.filter(pk=done.pk).update(finished_at=past)
    assert tasks.forget(timestamp=0) == 1
    assert vault().existing([(done.id, "intake"), (lying.id, "intake")])[0] is None
    assert lying.files.exclude(stored="").exists()
    assert Row.objects.filter(register="stays", state="accepted").count() == truth.accepted
    Batch.objects.filter(pk=lying.pk).update(started_at=past)
    tasks.forget(timestamp=0)
    lying.refresh_from_db()
    assert lying.state == "cancelled"


def test_a_corrected_workbook_sent_again_says_what_is_corrected_changed_and_as_before(
    client: Client, folder: Path, truth: Truth
) -> None:
    applied(client, handed_in(client, folder))
    place = next(p for p in sorted(truth.problems) if p[3] == "missing_check_in" and p[0].endswith(".xlsx"))
    file, sheet, row, _ = place
    before = Row.objects.filter(register="stays", state="accepted").count()
    _fill(folder / file, str(sheet), row, "check_in", "2021-11-10")
    batch = handed_in(client, folder, folder / file)
    assert batch.result is not None
    new, changed, unchanged = batch.result["taken"]
    assert (new, changed, batch.result["corrected"]) == (1, 0, 1)
    assert unchanged == Row.objects.filter(register="stays", state="accepted", file=file).count()
    said = page(client, batch)
    assert f"第 {row} 行：上次退回，现在可以收" in said
    applied(client, batch)
    assert Row.objects.filter(register="stays", state="accepted").count() == before + 1
    assert not Row.objects.filter(file__endswith=Path(file).name, row=row, state="rejected").exists()


def _fill(path: Path, sheet: str, row: int, field: str, value: str) -> None:
    book = openpyxl.load_workbook(path)
    vocabulary = STAYS.vocabulary()
    column = next(
        cell.column for cells in book[sheet].iter_rows(max_row=6) for cell in cells
        if vocabulary.meaning(str(cell.value or "")) == field
    )  # fmt: skip
    book[sheet].cell(row, column).value = value
    book.save(path)


def test_a_batch_is_withdrawn_before_it_is_taken_in_and_not_after(
    client: Client, folder: Path, truth: Truth
) -> None:
    batch = handed_in(client, folder)
    assert client.post(reverse("intake_cancel", args=[batch.id])).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert client.post(reverse("intake_apply", args=[batch.id])).status_code == 409
    done = applied(client, handed_in(client, folder))
    assert client.post(reverse("intake_cancel", args=[done.id])).status_code == 409
    assert Row.objects.filter(register="stays", state="accepted").count() == truth.accepted


def test_an_unknown_heading_is_confirmed_once_and_known_from_then_on(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    write_registers(folder, 6, sites=2, persons=20, each=0)
    applied(client, handed_in(client, folder, folder / "sites.xlsx"))
    _strange_register(folder)
    batch = handed_in(client, folder, folder / "strange.csv")
    file = batch.files.get()
    assert file.counts["confirm"] == 1
    assert batch.result is not None
    assert batch.result["rows"]["read"] == 0
    assert "待确认" in page(client, batch)
    asked = {"register": "stays", "field": "check_in", "heading": "搬来那天"}
    assert client.post(reverse("intake_confirm", args=[batch.id]), asked).status_code == 302
    batches.read(batch.id)
    batch.refresh_from_db()
    assert batch.result is not None
    assert batch.result["rows"]["accepted"] == 1
    assert Synonym.objects.get().heading == "搬来那天"


def _strange_register(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "sites.xlsx")
    name = book.worksheets[0].cell(3, 3).value
    (folder / "strange.csv").write_text(
        f"{name}集中隔离人员台账(截至11月15日)\n序号,姓名,身份证号,房号,人员类别,搬来那天,联系电话,备注\n"
        "1,田一,11010519491231002X,A栋-101,密接,2021-11-03,13800001111,\n",
        encoding="utf-8-sig",
    )


def test_a_heading_without_a_meaning_is_asked_again(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    answer = client.post(
        reverse("intake_confirm", args=[batch.id]), {"register": "stays", "field": "", "heading": "x"}
    )
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_marked_workbooks_come_back_under_their_names_and_are_told_to_the_ledger(
    client: Client, folder: Path, truth: Truth
) -> None:
    batch = handed_in(client, folder)
    answer = client.get(reverse("intake_marked_all", args=[batch.id]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        book = openpyxl.load_workbook(io.BytesIO(archive.read(sorted(names)[0])))
    wrong = {file for file, *_ in truth.problems}
    assert names == {str(Path(file).with_suffix(".xlsx")) for file in wrong}
    assert any("核对结果" in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert Entry.objects.filter(kind="intake.marked_given_out").count() == 1


def test_only_posts_that_may_reveal_get_whole_names(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    administrator = signed_in("administrator")
    assert administrator.get(reverse("intake_batch", args=[batch.id])).status_code == 200
    assert administrator.get(reverse("intake_marked_all", args=[batch.id])).status_code == 403


@pytest.mark.parametrize("post", ["supervisor", "reporter", "site_nurse"])
def test_other_posts_do_not_get_in(client: Client, folder: Path, truth: Truth, post: str) -> None:
    batch = handed_in(client, folder)
    other = signed_in(post, "health" if post == "site_nurse" else "committee")
    file = batch.files.first()
    assert file is not None
    for name, args in (
        ("intake", []), ("intake_batch", [batch.id]), ("intake_live", [batch.id]), ("intake_receipt", [batch.id]),
        ("intake_marked", [batch.id, file.pk]), ("intake_marked_all", [batch.id]),
    ):  # fmt: skip
        assert other.get(reverse(name, args=args)).status_code == 403
    for name in ("intake_apply", "intake_cancel", "intake_again", "intake_confirm"):
        assert other.post(reverse(name, args=[batch.id])).status_code == 403
    assert "登记导入" not in other.get("/").content.decode()


def test_a_batch_of_another_county_is_not_found(client: Client, folder: Path, truth: Truth) -> None:
    batch = handed_in(client, folder)
    Batch.objects.filter(pk=batch.pk).update(jurisdiction="000000")
    assert client.get(reverse("intake_batch", args=[batch.id])).status_code == 404


def test_the_page_tells_how_far_the_work_is_and_loads_anew_when_it_is_done(
    client: Client, folder: Path, truth: Truth
) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    live = reverse("intake_live", args=[batch.id]) + "?was=reading"
    assert "every 1s" in client.get(live).content.decode()
    batches.read(batch.id)
    assert client.get(live)["HX-Refresh"] == "true"


def test_a_batch_whose_worker_died_is_queued_again(client: Client, folder: Path, truth: Truth) -> None:
    send(client, folder)
    assert tasks.pick_up(timestamp=0) == 0, "its job is waiting"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert tasks.pick_up(timestamp=0) == 1
    assert tasks.pick_up(timestamp=0) == 0


def test_two_workers_never_work_on_one_batch_at_once(client: Client, folder: Path, truth: Truth) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [batches._lock(batch.id)])
        with pytest.raises(Busy):
            batches.read(batch.id)
        other.execute("SELECT pg_advisory_unlock(%s)", [batches._lock(batch.id)])
        other.connection.close()
    batches.read(batch.id)
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_a_failure_is_told_and_the_batch_can_be_tried_again(
    client: Client, folder: Path, truth: Truth, caplog: pytest.LogCaptureFixture
) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    (lost,) = SourceFile.objects.filter(path="sites.xlsx")
    stored, lost.stored = lost.stored, "intake/nowhere"
    lost.save()
    tasks._guarded(str(batch.id), "reading")
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "文件完好" in page(client, batch)
    lost.stored = stored
    lost.save()
    client.post(reverse("intake_again", args=[batch.id]))
    batches.read(batch.id)
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_pages_stay_within_their_query_budget(client: Client, folder: Path, truth: Truth) -> None:
    batch = applied(client, handed_in(client, folder))
    for address in (
        reverse("intake"),
        reverse("intake_batch", args=[batch.id]),
        reverse("intake_live", args=[batch.id]),
    ):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        assert len(queries) <= 15, [q["sql"][:90] for q in queries]
