"""Lists signed for: what the receipt states, what comes twice, what is kept and what is not."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bihuan.cli.export import links as export_links
from bihuan.core.access.setup import command_line_actor
from bihuan.core.intake.parcels import as_json
from bihuan.core.intake.runs import run
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.models import Matter
from bihuan.core.papers import services
from bihuan.core.people.models import Person
from bihuan.core.people.vault import vault
from bihuan.modules.alerts import keeping
from bihuan.modules.alerts.drill_lists import HEADINGS, Truth, write_lists
from bihuan.modules.alerts.links import links
from bihuan.modules.alerts.models import AlertList, AlertRow
from bihuan.modules.alerts.reading import read
from bihuan.modules.alerts.signing import moments

pytestmark = pytest.mark.django_db


def lists(folder: Path, seed: int = 7, **more: Any) -> Truth:
    return write_lists(folder, **{"rows": 400, "lists": 4, "seed": seed, "until": timezone.now(), **more})


def take(*paths: Path, dry_run: bool = False) -> dict[str, Any]:
    report = run(list(paths), actor=command_line_actor(), dry_run=dry_run)
    told: dict[str, Any] = as_json(report.lists)["alerts"]
    return told


def census() -> tuple[int, ...]:
    return (Matter.objects.count(), Entry.objects.count(), Person.objects.count(), AlertRow.objects.count())


@pytest.mark.parametrize("seed", [7, 1911, 524_287])
def test_the_receipt_states_every_row_as_accepted_repeated_or_sent_back(tmp_path: Path, seed: int) -> None:
    truth = lists(tmp_path, seed, workbook=True)
    told = take(tmp_path)
    numbers = {key: told[key] for key in ("rows", "accepted", "duplicates", "rejected")}
    assert numbers == {
        "rows": truth.rows, "accepted": truth.accepted, "duplicates": truth.duplicates, "rejected": truth.rejected,
    }, f"seed {seed}"  # fmt: skip
    fates = {(line.file, line.line): line.fate for line in truth.lines}
    kept = AlertRow.objects.values_list("list__name", "line", "fate")
    for file, line, fate in kept:
        wanted = fates[file, line]
        expected = (
            "rejected"
            if wanted == "wrong_column_count"
            else "duplicate"
            if wanted.startswith("dup_")
            else "accepted"
        )
        assert fate == expected, f"seed {seed}: {file} {line} {wanted}"
    assert len(kept) == truth.rows
    for one in AlertList.objects.select_related("receipt", "matter"):
        assert one.receipt is not None
        assert services.read(one.receipt).startswith(b"%PDF")
        assert one.matter.state == "signed"
        signed = Entry.objects.get(matter_id=one.matter_id, kind="alerts.list.sign").payload
        assert signed["rows"] == one.rows == signed["accepted"] + signed["duplicates"] + signed["rejected"]


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    lists(tmp_path)
    before = census()
    looked = take(tmp_path, dry_run=True)
    assert census() == before
    assert not any(one["matter"] for one in looked["files"])
    taken = take(tmp_path)
    assert {k: looked[k] for k in ("rows", "accepted", "duplicates", "rejected", "errors")} == {
        k: taken[k] for k in ("rows", "accepted", "duplicates", "rejected", "errors")
    }


def test_the_same_file_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    lists(tmp_path)
    first = take(tmp_path)
    before = census()
    again = take(tmp_path)
    assert census() == before
    assert (again["new"], again["same"]) == (0, first["lists"])
    assert {k: again[k] for k in ("rows", "accepted", "duplicates")} == {
        k: first[k] for k in ("rows", "accepted", "duplicates")
    }
    renamed = tmp_path / "elsewhere"
    renamed.mkdir()
    shutil.copy(next(tmp_path.glob("*.csv")), renamed / "copy.csv")
    assert take(renamed)["same"] == 1
    assert census() == before


def test_the_same_file_under_two_names_is_signed_for_once(tmp_path: Path) -> None:
    lists(tmp_path, lists=1)
    shutil.copy(next(tmp_path.glob("*.csv")), tmp_path / "zweite.csv")
    told = take(tmp_path)
    assert (told["new"], told["same"], told["rows"]) == (1, 1, 400)
    assert AlertList.objects.count() == 1


def test_rows_of_an_earlier_list_are_repetitions_also_in_another_dialect(tmp_path: Path) -> None:
    lists(tmp_path / "one", lists=1, rows=30, plain=True)
    take(tmp_path / "one")
    source = read(next((tmp_path / "one").glob("*.csv")), "x")
    lines = ["\t".join(HEADINGS)]
    for cells, moment in zip(source.said, source.pushed, strict=True):
        assert moment is not None
        lines.append("\t".join([*cells[:6], f"{moment:%Y年%m月%d日 %H时%M分%S秒}", cells[7]]))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "again.tsv").write_text("\n".join(lines), "gb18030")
    told = take(tmp_path / "two")
    assert (told["accepted"], told["duplicates"]) == (0, 30)
    repeated = AlertRow.objects.filter(fate="duplicate").values_list("person_id", "item_id")
    assert set(repeated) == set(AlertRow.objects.filter(fate="accepted").values_list("person_id", "item_id"))


def test_a_number_that_comes_with_other_content_is_known_as_a_correction(tmp_path: Path) -> None:
    lists(tmp_path, lists=1, rows=3, plain=True)
    take(tmp_path)
    source = read(next(tmp_path.glob("*.csv")), "x")
    changed = [",".join(HEADINGS), ",".join([*source.said[0][:3], "19000009999", *source.said[0][4:]])]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "list.csv").write_text("\n".join(changed), "utf-8")
    told = take(tmp_path / "b")
    assert told["accepted"] == 1
    newest = AlertRow.objects.get(list__name="list.csv")
    assert newest.corrects
    first = AlertRow.objects.get(number=newest.number, corrects=False)
    assert (newest.person_id, newest.item_id) == (first.person_id, first.item_id)


def test_what_rows_say_is_nowhere_in_the_clear(tmp_path: Path) -> None:
    lists(tmp_path, rows=120, lists=2)
    take(tmp_path)
    texts = [cells for file in tmp_path.glob("*.csv") for cells in read(file, "x").said]
    personal = {cell for cells in texts for cell in cells[1:5] if len(cell) > 5} | {
        cells[0] for cells in texts
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text FROM alerts_alertrow t UNION ALL SELECT t::text FROM alerts_alertlist t UNION ALL SELECT payload::text FROM ledger_entry"
        )
        dump = "\n".join(row[0] or "" for row in cursor.fetchall())
    assert [one for one in personal if one in dump] == []


def test_contents_open_with_their_keys_and_not_without(tmp_path: Path) -> None:
    truth = lists(tmp_path, seed=11, rows=900, lists=1)
    take(tmp_path)
    pushed = read(next(tmp_path.glob("*.csv")), "x")
    rows = AlertRow.objects.filter(fate="accepted").order_by("line")
    opened = keeping.opened_rows([(r.person_id, bytes(r.sealed or b"")) for r in rows if r.person_id])
    by_line = dict(zip((line for _, line in pushed.lines), pushed.said, strict=True))
    assert opened == [by_line[row.line] for row in rows]
    assert truth.rejected > 0
    bad = AlertRow.objects.filter(fate="rejected").first()
    assert bad is not None and bad.person_id is None
    assert keeping.opened_line(bad.list_id, 0, bad.line, bytes(bad.sealed or b"")) == next(
        b.text for b in pushed.bad if b.line == bad.line
    )
    first = rows[0]
    vault().destroy([(first.person_id, keeping.PURPOSE)])
    assert keeping.opened_rows([(first.person_id, bytes(first.sealed or b""))]) == [None]  # type: ignore[list-item]


def test_lists_of_today_are_signed_for_now_and_old_ones_are_records_of_then(tmp_path: Path) -> None:
    now = timezone.now()
    lists(tmp_path / "old", lists=1, rows=5, until=now - timedelta(days=30))
    lists(tmp_path / "new", lists=1, rows=5, seed=8)
    received, signed = moments(read(next((tmp_path / "old").glob("*.csv")), "x"), now)
    assert received == signed < now - timedelta(days=29)
    received, signed = moments(read(next((tmp_path / "new").glob("*.csv")), "x"), now)
    assert received < signed == now


def test_whose_each_row_is_goes_out_as_a_file(tmp_path: Path) -> None:
    truth = lists(tmp_path / "in", lists=3)
    take(tmp_path / "in")
    out = tmp_path / "links.csv"
    settings_actor = command_line_actor()
    found = list(links(settings_actor.jurisdiction))
    assert len(found) == truth.rows - truth.rejected
    assert {one.decided_by for one in found} <= {"exact", "linked", "clerk", "pending"}
    who = {(line.file, line.line): line.person for line in truth.lines}
    same_id = {(who[one.file, one.line], one.person) for one in found if one.decided_by == "exact"}
    assert len(same_id) == len({person for person, _ in same_id}), "one identifier, one person"
    export_links(out)
    assert out.read_text("utf-8").splitlines()[0] == "file,line,person,decided_by"
    assert out.stat().st_mode & 0o777 == 0o600
    assert settings.BIHUAN.jurisdiction == settings_actor.jurisdiction
