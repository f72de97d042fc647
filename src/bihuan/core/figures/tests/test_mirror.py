"""The mirror holds what is sealed, all of it and nothing else, whatever happens while it is written or lies there."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.figures import tasks
from bihuan.core.figures.evaluate import Moment, records, values
from bihuan.core.figures.mirror import checking, engine, keeping, ledger, live, manifest
from bihuan.core.figures.mirror.checking import Wrong
from bihuan.core.ledger import append
from bihuan.core.ledger.encoding import Draft
from bihuan.core.ledger.models import Entry
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.testing import without_triggers
from bihuan.core.matters import registry
from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import Rows

COUNTY = "620799"
TODAY = keeping.SHANGHAI


def figure(key: str, sql: str, **more: Any) -> Figure:
    return Figure(key, "数", "Number", Text("条", "rows"), Text("数", "Number"), Rows(sql, **more))


FIGURES = {
    "test.notes": figure("test.notes", "SELECT id AS entry_id, matter_id, person_id, occurred_at FROM known"
                         " WHERE kind = 'test.note'"),
    "test.sum": figure("test.sum", "SELECT id AS entry_id, (payload->>'n')::int AS n FROM known", amount="n"),
}  # fmt: skip


@pytest.fixture
def where(tmp_path: Path, settings: Any, transactional_db: None, monkeypatch: Any) -> Iterator[Path]:
    """A county's folder with an empty ledger, two figures of its own, a mirror that answers from the first entry."""
    settings.BIHUAN = settings.BIHUAN.model_copy(update={"home": tmp_path})
    for module in (registry, keeping):
        monkeypatch.setattr(module, "figures", lambda: FIGURES)
    monkeypatch.setattr("bihuan.core.figures.evaluate.figures", lambda: FIGURES)
    monkeypatch.setattr(engine, "PAYS_FROM", 1)
    yield manifest.folder()


def note(number: int, **changes: Any) -> Draft:
    now = timezone.now()
    given = {
        "kind": "test.note", "occurred_at": now - timedelta(hours=2), "recorded_at": now, "jurisdiction": COUNTY,
        "post": "desk", "matter_id": UUID(int=number % 7 + 1), "person_id": UUID(int=number + 1),
        "payload": {"n": number, "who": '张"三\n'}, "sealed": b"secret" * 5, **changes,
    }  # fmt: skip
    return Draft(**given)


def write(*drafts: Draft) -> list[int]:
    with transaction.atomic():
        return append.append(drafts)


def sealed(*drafts: Draft) -> list[int]:
    numbers = write(*drafts)
    seal()
    return numbers


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def now() -> Moment:
    return Moment.of(timezone.now() + timedelta(minutes=1), COUNTY, timezone.now() + timedelta(minutes=1))


def asked(keys: tuple[str, ...] = ("test.notes", "test.sum")) -> dict[str, int]:
    """The figures' values, which must be the mirror's own and PostgreSQL's alike."""
    told = values(now(), keys)
    assert told == by_postgres(keys), "the mirror says what the ledger says"
    return told


def by_postgres(keys: tuple[str, ...]) -> dict[str, int]:
    before, engine.PAYS_FROM = engine.PAYS_FROM, 1 << 60
    try:
        return values(now(), keys)
    finally:
        engine.PAYS_FROM = before


def mirrored(where: Path) -> list[int]:
    held = manifest.load(where)
    assert held is not None
    return sorted(
        n for f in held.files for n in pq.read_table(where / f.path, columns=["id"])["id"].to_pylist()
    )


def test_closed_days_are_mirrored_by_the_day_of_recording_and_the_rest_is_read_live(where: Path) -> None:
    old = write(note(1, recorded_at=days_ago(2)), note(2, recorded_at=days_ago(1), occurred_at=days_ago(9)))
    with without_triggers(), connection.cursor() as cursor:
        seal()
        cursor.execute("UPDATE ledger_seal SET sealed_at = sealed_at - interval '1 day'")
    new = write(note(3))
    seal()
    later = write(note(4))
    seal()
    write(note(5))
    kept = keeping.run()
    held = manifest.load(where)
    assert held is not None and not kept.busy
    assert mirrored(where) == old + new, (
        "the first seal after midnight closes the day before; no later one is taken"
    )
    days = [
        day.astimezone(keeping.SHANGHAI).date().isoformat() for day in (days_ago(2), days_ago(1), days_ago(0))
    ]
    assert [file.day for file in sorted(held.files, key=lambda f: f.day)] == days
    assert held.seal == 2 and held.entries == 3
    assert asked() == {"test.notes": 5, "test.sum": 15}
    assert keeping.run().entries == 0
    assert keeping.run(open_day=True).entries == len(later)
    assert asked() == {"test.notes": 5, "test.sum": 15}


def test_an_entry_that_commits_after_a_later_one_is_in_the_tail_until_it_is_sealed(where: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    slow: list[int] = []

    def linger() -> None:
        try:
            with transaction.atomic():
                slow.extend(append.append([note(100)]))
                begun.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=linger)
    thread.start()
    assert begun.wait(20)
    quick = write(note(1))
    seal()
    keeping.run(open_day=True)
    assert slow[0] < quick[0] and mirrored(where) == []
    go_on.set()
    thread.join()
    assert asked()["test.notes"] == 2
    seal()
    keeping.run(open_day=True)
    assert mirrored(where) == [*slow, *quick]
    assert asked()["test.notes"] == 2


def test_a_correction_in_the_tail_changes_what_the_mirror_says(where: Path) -> None:
    first, _ = write(note(1), note(2))
    seal()
    keeping.run(open_day=True)
    before = now()
    write(note(10, corrects=first))
    assert asked() == {"test.notes": 2, "test.sum": 12}
    earlier = Moment(before.cutoff, timezone.now() - timedelta(seconds=30), COUNTY)
    assert values(earlier, ["test.sum"])["test.sum"] == 0, "nothing was known then"


def test_a_step_sees_what_its_own_transaction_wrote(where: Path) -> None:
    write(note(1))
    seal()
    keeping.run(open_day=True)
    with transaction.atomic():
        append.append([note(2)])
        assert asked()["test.notes"] == 2
        transaction.set_rollback(True)
    assert asked()["test.notes"] == 1


def test_a_backups_snapshot_does_not_see_what_was_mirrored_since(where: Path) -> None:
    sealed(note(1))
    keeping.run(open_day=True)
    later = now()

    def go_on() -> None:
        try:
            sealed(note(2))
            keeping.run(open_day=True)
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        assert values(later, ["test.notes"]) == {"test.notes": 1}
        thread = threading.Thread(target=go_on)
        thread.start()
        thread.join()
        assert len(mirrored(where)) == 2
        assert values(later, ["test.notes"]) == {"test.notes": 1}
    assert values(later, ["test.notes"]) == {"test.notes": 2}


def test_records_come_with_their_entries_as_from_the_ledger(where: Path) -> None:
    numbers = write(*(note(n) for n in range(50)))
    seal()
    keeping.run(open_day=True)
    more = write(note(50))
    mine = records(FIGURES["test.notes"], now())
    assert [row["entry_id"] for row in mine] == numbers + more
    entry = Entry.objects.get(pk=numbers[7])
    shown = {**mine[7]}
    wanted = {"entry_id": entry.pk, "matter_id": entry.matter_id, "person_id": entry.person_id,
              "occurred_at": entry.occurred_at}  # fmt: skip
    assert shown == wanted and shown["occurred_at"].tzinfo is UTC
    assert records(FIGURES["test.notes"], now(), 3, 49)[0]["entry_id"] == numbers[49]


def test_nothing_personal_and_no_code_is_in_the_mirror(where: Path) -> None:
    write(note(1))
    seal()
    keeping.run(open_day=True)
    held = manifest.load(where)
    assert held is not None
    [file] = held.files
    data = (where / file.path).read_bytes()
    names = set(pq.read_schema(where / file.path).names)
    assert not names & {"sealed", "mac", "txid"} and {"payload", "payload.n"} <= names
    assert b"secret" not in data
    assert pq.read_table(where / file.path)["payload"].to_pylist() == ['{"n": 1, "who": "张\\"三\\n"}']
    assert (where / file.path).stat().st_mode & 0o077 == 0


def test_killed_between_a_file_and_its_manifest_nothing_is_lost_or_doubled(
    where: Path, monkeypatch: Any
) -> None:
    numbers = [n for first in range(0, 20, 5) for n in sealed(*(note(n) for n in range(first, first + 5)))]
    monkeypatch.setattr(keeping, "PART", 5)
    saved = manifest.save
    calls = []

    def die(folder: Path, held: Any) -> None:
        calls.append(held.seal)
        if held.seal == 3:
            raise KeyboardInterrupt
        saved(folder, held)

    monkeypatch.setattr(manifest, "save", die)
    with pytest.raises(KeyboardInterrupt):
        keeping.run(open_day=True)
    assert calls == [0, 1, 2, 3]
    left = len(list(where.glob("jurisdiction=*/day=*/*.parquet")))
    assert left == 3 and mirrored(where) == numbers[:10]
    assert asked()["test.notes"] == 20, "what no manifest names is not read twice"
    monkeypatch.setattr(manifest, "save", saved)
    keeping.run(open_day=True)
    assert mirrored(where) == numbers
    assert len(list(where.glob("jurisdiction=*/day=*/*"))) == 4, "the orphan is gone"
    assert checking.verify().sound


def test_seals_made_in_one_go_are_one_horizon(where: Path, monkeypatch: Any) -> None:
    numbers = write(*(note(n) for n in range(20)))
    assert seal(most=5).seals == 4
    monkeypatch.setattr(keeping, "PART", 5)
    written = keeping.read_part

    def die(*given: Any) -> Any:
        if given[3][0] == 3:
            raise KeyboardInterrupt
        return written(*given)

    monkeypatch.setattr(keeping, "read_part", die)
    with pytest.raises(KeyboardInterrupt):
        keeping.run(open_day=True)
    assert asked()["test.notes"] == 20 and mirrored(where) == []
    monkeypatch.setattr(keeping, "read_part", written)
    keeping.run(open_day=True)
    assert mirrored(where) == numbers and asked()["test.notes"] == 20 and checking.verify().sound


def test_killed_again_and_again_it_comes_to_its_end(where: Path, monkeypatch: Any) -> None:
    numbers = [n for first in range(0, 120, 3) for n in sealed(*(note(n) for n in range(first, first + 3)))]
    monkeypatch.setattr(keeping, "PART", 3)
    chance = random.Random(5)
    for _ in range(6):
        connection.close()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                keeping.run(open_day=True)
            os._exit(0)
        time.sleep(chance.uniform(0.05, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if manifest.load(where):
            assert asked()["test.notes"] == 120
    keeping.run(open_day=True)
    assert mirrored(where) == numbers and checking.verify().sound


def damage(where: Path, how: str) -> None:
    held = manifest.load(where)
    assert held is not None
    path = where / held.files[0].path
    if how == "missing":
        path.unlink()
    elif how == "bytes":
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    elif how == "rows":
        table = pq.read_table(path)
        _replace(where, held, table.slice(1))
    elif how == "values":
        table = pq.read_table(path)
        column = table.schema.get_field_index("payload.n")
        changed = table.set_column(column, table.schema.field(column), [["9"] * table.num_rows])
        _replace(where, held, changed)


def _replace(where: Path, held: Any, table: Any) -> None:
    """Put another file in the place of the first, and let the manifest vouch for it."""
    from dataclasses import replace

    path = where / held.files[0].path
    pq.write_table(table, path)
    file = replace(held.files[0], size=path.stat().st_size, hash=manifest.file_hash(path))
    manifest.save(where, held.with_files([held.files[0]], [file]))


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("missing", Wrong.MISSING),
        ("bytes", Wrong.DAMAGED),
        ("rows", Wrong.ENTRY_MISSING),
        ("values", Wrong.ENTRY_DIFFERS),
    ],
)
def test_what_differs_from_the_ledger_is_found_and_written_anew(where: Path, how: str, kind: Wrong) -> None:
    write(*(note(n) for n in range(30)))
    seal()
    keeping.run(open_day=True)
    assert checking.verify().sound
    damage(where, how)
    found = checking.verify()
    assert [finding.kind for finding in found.findings] == [kind] and not found.sound
    assert checking.verify(mend=True).mended == 1
    assert checking.verify().sound
    assert asked()["test.sum"] == sum(range(30))


def test_the_worker_keeps_it_up_and_mends_it(where: Path) -> None:
    numbers = sealed(note(1), note(2))
    tasks.keep_mirror(0)
    assert mirrored(where) == numbers
    damage(where, "bytes")
    tasks.check_mirror(0)
    assert checking.verify().sound


def test_a_file_that_cannot_be_read_is_nobodys_trouble_and_postgresql_answers(where: Path) -> None:
    write(note(5))
    seal()
    keeping.run(open_day=True)
    damage(where, "missing")
    assert asked()["test.sum"] == 5


def test_a_page_that_names_an_entry_the_ledger_has_not_is_asked_of_the_ledger(where: Path) -> None:
    [number] = sealed(note(5))
    keeping.run(open_day=True)
    held = manifest.load(where)
    assert held is not None
    table = pq.read_table(where / held.files[0].path)
    _replace(where, held, table.set_column(table.schema.get_field_index("id"), "id", [[number + 7]]))
    assert [row["entry_id"] for row in records(FIGURES["test.notes"], now(), 10)] == [number]
    assert {finding.kind for finding in checking.verify().findings} == {
        Wrong.ENTRY_MISSING,
        Wrong.ENTRY_TOO_MANY,
    }


def test_another_countys_mirror_is_not_used_and_gives_way(where: Path, monkeypatch: Any) -> None:
    numbers = write(note(1))
    seal()
    keeping.run(open_day=True)
    monkeypatch.setattr(ledger, "county", lambda: "another")
    assert engine.at_hand() is None
    assert checking.verify().findings[0].kind is Wrong.FOREIGN
    kept = keeping.run(open_day=True)
    assert kept.begun_anew and mirrored(where) == numbers


def test_a_mirror_of_another_course_of_the_same_ledger_is_not_used(where: Path) -> None:
    write(note(1))
    seal()
    keeping.run(open_day=True)
    held = manifest.load(where)
    assert held is not None
    with connection.cursor() as cursor:
        assert live.horizon(cursor, held) is not None
        with (
            without_triggers()
        ):  # the folder was copied before; the ledger was restored to an earlier hour since
            cursor.execute("DELETE FROM ledger_seal; DELETE FROM ledger_entry")
        assert live.horizon(cursor, held) is None
    numbers = write(note(2), note(3))
    seal()
    assert asked() == {"test.notes": 2, "test.sum": 5}
    assert keeping.run(open_day=True).begun_anew
    assert mirrored(where) == numbers


def test_a_restored_database_counts_transactions_anew_and_the_mirror_knows(where: Path) -> None:
    old = write(*(note(n) for n in range(10)))
    seal()
    old += write(note(10), note(11))  # not sealed when the backup was made
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_seal SET system = system + 1, horizon = 5000000000")
        cursor.execute("UPDATE ledger_entry SET txid = (4999990000 + id)::text::xid8")
    assert asked()["test.notes"] == 12
    new = write(note(20))
    seal()
    keeping.run(open_day=True)
    assert mirrored(where) == old + new
    write(note(21))
    held = manifest.load(where)
    assert held is not None and held.floor == old[-1]
    assert asked() == {"test.notes": 14, "test.sum": sum(range(12)) + 41}
    with transaction.atomic(), connection.cursor() as cursor:
        since = live.horizon(cursor, held)
        assert since is not None and live.tail_length(cursor, since) == 1
    seal()
    keeping.run(open_day=True)
    assert checking.verify().sound and asked()["test.notes"] == 14


def test_a_new_figure_reads_payloads_until_its_field_has_a_column(where: Path, monkeypatch: Any) -> None:
    write(note(1), note(2, payload={"n": 2, "extra": "x"}))
    seal()
    keeping.run(open_day=True)
    more = {**FIGURES, "test.extra": figure(
        "test.extra", "SELECT id AS entry_id FROM known WHERE payload->>'extra' = 'x'")}  # fmt: skip
    for module in (keeping, registry):
        monkeypatch.setattr(module, "figures", lambda: more)
    monkeypatch.setattr("bihuan.core.figures.evaluate.figures", lambda: more)
    write(note(3, payload={"n": 3, "extra": "x"}))
    assert asked(("test.extra",)) == {"test.extra": 2}
    keeping.run(open_day=True)
    held = manifest.load(where)
    assert held is not None and "extra" in held.keys
    assert len(list(where.glob("jurisdiction=*/day=*/*"))) == len(held.files)
    assert asked(("test.extra",)) == {"test.extra": 2} and checking.verify().sound


def test_only_one_writes_at_a_time(where: Path) -> None:
    write(note(1))
    seal()
    with manifest.at_work(where) as ours:
        assert ours and keeping.run(open_day=True).busy and checking.verify().busy
    assert keeping.run(open_day=True).entries == 1


def test_a_forked_process_opens_its_own(where: Path) -> None:
    write(*(note(n) for n in range(100)))
    seal()
    keeping.run(open_day=True)
    assert asked()["test.notes"] == 100
    connection.close()
    read, out = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(out, str(values(now(), ["test.notes"])["test.notes"]).encode())
        finally:
            os._exit(0)
    os.close(out)
    assert os.read(read, 20) == b"100"
    os.waitpid(child, 0)


def test_several_ask_at_once(where: Path) -> None:
    write(*(note(n) for n in range(200)))
    seal()
    keeping.run(open_day=True)
    told: list[int] = []

    def ask() -> None:
        try:
            told.append(values(now(), ["test.notes"])["test.notes"])
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [200] * 6
