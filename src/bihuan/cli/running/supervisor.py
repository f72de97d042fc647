"""Runs the county's processes, restarts one that died, and stops all of them on one signal.

Written here because what was looked at does not fit: circus brings its own event loop and message queue,
honcho does not restart, supervisord wants to be installed as a service.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bihuan.cli.exits import say

GRACE: Final = 10.0  # seconds between asking to stop and making stop
STEADY: Final = 30.0  # seconds of life after which an end counts as the first one again
LONGEST_PAUSE: Final = 30.0
PR_SET_PDEATHSIG: Final = 1


def _die_with_parent() -> None:
    """Linux: this process is asked to end when the supervisor is killed, so that nothing is left behind."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process to keep alive, with its own process group; `before` runs ahead of every start."""

    zh: str
    en: str
    command: Sequence[str]
    before: Callable[[], None] | None = None
    failures: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def keep_alive(self) -> None:
        """Start, wait for the end, start again after a pause that grows while it keeps failing."""
        while True:
            begun = time.monotonic()
            if self.before is not None:
                await asyncio.to_thread(self.before)
            self.process = await asyncio.create_subprocess_exec(
                *self.command, start_new_session=True, preexec_fn=_die_with_parent
            )
            code = await self.process.wait()
            self.signal(signal.SIGKILL)  # what the dead one left of its group would hold its port
            self.failures = 1 if time.monotonic() - begun > STEADY else self.failures + 1
            pause = min(0.5 * 2 ** (self.failures - 1), LONGEST_PAUSE)
            how = _how_it_ended(code)
            say(
                f"{self.zh}进程已退出({how})，{pause:g} 秒后重启",
                f"{self.en} ended ({how}), again in {pause:g} s",
                err=True,
            )
            await asyncio.sleep(pause)

    def signal(self, number: int) -> None:
        """Send a signal to the process and everything it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    async def stop(self) -> None:
        """Ask the process to end, make it end where it does not in time."""
        if self.process is None or self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), GRACE)
        self.signal(signal.SIGKILL)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"


async def supervise(
    children: Sequence[Child], ready: Callable[[], Awaitable[None]], watch: Callable[[], Awaitable[None]]
) -> None:
    """Run everything until SIGINT or SIGTERM; a second one stops at once.

    `ready` runs beside, once (it waits for the first page); `watch` runs beside for as long (the database).
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if asked.is_set():
            for child in children:
                child.signal(signal.SIGKILL)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ask)
    work = [asyncio.create_task(child.keep_alive()) for child in children]
    work += [asyncio.create_task(_coroutine(ready)), asyncio.create_task(_coroutine(watch))]
    ends = asyncio.create_task(asked.wait())
    try:
        await _until(ends, work)
    finally:
        say("正在停止…", "stopping…", err=True)
        for task in work:
            task.cancel()
        await asyncio.gather(*(child.stop() for child in children))
        await asyncio.gather(*work, return_exceptions=True)


async def _coroutine(function: Callable[[], Awaitable[None]]) -> None:
    await function()


async def _until(ends: asyncio.Task[bool], work: list[asyncio.Task[None]]) -> None:
    """Wait for the signal; an error in one of the tasks ends everything and is raised."""
    pending: set[asyncio.Task[None] | asyncio.Task[bool]] = {ends, *work}
    while not ends.done():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
