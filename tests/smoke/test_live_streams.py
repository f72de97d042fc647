"""Open screens hear what changed, a few hundred of them in one process; strangers hear nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import put_to_rest
from tests.faults.conftest import eventually, free_ports

STREAMS = 300
PREPARE = """
import json
from bihuan.cli.django import ready
ready()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.access.setup import ensure_organs
ensure_organs()
health = Organ.objects.get(kind="health")
def session(name, organ):
    officer = Officer.objects.create_user(name, "a long password", name="演练")
    if organ is not None:
        Appointment.objects.create(officer=officer, organ=organ, post="quarantine_desk", since=timezone.now())
    store = SessionStore()
    store[SESSION_KEY] = str(officer.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    store.create()
    return store.session_key
print(json.dumps({"in_post": session("desk", health), "without_post": session("guest", None),
                  "organ": health.code, "cookie": settings.SESSION_COOKIE_NAME}))
"""
PUBLISH = """
import sys
from bihuan.cli.django import ready
ready()
from django.db import transaction
from bihuan.core.messages.events import publish
for topic in sys.argv[1:]:
    publish(topic, {"about": topic})
try:
    with transaction.atomic():
        publish("worklist", {"about": "never committed"})
        raise RuntimeError
except RuntimeError:
    pass
"""


@dataclass
class Server:
    """A streams server and the sessions that may use it."""

    port: int
    environment: dict[str, str]
    known: dict[str, str]

    def publish(self, *topics: str) -> None:
        """Tell from another process, as the pages do."""
        subprocess.run([sys.executable, "-c", PUBLISH, *topics], check=True, env=self.environment)

    async def open(
        self, session: str, topics: str = "worklist", **headers: str
    ) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """Ask for a stream; returns the status and what follows."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        asked = {"Host": f"127.0.0.1:{self.port}", "Cookie": f"{self.known['cookie']}={session}"}
        asked |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        writer.write(f"GET /stream/?topics={topics} HTTP/1.1\r\n{lines}\r\n".encode())
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        while (await reader.readline()).strip():
            pass
        return status, reader, writer

    def status(self, session: str, topics: str = "worklist", **headers: str) -> int:
        """Return how a request for a stream is answered."""

        async def ask() -> int:
            status, _, writer = await self.open(session, topics, **headers)
            writer.close()
            return status

        return asyncio.run(ask())


async def heard(reader: asyncio.StreamReader, times: int) -> list[dict[str, str]]:
    """Return the next events of a stream, each with its id, event and data."""
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    while len(found) < times:
        line = (await asyncio.wait_for(reader.readline(), 60)).decode().strip()
        name, colon, value = line.partition(": ")
        if colon and name in {"id", "event", "data"}:
            event[name] = value
        elif not line and "data" in event:
            found.append(event)
            event = {}
    return found


@pytest.fixture(scope="module")
def server(prepared: Path) -> Iterator[Server]:
    """Run the streams' server of a county."""
    with tempfile.TemporaryDirectory(prefix="bihuan-county-") as made:
        home = Path(made) / "county"
        subprocess.run(["cp", "-a", str(prepared), str(home)], check=True)
        yield from _serving(home)
        put_to_rest(home)


def _serving(home: Path) -> Iterator[Server]:
    port = free_ports()
    environment = {**os.environ, "BIHUAN_HOME": str(home)}
    made = subprocess.run(
        [sys.executable, "-c", PREPARE], capture_output=True, text=True, check=True, env=environment
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port), "--no-access-log",
         "--workers-kill-timeout", "2", "bihuan.config.streams:application"],
        env=environment,
    )  # fmt: skip
    running = Server(port, environment, json.loads(made.stdout))

    eventually(lambda: running.status("nobody") == 403)
    yield running
    process.terminate()
    process.wait(20)


def test_hundreds_of_screens_hear_of_a_change_and_not_of_what_was_rolled_back(server: Server) -> None:
    async def listen() -> list[list[dict[str, str]]]:
        opened = [await server.open(server.known["in_post"]) for _ in range(STREAMS)]
        assert {status for status, _, _ in opened} == {200}
        told = asyncio.to_thread(server.publish, "worklist", "report", "worklist")
        both = asyncio.gather(*(heard(reader, 2) for _, reader, _ in opened))
        await told
        events = await both
        for _, _, writer in opened:
            writer.close()
        return events

    for events in asyncio.run(listen()):
        assert [event["event"] for event in events] == ["worklist", "worklist"]
        assert {event["data"] for event in events} == {'{"about": "worklist"}'}


def test_a_screen_that_was_away_is_told_once_that_it_missed_something(server: Server) -> None:
    async def come_back() -> tuple[int, list[int]]:
        _, reader, writer = await server.open(server.known["in_post"])
        await asyncio.to_thread(server.publish, "worklist")
        (last,) = await heard(reader, 1)
        writer.close()
        await asyncio.to_thread(server.publish, "worklist", "worklist")
        _, again, writer = await server.open(server.known["in_post"], Last_Event_ID=last["id"])
        missed = await heard(again, 1)
        await asyncio.to_thread(server.publish, "worklist")
        missed += await heard(again, 1)
        writer.close()
        return int(last["id"]), [int(event["id"]) for event in missed]

    last, (missed, next_one) = asyncio.run(come_back())

    assert last + 2 <= missed < next_one


@pytest.mark.parametrize(
    ("who", "topics", "headers"),
    [
        ("nobody", "worklist", {}),
        ("without_post", "worklist", {}),
        ("in_post", "organ:620799-court", {}),
        ("in_post", "officer:00000000-0000-0000-0000-000000000000", {}),
        ("in_post", "'; drop table outbox_liveevent", {}),
        ("in_post", "worklist", {"Origin": "http://evil.example"}),
        ("in_post", "worklist", {"Host": "evil.example"}),
    ],
)
def test_strangers_and_strange_topics_are_refused(
    server: Server, who: str, topics: str, headers: dict[str, str]
) -> None:
    session = server.known.get(who, "x" * 32)

    assert server.status(session, topics.replace(" ", "%20"), **headers) == 403


def test_the_page_of_the_same_host_on_its_own_port_may_read_it(server: Server) -> None:
    origin = f"http://127.0.0.1:{server.port - 1}"

    assert server.status(server.known["in_post"], Origin=origin) == 200
