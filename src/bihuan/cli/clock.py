"""`bihuan calendar` and `bihuan deadline`: working calendar and reckoning, without Django or database.

Both answer as known at a moment (`--known-at`), print JSON where a machine reads, and leave with 2 and a
message in both languages when the question makes no sense. Rich is imported only to print tables: the
JSON that scripts ask for a hundred times must start fast.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Annotated, Any, NoReturn

import typer

from bihuan.core.clock.calendar import WorkingCalendar, known_day
from bihuan.core.clock.due import (
    BusinessHours,
    Due,
    Extension,
    Pause,
    Restart,
    UnknownRuleError,
    due,
    permitted_extensions,
    resolve,
)
from bihuan.core.clock.events import moment
from bihuan.core.clock.rules import Rule, RuleVersion, rules
from bihuan.core.clock.wording import as_json, moment_words
from bihuan.core.spec.text import Text

REFUSED = 2

KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at", help="以此刻所知为准（日期或 ISO 时间，默认现在） / as known at this date or time"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def register(app: typer.Typer) -> None:
    """Add the two commands to the program."""
    app.command("calendar", help="某年工作日历 / The working calendar of a year")(calendar)
    app.command("deadline", help="时限到期时间及理由 / When a period ends, and why")(deadline)


def calendar(
    year: Annotated[int, typer.Argument(help="年份 / year")],
    known_at: KnownAt = None,
    as_json_: AsJson = False,
) -> None:
    """Print every date of a year as working or rest, as known at a moment."""
    known = WorkingCalendar.as_known_at(_known(known_at))
    try:
        days = known.days(year)
    except ValueError:
        _refuse(f"没有 {year} 年的工作日历", f"there is no working calendar for {year}: from 2019 to 2100")
    if as_json_:
        typer.echo(json.dumps({d.date.isoformat(): "working" if d.working else "rest" for d in days}))
        return
    _print_calendar(known, year)


def deadline(
    rule: Annotated[str | None, typer.Argument(help="规则代号，见 --list / code of the rule")] = None,
    start: Annotated[
        str | None, typer.Option(help="起算事件的日期或时间 / date or time of the start")
    ] = None,
    known_at: KnownAt = None,
    law_at: Annotated[str | None, typer.Option(help="适用该日的法律 / date whose law applies")] = None,
    custody: Annotated[bool, typer.Option("--custody", help="当事人在押 / a person is in custody")] = False,
    pause: Annotated[
        list[str] | None, typer.Option(help="停止计算 起/止[:理由] / clock stopped FROM/[TO][:reason]")
    ] = None,
    extend: Annotated[int, typer.Option(help="依法延长的次数 / how often extended as permitted", min=0)] = 0,
    restart: Annotated[list[str] | None, typer.Option(help="重新起算的时间 / counted afresh from")] = None,
    closes: Annotated[str | None, typer.Option(help="停止业务的时刻 如 17:30 / close of business")] = None,
    cutoff: Annotated[str | None, typer.Option(help="当日截止时刻 / cut-off of the day")] = None,
    travel_days: Annotated[int, typer.Option(help="在途日数 / days of travel", min=0)] = 0,
    list_rules: Annotated[bool, typer.Option("--list", help="列出全部规则 / list the rules")] = False,
    as_json_: AsJson = False,
) -> None:
    """Print when a period ends and why, or list the rules."""
    known = WorkingCalendar.as_known_at(_known(known_at))
    if list_rules:
        _list(as_json_)
        return
    if rule is None or start is None:
        _refuse("请给出规则和 --start，或用 --list", "name a rule and --start, or use --list")
    begin = _time(start, "--start")
    law = known_day(_time(law_at, "--law-at")) if law_at else None
    try:
        version = resolve(rule, law or known_day(begin), known)
        answer = due(
            rule,
            begin,
            calendar=known,
            pauses=[_pause(text, version) for text in pause or ()],
            extensions=_extensions(version, extend),
            restarts=[Restart(_moment(text, "--restart")) for text in restart or ()],
            custody=custody,
            business_hours=BusinessHours(time(0), _clock(closes, "--closes")) if closes else None,
            travel_days=travel_days,
            cutoff=_clock(cutoff, "--cutoff") if cutoff else None,
            law_at=law,
        )
    except UnknownRuleError as error:
        _refuse(error.text.zh, error.text.en)
    except OverflowError:
        _refuse("日期超出可计算的范围", "the date is out of range")
    except ValueError as error:
        _refuse_as(str(error))
    if as_json_:
        typer.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
        return
    _print_due(answer)


def _extensions(version: RuleVersion, times: int) -> list[Extension]:
    return permitted_extensions(version, times) if times else []


def _known(text: str | None) -> date | datetime | None:
    return _time(text, "--known-at") if text else None


def _time(text: str, option: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{option} 不是日期或时间：{text}", f"{option} is no date or time: {text}")


def _moment(text: str, option: str) -> datetime:
    return moment(_time(text, option))


def _clock(text: str, option: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        _refuse(f"{option} 不是时刻：{text}", f"{option} is no time of day: {text}")


def _pause(text: str, version: RuleVersion) -> Pause:
    """Read `FROM/TO:reason`; a reason may be a ground's code; TO is left out while the clock stands."""
    begin, slash, rest = text.partition("/")
    if not slash:
        _refuse(f"--pause 应写作 起/止：{text}", f"--pause is written FROM/TO: {text}")
    end, reason = rest, ""
    if rest and not _is_time(rest):
        end, _, reason = rest.rpartition(":")
    grounds = {ground.code: ground.label for ground in version.not_counted}
    words = grounds.get(reason) or Text(reason or "停止计算", reason or "clock stopped")
    return Pause(_moment(begin, "--pause"), _moment(end, "--pause") if end else None, words)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refuse(zh: str, en: str) -> NoReturn:
    _refuse_as(f"{zh} / {en}")


def _refuse_as(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(REFUSED)


def _print_calendar(known: WorkingCalendar, year: int) -> None:
    from rich.console import Console
    from rich.table import Table

    version = known.version(year)
    console = Console()
    console.print(f"{version.label.zh} / {version.label.en}", highlight=False)
    for document in version.documents:
        console.print(document, highlight=False)
    table = Table()
    for heading in ("月 Month", "工作日 Working", "平日放假 Rest on weekdays", "周末上班 Working weekends"):
        table.add_column(heading, overflow="fold")
    days = known.days(year)
    for month in range(1, 13):
        mine = [d for d in days if d.date.month == month]
        rest = [d for d in mine if not d.working and d.date.weekday() < 5]
        worked = [d for d in mine if d.working and d.date.weekday() >= 5]
        named = [f"{d.date.day} {d.reason.zh}" for d in rest]
        table.add_row(
            str(month),
            str(sum(d.working for d in mine)),
            "、".join(named),
            "、".join(str(d.date.day) for d in worked),
        )
    console.print(table)
    if version.provisional:
        console.print("暂定：通知公布后会改变 / Provisional: the notice, when it is out, will change it")


def _print_due(answer: Due) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    at = moment_words(answer.due_at) if answer.due_at else Text("停止计算", "stopped")
    label = answer.version.label
    console.print(f"{label.zh}：[bold]{at.zh}[/bold]\n{label.en}: [bold]{at.en}[/bold]", highlight=False)
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in answer.explanation["lines"]:
        term, text = line["term"], line["text"]
        table.add_row(f"{term['zh']}\n{term['en']}", f"{text['zh']}\n{text['en']}")
    console.print(table)


def _list(as_json_: bool) -> None:
    found = rules().values()
    if as_json_:
        typer.echo(json.dumps([_rule_json(r) for r in found], ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column("规则 Rule", no_wrap=True)
    table.add_column("含义与期间 Meaning and period", overflow="fold")
    table.add_column("依据与可靠程度 Basis and certainty", overflow="fold")
    for each in found:
        current = each.versions[-1]
        period, cited, sure = current.period, current.basis.citation, current.certainty.label
        table.add_row(
            each.code,
            f"{each.label.zh}：{period.zh}\n{each.label.en}: {period.en}",
            f"{cited.zh}，{sure.zh}\n{cited.en}, {sure.en}",
        )
    Console().print(table)


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.code,
        "group": rule.group,
        "label": as_json(rule.label),
        "start": as_json(rule.start),
        "versions": [_version_json(v) for v in rule.versions],
        **_version_json(rule.versions[-1]),
    }


def _version_json(version: RuleVersion) -> dict[str, Any]:
    return {
        "effective": version.effective.isoformat(),
        "published": version.published.isoformat(),
        "citation": as_json(version.basis.citation),
        "amount": version.amount,
        "unit": version.unit.value,
        "before": version.before,
        "counting": version.counting.value,
        "certainty": version.certainty.value,
        "extensions": [
            {"amount": a.amount, "unit": a.unit.value, "times": a.times, "by": as_json(a.by)}
            for a in version.extensions
        ],
        "not_counted": [{"code": g.code, "label": as_json(g.label)} for g in version.not_counted],
        "note": as_json(version.note) if version.note else None,
    }
