"""`bihuan export`: what leaves the county as a file."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    exports = typer.Typer(help="导出 / Export", no_args_is_help=True)
    exports.command("links", help="名单各行是谁 / Whose each row of the alert lists is (CSV)")(links)
    app.add_typer(exports, name="export")


def links(file: Annotated[Path, typer.Argument(help="写到哪里 / where to write (CSV)")]) -> None:
    """Write file, line, person, decided_by for every row signed for and not sent back; persons by their record's id.

    The file holds no name or number, and is for its owner's eyes only (mode 0600) all the same.
    """
    from bihuan.cli.django import ready

    ready()
    from django.conf import settings

    from bihuan.modules.alerts.links import Link
    from bihuan.modules.alerts.links import links as found

    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    count = 0
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(Link._fields)
            for link in found(settings.BIHUAN.jurisdiction):
                writer.writerow(link)
                count += 1
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"已写 {count:,} 行:{file} / {count:,} rows written to {file}")
