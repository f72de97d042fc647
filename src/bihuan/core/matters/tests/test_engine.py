"""The one way a matter changes: what it lets through, what it refuses, what it leaves behind."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.errors import (
    KeyReused,
    NotAllowed,
    NotFromHere,
    Refused,
    Stale,
    UnknownMatter,
)
from bihuan.core.matters.models import Matter
from bihuan.core.matters.tests.conftest import CLERK, JUDGE, Words, actor
from bihuan.core.spec import MatterType, Nothing

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def opened(leave: MatterType[Any], key: str = "open-1") -> engine.Outcome:
    return engine.open(leave, Opening(Words(text="a"), START), actor=actor(CLERK), key=key)


def test_opening_gives_number_deadline_and_first_entry(leave: MatterType[Any]) -> None:
    outcome = opened(leave)
    matter = Matter.objects.get(pk=outcome.matter_id)
    assert (matter.number, matter.state, matter.version) == ("假〔2026〕1号", "asked", 1)
    assert matter.due_at is not None and timezone.localtime(matter.due_at).date().isoformat() == "2026-03-09"
    assert matter.due["explanation"]
    entry = Entry.objects.get(pk=outcome.entry_id)
    assert (entry.kind, entry.to_state, entry.payload) == ("toy.leave.open", "asked", {"text": "a"})


def test_closing_step_moves_the_matter_and_writes_one_entry(leave: MatterType[Any]) -> None:
    done = engine.perform(
        opened(leave).matter_id, "grant", Words(text="ok"), actor=actor(JUDGE), key="k1", version=1
    )
    matter = Matter.objects.get(pk=done.matter_id)
    assert (matter.state, matter.version, matter.due_at) == ("granted", 2, None)
    assert matter.closed_at is not None
    assert list(Entry.objects.filter(matter_id=matter.pk).values_list("from_state", "to_state")) == [
        (None, "asked"),
        ("asked", "granted"),
    ]


def test_same_request_again_changes_nothing(leave: MatterType[Any]) -> None:
    first, again = opened(leave), opened(leave)
    assert again.repeated and again.matter_id == first.matter_id
    step = {"actor": actor(JUDGE), "key": "k1", "version": 1}
    done = engine.perform(first.matter_id, "grant", Words(text="ok"), **step)
    repeated = engine.perform(first.matter_id, "grant", Words(text="ok"), **step)
    assert repeated.repeated and repeated.entry_id == done.entry_id
    assert Entry.objects.count() == 2


def test_same_key_with_another_body_is_refused(leave: MatterType[Any]) -> None:
    first = opened(leave)
    engine.perform(first.matter_id, "note", Words(text="a"), actor=actor(CLERK), key="k1")
    with pytest.raises(KeyReused):
        engine.perform(first.matter_id, "note", Words(text="b"), actor=actor(CLERK), key="k1")


def test_a_key_belongs_to_its_actor(leave: MatterType[Any]) -> None:
    first = opened(leave)
    officer = engine.perform(first.matter_id, "note", Words(text="a"), actor=actor(CLERK), key="k1")
    other = actor(JUDGE)
    other = type(other)(uuid4(), other.post, other.organ, other.jurisdiction, None, other.name)
    second = engine.perform(first.matter_id, "note", Words(text="b"), actor=other, key="k1")
    assert not second.repeated and second.entry_id != officer.entry_id


def test_what_a_post_may_not_do_is_refused(leave: MatterType[Any]) -> None:
    first = opened(leave)
    with pytest.raises(NotAllowed):
        engine.perform(first.matter_id, "grant", Words(text="ok"), actor=actor(CLERK), key="k")
    with pytest.raises(NotAllowed):
        engine.open(leave, Opening(Words(text="a"), START), actor=actor(JUDGE), key="k")


def test_a_matter_of_another_jurisdiction_does_not_exist(leave: MatterType[Any]) -> None:
    first = opened(leave)
    with pytest.raises(UnknownMatter):
        engine.perform(first.matter_id, "grant", Words(text="x"), actor=actor(JUDGE, "110101"), key="k")
    with pytest.raises(UnknownMatter):
        engine.perform(uuid4(), "grant", Words(text="x"), actor=actor(JUDGE), key="k")


def test_a_guard_refuses_with_its_reason_and_nothing_is_written(leave: MatterType[Any]) -> None:
    first = opened(leave)
    with pytest.raises(Refused) as refused:
        engine.perform(first.matter_id, "grant", Words(text="monday"), actor=actor(JUDGE), key="k")
    assert refused.value.text.en == "Not on Mondays"
    assert Entry.objects.count() == 1
    engine.perform(first.matter_id, "grant", Words(text="tuesday"), actor=actor(JUDGE), key="k")


def test_a_closed_matter_takes_no_more_steps(leave: MatterType[Any]) -> None:
    first = opened(leave)
    engine.perform(first.matter_id, "grant", Words(text="ok"), actor=actor(JUDGE), key="k1")
    with pytest.raises(NotFromHere):
        engine.perform(first.matter_id, "note", Words(text="late"), actor=actor(CLERK), key="k2")


def test_who_looked_at_an_older_version_is_told(leave: MatterType[Any]) -> None:
    first = opened(leave)
    engine.perform(first.matter_id, "note", Words(text="x"), actor=actor(CLERK), key="k1")
    with pytest.raises(Stale) as stale:
        engine.perform(first.matter_id, "grant", Words(text="y"), actor=actor(JUDGE), key="k2", version=1)
    assert (stale.value.seen, stale.value.now) == (1, 2)
    engine.perform(first.matter_id, "note", Words(text="z"), actor=actor(CLERK), key="k3", version=1)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_wins_the_other_is_told(leave: MatterType[Any]) -> None:
    matter_id = opened(leave).matter_id
    results: list[object] = []
    start = threading.Barrier(2)

    def officer(number: int) -> None:
        start.wait()
        try:
            results.append(
                engine.perform(
                    matter_id, "grant", Words(text="ok"), actor=actor(JUDGE), key=f"k{number}", version=1
                )
            )
        except (Stale, NotFromHere) as told:
            results.append(told)
        finally:
            connection.close()

    threads = [threading.Thread(target=officer, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(r, engine.Outcome) for r in results) == [False, True]
    assert Entry.objects.filter(kind="toy.leave.grant").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_is_done_once(leave: MatterType[Any]) -> None:
    matter_id = opened(leave).matter_id
    results: list[engine.Outcome] = []
    start = threading.Barrier(3)

    def retry() -> None:
        start.wait()
        try:
            results.append(
                engine.perform(matter_id, "note", Words(text="ok"), actor=actor(CLERK), key="same")
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=retry) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.entry_id for outcome in results}) == 1 and len(results) == 3
    assert Entry.objects.filter(kind="toy.leave.note").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_sent_again_while_the_first_is_under_way_gets_its_answer_not_a_refusal(
    leave: MatterType[Any],
) -> None:
    matter_id = opened(leave).matter_id
    results: list[engine.Outcome] = []

    def grant() -> None:
        results.append(
            engine.perform(matter_id, "grant", Words(text="ok"), actor=actor(JUDGE), key="lost reply")
        )

    def again() -> None:
        try:
            grant()
        finally:
            connection.close()

    second = threading.Thread(target=again)
    with transaction.atomic(), connection.cursor() as cursor:
        grant()
        second.start()
        waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        while second.is_alive() and (cursor.execute(waiting), cursor.fetchone())[1] == (False,):
            time.sleep(0.01)
    second.join(30)

    assert len(results) == 2 and results[1].repeated
    assert results[0].entry_id == results[1].entry_id
    assert Entry.objects.filter(kind="toy.leave.grant").count() == 1


def test_a_history_arrives_whole_through_the_bulk_door(leave: MatterType[Any]) -> None:
    clerk, judge = actor(CLERK), actor(JUDGE)
    later = START + timedelta(hours=1)
    good = [
        Opening(
            Words(text=str(n)),
            START,
            history=[
                Step("note", Words(text="n"), later),
                Step("grant", Words(text="g"), later, actor=judge),
            ],
            reference=n,
        )
        for n in range(20)
    ]
    bad = Opening(Words(text="x"), START, history=[Step("grant", Words(text="monday"), START, actor=judge)])
    outcome = engine.open_many(leave, [*good[:10], bad, *good[10:]], actor=clerk, key="bulk")
    assert [position for position, _ in outcome.refused] == [10]
    assert [o.reference for o in outcome.opened] == list(range(20))
    assert outcome.entries == 60 == Entry.objects.count()
    assert set(Matter.objects.values_list("state", "version")) == {("granted", 3)}
    again = engine.open_many(leave, [*good[:10], bad, *good[10:]], actor=clerk, key="bulk")
    assert again.repeated and Entry.objects.count() == 60


def test_many_steps_at_once_leave_the_same_as_one_by_one(leave: MatterType[Any]) -> None:
    one, two = opened(leave, "o1").matter_id, opened(leave, "o2").matter_id
    at = START + timedelta(days=1)
    engine.perform(one, "note", Words(text="n"), actor=actor(CLERK), key="s1", occurred_at=at)
    engine.perform(one, "ask_more", Nothing(), actor=actor(CLERK), key="s2", occurred_at=at)
    outcome = engine.perform_many(
        [(two, Step("note", Words(text="n"), at)), (two, Step("ask_more", Nothing(), at))],
        actor=actor(CLERK),
        key="many",
    )
    assert outcome.entries == 2 and not outcome.refused
    columns = ("state", "version", "due_at", "due", "rank", "closed_at", "alarm")
    assert Matter.objects.values_list(*columns).get(pk=one) == Matter.objects.values_list(*columns).get(
        pk=two
    )


def test_one_refused_among_many_does_not_stop_the_rest(leave: MatterType[Any]) -> None:
    one, two = opened(leave, "o1").matter_id, opened(leave, "o2").matter_id
    outcome = engine.perform_many(
        [(one, Step("grant", Words(text="monday"), START)), (two, Step("grant", Words(text="ok"), START))],
        actor=actor(JUDGE),
    )
    assert [position for position, _ in outcome.refused] == [0]
    assert Matter.objects.get(pk=one).state == "asked" and Matter.objects.get(pk=two).state == "granted"


def test_pausing_and_going_on_keeps_what_is_left_of_the_deadline(leave: MatterType[Any]) -> None:
    matter_id = opened(leave).matter_id
    before = Matter.objects.get(pk=matter_id).due_at
    clerk = actor(CLERK)
    engine.perform(matter_id, "ask_more", actor=clerk, key="a", occurred_at=START + timedelta(days=2))
    paused = Matter.objects.get(pk=matter_id)
    assert paused.due_at is None and paused.due["resumes"]["state"] == "asked"
    engine.perform(matter_id, "supply", actor=clerk, key="b", occurred_at=START + timedelta(days=5))
    after = Matter.objects.get(pk=matter_id).due_at
    assert before is not None and after == before + timedelta(days=3)


def test_extending_counts_from_the_origin_and_restarting_anew(leave: MatterType[Any]) -> None:
    matter_id = opened(leave).matter_id
    judge = actor(JUDGE)
    engine.perform(matter_id, "extend", Words(text="x", days=3), actor=judge, key="a", occurred_at=START)
    due = Matter.objects.get(pk=matter_id).due_at
    assert due is not None and timezone.localtime(due).date().isoformat() == "2026-03-12"
    engine.perform(matter_id, "restart", actor=judge, key="b", occurred_at=START + timedelta(days=4))
    due = Matter.objects.get(pk=matter_id).due_at
    assert due is not None and timezone.localtime(due).date().isoformat() == "2026-03-13"


def test_what_is_personal_enters_the_ledger_sealed(leave: MatterType[Any]) -> None:
    from bihuan.core.people.models import Person
    from bihuan.core.people.sealing import open_sealed

    person = Person.objects.create(jurisdiction="620799", created_at=timezone.now())
    outcome = engine.open(
        leave, Opening(Words(text="a", secret="家里有事"), START, person_id=person.pk),
        actor=actor(CLERK), key="p",
    )  # fmt: skip
    entry = Entry.objects.get(pk=outcome.entry_id)
    assert "secret" not in entry.payload and entry.sealed is not None
    assert "家里有事".encode() not in bytes(entry.sealed)
    assert open_sealed(person.pk, "toy", bytes(entry.sealed)) == {"secret": "家里有事"}
