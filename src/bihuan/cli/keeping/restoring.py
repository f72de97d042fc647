"""Brings a backup back into an empty county, and proves that it is the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bihuan.adapters.postgres.address import libpq_environment
from bihuan.adapters.postgres.programs import dump_program
from bihuan.cli.exits import refuse
from bihuan.cli.keeping.archive import MANIFEST, OF_PEOPLE, Manifest, copy_tree, differing, keys_folder
from bihuan.cli.keeping.saving import table_counts
from bihuan.core.spec.text import Text


@dataclass(slots=True)
class Restored:
    """What came back; `problems` is empty where everything is as it was."""

    manifest: Manifest
    entries: int = 0
    seals: int = 0
    people_readable: bool = False
    problems: list[Text] = field(default_factory=list)


def chosen(path: Path) -> Path:
    """Return the backup itself, or the newest one in a folder of backups."""
    if (path / MANIFEST).exists() or not path.is_dir():
        return path
    inside = [folder for folder in path.iterdir() if (folder / MANIFEST).exists()]
    return max(inside, key=lambda folder: Manifest.of(folder).at, default=path)


def opened(archive: Path) -> Manifest:
    """Return the manifest of a whole, unchanged backup; refuses any other folder."""
    try:
        manifest = Manifest.of(archive)
    except ValueError as error:
        refuse(f"{archive} 不是完整的备份({error})", f"{archive} is not a whole backup ({error})")
    wrong = differing(archive, manifest)
    if wrong:
        some = "、".join(wrong[:3])
        refuse(f"备份已损坏或被改动：{some}", f"the backup is damaged or was changed: {some}")
    return manifest


def need_empty() -> None:
    """Refuse where the county holds anything: a restore never writes over data."""
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    held = [name for name in ("ledger", *OF_PEOPLE) if (settings.BIHUAN.keys / name).exists()]
    files = any(settings.BIHUAN.files.rglob("*")) if settings.BIHUAN.files.exists() else False
    if tables or held or files:
        home = settings.BIHUAN.home
        refuse(
            f"本县不是空的：{home} 或其数据库已有数据。请换一个空的 BIHUAN_HOME",
            f"the county is not empty: {home} or its database holds data; choose an empty BIHUAN_HOME",
        )


def restore(archive: Path, manifest: Manifest) -> Restored:
    """Restore database, files and keys, then compare with what was counted when the backup was made."""
    from django.conf import settings
    from django.db import connection

    restored = Restored(manifest)
    _load(archive / "database", manifest)
    home: Path = settings.BIHUAN.home
    copy_tree(archive / "files", settings.BIHUAN.files)
    copy_tree(archive / "keys", settings.BIHUAN.keys)
    if (archive / "seals.log").exists():
        shutil.copy2(archive / "seals.log", home / "seals.log")
    restored.people_readable = _people_keys(archive, manifest, restored)
    with connection.cursor() as cursor:
        counts = table_counts(cursor)
    for name, wanted in manifest.tables.items():
        if counts.get(name) != wanted:
            found = counts.get(name)
            restored.problems.append(
                Text(
                    f"表 {name}：应 {wanted} 行，实 {found}",
                    f"table {name}: {wanted} rows, found {found}",
                )
            )
    return restored


def prove(restored: Restored) -> None:
    """Verify ledger and seals and ask every figure again, for the moment of the backup."""
    from bihuan.core.figures.evaluate import Moment, values
    from bihuan.core.ledger.verify import verify

    manifest = restored.manifest
    report = verify()
    restored.entries, restored.seals = report.entries, report.seals
    for kind, number in report.counts.items():
        restored.problems.append(Text(f"台账核验：{kind} {number} 处", f"ledger: {kind}, {number} times"))
    then = datetime.fromisoformat(manifest.at)
    now = values(Moment.of(then, manifest.jurisdiction, then))
    for key, wanted in manifest.figures.items():
        if key in now and now[key] != wanted:
            text = Text(f"指标 {key}：应为 {wanted}，实为 {now[key]}", f"{key}: was {wanted}, is {now[key]}")
            restored.problems.append(text)


def _load(dump: Path, manifest: Manifest) -> None:
    from django.conf import settings
    from django.db import connection

    server = connection.cursor().connection.info.server_version // 10_000
    connection.close()
    if server < manifest.postgres:
        refuse(
            f"备份来自 PostgreSQL {manifest.postgres}，此服务器是 {server}：请用不低于原版本的服务器",
            f"the backup is from PostgreSQL {manifest.postgres}, this server is {server}: use one not older",
        )
    program = dump_program("pg_restore", manifest.postgres)
    if program is None:
        wanted = manifest.postgres
        refuse(
            f"找不到 {wanted} 版以上的 pg_restore，请安装：apt-get install postgresql-client-{wanted}",
            f"no pg_restore of version {wanted} or later: apt-get install postgresql-client-{wanted}",
        )
    database = settings.DATABASES["default"]
    done = subprocess.run(
        [str(program), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
         f"--dbname={database['NAME']}", str(dump)],
        env={**os.environ, **libpq_environment(database)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        refuse(f"恢复数据库失败，没有写入：{last}", "the database could not be restored; nothing written")


def _people_keys(archive: Path, manifest: Manifest, restored: Restored) -> bool:
    """Bring back the people's keys that stand beside the archive; tell whether people can be read."""
    from django.conf import settings

    folder = keys_folder(archive, manifest.county_id)
    for name in OF_PEOPLE:
        if (folder / name).exists():
            shutil.copy2(folder / name, settings.BIHUAN.keys / name)
            (settings.BIHUAN.keys / name).chmod(0o600)
    readable = (settings.BIHUAN.keys / "vault.sqlite3").exists()
    if not readable and manifest.tables.get("people_person"):
        restored.problems.append(
            Text(
                f"备份旁没有人员密钥 {folder.name}：姓名、证件、电话无法读出，其余数据完整",
                f"no people's keys {folder.name} beside the backup: names cannot be read, all else is whole",
            )
        )
    if manifest.kek_elsewhere and settings.BIHUAN.kek is None:
        restored.problems.append(
            Text("原县使用 BIHUAN_KEK，请设置同一密钥", "the county used BIHUAN_KEK: set the same key")
        )
    return readable
