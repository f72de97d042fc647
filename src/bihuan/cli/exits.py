"""How a command ends: 0 done, 1 done with rejected rows or a failed check, 2 refused."""

from __future__ import annotations

from typing import NoReturn

import typer

DONE = 0
PARTLY = 1
REFUSED = 2


def say(zh: str, en: str, *, err: bool = False) -> None:
    """Print one line in both languages, Chinese first."""
    typer.echo(f"{zh} / {en}", err=err)


def refuse(zh: str, en: str) -> NoReturn:
    """End with 2 and one line that says why, in both languages."""
    say(zh, en, err=True)
    raise typer.Exit(REFUSED)
