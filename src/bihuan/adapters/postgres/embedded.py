"""The embedded PostgreSQL of one county: the same engine as a server of your own, its programs from a wheel.

Whoever uses it holds a shared lock on `postgres.users` while he lives; who leaves and finds that nobody else
holds one stops the server. The kernel gives the lock back however a process ends, so a killed user can
neither keep the server running for ever nor take it away from the others. The wheel's own bookkeeping (a list
of process numbers, ten seconds to start) loses both after a `kill -9`; only its programs are used.
"""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bihuan.adapters.postgres.cluster import Server
from bihuan.adapters.postgres.errors import PostgresUnavailable

_leases: dict[Path, int] = {}


def url(home: Path) -> str:
    """Return the address of the county's server, started if need be and held until this process ends."""
    data = home.resolve() / "postgres"
    server = Server(data)
    with _one_at_a_time(data):
        _hold(data)
        server.ensure_running()
    return f"postgresql://postgres@/postgres?host={quote(str(server.socket_folder()), safe='')}"


def running(home: Path) -> bool:
    """Tell whether the county's server answers, without starting it."""
    data = home.resolve() / "postgres"
    return data.exists() and Server(data).answers()


def alive(home: Path) -> bool:
    """Tell whether the county's server process lives; cheaper than `running`, for a look every second."""
    data = home.resolve() / "postgres"
    return data.exists() and Server(data).process() is not None


def leave(home: Path) -> None:
    """Give back this process's hold; the last to leave stops the server. Happens by itself at the end."""
    _leave(home.resolve() / "postgres", os.getpid())


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    """Let one process at a time start or stop this county's server."""
    descriptor = _opened(data.with_name("postgres.lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PostgresUnavailable(
            f"无法使用数据目录 {path.parent}：{error.strerror}。请检查权限，或用 BIHUAN_HOME 另选目录",
            f"the folder {path.parent} cannot be used: {error.strerror}; "
            "check who owns it, or choose another by BIHUAN_HOME",
        ) from error


def _hold(data: Path) -> None:
    if data in _leases:
        return
    descriptor = _opened(data.with_name("postgres.users"))
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _leases[data] = descriptor
    atexit.register(_leave, data, os.getpid())


def _leave(data: Path, holder: int) -> None:
    if os.getpid() != holder or data not in _leases or not data.exists():
        return  # a fork of the holder, or already left, or the whole county is gone
    with _one_at_a_time(data):
        os.close(_leases.pop(data))
        descriptor = _opened(data.with_name("postgres.users"))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            Server(data).stop()
        finally:
            os.close(descriptor)
