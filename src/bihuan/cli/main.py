"""The `bihuan` command: one sub-command per file of this folder that has a `register(app)`."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import FrameType
from typing import Annotated, Any, Protocol, cast

import typer
from typer.exceptions import Abort, TyperException

from bihuan import cli
from bihuan.cli.exits import DONE, REFUSED, say

HELP = """闭环：每件事按时办结、有据可查；每个数字都能打开看到记录。

Every matter closed, on time, with proof; every figure opens to its records.

退出码 exit code: 0 完成 done, 1 完成但有未收录的行或未通过的检查 done with rejected rows or a failed check,
2 拒绝执行 refused. 数据目录 the county's folder: BIHUAN_HOME.
"""


class _Commands(Protocol):
    def register(self, app: typer.Typer) -> None: ...


def application() -> typer.Typer:
    """Return the program with all its sub-commands, found by looking into this folder."""
    app = typer.Typer(
        name="bihuan", help=HELP, no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback()(_program)
    for module in sorted(iter_modules(cli.__path__), key=lambda m: m.name):
        if not module.ispkg and module.name not in _NOT_COMMANDS:
            cast(_Commands, import_module(f"bihuan.cli.{module.name}")).register(app)
    return app


_NOT_COMMANDS = {"django", "exits", "main", "reference"}


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("bihuan"))
        raise typer.Exit


def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 / version")
    ] = False,
) -> None:
    pass


_program.__doc__ = HELP


def main() -> None:
    """Run the command line; an error is one line in both languages (BIHUAN_TRACEBACK=1: with its origin)."""
    signal.signal(signal.SIGTERM, _end)
    try:
        code = application()(standalone_mode=False)
    except (Abort, KeyboardInterrupt):
        say("已中断", "interrupted", err=True)
        code = 130
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except Exception as error:
        if os.environ.get("BIHUAN_TRACEBACK"):
            raise
        _tell(error)
        code = REFUSED
    sys.exit(code if isinstance(code, int) else DONE)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Leave in order, so that the embedded database is given back."""
    raise SystemExit(143)


def _tell(error: Exception) -> None:
    text: Any = getattr(error, "text", None)
    if text is not None and hasattr(text, "zh"):  # ours: it says itself what happened and what to do
        say(text.zh, text.en, err=True)
        return
    line = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, TyperException):
        said = error.format_message() if hasattr(error, "format_message") else line
        say(f"用法不对：{said}", "wrong usage, see --help", err=True)
    elif type(error).__module__.startswith(("django.db", "psycopg")):
        say(f"数据库无法使用：{line}", "the database cannot be used, see above; bihuan doctor", err=True)
    elif isinstance(error, OSError):
        say(*_unusable(error), err=True)
    else:
        what = f"{type(error).__name__}: {line}"
        say(f"意外错误：{what}", "unexpected error; BIHUAN_TRACEBACK=1 shows where", err=True)


_CAUSES = {
    errno.EACCES: ("没有权限", "no permission"),
    errno.EPERM: ("没有权限", "no permission"),
    errno.EROFS: ("磁盘或目录是只读的", "the disk or folder is read-only"),
    errno.ENOSPC: ("磁盘已满", "the disk is full"),
    errno.ENOENT: ("不存在", "it is not there"),
    errno.ENOTDIR: ("上级不是目录", "what should hold it is no folder"),
}


def _unusable(error: OSError) -> tuple[str, str]:
    """Return which file or folder cannot be used, why, and what to do, in both languages."""
    what = error.filename if isinstance(error.filename, str) else ""
    zh, en = _CAUSES.get(error.errno or 0, (error.strerror or str(error), error.strerror or str(error)))
    return (
        f"文件或目录无法使用：{what}（{zh}）。请检查路径、权限和空间；数据目录由 BIHUAN_HOME 指定",
        f"a file or folder cannot be used: {what} ({en}). Check the path, its permissions and space; BIHUAN_HOME "
        "names the county's folder",
    )


if __name__ == "__main__":
    main()
