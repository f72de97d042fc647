"""`bihuan doctor`: is this installation sound? Every check says what it found and what to do."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bihuan.cli.django import pending_migrations, ready, settings
from bihuan.cli.exits import PARTLY
from bihuan.cli.keeping.keys_at_hand import trouble
from bihuan.core.spec.text import Text

OLDEST_POSTGRES: Final = 15
LEAST_SPACE: Final = 1 << 30  # bytes
CLOCKS_APART: Final = 5.0  # seconds
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is sound (None: does not apply now), what was found."""

    code: str
    label: Text
    sound: bool | None
    found: Text


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("doctor", help="检查本机安装是否完好 / Check this installation")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False) -> None:
    """Check programs, database, keys, space, clock, migrations, worker, seals, fonts; 1 where one fails."""
    findings = list(_findings())
    if as_json:
        typer.echo(json.dumps([{
            "check": f.code, "sound": f.sound, "zh": f.found.zh, "en": f.found.en,
        } for f in findings], ensure_ascii=False))  # fmt: skip
    else:
        for finding in findings:
            mark = {True: "✓", False: "✗", None: "–"}[finding.sound]
            label, found = finding.label, finding.found
            typer.echo(f"{mark} {label.zh}：{found.zh} / {label.en}: {found.en}")
    if any(finding.sound is False for finding in findings):
        raise typer.Exit(PARTLY)


def _findings() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", Text("Python", "Python"), sys.version_info >= (3, 11), Text(version, version))
    yield _fonts()
    yield _browser()
    try:
        home: Path = settings().BIHUAN.home
    except Exception as error:
        yield Finding("settings", Text("设置", "settings"), False, _said(error))
        return
    yield _space(home)
    yield _keys(settings().BIHUAN.keys)
    label = Text("数据库", "database")
    try:
        ready(migrated=False)
        yield _postgres()
    except Exception as error:
        yield Finding("database", label, False, _said(error))
        return
    pending = pending_migrations()
    yield Finding(
        "migrations", Text("数据库结构", "database schema"), not pending,
        Text(f"待更新 {len(pending)} 项：bihuan migrate", f"{len(pending)} pending: bihuan migrate")
        if pending else Text("最新", "up to date"),
    )  # fmt: skip
    if not pending:
        yield from _at_work(home)


def _said(error: Exception) -> Text:
    text: Any = getattr(error, "text", None)
    if isinstance(text, Text):
        return text
    line = " ".join(str(error).split()) or type(error).__name__
    return Text(line, line)


def _fonts() -> Finding:
    program = shutil.which("fc-list")
    query = [program or "", ":lang=zh", "family"]
    listed = subprocess.run(query, capture_output=True, text=True, check=False).stdout if program else ""
    found = "Noto Serif CJK" in listed and "Noto Sans CJK" in listed
    missing = "apt-get install fontconfig fonts-noto-cjk"
    return Finding(
        "fonts", Text("中文字体", "Chinese fonts"), found,
        Text("Noto CJK", "Noto CJK") if found else Text(f"缺少：{missing}", f"missing: {missing}"),
    )  # fmt: skip


def _browser() -> Finding:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return Finding(
        "chromium", Text("浏览器(仅测试用)", "browser (for tests only)"), True if found else None,
        Text(found, found) if found else Text("未安装", "not installed"),
    )  # fmt: skip


def _space(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    size = f"{free / (1 << 30):.1f} GiB"
    return Finding(
        "space", Text("磁盘空间", "disk space"), free >= LEAST_SPACE,
        Text(f"{home} 剩余 {size}", f"{size} free in {home}"),
    )  # fmt: skip


def _keys(folder: Path) -> Finding:
    """Check that nobody but the owner can read the keys."""
    open_to_others = [
        path.name
        for path in (folder, *sorted(folder.iterdir()))
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    label = Text("密钥权限", "keys' modes")
    if open_to_others:
        names = ", ".join(open_to_others)
        say = f"chmod -R go= {folder}"
        return Finding(
            "keys", label, False, Text(f"他人可读 {names}：{say}", f"open to others: {names}; {say}")
        )
    return Finding("keys", label, True, Text("仅本人可读", "the owner's alone"))


def _postgres() -> Finding:
    from django.db import connection

    number: int = connection.cursor().connection.info.server_version
    where = (
        Text("自备服务器", "your own server") if settings().BIHUAN.database_url else Text("内置", "embedded")
    )
    version = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    return Finding(
        "database", Text("数据库", "database"), number // 10_000 >= OLDEST_POSTGRES,
        Text(f"{version}({where.zh})", f"{version} ({where.en})"),
    )  # fmt: skip


def _at_work(home: Path) -> Iterator[Finding]:
    """Look at what only a county that works can show."""
    from django.db import connection

    from bihuan.adapters.postgres.health import measures
    from bihuan.cli.running.address import runs

    yield _clock()
    wrong = trouble()
    yield Finding(
        "keyset",
        Text("密钥齐全", "keys at hand"),
        wrong is None,
        wrong or Text("与本县记录相符", "those of this county's records"),
    )
    with connection.cursor() as cursor:
        found = measures(cursor)
    label, running = Text("后台任务", "worker"), runs(home)
    if running:
        beat = found.worker_seconds
        yield Finding(
            "worker", label, found.worker_beats, Text(f"{beat} 秒前有心跳", f"heartbeat {beat} s ago")
        )
    else:
        yield Finding("worker", label, None, Text("本县未运行", "the county does not run"))
    late = f"{found.unsealed_seconds:.0f}"
    sealed = True if found.sealer_follows else (False if running else None)  # a county at rest seals later
    said = Text(f"最早的未封存记录在 {late} 秒前", f"the oldest unsealed entry is {late} s old")
    yield Finding("seals", Text("封存", "seals"), sealed, said)


def _clock() -> Finding:
    """Compare with the database's clock and with the ledger: nothing was recorded in the future."""
    from bihuan.cli.running.clock import seconds_ahead

    (there,) = _one("SELECT extract(epoch FROM clock_timestamp())")
    apart, future = abs(time.time() - float(there)), seconds_ahead()
    label = Text("时钟", "clock")
    if future >= CLOCKS_APART:
        late = f"{future:.0f}"
        said = Text(f"台账有 {late} 秒后的记录，请校时", f"the ledger is {late} s ahead: set the clock")
        return Finding("clock", label, False, said)
    said = Text(f"与数据库相差 {apart:.1f} 秒", f"{apart:.1f} s from the database's")
    return Finding("clock", label, apart < CLOCKS_APART, said)


def _one(query: str) -> tuple[Any, ...]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
