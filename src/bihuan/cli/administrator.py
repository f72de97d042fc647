"""`bihuan administrator`: the first account of a county, or a new password for an administrator who lost it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.cli.exits import refuse, say

if TYPE_CHECKING:
    from bihuan.core.access.models import Officer


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "administrator", help="建立系统管理员账号，或重设其密码 / An administrator's account or password"
    )(administrator)


def administrator(
    username: Annotated[str, typer.Argument(help="登录账号 / the account's name")],
    name: Annotated[str, typer.Option(help="姓名，新建时必填 / the officer's name, for a new account")] = "",
) -> None:
    """Make an administrator, who sets up everybody else; the password is asked for, or read from a pipe."""
    from bihuan.cli.django import ready

    ready()
    from django.core.exceptions import ValidationError

    from bihuan.core.access.errors import Denied
    from bihuan.core.access.setup import ensure_administrator

    try:
        officer, new = ensure_administrator(username, _password(), name)
    except ValidationError as weak:
        refuse(*_both(weak))
    except Denied as denied:
        refuse(denied.text.zh, denied.text.en)
    _done(officer, new)


def _password() -> str:
    """Return the password: typed twice unseen, or the first line that comes through a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("密码 password", hide_input=True, confirmation_prompt="再输一次 once more"))


def _both(weak: object) -> tuple[str, str]:
    """Return which rules the password breaks, in both languages."""
    from bihuan.core.access.passwords import RULES

    broken = [RULES[one.code] for one in getattr(weak, "error_list", ()) if one.code in RULES]
    return "；".join(rule.zh for rule in broken), "; ".join(rule.en for rule in broken)


def _done(officer: Officer, new: bool) -> None:
    if new:
        say(f"已建立系统管理员 {officer.username}", f"administrator {officer.username} is set up")
    else:
        say(f"{officer.username} 的密码已重设", f"{officer.username} has a new password")
    say(
        "登录后到“配置 → 人员与任职”为各岗位建立账号",
        "sign in and set up the other officers under Configuration → Officers",
    )
