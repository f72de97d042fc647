"""A county on a PostgreSQL server of its operator, of another major version than the embedded one."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bihuan.adapters.postgres.cluster import MAJOR

OPEN_ONE = """
from bihuan.cli.django import ready
ready()
from datetime import date
from django.utils import timezone
from bihuan.core.access.setup import command_line_actor
from bihuan.modules.quarantine.matter import QUARANTINE_DESK
from bihuan.modules.quarantine.sites import RoomPlan, SitePlan, set_up
desk = command_line_actor(QUARANTINE_DESK)
plan = SitePlan(code="001", name="第一集中隔离点", street="东街", address="演练路", opened_on=date.today(),
                rooms=[RoomPlan("A", 1, "101", zone=1)], latitude=38.9, longitude=100.4)
print(set_up(plan, actor=desk, opened_at=timezone.now(), key="site/1"))
"""


def _installed() -> Path | None:
    """Return the programs of the oldest installed server that is supported and is not the embedded one's."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        version = folder.parent.name
        if (
            version.isdecimal()
            and int(version) >= 15
            and int(version) != MAJOR
            and (folder / "initdb").exists()
        ):
            return folder
    return None


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """Start such a server under an ordinary account on a free port; yields its address."""
    programs = _installed()
    if programs is None:
        pytest.skip("no PostgreSQL server of another major version (>= 15) is installed here")
    account: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bihuan-server-") as made:
        data = Path(made) / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            Path(made).chmod(0o711)
            os.chown(data, user.pw_uid, user.pw_gid)

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(programs / program), "-D", str(data), *arguments],
                check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account,
            )  # fmt: skip

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        run("initdb", "-U", "county", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust")
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-p {port} -k {data} -h 127.0.0.1", "start")
        try:
            yield f"postgresql://county@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def test_matters_open_seals_verify_and_a_backup_comes_back(
    own_server: str, bihuan: Callable[..., subprocess.CompletedProcess[str]], county: Path, folder: Path
) -> None:
    environment = {**os.environ, "BIHUAN_HOME": str(county), "DATABASE_URL": own_server}
    opened = subprocess.run(
        [sys.executable, "-c", OPEN_ONE], capture_output=True, text=True, check=False, env=environment
    )
    assert opened.returncode == 0, opened.stderr

    figures = bihuan("figures", "--json", DATABASE_URL=own_server)
    verified = bihuan("ledger", "verify", "--seal", "--json", DATABASE_URL=own_server)
    version = bihuan("sql", "-At", "-c", "show server_version", DATABASE_URL=own_server)
    saved = bihuan("backup", str(folder / "saved"), "--json", DATABASE_URL=own_server)
    created = bihuan("sql", "-c", "create database again", DATABASE_URL=own_server)
    elsewhere = own_server.rsplit("/", 1)[0] + "/again"
    restored = bihuan(
        "restore", str(folder / "saved"), "--json", BIHUAN_HOME=str(folder / "again"), DATABASE_URL=elsewhere
    )

    assert json.loads(figures.stdout)["quarantine.sites"] == 1, figures.stderr
    assert verified.returncode == 0, verified.stderr
    assert not version.stdout.startswith(f"{MAJOR}.")
    assert saved.returncode == created.returncode == 0, saved.stderr
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["tables"] == json.loads(saved.stdout)["tables"]
    assert not (county / "postgres").exists()
