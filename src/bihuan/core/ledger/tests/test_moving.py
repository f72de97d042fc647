"""A dump carries the ledger: restored elsewhere it verifies, and sealing goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from bihuan.core.ledger import append, verify
from bihuan.core.ledger.seals import head, seal
from bihuan.core.ledger.tests.conftest import drafts


@pytest.fixture
def programs() -> Path:
    """The folder of pg_dump and pg_restore that belong to the embedded server."""
    program = import_module("bihuan.adapters.postgres.programs").client_program("pg_dump")
    assert isinstance(program, Path)
    return program.parent


@pytest.fixture
def elsewhere(county: Path) -> Iterator[str]:
    """An empty second database; afterwards the connection stands on the first again."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    home = connection.settings_dict["NAME"]
    yield name
    _use(home)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _run(program: Path, *arguments: str) -> None:
    settings: dict[str, Any] = connection.settings_dict
    where = ["-h", settings["HOST"], "-U", settings["USER"]]
    if settings["PORT"]:
        where += ["-p", settings["PORT"]]
    done = subprocess.run([program, *where, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_restored_dump_verifies_and_is_sealed_on(
    county: Path, programs: Path, elsewhere: str, tmp_path: Path
) -> None:
    with transaction.atomic():
        append.append(drafts(20))
    seal(most=8)
    with transaction.atomic():
        waiting = append.append(drafts(3))
    archive = tmp_path / "county.dump"
    _run(programs / "pg_dump", "-Fc", "-f", str(archive), connection.settings_dict["NAME"])
    _run(programs / "pg_restore", "--exit-on-error", "-d", elsewhere, str(archive))
    _use(elsewhere)

    report = verify.verify()
    assert report.sound, report.as_json()
    assert (report.entries, report.sealed, report.unsealed, report.seals) == (23, 20, 3, 3)
    with transaction.atomic():
        more = append.append(drafts(2))
    assert not set(more) & set(waiting)
    assert seal().entries == 5
    newest, report = head(), verify.verify()
    assert newest is not None and newest.number == 4
    assert report.sound and (report.sealed, report.unsealed, report.anchored) == (25, 0, 4)


def test_what_is_changed_in_the_restored_database_is_found(
    county: Path, programs: Path, elsewhere: str, tmp_path: Path
) -> None:
    with transaction.atomic():
        numbers = append.append(drafts(5))
    seal()
    archive = tmp_path / "county.sql"
    _run(programs / "pg_dump", "-f", str(archive), connection.settings_dict["NAME"])
    changed = archive.read_text().replace("observing", "released", 1)
    assert changed != archive.read_text()
    archive.write_text(changed)
    _run(programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", elsewhere, "-f", str(archive))
    _use(elsewhere)
    report = verify.verify()
    assert [(str(f.kind), f.entry) for f in report.findings] == [("entry-altered", numbers[1])]
