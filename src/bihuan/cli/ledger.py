"""`bihuan ledger verify`: whether the ledger is what it was, and if not, which row or seal is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.cli.exits import PARTLY, refuse

if TYPE_CHECKING:
    from bihuan.core.ledger.findings import Report

SHOWN = 50  # findings printed one by one; --json prints them all

commands = typer.Typer(no_args_is_help=True, help="台账核验 / The ledger: is it what it was")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(commands, name="ledger")


@commands.callback()
def ledger() -> None:
    """台账核验 / The ledger: is it what it was."""


@commands.command("verify")
def verify(
    seal: Annotated[
        bool, typer.Option("--seal", help="先封存已提交的记录 / seal what is committed first")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """核验每条记录与每个封条 / Check every entry and every seal; exit code 1 where anything was changed."""
    from bihuan.cli.django import ready

    ready()
    from bihuan.core.ledger import seals
    from bihuan.core.ledger.keys import KeyMissing
    from bihuan.core.ledger.verify import Refused
    from bihuan.core.ledger.verify import verify as check

    try:
        if seal:
            seals.seal()
        report = check()
    except (Refused, KeyMissing) as reason:
        refuse(reason.text.zh, reason.text.en)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report)
    if not report.sound:
        raise typer.Exit(PARTLY)


def _print(report: Report) -> None:
    summary = report.summary()
    typer.echo(summary.zh)
    typer.echo(summary.en)
    if report.last_sealed_at is not None:
        at = report.last_sealed_at.isoformat(timespec="seconds")
        typer.echo(f"最近封条 newest seal #{report.head_number} {at} {report.head}")
    for finding in report.findings[:SHOWN]:
        typer.echo(f"- [{finding.kind}] {finding.says.zh} / {finding.says.en}")
    more = sum(report.counts.values()) - SHOWN
    if more > 0:
        typer.echo(f"另有 {more} 处，见 --json / {more} more, see --json")
