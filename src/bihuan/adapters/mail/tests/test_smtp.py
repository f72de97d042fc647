"""Mail through a real relay (aiosmtpd), well-behaved and cut off at every moment."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.utils import timezone

from bihuan.adapters.mail import channel
from bihuan.adapters.mail.smtp import Relay, SmtpChannel
from bihuan.core.messages import delivery
from bihuan.core.messages.addresses import MAIL, ToPerson
from bihuan.core.messages.channels import Impossible, Letter, TryLater, Unclear
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.sending import Outgoing, send
from bihuan.core.messages.templates import Template, declare
from bihuan.core.people.models import Person
from bihuan.core.spec.text import Text

SENDER = "闭环 <noreply@qinghe.example>"
LETTER = Letter(
    id="0199-a",
    to="zhang@example.cn",
    subject="解除隔离通知\r\nBcc: x@example.cn",
    body="张若曦：\n.您已解除隔离。\n..\n.\n",
    language="zh-hans",
    created_at=datetime(2026, 10, 8, 1, tzinfo=UTC),
)


class Mailbox:
    """What the relay took, and at which moment it hangs up."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.recipients: list[str] = []
        self.reply = "250 taken"
        self.hang_up = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.reply.startswith("250"):
            self.letters.append(bytes(envelope.content or b""))  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
        if self.hang_up == "after the letter":
            server.transport.abort()  # type: ignore[union-attr]
        return self.reply


class Hanging(SMTP):
    """A relay that can hang up between its go-ahead and the letter."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.hang_up == "before the letter":
            await self.push("354 go ahead")
            self.transport.abort()  # type: ignore[union-attr]
            return
        await super().smtp_DATA(arg)


class Server(Controller):
    """The relay's process on a free port."""

    options: dict[str, Any] = {}

    def factory(self) -> SMTP:
        return Hanging(self.handler, enable_SMTPUTF8=True, **self.options)


Start = Callable[..., tuple[Server, Mailbox]]


@pytest.fixture
def relay() -> Iterator[Start]:
    running: list[Server] = []

    def start(port: int = 0, mailbox: Mailbox | None = None, **options: Any) -> tuple[Server, Mailbox]:
        box = mailbox or Mailbox()
        server = Server(box, hostname="127.0.0.1", port=port or free_port())
        server.options = options
        server.start()
        running.append(server)
        return server, box

    yield start
    for server in running:
        if not server.loop.is_closed():
            server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mail_to(server: Server, user: str = "", password: str = "") -> SmtpChannel:
    return SmtpChannel(Relay("127.0.0.1", server.port, user, password), SENDER)


def test_a_letter_arrives_whole_and_no_field_brings_in_a_header(relay: Start) -> None:
    server, box = relay()
    mail_to(server).send(LETTER)
    (raw,) = box.letters
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body
    assert mail["Subject"] == "解除隔离通知 Bcc: x@example.cn" and mail["Bcc"] is None
    assert mail["Message-ID"] == "<0199-a@qinghe.example>"
    assert box.recipients == ["zhang@example.cn"]


def test_a_relay_that_is_away_or_busy_is_asked_later(relay: Start) -> None:
    server, box = relay()
    box.reply = "451 busy"
    with pytest.raises(TryLater, match="smtp_451"):
        mail_to(server).send(LETTER)
    server.stop()
    with pytest.raises(TryLater, match="unreachable"):
        mail_to(server).send(LETTER)


def test_a_refused_recipient_is_final_and_the_relays_words_are_not_kept(relay: Start) -> None:
    server, box = relay()
    with pytest.raises(Impossible) as refused:
        mail_to(server).send(Letter("1", "nobody@example.cn", "s", "b", "en", timezone.now()))
    assert refused.value.problem == "smtp_550"
    box.reply = "554 no"
    with pytest.raises(Impossible, match="smtp_554"):
        mail_to(server).send(LETTER)


def test_a_relay_that_hangs_up_before_the_letter_surely_has_nothing(relay: Start) -> None:
    server, box = relay()
    box.hang_up = "before the letter"
    with pytest.raises(TryLater, match="broken_off"):
        mail_to(server).send(LETTER)
    assert box.letters == []


def test_a_relay_that_hangs_up_after_the_letter_may_have_it(relay: Start) -> None:
    server, box = relay()
    box.hang_up = "after the letter"
    with pytest.raises(Unclear, match="no_answer"):
        mail_to(server).send(LETTER)
    assert len(box.letters) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_password_is_used_and_never_shown(relay: Start) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, way: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data == LoginPassword(b"bihuan", b"right"), handled=False)

    server, box = relay(authenticator=check, auth_required=True, auth_require_tls=False)
    mail_to(server, "bihuan", "right").send(LETTER)
    assert len(box.letters) == 1
    with pytest.raises(TryLater, match="login_refused"):
        mail_to(server, "bihuan", "wrong").send(LETTER)
    assert "right" not in repr(Relay("h", 1, "bihuan", "right"))


@pytest.mark.parametrize(
    ("address", "relay_there"),
    [
        ("smtp://bi%40huan:p%3Aw@mail.example:2525", Relay("mail.example", 2525, "bi@huan", "p:w")),
        ("smtp://mail.example", Relay("mail.example", 587)),
        ("smtps://mail.example", Relay("mail.example", 465, tls=True)),
    ],
)
def test_the_relays_address_is_read_from_the_environment(address: str, relay_there: Relay) -> None:
    assert Relay.parse(address) == relay_there


@pytest.mark.parametrize("address", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_wrong_address_of_a_relay_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="BIHUAN_SMTP_URL"):
        Relay.parse(address)


@pytest.mark.django_db
def test_from_the_outbox_through_a_relay_cut_in_the_middle_a_letter_arrives_once(
    relay: Start, settings: Any
) -> None:
    """Hung up before the letter, then gone, then back: three attempts, one letter, one Message-ID."""
    declare(
        Template(
            "drill.smtp", Text("通知", "Notice"), Text("{name}：通知", "{name}: notice"), frozenset({"name"})
        )
    )
    server, box = relay()
    settings.BIHUAN = settings.BIHUAN.model_copy(
        update={"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": SENDER}
    )
    person = Person.objects.create(jurisdiction="620799", created_at=timezone.now())
    to = ToPerson(person.id, "drill", "zhang@example.cn")
    message = send(Outgoing("drill.smtp", MAIL, to, "k", personal={"name": "张若曦"}), jurisdiction="620799")
    problems = []
    for trouble in ("hangs up", "is gone", "works"):
        box.hang_up = "before the letter" if trouble == "hangs up" else ""
        if trouble == "is gone":
            server.stop()
        elif trouble == "works":
            server, _ = relay(server.port, box)
        delivery.attempt(message.id)
        problems.append(Message.objects.get().problem)
        Message.objects.filter(state=Message.QUEUED).update(next_attempt_at=timezone.now())
    assert problems == ["broken_off", "unreachable", ""]
    kept = Message.objects.get()
    assert (kept.state, kept.attempts, kept.via) == (Message.SENT, 3, "smtp")
    assert len(box.letters) == 1 and kept.reference.encode() in box.letters[0]
    assert delivery.attempt(message.id) is None


def test_without_a_relay_mail_stays_in_the_sink() -> None:
    assert channel().via == "sink"
