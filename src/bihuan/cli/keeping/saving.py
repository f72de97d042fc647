"""Takes a backup while the county works: a snapshot of the database, then the files, the people's keys.

The order matters. The anchor of the seals is copied first, so that it never names a seal the dump has not;
files and keys are written before the rows that speak of them, so a copy taken later holds them all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bihuan.adapters.postgres.address import libpq_environment
from bihuan.adapters.postgres.programs import dump_program
from bihuan.cli.exits import refuse
from bihuan.cli.keeping.archive import FORMAT, OF_PEOPLE, Manifest, copy_tree, hashes, keys_folder


def save(target: Path) -> Manifest:
    """Write a backup to a new folder, which gets its name when it is whole; returns its manifest."""
    from django.conf import settings

    home: Path = settings.BIHUAN.home
    draft = target.with_name(f".{target.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        if (home / "seals.log").exists():
            shutil.copy2(home / "seals.log", draft / "seals.log")
        manifest = _database(draft)
        copy_tree(settings.BIHUAN.files, draft / "files")
        copy_tree(settings.BIHUAN.keys, draft / "keys", leave_out=OF_PEOPLE)
        manifest.hashes.update(hashes(draft))
        manifest.write(draft)
        _people_keys(keys_folder(target, manifest.county_id))
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def _database(draft: Path) -> Manifest:
    """Dump one snapshot of the database, and count in the same snapshot what the restored one must show."""
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from bihuan.core.figures.evaluate import Moment, values
    from bihuan.core.ledger import keys

    ours = settings.BIHUAN
    server = connection.cursor().connection.info.server_version // 10_000
    program = dump_program("pg_dump", server)
    if program is None:
        refuse(
            f"找不到 {server} 版以上的 pg_dump，请安装：apt-get install postgresql-client-{server}",
            f"no pg_dump of version {server} or later: apt-get install postgresql-client-{server}",
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        now = timezone.now()
        counts = table_counts(cursor)
        figures = values(Moment.of(now, ours.jurisdiction, now))
        _dump(program, snapshot, draft / "database")
    return Manifest(
        FORMAT, version("bihuan"), ours.county, keys.key_name(keys.mac_key()).hex()[:8], ours.jurisdiction,
        now.isoformat(), server, ours.kek is not None, counts, figures,
    )  # fmt: skip


def _dump(program: Path, snapshot: str, target: Path) -> None:
    from django.conf import settings

    done = subprocess.run(
        [str(program), "--format=directory", f"--snapshot={snapshot}", "--no-owner", "--no-privileges",
         "--jobs=2", f"--file={target}"],
        env={**os.environ, **libpq_environment(settings.DATABASES["default"])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        refuse(f"备份数据库失败：{last}", "the database could not be dumped, see there; nothing was kept")


def table_counts(cursor: Any) -> dict[str, int]:
    """Return the exact number of rows of every table of ours, as this transaction sees them."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    names = [name for (name,) in cursor.fetchall()]
    counts = {}
    for name in names:
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - a table's own name
        counts[name] = cursor.fetchone()[0]
    return counts


def _people_keys(folder: Path) -> None:
    """Replace the people's keys beside the archive by those of now: who was erased is so in every backup."""
    from django.conf import settings

    from bihuan.core.people.vault import vault

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in OF_PEOPLE:
        source = settings.BIHUAN.keys / name
        if not source.exists():
            continue
        if name == "vault.sqlite3":
            vault().copy_to(folder / name)
        else:
            shutil.copy2(source, folder / name)
            (folder / name).chmod(0o600)
