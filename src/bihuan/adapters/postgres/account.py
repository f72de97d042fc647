"""PostgreSQL refuses to run as root: which account it runs under then, and what that account must reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bihuan.adapters.postgres.errors import PostgresUnavailable

NAME = "bihuan"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system; None of both: the one that runs this process."""

    uid: int | None = None
    gid: int | None = None

    @property
    def run_as(self) -> dict[str, object]:
        """Return what `subprocess` needs to run a program under this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Hand a folder of its own to the account; nobody else gets in."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def server_account(data: Path) -> Account:
    """Return the account the server of this folder runs under; made (`bihuan`) where root has none yet."""
    if os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _made()
    return Account(entry.pw_uid, entry.pw_gid)


def _made() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    try:
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresUnavailable(
            "PostgreSQL 不能以 root 运行，又无法建立系统账户 bihuan。"
            "请改用普通用户运行，或先执行 useradd --system bihuan",
            "PostgreSQL does not run as root and the account bihuan could not be made; "
            "run as an ordinary user, or first: useradd --system bihuan",
        ) from error
    return pwd.getpwnam(NAME)


def let_reach(account: Account, folder: Path) -> None:
    """Let the account pass through the folders above (search only: it cannot list what else is in them)."""
    if account.uid is None:
        return
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if parent.stat().st_uid != account.uid and not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_run(account: Account, programs: Path) -> None:
    """Let the account read and run the server's programs, which an installer with umask 077 keeps from it."""
    if account.uid is None or (programs / "postgres").stat().st_mode & stat.S_IROTH:
        return
    for path in (programs.parent, *programs.parent.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        runnable = path.is_dir() or mode & stat.S_IXUSR
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if runnable else 0))
