"""Django for commands that need the county: started late, so that `--help` and `calendar` stay quick."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from bihuan.cli.exits import refuse

ADVISORY_LOCK = 0x62_69_68_75_61_6E  # "bihuan": one process at a time prepares the database


def settings() -> Any:
    """Return Django's settings alone, no applications; starts the embedded database where it is used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.config.settings")
    from django.conf import settings as lazy

    try:
        _ = lazy.DATABASES  # read them now: a wrong setting or an unreachable folder is told here
    except ValueError as error:  # pydantic's own, or an address that is none
        refuse(f"设置不对：{_which(error)}", "a setting is wrong: see docs/reference/settings.md")
    return lazy


def _which(error: ValueError) -> str:
    """Return which setting is wrong and why, in one line."""
    details = getattr(error, "errors", None)
    if details is None:
        return str(error)
    return "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in details())


def ready(*, migrated: bool = True) -> None:
    """Make Django usable; a new or older county's database is brought to this version first."""
    settings()
    import django

    django.setup()
    if migrated and pending_migrations():
        migrate()


def pending_migrations() -> list[str]:
    """Return the names of the migrations that the database has not had yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate(*, quiet: bool = False) -> None:
    """Bring the database to this version; a second process that wants the same waits and finds it done."""
    from django.core.management import call_command
    from django.db import connection

    if not quiet and sys.stderr.isatty():
        typer.echo("正在准备数据库… / preparing the database…", err=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
