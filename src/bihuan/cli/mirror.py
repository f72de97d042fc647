"""`bihuan mirror`: the ledger's copy for counting; kept up, compared with the ledger, mended."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bihuan.cli.exits import PARTLY, refuse, say

if TYPE_CHECKING:
    from bihuan.core.figures.mirror.checking import Checked
    from bihuan.core.figures.mirror.manifest import Manifest

SHOWN = 50  # findings printed one by one; --json prints them all
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
BUSY = ("另一进程正在写镜像，请稍候再试", "another process is writing the mirror: try again in a while")

commands = typer.Typer(no_args_is_help=True, help="台账镜像(供计数) / The ledger's mirror, for counting")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(commands, name="mirror")


@commands.callback()
def mirror() -> None:
    """台账镜像(供计数) / The ledger's mirror, for counting."""


@commands.command("run")
def run(
    open_day: Annotated[
        bool, typer.Option("--open-day", help="连同今天已封存的部分 / today's sealed part too")
    ] = False,
    seal: Annotated[
        bool, typer.Option("--seal", help="先封存已提交的记录 / seal what is committed first")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """把已结束的日子写成镜像 / Mirror the days that are closed; goes on where a killed run stopped."""
    from bihuan.cli.django import ready

    ready()
    from bihuan.core.figures.mirror import keeping
    from bihuan.core.ledger import seals

    if seal:
        seals.seal()
    kept = keeping.run(open_day=open_day, progress=_progress(as_json))
    if kept.busy:
        refuse(*BUSY)
    if as_json:
        typer.echo(json.dumps(asdict(kept)))
        return
    if kept.begun_anew:
        say("原镜像不属于本台账，已重建", "the mirror there was not this ledger's: begun anew")
    say(
        f"新增 {kept.entries:,} 条记录、{kept.files} 个文件；镜像共 {kept.mirrored:,} 条，到封条 #{kept.seal}",
        f"{kept.entries:,} entries in {kept.files} files added; {kept.mirrored:,} mirrored, up to seal #{kept.seal}",
    )


def _progress(silent: bool) -> Any:
    """Show how far a long run is, on a terminal alone."""
    if silent or not sys.stderr.isatty():
        return lambda _done, _all: None

    def show(done: int, wanted: int) -> None:
        typer.echo(f"\r{done:,} / {wanted:,}", nl=done >= wanted, err=True)

    return show


@commands.command("verify")
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="重写不符的部分 / write anew what differs")] = False,
    as_json: AsJson = False,
) -> None:
    """逐条对照台账 / Compare every entry with the ledger; exit code 1 where anything differs and is not mended."""
    from bihuan.cli.django import ready

    ready()
    from bihuan.core.figures.mirror import checking

    checked = checking.verify(mend=mend, progress=_progress(as_json))
    if checked.busy:
        refuse(*BUSY)
    if checked.held is None:
        refuse("还没有镜像：bihuan mirror run", "there is no mirror yet: bihuan mirror run")
    mended = bool(checked.findings) and checked.mended > 0
    if as_json:
        typer.echo(json.dumps(_as_data(checked), ensure_ascii=False))
    else:
        _print(checked)
    if not checked.sound and not mended:
        raise typer.Exit(PARTLY)


def _as_data(checked: Checked) -> dict[str, Any]:
    return {
        "sound": checked.sound,
        "entries": checked.entries,
        "mended": checked.mended,
        "findings": [asdict(finding) for finding in checked.findings],
    }


def _print(checked: Checked) -> None:
    from bihuan.core.figures.mirror.checking import SAYS

    for finding in checked.findings[:SHOWN]:
        what, at = SAYS[finding.kind], f"{finding.day} {finding.path}".strip()
        first = "" if finding.first is None else f" #{finding.first}…"
        typer.echo(f"- {at}: {what.zh} / {what.en} {finding.entries:,}{first}")
    if checked.mended:
        say(f"已重写 {checked.mended} 个文件", f"{checked.mended} files written anew")
    elif checked.findings:
        say("重写：bihuan mirror verify --mend", "to write them anew: bihuan mirror verify --mend")
    else:
        say(f"{checked.entries:,} 条记录与台账一致", f"{checked.entries:,} entries agree with the ledger")


@commands.command("province")
def province(
    folders: Annotated[list[Path], typer.Argument(help="各县镜像目录 / the counties' mirror folders")],
    at: Annotated[str | None, typer.Option("--at", help="截止时刻(ISO) / cut-off")] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="以此刻所知为准 / as known at")] = None,
    as_json: AsJson = False,
) -> None:
    """多县指标，在 Spark 上计算 / Figures of many counties, on Spark (BIHUAN_SPARK_MASTER; unset: this machine)."""
    from bihuan.cli.figures import moment

    asked = moment(at, known_at)
    from django.conf import settings

    from bihuan.core.figures.mirror import manifest
    from bihuan.core.figures.mirror import province as many
    from bihuan.core.spark import session

    found = many.counties(folders)
    master = settings.BIHUAN.spark_master or "local[2]"
    with session(master, manifest.folder() / ".spill" / "spark") as spark:
        numbers = many.values(spark, found, asked.cutoff, asked.known_at)
    keys = list(next(iter(numbers.values())))
    total = {key: sum(county[key] for county in numbers.values()) for key in keys}
    if as_json:
        typer.echo(json.dumps({"total": total, "counties": numbers}, ensure_ascii=False))
        return
    width = max(len(key) for key in keys)
    typer.echo("\t".join([" " * width, "合计 total", *numbers]))
    for key in keys:
        typer.echo(
            "\t".join([f"{key:<{width}}", f"{total[key]:,}", *(f"{c[key]:,}" for c in numbers.values())])
        )


@commands.command("status")
def status(as_json: AsJson = False) -> None:
    """镜像到哪里，是否在用 / How far the mirror reaches, and whether it answers."""
    from bihuan.cli.django import ready

    ready()
    from bihuan.core.figures.mirror import manifest

    told = _status(manifest.load(manifest.folder()))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if not told["entries"]:
        say("还没有镜像：bihuan mirror run", "there is no mirror yet: bihuan mirror run")
        return
    say(
        f"{told['entries']:,} 条记录，{told['first_day']} 至 {told['last_day']}，到封条 #{told['seal']}，"
        f"{told['files']} 个文件 {told['bytes'] / 1e6:,.1f} MB",
        f"{told['entries']:,} entries from {told['first_day']} to {told['last_day']}, up to seal #{told['seal']}, "
        f"{told['files']} files of {told['bytes'] / 1e6:,.1f} MB",
    )
    why = {
        "answers": ("各项指标由镜像回答", "the figures are answered by the mirror"),
        "small": ("台账尚小，指标直接查数据库", "the ledger is small: figures ask the database itself"),
        "foreign": (
            "镜像不属于本台账，不使用：bihuan mirror run",
            "not this ledger's, not used: bihuan mirror run",
        ),
    }[str(told["state"])]
    say(*why)
    say(
        f"镜像之后还有 {told['tail']:,} 条记录，随问随读",
        f"{told['tail']:,} entries come after it and are read as they are asked for",
    )


def _status(held: Manifest | None) -> dict[str, Any]:
    from django.db import connection, transaction

    from bihuan.core.figures.mirror import engine, ledger, live

    if held is None:
        return {"state": "none", "entries": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        since = live.horizon(cursor, held) if held.county == ledger.county() else None
        tail = live.tail_length(cursor, since) if since else 0
    state = "foreign" if since is None else "small" if held.entries < engine.PAYS_FROM else "answers"
    days = held.days or [""]
    return {
        "state": state, "entries": held.entries, "tail": tail, "seal": held.seal, "chain": held.chain,
        "first_day": days[0], "last_day": days[-1], "days": len(held.days), "files": len(held.files),
        "bytes": sum(file.size for file in held.files), "columns": list(held.keys), "tables": list(held.tables),
    }  # fmt: skip
