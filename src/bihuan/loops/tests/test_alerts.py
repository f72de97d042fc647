"""A list signed for is verified row by row; the books balance whenever one looks; the sender is answered."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from bihuan.core.access.actors import system_actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.core.matters.errors import NotDone, Refused
from bihuan.core.matters.models import Matter
from bihuan.core.papers.models import Paper
from bihuan.core.people import merging
from bihuan.core.people.masks import open_identities
from bihuan.core.people.merging import canonical_many
from bihuan.loops.tests.lists import ENDINGS, PARTS, Desk, balanced, chosen, figures, lists, take
from bihuan.modules.alerts import feedback
from bihuan.modules.alerts.feedback_file import FOUND
from bihuan.modules.alerts.models import AlertFeedback, AlertList, AlertRow
from bihuan.modules.alerts.payloads import Extension, MoreTime
from bihuan.modules.verification.models import Item
from bihuan.modules.verification.payloads import TakenBack

pytestmark = pytest.mark.django_db


def accepted() -> list[AlertRow]:
    return list(AlertRow.objects.filter(fate="accepted").order_by("id"))


def items_of(alert_list: AlertList | None = None) -> list[object]:
    rows = AlertRow.objects.filter(fate="accepted")
    rows = rows if alert_list is None else rows.filter(list=alert_list)
    return list(dict.fromkeys(rows.order_by("id").values_list("item_id", flat=True)))


def test_one_verification_for_each_person_and_reason_with_all_rows_that_ask_for_it(tmp_path: Path) -> None:
    lists(tmp_path)
    take(tmp_path)
    rows = accepted()
    pairs = {(row.person_id, row.reason) for row in rows}
    items = Item.objects.filter(source="alerts")
    assert items.count() == len(pairs) == Matter.objects.filter(type="verification.item").count()
    for item in items:
        mine = [row for row in rows if row.item_id == item.matter_id]
        assert item.rows == len(mine)
        assert {row.reason for row in mine} == {item.reason}
        assert item.township == mine[0].township != ""


def test_what_is_pushed_again_joins_what_is_open_and_asks_anew_of_what_is_settled(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path / "one", lists=1, rows=20, plain=True)
    take(tmp_path / "one")
    rows = accepted()
    desk.settle([rows[0].item_id], "confirm")  # type: ignore[list-item]
    source = next((tmp_path / "one").glob("*.csv")).read_bytes()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "again.csv").write_bytes(source.replace(b"YJ", b"ZZ"))
    take(tmp_path / "two")
    again = {row.person_id: row for row in AlertRow.objects.filter(list__name="again.csv")}
    for row in rows[1:]:
        assert again[row.person_id].item_id == row.item_id
        assert Item.objects.get(pk=row.item_id).rows == 2
    assert again[rows[0].person_id].item_id != rows[0].item_id
    assert again[rows[0].person_id].standing == "pending"
    assert balanced(figures())


@pytest.mark.parametrize("how", ENDINGS)
def test_what_a_verification_comes_to_is_how_its_rows_stand(tmp_path: Path, how: str) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=40, lists=2)
    take(tmp_path)
    item = accepted()[0].item_id
    assert item is not None
    desk.settle([item], how)
    wanted = {"forward": "forwarded", "give_up": "unreachable"}.get(how, "verified")
    assert {row.standing for row in accepted() if row.item_id == item} == {wanted}
    told = figures()
    assert told[wanted] == sum(row.item_id == item for row in accepted())
    assert balanced(told)


def test_a_result_taken_back_leaves_the_rows_pending(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=10, lists=1, plain=True)
    take(tmp_path)
    item = accepted()[0].item_id
    assert item is not None
    desk.settle([item], "confirm")
    entry = Item.objects.get(pk=item).last_entry
    assert entry is not None
    back = Step("call_again", TakenBack(entry=entry, was="confirm"), timezone.now())
    engine.perform_many([(item, back)], actor=desk.lead, raising=True)
    assert {row.standing for row in accepted()} == {"pending"}
    told = figures()
    assert (told["pending"], told["verified"]) == (10, 0)


@pytest.mark.parametrize("seed", [7, 1911, 524_287])
def test_the_books_balance_at_every_cut_off_whenever_they_are_looked_at(tmp_path: Path, seed: int) -> None:
    """Lists of several days, old ones recorded last; settled, taken back, pushed again; then any moment, any knowledge."""
    random_, desk, now = random.Random(seed), Desk.open(), timezone.now()
    lists(tmp_path / "new", seed, rows=120, lists=3)
    lists(tmp_path / "old", seed, rows=80, lists=3, until=now - timedelta(days=9))
    moments = [timezone.now()]
    for folder in ("new", "old"):
        take(tmp_path / folder)
        moments.append(timezone.now())
        for how in ENDINGS:
            waiting = Item.objects.filter(outcome="", stage="route").values_list("pk", flat=True)
            desk.settle(chosen(random_, list(waiting), 6), how)
            moments.append(timezone.now())
    for known_at in (*moments[-4:], None):
        for _ in range(6):
            at = now - timedelta(days=random_.uniform(-0.01, 14))
            told = figures(at, known_at)
            assert balanced(told), f"seed {seed} at {at} known at {known_at}: {told}"
    final = figures()
    assert balanced(final)
    stands = {part: AlertRow.objects.filter(fate="accepted", standing=part).count() for part in PARTS[2:]}
    assert stands == {part: final[part] for part in PARTS[2:]}, f"seed {seed}"
    people = canonical_many(row.person_id for row in accepted() if row.person_id)
    assert final["persons"] == len(set(people.values())), f"seed {seed}"


def test_a_list_is_fed_back_as_a_whole_only_when_every_row_has_a_result(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=30, lists=1, seed=3)
    take(tmp_path)
    alert_list = AlertList.objects.get()
    with pytest.raises(Refused):
        feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="none")
    items = items_of()
    desk.settle(items[:10], "confirm")  # type: ignore[arg-type]
    part = feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="part")
    assert (part.rows, part.pending) == (
        AlertRow.objects.filter(standing="verified").count(), AlertRow.objects.filter(standing="pending").count(),
    )  # fmt: skip
    assert Matter.objects.get(pk=alert_list.matter_id).state == "signed"
    desk.settle(items[10:], "find_otherwise")  # type: ignore[arg-type]
    whole = feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="whole")
    assert (whole.rows, whole.pending, whole.changed) == (alert_list.accepted, 0, 0)
    assert Matter.objects.get(pk=alert_list.matter_id).state == "fed_back"
    assert feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="whole").pk == whole.pk
    assert AlertFeedback.objects.count() == 2
    assert Paper.objects.filter(kind="alert_feedback").count() == 2


def test_feedback_has_the_senders_columns_as_sent_and_what_was_found(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=400, lists=1, seed=11)
    take(tmp_path)
    alert_list = AlertList.objects.get()
    desk.settle(items_of(), "forward")  # type: ignore[arg-type]
    made = feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="k")
    content = feedback.content(made, actor=desk.desk)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == [*alert_list.headings, *FOUND]
    assert len(rows) - 1 == alert_list.rows - alert_list.rejected
    for line in rows[1:]:
        assert line[0].startswith("YJ")
        assert line[8:10] == ["电话核查", "已转外县:转山丹县核查"]
        assert line[11].endswith("公安局")
    assert alert_list.rejected > 0
    back = book.get_sheet_by_name("退回").to_python()
    assert len(back) - 1 == alert_list.rejected
    assert Entry.objects.filter(kind="alerts.feedback_given_out").count() == 1


def test_feedback_as_csv_holds_nothing_a_spreadsheet_would_calculate(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=3, lists=1, plain=True)
    file = next(tmp_path.glob("*.csv"))
    evil = '"=HYPERLINK(""http://example.invalid"")"'
    text = "预警编号,姓名,证件号码,手机号,现住址,推送原因,推送时间,推送单位\n"
    file.write_text(
        f"{text}YJ1,赵试一,620702194501019909,+8619000000001,{evil},密接名单,2026-11-11 06:00,甲\n", "utf-8"
    )
    take(tmp_path)
    desk.settle(items_of(), "find_otherwise")  # type: ignore[arg-type]
    made = feedback.feed_back(AlertList.objects.get().matter_id, actor=desk.desk, key="k", form="csv")
    rows = list(csv.reader(io.StringIO(feedback.content(made, actor=desk.desk).decode("utf-8-sig"))))
    assert rows[1][4].startswith("'=HYPERLINK")
    assert rows[1][3] == "+8619000000001"
    assert rows[1][9] == "不属实:已搬到北街,情况另报"


def test_more_time_moves_the_deadline_and_names_who_agreed(tmp_path: Path) -> None:
    desk = Desk.open()
    lists(tmp_path, rows=5, lists=1)
    take(tmp_path)
    matter = Matter.objects.get(type="alerts.list")
    assert matter.due_at is not None
    more = Extension(hours=12, reason=MoreTime.MANY, agreed_by="疾控值班室")
    engine.perform(matter.id, "extend", more, actor=desk.desk, key="e")
    later = Matter.objects.get(pk=matter.id)
    assert later.due_at == matter.due_at + timedelta(hours=12)
    with pytest.raises(NotDone):
        engine.perform(
            matter.id,
            "extend",
            Extension(hours=0, reason=MoreTime.MANY, agreed_by="x"),
            actor=desk.desk,
            key="f",
        )


def test_a_merge_undone_after_feedback_tells_the_sender_and_asks_anew(tmp_path: Path) -> None:
    desk, system = Desk.open(), system_actor(Desk.open().desk.jurisdiction)
    lists(tmp_path / "one", lists=1, rows=12, plain=True)
    take(tmp_path / "one")
    one, other = two_with_other_reasons()
    first, second = one.person_id, other.person_id
    assert first is not None and second is not None
    _, fields, _ = open_identities([second])[second]
    merge = merging.merge(first, second, actor=system)
    push_again(tmp_path, fields, one.reason)
    alert_list = AlertList.objects.get(name="again.csv")
    again = AlertRow.objects.get(list=alert_list)
    theirs = AlertRow.objects.get(list__name__contains="第01批", person_id=first, reason=again.reason)
    assert again.item_id == theirs.item_id, "while they are one person, one verification"
    desk.settle([again.item_id], "confirm")  # type: ignore[list-item]
    feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="k")
    before = figures()
    assert balanced(before)

    merging.undo(merge.pk, actor=system)

    told = figures()
    assert balanced(told)
    assert (told["verified"], told["pending"]) == (before["verified"] - 1, before["pending"] + 1)
    again.refresh_from_db()
    assert again.item_id != theirs.item_id
    assert again.standing == "pending"
    assert Item.objects.get(pk=again.item_id).matter.person_id == second
    matter = Matter.objects.get(pk=alert_list.matter_id)
    assert matter.state == "to_correct"
    assert matter.due_at is not None
    letter = Paper.objects.get(kind="alert_correction")
    assert letter.matter_id == alert_list.matter_id
    desk.settle([again.item_id], "find_otherwise")  # type: ignore[list-item]
    corrected = feedback.feed_back(alert_list.matter_id, actor=desk.desk, key="k2")
    assert (corrected.rows, corrected.changed) == (1, 1)
    assert Matter.objects.get(pk=alert_list.matter_id).state == "fed_back"


def two_with_other_reasons() -> tuple[AlertRow, AlertRow]:
    """Two people who are being verified for different reasons."""
    one, *others = accepted()
    return one, next(row for row in others if row.reason != one.reason)


def push_again(folder: Path, fields: Mapping[str, str], reason: str) -> None:
    """Push a row of the person with this identity for this reason."""
    identifier = fields["identifier"].rpartition(":")[2]
    (folder / "two").mkdir()
    now = timezone.localtime()
    (folder / "two" / "again.csv").write_text(
        "预警编号,姓名,证件号码,手机号,现住址,推送原因,推送时间,推送单位\n"
        f"ZZ1,{fields['name']},{identifier},{fields['phone']},新墩镇演练路9号,{reason},{now:%Y-%m-%d %H:%M:%S},甲\n",
        "utf-8",
    )
    take(folder / "two")
