"""Every command helps in both languages, errors are one line in both, and the reference says what the code does."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bihuan.cli.main import application
from bihuan.cli.reference import FOLDER, pages

Command = Callable[..., "subprocess.CompletedProcess[str]"]
HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{2}")
ROOT = Path(__file__).resolve().parents[2]


def commands() -> Iterator[tuple[str, Any]]:
    """Yield (name, command) of every command, those of groups too."""

    def inside(group: Any, path: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from inside(command, f"{path}{name} ")
            else:
                yield f"{path}{name}", command

    return inside(typer.main.get_command(application()), "")


ALL = dict(commands())
PROMISED = [
    "up",
    "import",
    "figures",
    "report",
    "ledger verify",
    "drill",
    "new-module",
    "backup",
    "restore",
    "doctor",
]


@pytest.mark.parametrize("name", [*PROMISED, "sql", "calendar", "deadline"])
def test_the_promised_commands_are_there(name: str) -> None:
    assert name in ALL


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_and_option_helps_in_both_languages(name: str) -> None:
    command = ALL[name]
    texts = [command.help or command.short_help or ""]
    texts += [parameter.help or "" for parameter in command.params if parameter.name != "help"]
    for text in texts:
        assert HAN.search(text), f"{name}: no Chinese in {text!r}"
        assert LATIN.search(text), f"{name}: no English in {text!r}"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["nonsense"], {}),
        (["calendar"], {}),
        (["figures", "--at", "yesterday"], {}),
        (["figures"], {"BIHUAN_PORT": "many"}),
        (["figures"], {"DATABASE_URL": "mysql://localhost/x"}),
        (["figures"], {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}),
        (["sql"], {"BIHUAN_HOME": "/proc/nowhere"}),
        (["restore", "/nowhere"], {}),
        (["new-module", "Not A Name"], {}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_refused_in_one_line_of_both_languages(
    bihuan: Command, arguments: list[str], environment: dict[str, str]
) -> None:
    done = bihuan(*arguments, **environment)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert HAN.search(line)
    assert LATIN.search(line)
    assert " / " in line


def test_help_and_calendar_need_no_database(bihuan: Command, county: Path) -> None:
    helped = bihuan("--help", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    days = bihuan("calendar", "2020", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert (helped.returncode, days.returncode) == (0, 0)
    assert len(json.loads(days.stdout)) == 366
    assert not county.exists()


@pytest.mark.parametrize("page", ["cli.md", "settings.md"])
def test_the_reference_page_is_up_to_date(page: str) -> None:
    kept = (ROOT / FOLDER / page).read_text("utf-8")

    assert kept == pages()[page].rstrip() + "\n", "run: make reference"
