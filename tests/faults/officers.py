"""Officers at work over HTTP: signed in, with a key for everything they do, asking again until they are answered."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TOKEN = "a" * 32  # a CSRF token: what counts is that cookie and header agree
PATIENCE = 90.0  # seconds for which an act is sent again: nothing may stay unanswered longer
SETTLING = """
import json
from bihuan.cli.django import ready
ready()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from bihuan.command.tests.conftest import populate
from bihuan.core.access.models import Officer
populate(people={people})
sessions = {{}}
for officer in Officer.objects.all():
    store = SessionStore()
    store[SESSION_KEY] = str(officer.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    store.create()
    sessions[officer.username] = store.session_key
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def done(self) -> bool:
        """Tell whether the act was confirmed; a page confirms by leading on."""
        return 200 <= self.status < 400

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer's connection to a running county."""

    port: int
    session: str

    def send(
        self, method: str, path: str, body: bytes = b"", *, lost: bool = False, **headers: str
    ) -> Answer:
        """Send one request; `lost`: hang up before the reply comes. Raises OSError, HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}"
        sent = {
            "Cookie": cookies,
            "X-CSRFToken": TOKEN,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            if lost:
                assert connection.sock is not None
                connection.sock.shutdown(socket.SHUT_RDWR)
                raise ConnectionResetError("the reply is lost")
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def insist(
        self, method: str, path: str, body: bytes = b"", *, lost: bool = False, **headers: str
    ) -> Answer:
        """Send the same until somebody answers for the county: not a broken connection, not a 5xx."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = self.send(method, path, body, lost=lost, **headers)
            except (OSError, http.client.HTTPException):
                lost = False
            else:
                if answer.status < 500:
                    return answer
            time.sleep(0.2)
        raise TimeoutError(f"{method} {path} was never answered")

    def step(
        self, matter: str, code: str, payload: Mapping[str, Any], key: str, *, lost: bool = False
    ) -> Answer:
        """Take a step by the API."""
        return self.insist(
            "POST", f"/api/matters/{matter}/steps/{code}", json.dumps({"payload": payload}).encode(), lost=lost,
            Content_Type="application/json", Idempotency_Key=key,
        )  # fmt: skip

    def page(self, path: str, form: Mapping[str, str], *, lost: bool = False) -> Answer:
        """Send a page's form."""
        kind = "application/x-www-form-urlencoded"
        return self.insist("POST", path, urlencode(form).encode(), lost=lost, Content_Type=kind)


def settle(home: Path, telling: str, *, people: int = 60) -> Any:
    """Fill a county with two sites of invented people and its officers, all signed in.

    Returns what `telling`, a script that goes on from there, prints as JSON; `sessions` is known to it.
    """
    done = subprocess.run(
        [sys.executable, "-c", SETTLING.format(people=people) + telling],
        capture_output=True, text=True, check=False, env={**os.environ, "BIHUAN_HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
