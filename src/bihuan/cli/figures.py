"""`bihuan figures` and `bihuan report`: the county's numbers, each opening to its records."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from bihuan.core.figures.evaluate import Moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
At = Annotated[str | None, typer.Option("--at", help="截止时刻(ISO),默认现在 / cut-off, default now")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="以此刻所知为准 / as known at")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def register(app: typer.Typer) -> None:
    """Add the two commands to the program."""
    app.command("figures", help="各项指标及其记录 / The figures and the records behind them")(figures)
    app.command("report", help="疫情防控日报 / The situation report")(report)


def moment(at: str | None, known_at: str | None) -> Moment:
    """Return the moment that is asked for; Django is ready after it. Ends with 2 where it is no time."""
    from bihuan.cli.django import ready

    ready()
    from django.conf import settings
    from django.utils import timezone

    from bihuan.core.figures.evaluate import Moment

    return Moment.of(_time(at) or timezone.now(), settings.BIHUAN.jurisdiction, _time(known_at))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        typer.echo(f"看不懂的时间 {text} / not a time: {text} (2021-11-16T00:00)", err=True)
        raise typer.Exit(2) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def figures(
    at: At = None,
    known_at: KnownAt = None,
    rows: Annotated[str | None, typer.Option("--rows", help="列出某指标的记录 / records of a figure")] = None,
    as_json: AsJson = False,
) -> None:
    """Print every figure at a cut-off, or the records behind one."""
    asked = moment(at, known_at)
    from bihuan.core.figures.evaluate import records, values
    from bihuan.core.matters.registry import figures as declared

    if rows is not None:
        if rows not in declared():
            typer.echo(f"没有指标 {rows} / no figure {rows}: {', '.join(declared())}", err=True)
            raise typer.Exit(2)
        found = records(declared()[rows], asked)
        typer.echo(json.dumps(found, default=_plain, ensure_ascii=False) if as_json else _table(found))
        return
    numbers = values(asked)
    if as_json:
        typer.echo(json.dumps(numbers, ensure_ascii=False))
        return
    width = max(len(key) for key in numbers)
    for key, number in numbers.items():
        typer.echo(f"{key:<{width}}  {number:>10,}  {declared()[key].zh} / {declared()[key].en}")


def _plain(value: Any) -> str:
    """Return a time as ISO 8601, as the API gives it; a key as its text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _table(found: list[dict[str, Any]]) -> str:
    """Return the records as a table: ledger number, matter and place by their names; persons by their keys alone."""
    from bihuan.command.sitrep.rows import LABELS, OWN_COLUMNS, cell
    from bihuan.core.matters.models import Matter
    from bihuan.core.places.models import Place

    if not found:
        return "没有记录 / no records"
    matters: dict[Any, str] = dict(
        Matter.objects.filter(id__in={r.get("matter_id") for r in found}).values_list("id", "number")
    )
    places: dict[Any, str] = dict(
        Place.objects.filter(id__in={r.get("place_id") for r in found}).values_list("id", "name")
    )
    names = [name for name in found[0] if name not in OWN_COLUMNS]
    lines = ["\t".join(["台账号", "编号", "地点", *(LABELS[n].zh if n in LABELS else n for n in names)])]
    for row in found:
        told = [_said(cell(name, row[name])) for name in names]
        named = [matters.get(row.get("matter_id"), ""), places.get(row.get("place_id"), "")]
        lines.append("\t".join([f"#{row['entry_id']}", *named, *told]))
    return "\n".join(lines)


def _said(value: object) -> str:
    from bihuan.core.spec.text import Text

    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return value.zh if isinstance(value, Text) else "" if value is None else str(value)


def report(
    at: At = None,
    known_at: KnownAt = None,
    pdf: Annotated[str | None, typer.Option(help="写出 PDF/A / write PDF/A here")] = None,
    docx: Annotated[str | None, typer.Option(help="写出 DOCX / write DOCX here")] = None,
    language: Annotated[str, typer.Option(help="zh-hans 或 en / or en")] = "zh-hans",
    as_json: AsJson = False,
) -> None:
    """Print the situation report for a cut-off; write it as PDF/A or DOCX where asked."""
    asked = moment(at, known_at)
    if asked.cutoff > datetime.now(SHANGHAI):
        typer.echo("截止时刻还没有到,不能出日报 / the cut-off lies ahead: no report yet", err=True)
        raise typer.Exit(2)
    from bihuan.command.report.build import document
    from bihuan.command.report.plain import as_data, as_text

    made = document(asked)
    if pdf is not None:
        from pathlib import Path

        from bihuan.command.report.pdf import render_pdf

        Path(pdf).write_bytes(render_pdf(made, language))
    if docx is not None:
        from pathlib import Path

        from bihuan.command.report.docx import render_docx

        Path(docx).write_bytes(render_docx(made, language))
    typer.echo(json.dumps(as_data(made), ensure_ascii=False) if as_json else as_text(made, language))
