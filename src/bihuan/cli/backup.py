"""`bihuan backup` and `bihuan restore`: a whole county out, while it works, and back into an empty folder."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.cli.django import pending_migrations, ready
from bihuan.cli.exits import PARTLY, refuse, say
from bihuan.cli.keeping.archive import MANIFEST

if TYPE_CHECKING:
    from bihuan.cli.keeping.restoring import Restored

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def register(app: typer.Typer) -> None:
    """Add the two commands to the program."""
    app.command("backup", help="备份全县，不必停止 / Back up the county while it works")(backup)
    app.command("restore", help="恢复到空目录并核验 / Restore into an empty county, and verify")(restore)


def backup(
    path: Annotated[
        Path,
        typer.Argument(help="新建的备份目录，或放备份的现有目录 / folder to be made, or one to put it into"),
    ],
    as_json: AsJson = False,
) -> None:
    """Write the county to a new folder; the people's keys go to a folder beside it, the latest only."""
    target = _new_archive(path.absolute())
    ready()
    from bihuan.cli.keeping.archive import keys_folder
    from bihuan.cli.keeping.saving import save

    manifest = save(target)
    beside = keys_folder(target, manifest.county_id)
    entries = manifest.tables.get("ledger_entry", 0)
    if as_json:
        typer.echo(json.dumps({
            "path": str(target), "keys": str(beside), "at": manifest.at, "tables": manifest.tables,
        }, ensure_ascii=False))  # fmt: skip
        return
    say(f"已备份到 {target}：台账 {entries:,} 条", f"backed up, {entries:,} ledger entries")
    say(f"人员密钥在 {beside}，请与备份分开保管", "the people's keys stand beside it: keep the two apart")


def _new_archive(path: Path) -> Path:
    """Return the folder to be made: this one, or one named after the moment in an existing folder."""
    if not path.exists():
        return path
    if not path.is_dir() or (path / MANIFEST).exists():
        refuse(f"{path} 已存在，请另起名称", f"{path} exists already: choose another name")
    return path / datetime.now().astimezone().strftime("bihuan-%Y%m%d-%H%M%S")


def restore(
    path: Annotated[
        Path,
        typer.Argument(help="备份，或放备份的目录(取最新) / a backup, or a folder of backups (the newest)"),
    ],
    as_json: AsJson = False,
) -> None:
    """Restore into an empty BIHUAN_HOME, then verify ledger, seals, row counts and figures."""
    from bihuan.cli.keeping import restoring

    archive = restoring.chosen(path.absolute())
    manifest = restoring.opened(archive)
    ready(migrated=False)
    restoring.need_empty()
    restored = restoring.restore(archive, manifest)
    if pending_migrations():
        ready()
    restoring.prove(restored)
    _tell(restored, as_json)
    if restored.problems:
        raise typer.Exit(PARTLY)


def _tell(restored: Restored, as_json: bool) -> None:
    manifest = restored.manifest
    if as_json:
        typer.echo(json.dumps({
            "at": manifest.at, "county": manifest.county, "people_readable": restored.people_readable,
            "entries": restored.entries, "seals": restored.seals,
            "tables": manifest.tables, "figures": manifest.figures,
            "problems": [{"zh": p.zh, "en": p.en} for p in restored.problems],
        }, ensure_ascii=False))  # fmt: skip
        return
    say(
        f"已恢复 {manifest.county} 于 {manifest.at} 的备份："
        f"台账 {restored.entries:,} 条，封存 {restored.seals} 次",
        f"restored, {restored.entries:,} ledger entries, {restored.seals} seals",
    )
    for problem in restored.problems:
        say(problem.zh, problem.en, err=True)
    if not restored.problems:
        say("行数、指标、台账和封存核验一致", "row counts, figures, ledger and seals are as they were")
