"""`bihuan new-module`: one new folder is one new kind of matter; nothing else needs an edit."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from bihuan.cli.exits import refuse, say


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("new-module", help="新建一类事项的文件夹 / Make the folder of a new kind of matter")(
        new_module
    )


def new_module(
    name: Annotated[str, typer.Argument(help="英文名，如 hazards / name in English, lower case")],
    zh: Annotated[str, typer.Option("--zh", help="中文名称 / name in Chinese")] = "新事项",
    en: Annotated[str | None, typer.Option("--en", help="英文名称 / name in English")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="modules 目录，默认源码中的 / folder of the modules")
    ] = None,
) -> None:
    """Write the folder of a module that passes all checks and shows up at once; then make it yours."""
    folder = (to or _modules()) / name
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name) or keyword.iskeyword(name):
        refuse(
            f"名称只能用小写字母、数字和下划线：{name}",
            f"lower-case letters, digits, underscores only: {name}",
        )
    if folder.exists():
        refuse(f"{folder} 已存在", f"{folder} exists already")
    words = {
        "name": name, "lower": _class(name).lower(), "Name": _class(name),
        "zh": zh, "en": en or name.replace("_", " ").capitalize(), "initial": zh[0],
    }  # fmt: skip
    _write(files("bihuan.cli.scaffold") / "module", folder, words)
    _tidy(folder)
    say(f"已建立 {folder}，重启 bihuan up 后出现在工作台", "made; it shows up when bihuan up starts again")
    typer.echo(f"  make lint types && .venv/bin/pytest {folder}")


def _tidy(folder: Path) -> None:
    """Let a long name break its lines as the linter wants them; a deployment without the linter does without."""
    ruff = Path(sys.executable).with_name("ruff")
    if ruff.exists():
        subprocess.run([str(ruff), "format", "--quiet", str(folder)], check=False)


def _modules() -> Path:
    import bihuan.modules

    return Path(bihuan.modules.__path__[0])


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _write(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _write(entry, target / entry.name, words)
        elif entry.name.endswith(".txt"):
            name = entry.name.removesuffix(".txt").replace("test_name", f"test_{words['name']}")
            (target / name).write_text(Template(entry.read_text("utf-8")).substitute(words), "utf-8")
