"""Text messages through an HTTP gateway; the contract stands in this folder's README, any operator's API
maps to it.

A repeat is harmless by contract: the gateway knows a message by the id we give it. So a lost answer is
tried again.
"""

from __future__ import annotations

import json
import ssl
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import quote, urlsplit

from bihuan.core.messages.channels import Accepted, Impossible, Letter, Report, TryLater
from bihuan.core.messages.templates import SMS_LONGEST

TIMEOUT: Final = 20
LARGEST_ANSWER: Final = 64 * 1024
LATER: Final = {408, 425, 429}
SETUP: Final = {401, 403, 404, 405}
"""Answers that mean our own set-up is wrong; the message itself may be tried again when it is mended."""
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


class GatewayChannel:
    """Hands text messages to the gateway and asks it for delivery receipts."""

    via = "gateway"
    repeatable = True
    reports = True

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("BIHUAN_SMS_URL must be https://host/path")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("a gateway beyond this machine is reached by https only")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._base = parts.path.rstrip("/")
        self._token = token

    def send(self, letter: Letter) -> Accepted:
        """Hand one message over. Raises TryLater or Impossible."""
        if len(letter.body) > SMS_LONGEST:
            raise Impossible("too_long")
        body = {"id": letter.id, "to": letter.to, "text": letter.body}
        status, answer, wait = self._exchange("POST", "/messages", body)
        if status in {200, 201, 202, 409}:  # 409: it has this message already
            return Accepted(str(answer.get("reference") or letter.id))
        raise _refusal(status, answer, wait)

    def report(self, reference: str) -> Report:
        """Ask what became of a message. Raises TryLater."""
        status, answer, wait = self._exchange("GET", f"/messages/{quote(reference, safe='')}", None)
        if status == 404:
            return Report(None)
        if status != 200:
            raise TryLater(f"http_{status}", wait)
        state = answer.get("state")
        if state not in {"delivered", "failed"}:
            return Report(None)
        return Report(state == "delivered", _moment(answer.get("at")), str(answer.get("problem") or "")[:64])

    def _exchange(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any], int]:
        """Ask the gateway once; returns status, answer and the seconds it asks us to wait. Redirects are
        not followed.
        """
        connection = self._connection()
        try:
            connection.request(
                method,
                self._base + path,
                body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            )
            response = connection.getresponse()
            return response.status, _answer(response), _seconds(response.getheader("Retry-After"))
        except (OSError, HTTPException) as error:
            raise TryLater("unreachable") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=context)
        return HTTPConnection(self._host, self._port, timeout=TIMEOUT)


def _refusal(status: int, answer: dict[str, Any], wait: int) -> Exception:
    if status in LATER or status in SETUP or status >= 500 or status < 400:
        return TryLater(f"http_{status}", wait)
    code = str(answer.get("error") or "")
    return Impossible(code[:40] if code.isascii() and code.isidentifier() else f"http_{status}")


def _answer(response: HTTPResponse) -> dict[str, Any]:
    try:
        found = json.loads(response.read(LARGEST_ANSWER))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(value: str | None) -> int:
    return min(int(value), 86_400) if value and value.isdecimal() else 0


def _moment(value: object) -> datetime | None:
    """Read an ISO 8601 time with zone; a gateway that sends none leaves the time to the reader."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
