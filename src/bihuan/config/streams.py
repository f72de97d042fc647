"""Live streams (server-sent events), for a small ASGI server beside the one of the pages.

`GET /stream/?topics=worklist,place:<uuid>` with the officer's session cookie. A cookie does not know ports,
so the pages' session counts here too; the page's origin has another port and is named in the answer.
Default is deny: no session, no post, no known topic, no stream.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after set-up
from django.contrib.auth import get_user  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.http.request import split_domain_port, validate_host  # noqa: E402

from bihuan.config.hub import Hub, Listener, Told  # noqa: E402
from bihuan.core.messages import events  # noqa: E402

log = logging.getLogger("bihuan.streams")
HEARTBEAT: Final = 15  # seconds; a proxy that closes silent connections waits longer
RECHECK: Final = 4  # heartbeats between two looks at whether the officer may still listen
MOST_TOPICS: Final = 20

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_hub = Hub()
_database = ThreadPoolExecutor(4, thread_name_prefix="database")  # so many connections, however many streams


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request: a stream, or why not."""
    if scope["type"] != "http":
        return
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    cors = _cors(headers)
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("topics", [""])[0]
    topics = [topic for topic in asked.split(",") if topic][:MOST_TOPICS]
    if cors is None:
        await _refuse(send, 403, b"wrong host or origin", [])
    elif scope["path"] != "/stream/" or scope["method"] != "GET" or not topics:
        await _refuse(send, 404, b"GET /stream/?topics=", cors)
    elif not (allowed := await _permitted(headers.get("cookie", ""), topics)):
        await _refuse(send, 403, b"not signed in, or not your topic", cors)
    else:
        await _stream(headers, allowed, receive, send, cors)


def _cors(headers: dict[str, str]) -> list[tuple[bytes, bytes]] | None:
    """Return the headers that let our own page read the answer; None where host or origin are not ours."""
    name, _ = split_domain_port(headers.get("host", ""))
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return None
    origin = headers.get("origin")
    if origin is None:
        return []
    if urlsplit(origin).hostname != name.strip("[]"):
        return None
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _permitted(cookies: str, topics: list[str]) -> list[str]:
    return await asyncio.get_running_loop().run_in_executor(_database, _look_up, cookies, topics)


def _look_up(cookies: str, topics: list[str]) -> list[str]:
    """Return the topics that the session's officer may listen to; none where there is no valid session."""
    close_old_connections()
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return []
    if morsel is None:
        return []
    request = HttpRequest()
    request.session = SessionStore(morsel.value)
    officer = get_user(request)  # verifies the session's signature, its end and the account's state
    if not officer.is_authenticated or not officer.is_active:
        return []
    return events.access_to(officer.pk, topics)


async def _refuse(send: Send, status: int, words: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": words})


async def _stream(
    headers: dict[str, str], topics: list[str], receive: Receive, send: Send, cors: list[tuple[bytes, bytes]]
) -> None:
    start = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *cors]
    start.append((b"x-accel-buffering", b"no"))
    listener = Listener(frozenset(topics))
    gone = asyncio.create_task(_disconnected(receive))
    try:
        await _hub.join(listener)
        await send({"type": "http.response.start", "status": 200, "headers": start})
        last = headers.get("last-event-id", "")
        async for chunk in _chunks(listener, topics, int(last) if last.isdigit() else None, headers, gone):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except (OSError, RuntimeError) as error:  # the browser closed between our look and our word
        log.debug("stream closed: %s", error)
    finally:
        _hub.leave(listener)
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunks(
    listener: Listener, topics: list[str], last: int | None, headers: dict[str, str], gone: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    """Yield what was missed, then what happens, with a heartbeat where nothing does."""
    if last is None:  # from here on: a browser that loses the stream before its first event names this number
        newest = await asyncio.get_running_loop().run_in_executor(_database, events.newest)
        yield f"retry: 3000\nid: {newest}\n\n".encode()
    seen: set[int] = set()
    for event in await _missed(last, topics):
        seen.add(event.number)
        yield event.as_sse()
    quiet = 0
    while not listener.lost and not gone.done():
        event_or_none = await _next(listener, gone)
        if event_or_none is not None:
            if event_or_none.number not in seen:
                yield event_or_none.as_sse()
            continue
        quiet += 1
        if quiet % RECHECK == 0 and await _permitted(headers.get("cookie", ""), topics) != topics:
            return
        yield b": \n\n"


async def _missed(last: int | None, topics: list[str]) -> list[Told]:
    if last is None:
        return []
    loop = asyncio.get_running_loop()
    return [Told(*found) for found in await loop.run_in_executor(_database, events.since, last, topics)]


async def _next(listener: Listener, gone: asyncio.Task[None]) -> Told | None:
    """Return the next event; None where a heartbeat's time passes without, or the browser left."""
    waiting = asyncio.create_task(listener.waiting.get())
    done, _ = await asyncio.wait({waiting, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    if waiting in done:
        return waiting.result()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        return await waiting  # it may have come in the same moment
    return None
