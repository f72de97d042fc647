"""Where a county listens: are its ports free, does somebody run it already, does it answer."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

from bihuan.cli.exits import refuse


def claim(home: Path, address: str) -> int:
    """Mark the county as running at this address; refuses where it runs already. Held to the end."""
    descriptor = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(descriptor, 200, 0).decode()
        refuse(f"本县已在运行：{where}", f"this county runs already: {where}")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, address.encode(), 0)
    return descriptor


def need_free(host: str, ports: tuple[int, int]) -> None:
    """Refuse where one of the two ports is taken."""
    for port in ports:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                refuse(
                    f"端口 {host}:{port} 不能使用({error.strerror})，请换一个：bihuan up --port {port + 10}",
                    f"port {port} on {host} cannot be used ({error.strerror}); "
                    f"choose another: bihuan up --port {port + 10}",
                )


async def first_page(url: str, within: float = 120) -> bool:
    """Wait until the first page answers without an error; False where it does not in time (seconds)."""
    for _ in range(int(within / 0.25)):
        if await asyncio.to_thread(_answers, url):
            return True
        await asyncio.sleep(0.25)
    return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200 and answer.read(1))
    except (OSError, urllib.error.URLError):
        return False


def runs(home: Path) -> bool:
    """Tell whether `bihuan up` runs for this county."""
    if not (home / "up.lock").exists():
        return False
    descriptor = os.open(home / "up.lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
