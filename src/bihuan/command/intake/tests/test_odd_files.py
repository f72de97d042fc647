"""Files that are not what their name says, handed in on the page: a clear refusal, the good ones are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from bihuan.command.intake.tests.desk import applied, handed_in, signed_in
from bihuan.core.intake.models import SourceFile
from bihuan.core.intake.tests.files import with_part
from bihuan.modules.quarantine.drill_registers import write_registers

pytestmark = pytest.mark.django_db
PAGE = "<!DOCTYPE html><html><table><tr><td>姓名</td><td>身份证号</td></tr></table></html>"


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("内容是网页", "另存为 .xlsx")), ("en", ("a web page under", "save it as"))]
)  # fmt: skip
def test_a_web_page_named_as_a_workbook_is_refused_in_words_and_the_others_are_read(
    tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "county"
    truth = write_registers(folder, 4, sites=3, persons=60, each=1)
    (folder / "系统导出.xlsx").write_text(PAGE)
    client = signed_in()
    batch = handed_in(client, folder)
    assert batch.state == "checked" and batch.result is not None
    assert batch.result["rows"]["accepted"] == truth.accepted
    client.cookies["django_language"] = language
    page = SourceFile.objects.get(batch=batch, path="系统导出.xlsx")
    said = client.get(reverse("intake_batch", args=[batch.id]), {"file": page.pk}).content.decode()
    assert "1umber" not in said  # numbered tests are named in the reader's language
    assert "系统导出.xlsx" in said and all(part in said for part in words)


def test_a_workbook_with_macros_is_read_for_its_data_and_says_that_nothing_ran(tmp_path: Path) -> None:
    folder = tmp_path / "county"
    truth = write_registers(folder, 4, sites=3, persons=60, each=1)
    plain = next(iter(sorted((folder / "stays").glob("*.xlsx"))))
    plain.with_suffix(".xlsm").write_bytes(with_part(plain.read_bytes(), "xl/vbaProject.bin", b"\x00macro"))
    plain.unlink()
    client = signed_in()
    batch = handed_in(client, folder)
    assert batch.result is not None and batch.result["rows"]["accepted"] == truth.accepted
    assert "宏没有运行" in client.get(reverse("intake_batch", args=[batch.id])).content.decode()
    assert applied(client, batch).state == "done"


def test_a_name_that_turns_the_line_round_is_kept_as_what_it_is(tmp_path: Path) -> None:
    """Shown as it came, `台账` and `exslx.csv` apart by a turning mark would end in .xlsx: the mark is replaced."""
    folder = tmp_path / "county"
    folder.mkdir()
    (folder / "台账\u202exslx.csv").write_text("甲,乙\n1,2\n")
    handed_in(signed_in(), folder)
    assert SourceFile.objects.get().path == "台账\ufffdxslx.csv"
