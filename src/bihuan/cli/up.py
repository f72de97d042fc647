"""`bihuan up`: the whole county in one command, stopped by one Ctrl-C. `bihuan migrate`, `bihuan drill`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from bihuan.cli.django import migrate, pending_migrations, ready, settings
from bihuan.cli.exits import refuse, say

WATCH_EVERY = 1.0  # seconds between two looks at the embedded database


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("up", help="启动本县：网页、接口、后台任务 / Run the county: pages, API, background work")(up)
    app.command("migrate", hidden=True, help="更新数据库结构 / Bring the database to this version")(migrate_)
    app.command("drill", help="装入演练县(一次) / Load the drill county, once")(drill)


def up(
    host: Annotated[str | None, typer.Option(help="监听地址，默认 BIHUAN_HOST / address")] = None,
    port: Annotated[
        int | None, typer.Option(help="端口，下一个端口用于实时消息 / port; the next one is for live streams")
    ] = None,
    with_drill: Annotated[
        bool, typer.Option("--drill", help="先装入演练县并显示账号和日报 / drill county first, with accounts")
    ] = False,
    clock_checked: Annotated[
        bool,
        typer.Option(
            "--clock-checked", help="时钟早于台账仍启动 / run though the ledger is ahead of the clock"
        ),
    ] = False,
) -> None:
    """Run the county until Ctrl-C."""
    if host is not None:
        os.environ["BIHUAN_HOST"] = host
    if port is not None:
        os.environ["BIHUAN_PORT"] = str(port)
    _allow_own_host(host)
    from bihuan.cli.running import address, clock, statics

    ours = settings().BIHUAN
    url = f"http://{ours.host}:{ours.port}/"
    lease = address.claim(ours.home, url)
    address.need_free(ours.host, (ours.port, ours.port + 1))
    gathering = statics.in_background()
    ready()
    clock.need_sound(clock_checked)
    if with_drill:
        _load_drill()
    if gathering.wait() != 0:
        refuse("页面文件没有备好，原因见上", "the pages' files could not be gathered, see above")
    asyncio.run(_run(url, _greeting if with_drill else None))
    os.close(lease)
    say("已停止", "stopped", err=True)


def _allow_own_host(host: str | None) -> None:
    """Answer under the address one listens on, where the operator did not say which names are answered."""
    if host and host not in {"0.0.0.0", "::"} and "BIHUAN_ALLOWED_HOSTS" not in os.environ:  # noqa: S104
        import json

        os.environ["BIHUAN_ALLOWED_HOSTS"] = json.dumps(["127.0.0.1", "localhost", "[::1]", host])


async def _run(url: str, greeting: Callable[[], None] | None) -> None:
    from bihuan.cli.running.address import first_page
    from bihuan.cli.running.supervisor import supervise

    async def announce() -> None:
        if await first_page(url):
            say(f"可以使用了：{url}  (Ctrl-C 停止)", "ready (Ctrl-C stops)")
            await asyncio.to_thread(greeting or _first_account)
        else:
            say(f"首页没有应答：{url}", "the first page does not answer; see the lines above", err=True)
        sys.stdout.flush()

    await supervise(_children(), announce, _watch_database)


def _children() -> list[Any]:
    from bihuan.cli.running.supervisor import Child

    ours = settings().BIHUAN
    serve = [
        sys.executable, "-m", "granian", "--host", ours.host, "--no-access-log", "--log-level", "warning",
        "--respawn-failed-workers", "--respawn-interval", "1",
    ]  # fmt: skip
    pages = [
        *serve, "--port", str(ours.port), "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4",
        "--workers-kill-timeout", "5", "bihuan.config.wsgi:application",
    ]  # fmt: skip
    streams = [  # open streams never end by themselves: do not wait for them
        *serve, "--port", str(ours.port + 1), "--interface", "asginl", "--workers-kill-timeout", "2",
        "bihuan.config.streams:application",
    ]  # fmt: skip
    return [
        Child("网页", "pages", pages),
        Child("实时消息", "streams", streams),
        Child("后台任务", "worker", [sys.executable, "-m", "bihuan.cli.running.worker"]),
    ]


async def _watch_database() -> None:
    """Start the embedded database again where it died; a server of one's own is its operator's business."""
    if settings().BIHUAN.database_url is not None:
        return
    from bihuan.adapters.postgres import embedded
    from bihuan.adapters.postgres.errors import PostgresUnavailable

    home: Path = settings().BIHUAN.home
    while True:
        await asyncio.sleep(WATCH_EVERY)
        if not await asyncio.to_thread(embedded.alive, home):
            say("数据库已退出，正在重启", "the database ended, starting it again", err=True)
            try:
                await asyncio.to_thread(embedded.url, home)
            except PostgresUnavailable as error:  # say so and try again: the rest of the county waits for it
                say(error.text.zh, error.text.en, err=True)
            else:
                say("数据库已恢复", "the database is back", err=True)


def migrate_() -> None:
    """Bring the database to this version."""
    ready(migrated=False)
    found = pending_migrations()
    migrate(quiet=True)
    say(f"已完成 {len(found)} 项更新", f"{len(found)} migrations applied")


def drill() -> None:
    """Load the drill county: 47 sites and 6,591 invented people; a second time changes nothing."""
    ready()
    _load_drill()
    _print_accounts()


def _load_drill() -> None:
    """Load what the drill lacks, with a line of progress where somebody watches."""
    from bihuan.command import drill as county
    from bihuan.core.access.drill import create_drill_accounts, drill_accounts
    from bihuan.core.matters.registry import posts
    from bihuan.core.spec.text import Text

    def progress(what: Text, done: int, of: int) -> None:
        if sys.stderr.isatty():
            line = f"\r演练县 drill county · {what.zh} {what.en}: {done:,} / {of:,}"
            typer.echo(line, err=True, nl=done == of)

    county.load(progress)
    if not drill_accounts():
        bound = {post.code: _where_it_works(post.code) for post in posts().values() if post.bound_to_place}
        create_drill_accounts(posts().values(), bound)


def _where_it_works(post: str) -> list[UUID]:
    """Return one place with matters of the post: a site for who runs one, a unit for who works there."""
    from bihuan.core.access.permissions import content_types
    from bihuan.core.matters.models import Matter

    found = Matter.objects.filter(type__in=content_types(post), place__isnull=False).order_by("place__code")
    return list(found.values_list("place_id", flat=True)[:1])


def _first_account() -> None:
    """Say how to make the first account where there is none: without it nobody can sign in."""
    from bihuan.core.access.setup import nobody_yet

    if nobody_yet():
        say(
            "本县还没有账号，请另开终端执行：bihuan administrator 账号 --name 姓名",
            "no account yet; in another terminal: bihuan administrator ACCOUNT --name NAME",
        )


def _greeting() -> None:
    _print_accounts()
    _print_report()


def _print_accounts() -> None:
    from bihuan.core.access.drill import drill_accounts

    say("演练账号", "drill accounts")
    for account in drill_accounts():
        typer.echo(f"  {account.username:<18} {account.password}  {account.post_zh} / {account.post_en}")


def _print_report() -> None:
    from django.conf import settings as lazy
    from django.utils import timezone

    from bihuan.command.report.build import document
    from bihuan.command.report.plain import as_text
    from bihuan.core.figures.evaluate import Moment

    made = document(Moment.of(timezone.now(), lazy.BIHUAN.jurisdiction, None))
    typer.echo("\n" + as_text(made, "zh-hans"))
