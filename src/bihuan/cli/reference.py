"""Writes `docs/reference` from the code: commands, settings, matters, figures; `--check` only compares.

Run by `make reference`. Nobody edits these pages by hand; a test fails when they are out of date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

FOLDER = Path("docs/reference")
MADE = "<!-- 由程序生成，请勿手改：make reference / made by make reference, do not edit -->"


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    from bihuan.cli.django import settings

    settings()
    import django

    django.setup()
    from bihuan.core.matters import reference

    own = {"cli.md": "\n".join(_commands()), "settings.md": "\n".join(_settings())}
    return {**own, **reference.pages()}


def _commands() -> Iterator[str]:
    from bihuan.cli.main import HELP, application

    root: Any = typer.main.get_command(application())
    yield f"# 命令 · Commands\n\n{MADE}\n\n{HELP.strip()}\n"
    yield from _of_group(root, "bihuan")


def _of_group(group: Any, path: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _of_group(command, f"{path} {name}")
            continue
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option"]
        usage = " ".join([path, name, *(_argument(p) for p in arguments)])
        yield f"\n## `{usage}`\n\n{command.help or command.short_help}\n"
        if arguments or options:
            yield "| | |\n|---|---|"
        for parameter in arguments:
            yield f"| `{parameter.name.upper()}` | {_cell(parameter.help)} |"
        for parameter in options:
            yield f"| `{', '.join(parameter.opts)}` | {_cell(parameter.help)} |"


def _argument(parameter: Any) -> str:
    name = parameter.name.upper() + ("…" if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _settings() -> Iterator[str]:
    from bihuan.cli.django import settings

    kind: Any = type(settings().BIHUAN)
    about = inspect.getdoc(kind) or ""
    yield f"# 设置 · Settings\n\n{MADE}\n\n环境变量 environment variables. {about}\n"
    yield "| 变量 Variable | 默认 Default | 含义 Meaning |\n|---|---|---|"
    for name, field in kind.model_fields.items():
        variable = field.validation_alias or f"{kind.model_config['env_prefix']}{name}".upper()
        yield f"| `{variable}` | {_default(field.default)} | {_cell(field.description)} |"


def _default(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Path):
        return "per-user data folder (`~/.local/share/bihuan`)"
    return f"`{value}`"


def main() -> int:
    """Write the pages, or compare them (`--check`, 1 where one is out of date)."""
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        wanted = text.rstrip() + "\n"
        if path.exists() and path.read_text("utf-8") == wanted:
            continue
        stale.append(str(path))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, "utf-8")
    if "--check" in sys.argv and stale:
        typer.echo(f"已过期，请运行 make reference / out of date: {', '.join(stale)}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
