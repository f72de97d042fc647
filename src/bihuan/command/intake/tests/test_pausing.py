"""Pausing a batch and going on with it, how long it will take, and batches in which nothing could be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bihuan.command.intake.tests.desk import applied, handed_in, send, signed_in
from bihuan.command.intake.words import left
from bihuan.core.intake import batches, tasks, telling
from bihuan.core.intake.models import Batch, Row
from bihuan.core.ledger.models import Entry
from bihuan.modules.quarantine.drill_registers import Truth, write_registers

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "county"


@pytest.fixture
def truth(folder: Path) -> Truth:
    return write_registers(folder, 4, sites=4, persons=80, each=1)


def shown(client: Client, batch: Batch) -> str:
    return str(client.get(reverse("intake_batch", args=[batch.id])).content.decode())


def live_of(batch: Batch) -> str:
    return reverse("intake_live", args=[batch.id]) + f"?was={batch.state}"


def press(client: Client, name: str, batch: Batch) -> None:
    assert client.post(reverse(name, args=[batch.id])).status_code == 302
    batch.refresh_from_db()


def stop_after(files: int, monkeypatch: pytest.MonkeyPatch, client: Client, batch: Batch) -> None:
    """Let somebody press “pause” when so many files are taken in."""
    taken = telling.Told.taken

    def and_pause(self: telling.Told, register: str, done: int, of: int) -> None:
        if register == "stays" and done == files:
            press(client, "intake_pause", batch)
        taken(self, register, done, of)

    with monkeypatch.context() as patch:
        patch.setattr(telling.Told, "taken", and_pause)
        batches.apply(batch.id)
    batch.refresh_from_db()


def test_a_batch_paused_between_files_keeps_what_is_taken_and_goes_on_with_the_rest(
    client: Client, folder: Path, truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = handed_in(client, folder)
    press(client, "intake_apply", batch)
    stop_after(2, monkeypatch, client, batch)
    taken = Row.objects.filter(register="stays", state="accepted").count()
    assert batch.state == "applying" and batch.paused_at is not None
    assert 0 < taken < truth.accepted
    said = shown(client, batch)
    assert "席录 暂停" in said and "继续" in said and "接着收其余的" in said
    assert re.search(r"已收录 \d+ / 5 个文件", said), "the list of sites counts among the five"
    press(client, "intake_continue", batch)
    assert "已收录" not in client.get(live_of(batch)).content.decode(), "nothing stale is told"
    batches.apply(batch.id)
    batch.refresh_from_db()
    assert batch.state == "done"
    assert batch.result is not None and batch.result["taken"] == [truth.accepted, 0, 0]
    assert Row.objects.filter(register="stays", state="accepted").count() == truth.accepted
    kinds = list(Entry.objects.filter(payload__batch=str(batch.id)).values_list("kind", flat=True))
    assert [kinds.count(f"intake.{act}") for act in ("paused", "continued", "batch_applied")] == [1, 1, 1]


def test_a_pause_outlives_the_worker_and_is_not_picked_up_by_the_next(
    client: Client, folder: Path, truth: Truth
) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    press(client, "intake_pause", batch)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert tasks.pick_up(timestamp=0) == 0
    batches.read(batch.id)
    batch.refresh_from_db()
    assert batch.state == "reading" and batch.result is None, "a worker that finds it paused leaves it"
    press(client, "intake_continue", batch)
    assert tasks.pick_up(timestamp=0) == 0, "going on has queued it"
    batches.read(batch.id)
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_a_check_stops_between_two_rows(
    client: Client, folder: Path, truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    monkeypatch.setattr(telling, "TOLD_EVERY", 0.0)
    judged, seen = telling.Told.judged, list[str]()

    def and_pause(self: telling.Told, file: str, accepted: bool) -> None:
        seen.append(file)
        if len(seen) == 5:
            press(client, "intake_pause", batch)
        judged(self, file, accepted)

    monkeypatch.setattr(telling.Told, "judged", and_pause)
    batches.read(batch.id)
    batch.refresh_from_db()
    assert len(seen) == 5
    assert batch.state == "reading" and batch.paused_at is not None


def test_who_pauses_twice_or_too_late_changes_nothing(client: Client, folder: Path, truth: Truth) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    press(client, "intake_pause", batch)
    press(client, "intake_pause", batch)
    press(client, "intake_continue", batch)
    press(client, "intake_continue", batch)
    assert Entry.objects.filter(kind__in=("intake.paused", "intake.continued")).count() == 2
    batches.read(batch.id)
    batch.refresh_from_db()
    late = client.post(reverse("intake_pause", args=[batch.id]))
    assert late.status_code == 409 and "没有可以暂停的" in late.content.decode()


def test_a_paused_batch_can_be_withdrawn(client: Client, folder: Path, truth: Truth) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    press(client, "intake_pause", batch)
    press(client, "intake_cancel", batch)
    assert batch.state == "cancelled"
    assert "已暂停" not in client.get(reverse("intake")).content.decode()


@pytest.mark.parametrize("post", ["site_manager", "reporter"])
def test_other_posts_pause_nothing(client: Client, folder: Path, truth: Truth, post: str) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    kind = "health" if post == "site_manager" else "committee"
    assert signed_in(post, kind).post(reverse("intake_pause", args=[batch.id])).status_code in (403, 404)
    batch.refresh_from_db()
    assert batch.paused_at is None


def test_the_time_left_is_on_the_page_while_the_worker_is_heard_of(
    client: Client, folder: Path, truth: Truth
) -> None:
    send(client, folder)
    batch = Batch.objects.exclude(key="").get()
    live = reverse("intake_live", args=[batch.id]) + "?was=reading"
    assert "还需" not in client.get(live).content.decode(), "nothing measured yet"
    told = {"left": 1000.0, "told_at": 9_999_999_999.0, "phase": "check", "rows": 10}
    Batch.objects.filter(pk=batch.pk).update(progress=told)
    assert "还需约 17 分钟" in client.get(live).content.decode()


@pytest.mark.parametrize(
    ("seconds", "later", "zh"),
    [
        (3.0, 0, "还需不到 10 秒"), (36.0, 0, "还需约 40 秒"), (36.0, 7, "还需约 30 秒"), (90.0, 0, "还需约 90 秒"),
        (91.0, 0, "还需约 2 分钟"), (600.0, 0, "还需约 10 分钟"), (36.0, 60, None), (None, 0, None),
    ],
)  # fmt: skip
def test_the_time_left_is_said_in_round_figures(seconds: float | None, later: int, zh: str | None) -> None:
    said = left({"left": seconds, "told_at": 1000.0}, 1000.0 + later)
    assert (said.zh if said else None) == zh


def test_a_batch_in_which_nothing_could_be_read_is_sent_back_with_the_reason(
    client: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "甲.xlsx").write_bytes(b"PK\x03\x04 broken off")
    (folder / "乙.csv").write_text("菜名,价格\n土豆丝,12\n", encoding="gb18030")
    batch = handed_in(client, folder)
    assert batch.state == "checked"
    for said in (client.get(reverse("intake")).content.decode(), shown(client, batch)):
        assert "退回：没有可收的行" in said
        assert "文件内容异常" in said or "文件打不开" in said
        assert "待收录" not in said
        assert reverse("intake_apply", args=[batch.id]) not in said
        assert reverse("intake_marked_all", args=[batch.id]) not in said, "there is nothing to mark"
    forced = client.post(reverse("intake_apply", args=[batch.id]))
    assert forced.status_code == 409 and "没有可收录的" in forced.content.decode()


def test_a_list_of_sites_alone_is_not_taken_for_unreadable(
    client: Client, folder: Path, truth: Truth
) -> None:
    batch = handed_in(client, folder, folder / "sites.xlsx")
    assert "退回：没有可收的行" not in client.get(reverse("intake")).content.decode()
    assert applied(client, batch).state == "done"
