"""`bihuan sql`: psql on the county's database, for its administrator."""

from __future__ import annotations

import os
import signal
import subprocess

import typer

from bihuan.cli.django import settings
from bihuan.cli.exits import refuse


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "sql",
        help="用 psql 打开本县数据库，参数原样传递 / psql on the county's database, arguments passed through",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    )(sql)


def sql(context: typer.Context) -> None:
    """Run psql with these arguments (as the superuser of the embedded server); its exit code is ours.

    What is read here is not masked and not logged; personal fields are sealed here too.
    """
    if context.args in (["--help"], ["-h"]):
        typer.echo(context.get_help() + "\n\npsql -?：psql 的参数 / psql's own arguments")
        raise typer.Exit
    from bihuan.adapters.postgres.address import libpq_environment
    from bihuan.adapters.postgres.programs import client_program

    psql = client_program("psql")
    if psql is None:
        refuse("找不到 psql，请安装 postgresql-client", "no psql here: install postgresql-client")
    database = settings().DATABASES["default"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is psql's: it cancels a query
    done = subprocess.run(
        [str(psql), *context.args],
        env={**os.environ, **libpq_environment(database)},
        check=False,
    )
    raise typer.Exit(done.returncode)
