"""Text messages through a local HTTP gateway that keeps the contract, and one that does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from pydantic import SecretStr

from bihuan.adapters.sms import channel
from bihuan.adapters.sms.gateway import GatewayChannel
from bihuan.core.messages import delivery
from bihuan.core.messages.addresses import SMS, ToOffice
from bihuan.core.messages.channels import Impossible, Letter, Report, TryLater
from bihuan.core.messages.outbox import Message
from bihuan.core.messages.sending import Outgoing, send
from bihuan.core.messages.templates import Template, declare
from bihuan.core.spec.text import Text

LETTER = Letter(
    "0199-a", "+8613800005520", "", "您已解除隔离。", "zh-hans", datetime(2026, 10, 8, tzinfo=UTC)
)


class Gateway(ThreadingHTTPServer):
    """A gateway: remembers ids, answers once otherwise where a test says so, may lose its answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: dict[str, dict[str, Any]] = {}
        self.answers: list[tuple[int, dict[str, Any], dict[str, str]]] = []
        self.lose_answer = False
        self.states: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Bearer secret":
            return self.answer(401, {})
        if self.server.answers:
            return self.answer(*self.server.answers.pop(0))
        assert self.path == "/api/messages"
        known = body["id"] in self.server.taken
        self.server.taken.setdefault(body["id"], body)
        if self.server.lose_answer:
            self.server.lose_answer = False
            self.connection.close()
            return None
        return self.answer(409 if known else 202, {"reference": f"g-{body['id']}"})

    def do_GET(self) -> None:
        state = self.server.states.get(self.path.rpartition("/")[2])
        self.answer(404 if state is None else 200, state or {})

    def answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_is_taken_with_its_id_number_and_text(gateway: Gateway) -> None:
    accepted = GatewayChannel(gateway.url, "secret").send(LETTER)
    assert accepted.reference == "g-0199-a"
    assert gateway.taken == {"0199-a": {"id": "0199-a", "to": "+8613800005520", "text": "您已解除隔离。"}}


def test_a_lost_answer_is_asked_for_again_and_nothing_is_sent_twice(gateway: Gateway) -> None:
    way = GatewayChannel(gateway.url, "secret")
    gateway.lose_answer = True
    with pytest.raises(TryLater, match="unreachable"):
        way.send(LETTER)
    assert way.send(LETTER).reference == "g-0199-a"
    assert len(gateway.taken) == 1


@pytest.mark.parametrize(
    ("status", "body", "headers", "error", "problem"),
    [
        (429, {}, {"Retry-After": "90"}, TryLater, "http_429"),
        (503, {}, {"Retry-After": "Thu, 08 Oct 2026 00:00:00 GMT"}, TryLater, "http_503"),
        (302, {}, {"Location": "http://example.cn/"}, TryLater, "http_302"),
        (404, {}, {}, TryLater, "http_404"),
        (400, {"error": "blocked_number"}, {}, Impossible, "blocked_number"),
        (400, {"error": "号码 13800005520 被拒"}, {}, Impossible, "http_400"),
        (422, {}, {}, Impossible, "http_422"),
    ],
)
def test_refusals_are_read_as_later_or_never(
    gateway: Gateway,
    status: int,
    body: dict[str, Any],
    headers: dict[str, str],
    error: type[Exception],
    problem: str,
) -> None:
    gateway.answers = [(status, body, headers)]
    with pytest.raises(error, match=problem) as raised:
        GatewayChannel(gateway.url, "secret").send(LETTER)
    if status == 429:
        assert raised.value.seconds == 90  # type: ignore[attr-defined]
    assert gateway.taken == {}


def test_a_wrong_token_is_our_own_mistake_and_the_message_waits(gateway: Gateway) -> None:
    with pytest.raises(TryLater, match="http_401"):
        GatewayChannel(gateway.url, "stale").send(LETTER)


def test_a_text_no_phone_joins_is_refused_before_it_leaves(gateway: Gateway) -> None:
    long = Letter("1", LETTER.to, "", "长" * 501, "zh-hans", LETTER.created_at)
    with pytest.raises(Impossible, match="too_long"):
        GatewayChannel(gateway.url, "secret").send(long)
    assert gateway.taken == {}


@pytest.mark.parametrize(
    ("state", "report"),
    [
        (None, Report(None)),
        ({"state": "accepted"}, Report(None)),
        (
            {"state": "delivered", "at": "2026-10-08T09:30:00+08:00"},
            Report(True, datetime(2026, 10, 8, 1, 30, tzinfo=UTC)),
        ),
        ({"state": "failed", "at": "yesterday", "problem": "absent"}, Report(False, None, "absent")),
        (["no object"], Report(None)),
    ],
)
def test_delivery_receipts_are_read(gateway: Gateway, state: Any, report: Report) -> None:
    if state is not None:
        gateway.states["g-1"] = state
    assert GatewayChannel(gateway.url, "secret").report("g-1") == report


@pytest.mark.parametrize("url", ["ftp://sms.example", "https://", "http://sms.example/api"])
def test_a_gateway_beyond_this_machine_is_reached_by_https_only(url: str) -> None:
    with pytest.raises(ValueError, match=r"https"):
        GatewayChannel(url, "secret")


@pytest.mark.django_db
def test_from_the_outbox_to_the_receipt(gateway: Gateway, settings: Any) -> None:
    assert channel().via == "sink"
    declare(Template("drill.sms", Text("通知", "Notice"), Text("请值班", "You are on duty")))
    settings.BIHUAN = settings.BIHUAN.model_copy(
        update={"sms_url": gateway.url, "sms_token": SecretStr("secret")}
    )
    message = send(Outgoing("drill.sms", SMS, ToOffice("13800005520"), "k"), jurisdiction="620799")
    gateway.lose_answer = True
    for _ in range(2):
        delivery.attempt(message.id)
        Message.objects.filter(state=Message.QUEUED).update(next_attempt_at=timezone.now())
    assert len(gateway.taken) == 1
    gateway.states[f"g-{message.id}"] = {"state": "delivered", "at": "2026-10-08T09:30:00+08:00"}
    assert delivery.ask_for_reports() == 1
    assert Message.objects.get().state == Message.DELIVERED
