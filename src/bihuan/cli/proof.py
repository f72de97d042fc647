"""`bihuan proof`: every number of a draft report held against the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bihuan.cli.exits import DONE, PARTLY, refuse
from bihuan.cli.figures import AsJson, At, KnownAt, moment


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("proof", help="逐个核对稿件中的数字 / Check every number of a draft")(proof)


def proof(
    file: Annotated[Path, typer.Argument(help="稿件(纯文本,UTF-8 或 GB18030) / the draft, plain text")],
    at: At = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Find every number of a draft and say whether the ledger agrees; exit code 1 where one does not."""
    text = _read(file)
    asked = moment(at, known_at)
    from bihuan.command.proof.claims import DIFFERS, PARTS, TooLong
    from bihuan.command.proof.claims import proof as proofed

    try:
        claims = proofed(text, asked)
    except TooLong as error:
        refuse(error.text.zh, error.text.en)
    if as_json:
        typer.echo(json.dumps({"claims": [claim.as_data() for claim in claims]}, ensure_ascii=False))
    else:
        for claim in claims:
            figure = f"  {claim.figure.key}" if claim.figure else ""
            typer.echo(
                f"{claim.verdict:<20} {claim.number.text:<12} {claim.note.zh} / {claim.note.en}{figure}"
            )
    wrong = any(claim.verdict in {DIFFERS, PARTS} for claim in claims)
    raise typer.Exit(PARTLY if wrong else DONE)


def _read(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        refuse(f"读不了 {file}:{error.strerror}", f"{file} cannot be read: {error.strerror}")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    refuse(f"{file} 不是纯文本", f"{file} is no plain text")
