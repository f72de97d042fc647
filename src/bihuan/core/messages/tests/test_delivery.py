"""The outside is slow, broken or gone: a message is tried again, never doubled, and never silently lost."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from bihuan.core.access.actors import Actor
from bihuan.core.ledger.models import Entry
from bihuan.core.messages import channels, delivery, queries
from bihuan.core.messages.channels import Accepted, Impossible, Kept, Letter, Report, TryLater, Unclear
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.tests.conftest import COUNTY, Sender


class Outside(Kept):
    """The other side, doing what a test asks; it keeps the letters it took."""

    def __init__(self) -> None:
        super().__init__("outside")
        self.reports = True
        self.taken: list[Letter] = []
        self.answers: list[Exception] = []
        self.hold: threading.Event | None = None
        self.found = Report(None)

    def send(self, letter: Letter) -> Accepted:
        if self.hold is not None:
            self.hold.wait(10)
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(letter)
        return Accepted(f"ref-{letter.id}")

    def report(self, reference: str) -> Report:
        return self.found


OUTSIDE: list[Outside] = []


def current() -> Outside:
    return OUTSIDE[-1]


@pytest.fixture
def outside(settings: Settings) -> Iterator[Outside]:
    OUTSIDE.append(Outside())
    here = f"{__name__}.current"
    settings.MESSAGE_CHANNELS = {"mail": here, "sms": here}
    yield OUTSIDE[-1]
    OUTSIDE.clear()


def later(message: Message) -> None:
    """Let the time of the next attempt come."""
    Message.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_message_that_was_not_taken_is_tried_again_later_and_later(
    released: Sender, outside: Outside
) -> None:
    message = released()
    outside.answers = [TryLater("smtp_451"), TryLater("unreachable")]
    waits = []
    for _ in range(2):
        before = timezone.now()
        outcome = delivery.attempt(message.id)
        assert outcome is not None and outcome.again_at is not None
        waits.append(round((outcome.again_at - before).total_seconds()))
        assert delivery.attempt(message.id) is None  # not before its time
        later(message)
    assert waits == [60, 300]
    assert delivery.attempt(message.id) == delivery.Outcome(Message.SENT)
    assert [letter.id for letter in outside.taken] == [str(message.id)]


def test_the_other_side_may_ask_for_more_patience(released: Sender, outside: Outside) -> None:
    message = released()
    outside.answers = [TryLater("http_429", 7200)]
    before = timezone.now()
    outcome = delivery.attempt(message.id)
    assert outcome is not None and outcome.again_at is not None
    assert outcome.again_at - before >= timedelta(seconds=7200)


def test_after_the_last_attempt_a_person_is_asked(released: Sender, outside: Outside) -> None:
    message = released()
    outside.answers = [TryLater("unreachable") for _ in range(20)]
    states = []
    for _ in range(len(delivery.BACK_OFF) + 1):
        outcome = delivery.attempt(message.id)
        assert outcome is not None
        states.append(outcome.state)
        later(message)
    assert states == [Message.QUEUED] * len(delivery.BACK_OFF) + [Message.FAILED]
    assert delivery.attempt(message.id) is None
    assert [s.problem for s in queries.undecided()] == ["unreachable"]
    assert Entry.objects.get().kind == "messages.failed"


def test_an_address_that_does_not_exist_is_not_tried_again(released: Sender, outside: Outside) -> None:
    message = released()
    outside.answers = [Impossible("smtp_550")]
    assert delivery.attempt(message.id) == delivery.Outcome(Message.FAILED)
    later(message)
    assert delivery.attempt(message.id) is None


def test_an_unclear_end_is_decided_by_a_person_and_the_ledger_says_by_whom(
    released: Sender, outside: Outside
) -> None:
    message = released()
    outside.answers = [Unclear("no_answer")]
    assert delivery.attempt(message.id) == delivery.Outcome(Message.UNCERTAIN)
    later(message)
    assert delivery.attempt(message.id) is None
    clerk = Actor(uuid.uuid4(), "filing_clerk", "court", COUNTY, None, "沈某")
    assert delivery.send_again(Message.objects.get(), clerk)
    assert not delivery.send_again(Message.objects.get(), clerk)
    assert delivery.attempt(message.id) == delivery.Outcome(Message.SENT)
    kinds = list(Entry.objects.order_by("id").values_list("kind", "actor_id"))
    assert kinds == [
        ("messages.uncertain", None), ("messages.sent_again", clerk.officer_id), ("messages.sent", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("repeatable", "state", "taken"), [(True, "sent", 1), (False, "uncertain", 0)])
def test_a_message_whose_worker_was_killed_is_repeated_only_where_a_repeat_is_harmless(
    released: Sender, outside: Outside, repeatable: bool, state: str, taken: int
) -> None:
    outside.repeatable = repeatable
    message = released()
    assert delivery._claim(message.id) is not None  # and the worker dies here
    assert delivery.attempt(message.id) is None  # its claim still runs
    later(message)
    assert delivery.due() == [message.id]
    assert delivery.attempt(message.id) == delivery.Outcome(state)
    assert len(outside.taken) == taken


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_message_send_it_once(released: Sender, outside: Outside) -> None:
    message = released()
    outside.hold = threading.Event()
    outcomes: list[delivery.Outcome | None] = []

    def work() -> None:
        try:
            outcomes.append(delivery.attempt(message.id))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    threads[0].join(0.3)
    outside.hold.set()
    for thread in threads:
        thread.join()
    assert sorted(o.state for o in outcomes if o) == [Message.SENT]
    assert len(outside.taken) == 1


def test_delivery_receipts_are_asked_for_and_recorded(released: Sender, outside: Outside) -> None:
    arrived, lost = released(), released()
    for message in (arrived, lost):
        delivery.attempt(message.id)
    assert delivery.ask_for_reports() == 0  # nobody knows yet
    at = timezone.now()
    outside.found = Report(True, at)
    Message.objects.filter(pk=lost.pk).update(sent_at=at - timedelta(days=9))
    assert delivery.ask_for_reports() == 1
    kept = Message.objects.get(pk=arrived.pk)
    assert (kept.state, kept.delivered_at) == (Message.DELIVERED, at)
    assert Message.objects.get(pk=lost.pk).state == Message.SENT
    assert queries.counts() == {Message.DELIVERED: 1, Message.SENT: 1}


def test_channels_are_chosen_by_the_settings(settings: Settings) -> None:
    settings.MESSAGE_CHANNELS = {"mail": "bihuan.adapters.mail.channel"}
    assert channels.channel("mail").via == "sink"
    assert channels.channel("in_app").via == "in_app"
