"""One LISTEN connection for all open streams of this process, each event handed to those who asked for it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from django.conf import settings

from bihuan.adapters.postgres.address import connection_string
from bihuan.core.messages.events import CHANNEL

log = logging.getLogger("bihuan.streams")
WAITING: Final = 500  # events a slow screen may be behind before its stream is closed; it comes back


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it goes out."""

    number: int
    topic: str
    payload: Any

    def as_sse(self) -> bytes:
        """Return the event in the form of an event stream (HTML standard, 9.2)."""
        data = json.dumps(self.payload, ensure_ascii=False)
        return f"id: {self.number}\nevent: {self.topic}\ndata: {data}\n\n".encode()


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream: its topics and what it has not been sent yet. `lost`: it was too slow."""

    topics: frozenset[str]
    waiting: asyncio.Queue[Told] = field(default_factory=lambda: asyncio.Queue(WAITING))
    lost: bool = False

    def tell(self, event: Told) -> None:
        """Put the event in line; a stream that is too far behind is marked lost and will be closed."""
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.lost = True


class Hub:
    """Hears NOTIFY and tells the listeners; after a broken connection every listener has to ask anew."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def join(self, listener: Listener) -> None:
        """Begin to tell this listener; returns when the database is being listened to."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        for topic in listener.topics:
            self._by_topic[topic].add(listener)
        await self._listening.wait()

    def leave(self, listener: Listener) -> None:
        """Tell this listener nothing more."""
        for topic in listener.topics:
            self._by_topic[topic].discard(listener)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    async def _run(self) -> None:
        pause = 0.5
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("no connection to listen on, again in %.1f s: %s", pause, error)
            self._listening.clear()
            self._lose_all()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15)

    async def _listen(self) -> None:
        address = connection_string(settings.DATABASES["default"])
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._listening.set()
            async for notice in connection.notifies():
                heard = json.loads(notice.payload)
                event = Told(heard["id"], heard["topic"], heard["payload"])
                for listener in tuple(self._by_topic.get(event.topic, ())):
                    listener.tell(event)

    def _lose_all(self) -> None:
        """Close every stream: what happened meanwhile they get when they come back, by Last-Event-ID."""
        for listeners in self._by_topic.values():
            for listener in listeners:
                listener.lost = True
