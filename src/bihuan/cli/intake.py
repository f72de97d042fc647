"""`bihuan import`: the offices' workbooks in, with counts, and every rejected row named by its cell."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bihuan.core.intake.reporting import Report

REJECTED = 1
REFUSED = 2


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import", help="导入台账(文件或文件夹) / Take in registers (files or folders)")(take_in)


def take_in(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹 / files or folders")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查不收录 / check only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
    language: Annotated[str, typer.Option(help="zh-hans 或 en / or en")] = "zh-hans",
) -> None:
    """Take in registers; 0: all rows accepted, 1: some rejected, 2: nothing could be read."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        typer.echo(f"找不到 {'、'.join(missing)} / not found: {', '.join(missing)}", err=True)
        raise typer.Exit(REFUSED)
    from bihuan.cli.django import ready

    ready()
    from bihuan.core.access.setup import command_line_actor
    from bihuan.core.intake.parcels import Fate
    from bihuan.core.intake.problems import Policy
    from bihuan.core.intake.runs import run
    from bihuan.core.ledger import seals
    from bihuan.core.matters.errors import NotDone

    try:
        report = run(paths, actor=command_line_actor(), dry_run=dry_run, progress=_progress(as_json))
    except NotDone as refused:
        typer.echo(f"{refused.text.zh} / {refused.text.en}", err=True)
        raise typer.Exit(REFUSED) from refused
    typer.echo(
        json.dumps(report.as_json(language), ensure_ascii=False) if as_json else _told(report, language)
    )
    if not dry_run:
        seals.seal(wait=False)
    read = [one for one in report.parcelled if one.fate is not Fate.UNREADABLE]
    if not read and not any(report.intake.recognised.values()):
        raise typer.Exit(REFUSED)
    if report.rejected or any(p.policy is Policy.REJECT for p in report.intake.problems):
        raise typer.Exit(REJECTED)


def _progress(quiet: bool) -> Callable[[str, int, int], None]:
    """Return a reporter that writes one line over and over, where a person looks on."""

    def show(what: str, done: int, of: int) -> None:
        if not quiet and sys.stderr.isatty():
            typer.echo(f"\r{what} {done}/{of} ", nl=False, err=True)

    return show


def _told(report: Report, language: str) -> str:
    counts = report.intake.counts
    lines = [
        f"读到 {counts.read} 行,接收 {counts.accepted},跳过重复 {counts.skipped},退回 {counts.rejected}"
        f"(新收 {report.new},有变化 {report.changed},与前次相同 {report.unchanged})",
        f"read {counts.read}, accepted {counts.accepted}, skipped {counts.skipped}, rejected {counts.rejected}"
        f" (new {report.new}, changed {report.changed}, as before {report.unchanged})",
    ]
    lines += [f"  {one.file}: {one.says.zh} / {one.says.en}" for one in report.parcelled]
    whole = [problem for one in report.parcelled for problem in one.problems]
    lines += [
        f"  {p.source.words(language)}: {p.message(language)}" for p in (*report.intake.problems, *whole)
    ]
    lines += [f"  {p.source.words(language)}: {p.message(language)}" for p in report.intake.notes]
    return "\n".join(lines)
