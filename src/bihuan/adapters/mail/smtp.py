"""Mail through a relay (RFC 5321), so that a letter is never sent twice and none is lost without being told.

The one moment in which nobody can know is between the end of the data and the answer. To keep it short, the
relay is looked at once more before the end-of-data line goes out: a relay that hung up earlier surely has
no letter.
"""

from __future__ import annotations

import contextlib
import re
import select
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from bihuan.core.messages.channels import Accepted, Impossible, Letter, Report, TryLater, Unclear

TIMEOUT: Final = 30
"""Seconds for one exchange with the relay."""
END: Final = b".\r\n"
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `tls`: encrypted from the first byte (smtps://); else STARTTLS where
    offered.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    @classmethod
    def parse(cls, address: str) -> Relay:
        """Read `smtp://user:password@host:port` or `smtps://…`. Raises ValueError."""
        parts = urlsplit(address)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("BIHUAN_SMTP_URL must be smtp://host:port or smtps://host:port")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
        )


class SmtpChannel:
    """Hands letters to a relay. A relay cannot tell a repeated letter, so an unclear end is not tried
    again.
    """

    via = "smtp"
    repeatable = False
    reports = False

    def __init__(self, relay: Relay, sender: str) -> None:
        self.relay = relay
        self.sender = sender

    def send(self, letter: Letter) -> Accepted:
        """Hand one letter over. Raises TryLater, Impossible or Unclear."""
        with self._session() as session:
            self._envelope(session, letter.to)
            _data(session, self._written(letter))
        return Accepted(self._message_id(letter))

    def report(self, reference: str) -> Report:
        """A relay does not say what became of a letter."""
        return Report(None)

    @contextlib.contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Open a session, encrypted where the relay can. Nothing of a letter has left when this fails."""
        relay = self.relay
        context = ssl.create_default_context()
        try:
            session: smtplib.SMTP = (
                smtplib.SMTP_SSL(relay.host, relay.port, timeout=TIMEOUT, context=context)
                if relay.tls
                else smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT)
            )
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater("unreachable") from error
        try:
            self._greet(session, context)
            yield session
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                session.quit()
            session.close()

    def _greet(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        relay = self.relay
        try:
            session.ehlo_or_helo_if_needed()
            if not relay.tls and session.has_extn("starttls"):
                session.starttls(context=context)
                session.ehlo()
            elif not relay.tls and relay.user and relay.host not in LOOPBACK:
                raise TryLater("no_tls")  # a password never crosses a network in clear
            if relay.user:
                session.login(relay.user, relay.password)
        except smtplib.SMTPAuthenticationError as error:
            raise TryLater("login_refused") from error  # the operator's mistake, not the letter's
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater("broken_off") from error

    def _envelope(self, session: smtplib.SMTP, to: str) -> None:
        """Name sender and recipient; after this the relay waits for the letter."""
        try:
            for answer in (
                session.mail(parseaddr(self.sender)[1]), session.rcpt(to), session.docmd("DATA"),
            ):  # fmt: skip
                _judge(answer)
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater("broken_off") from error

    def _written(self, letter: Letter) -> bytes:
        """Return the letter as RFC 5322 writes it; no field can bring in a header of its own."""
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = self.sender
        mail["To"] = letter.to
        mail["Subject"] = " ".join(letter.subject.split())
        mail["Date"] = format_datetime(letter.created_at)
        mail["Message-ID"] = self._message_id(letter)
        mail["Content-Language"] = "en" if letter.language.startswith("en") else "zh-CN"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        mail.set_content(letter.body, cte="base64")
        return mail.as_bytes()

    def _message_id(self, letter: Letter) -> str:
        """Return the letter's own name, the same on every attempt."""
        host = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        return f"<{letter.id}@{host}>"


def _judge(answer: tuple[int, bytes]) -> None:
    """Read a reply code (RFC 5321, 4.2.1): 2xx and 3xx go on, 5xx never, everything else later."""
    code = answer[0]
    if 200 <= code < 400:
        return
    if 500 <= code < 600:
        raise Impossible(f"smtp_{code}")
    raise TryLater(f"smtp_{code}")


def _data(session: smtplib.SMTP, letter: bytes) -> None:
    """Send the letter and wait for the relay to take it over."""
    body = re.sub(rb"(?m)^\.", b"..", letter)  # a line of one period would end the letter (RFC 5321, 4.5.2)
    try:
        session.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        _still_there(session)
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater("broken_off") from error
    try:
        session.send(END)
        answer = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unclear("no_answer") from error
    if answer[0] == -1:
        raise Unclear("no_answer")
    _judge(answer)


def _still_there(session: smtplib.SMTP) -> None:
    """Find out whether the relay hung up: it says nothing before the end of the data, so anything to read
    is bad.
    """
    if session.sock is None or select.select([session.sock], [], [], 0.05)[0]:
        raise smtplib.SMTPServerDisconnected("hung up during the letter")
