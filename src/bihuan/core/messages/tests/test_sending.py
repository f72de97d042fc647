"""A message is written with the matter, once, sealed; it leaves when the matter's transaction commits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from bihuan.core.access.models import Officer
from bihuan.core.ledger.models import Entry
from bihuan.core.messages import delivery, queries
from bihuan.core.messages.addresses import (
    IN_APP,
    MAIL,
    SMS,
    BadAddress,
    ToOffice,
    ToOfficer,
    ToPerson,
    normal,
)
from bihuan.core.messages.events import LiveEvent
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.sending import KeyReused, Outgoing, send, send_many
from bihuan.core.messages.templates import Template, UnknownTemplate, WrongFields, declare
from bihuan.core.messages.tests.conftest import COUNTY, RELEASED, Sender
from bihuan.core.people.vault import vault
from bihuan.core.spec.text import Text


def jobs() -> set[str]:
    found = ProcrastinateJob.objects.filter(task_name="messages.deliver", status="todo")
    return {args["message_id"] for args in found.values_list("args", flat=True)}


@pytest.fixture(autouse=True)
def no_job_of_another_test(db: None) -> None:
    """What a test that commits left in the queue, which no flush empties, is none of ours."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def overdue(to: ToOffice | ToOfficer, channel: str, key: str = "k") -> Message:
    params = {"number": "GL-7", "due": "10-08"}
    return send(Outgoing("drill.overdue", channel, to, key, params), jurisdiction=COUNTY)


def test_a_dump_of_the_outbox_shows_neither_name_nor_address(released: Sender) -> None:
    released()
    released(channel=SMS, address="138 0000 5520")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(to_jsonb(m)::text, '') FROM outbox_message m")
        dump = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(args::text, '') FROM procrastinate_jobs")
        dump += cursor.fetchone()[0]
    for secret in ("张若曦", "张", "zhang", "5520", "13800005520"):
        assert secret not in dump


def test_the_job_exists_exactly_if_the_matter_was_written(released: Sender) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        released()
        _ = 1 / 0
    assert not Message.objects.exists() and jobs() == set()
    message = released()
    assert jobs() == {str(message.id)}


def test_the_same_request_again_adds_nothing(released: Sender) -> None:
    first = released(key="one")
    again = released(key="one")
    assert first.id == again.id
    assert Message.objects.count() == 1 and len(jobs()) == 1


@pytest.mark.parametrize(
    "changed", [{"address": "li@example.cn"}, {"personal": {"name": "李四"}}, {"params": {"number": "GL-8"}}]
)
def test_the_same_key_for_something_else_is_refused(released: Sender, changed: dict[str, object]) -> None:
    released(key="one")
    with pytest.raises(KeyReused), transaction.atomic():
        released(key="one", **changed)
    assert Message.objects.count() == 1


def test_many_are_written_at_once_and_repeats_among_them_are_one(person: UUID) -> None:
    batch = [
        Outgoing(
            "drill.released", SMS, ToPerson(person, "drill", f"1380000{n % 500:04}"), f"k{n % 500}",
            {"number": f"GL-{n % 500}"}, {"name": "张若曦"},
        )
        for n in range(501)
    ]  # fmt: skip
    written = send_many(batch, jurisdiction=COUNTY)
    assert len(written) == 501 and written[0].id == written[500].id
    assert Message.objects.count() == 500 and len(jobs()) == 500
    assert send_many([], jurisdiction=COUNTY) == []


def test_a_message_for_tomorrow_waits(released: Sender) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    message = released(not_before=tomorrow)
    assert delivery.attempt(message.id) is None
    assert ProcrastinateJob.objects.get(task_name="messages.deliver").scheduled_at == tomorrow
    assert Message.objects.get().state == Message.QUEUED


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"template": "drill.unknown"}, UnknownTemplate),
        ({"params": {}}, WrongFields),
        ({"params": {"number": "1", "name": "张若曦"}, "personal": {}}, WrongFields),
        ({"address": "zhang@example.cn\r\nBcc: x@example.cn"}, BadAddress),
        ({"address": "张@example.cn"}, BadAddress),
        ({"address": "nobody"}, BadAddress),
        ({"channel": SMS, "address": "12"}, BadAddress),
        ({"channel": IN_APP}, BadAddress),
        ({"channel": "pigeon"}, BadAddress),
        ({"to": ToOffice("duty@example.cn")}, WrongFields),
    ],
)
def test_what_cannot_be_sent_rightly_is_refused_at_once(
    released: Sender, changed: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error), transaction.atomic():
        released(**changed)
    assert not Message.objects.exists()


@pytest.mark.parametrize("written", ["13800005520", "+86 138 0000 5520", "138-0000-5520", "0086 13800005520"])
def test_a_phone_number_is_one_number_however_it_is_written(written: str) -> None:
    assert normal(SMS, written) == "+8613800005520"


def test_the_sink_keeps_what_was_sent_and_shows_it_masked(released: Sender) -> None:
    message = released(channel=SMS, address="13800005520")
    assert delivery.attempt(message.id) == delivery.Outcome(Message.SENT)
    (shown,) = queries.sink(10)
    assert (shown.to, shown.state, shown.via) == ("138****5520", Message.SENT, "sink")
    assert shown.body == "张*：您已解除隔离医学观察。编号GL-7。"
    assert shown.subject == "解除隔离通知（GL-7）"


def test_an_erased_person_leaves_the_message_and_not_a_word_of_whom(released: Sender, person: UUID) -> None:
    sent, waiting = released(), released()
    delivery.attempt(sent.id)
    vault().destroy([(person, "drill")])
    assert delivery.attempt(waiting.id) == delivery.Outcome(Message.FAILED)
    assert Message.objects.get(pk=waiting.pk).problem == "erased"
    assert {(s.to, s.body) for s in queries.sink()} == {("—", "—：您已解除隔离医学观察。编号GL-7。")}


def test_what_became_of_a_message_is_in_the_ledger(released: Sender, person: UUID) -> None:
    message = released()
    delivery.attempt(message.id)
    assert delivery.settle(Message.objects.get(), delivered=True, at=timezone.now())
    assert not delivery.settle(Message.objects.get(), delivered=True, at=timezone.now())
    entries = list(Entry.objects.order_by("id").values_list("kind", "person_id"))
    assert entries == [("messages.sent", person), ("messages.delivered", person)]


def test_an_officer_reads_a_message_inside_the_application(officer: Officer) -> None:
    message = overdue(ToOfficer(officer.id), IN_APP)
    delivery.attempt(message.id)
    assert LiveEvent.objects.filter(topic=f"officer:{officer.id}").count() == 1
    assert queries.unread(officer.id) == 1
    (shown,) = queries.inbox(officer.id)
    assert shown.subject == "事项GL-7已超期"
    assert queries.mark_read(officer.id, [shown.id]) == 1
    assert queries.mark_read(officer.id, [shown.id]) == 0
    assert queries.unread(officer.id) == 0


def test_nobody_reads_anothers_message_as_read(officer: Officer) -> None:
    message = overdue(ToOfficer(officer.id), IN_APP)
    other = Officer.objects.create(username="other", name="李某")
    assert queries.mark_read(other.id, [message.id]) == 0


def test_an_office_has_its_mailbox_in_clear(db: None) -> None:
    message = overdue(ToOffice("duty@example.cn"), MAIL)
    delivery.attempt(message.id)
    assert [s.to for s in queries.sink()] == ["duty@example.cn"]


def test_a_template_whose_languages_ask_for_different_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="different fields"):
        Template("x", Text("题", "Subject"), Text("{a}", "{b}"))
    with pytest.raises(ValueError, match="nothing personal"):
        Template("x", Text("{a}", "{a}"), Text("题", "Body"), frozenset({"a"}))
    with pytest.raises(ValueError, match="two messages"):
        declare(Template("drill.released", Text("题", "Subject"), Text("文", "Body")))
    declare(RELEASED)


@pytest.mark.django_db(transaction=True)
def test_the_worker_delivers_what_was_committed(released: Sender) -> None:
    message = released()
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    with connection.cursor() as cursor:  # the worker's thread leaves its connection open
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert Message.objects.get(pk=message.pk).state == Message.SENT
    assert jobs() == set()
