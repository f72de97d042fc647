"""Why a deadline falls where it falls: structured, JSON-ready, complete in both languages.

`explanation()` returns the facts by name (for programs) and the same as `lines` of term and text (for the
"why" panel of a matter), and `text`, one sentence for a message or a paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from bihuan.core.clock.calendar import ONE_DAY, CalendarVersion
from bihuan.core.clock.reckon import Given, Reckoned, first_hour
from bihuan.core.clock.rules import Certainty, counting_rule
from bihuan.core.clock.wording import as_json, clock_time, day_words, moment_words, range_words, short_day
from bihuan.core.spec.deadlines import Basis, Counting, Unit
from bihuan.core.spec.text import Text

_NOTHING: Final = Text("无", "nothing")
_NEARBY: Final = timedelta(days=4)


def explanation(given: Given, reckoned: Reckoned) -> dict[str, Any]:
    """Return the explanation of one reckoning."""
    version = given.version
    excluded = list(_excluded(given, reckoned))
    calendars = _calendars(given, reckoned)
    return {
        "rule": {
            "code": version.rule,
            "label": as_json(version.label),
            "edition": version.edition,
            "effective": version.effective.isoformat() if version.rule else None,
            "predates": version.predates,
        },
        "basis": {
            "law": as_json(Text(version.basis.law.zh, version.basis.law.en)),
            "article": version.basis.article,
            "citation": as_json(version.basis.citation),
            "document": version.basis.law.document,
        },
        "certainty": _certainty(given).value,
        "start": {"at": given.start.isoformat(), "event": as_json(version.start)},
        "origin": given.origin.isoformat(),
        "period": {
            "amount": version.amount,
            "unit": version.unit.value,
            "before": version.before,
            "text": as_json(version.period),
        },
        "extensions": [
            {"amount": e.amount, "unit": (e.unit or version.unit).value, "reason": as_json(e.reason)}
            for e in given.extensions
        ],
        "excluded": excluded,
        "last_day": reckoned.last.isoformat(),
        "roll": _roll(given, reckoned),
        "until": None if reckoned.stopped else clock_time(reckoned.due_at),
        "calendar": [
            {"year": c.year, "version": c.number, "label": as_json(c.label), "documents": list(c.documents)}
            for c in calendars
        ],
        "provisional": reckoned.provisional,
        "lines": [
            {"term": as_json(term), "text": as_json(text)}
            for term, text in _lines(given, reckoned, excluded, calendars)
        ],
        "text": as_json(_sentence(given, reckoned)),
    }


def _lines(
    given: Given, reckoned: Reckoned, excluded: list[dict[str, Any]], calendars: list[CalendarVersion]
) -> Iterator[tuple[Text, Text]]:
    version = given.version
    yield Text("法条", "Basis"), _both("：", ": ", version.basis.citation, version.period)
    yield (
        Text("截止事件", "Event to precede") if version.before else Text("起算事件", "Start"),
        _both("，", ", ", moment_words(given.start), version.start),
    )
    if given.restart:
        at = moment_words(given.origin)
        yield Text("重新起算", "Counted afresh"), _both("，", ", ", at, given.restart.reason)
    for extension in given.extensions:
        more = (extension.unit or version.unit).amount(extension.amount)
        yield Text("延长", "Extended"), _both("，", ", ", more, extension.reason)
    yield Text("不计入", "Not counted"), _joined(Text(**e["text"]) for e in excluded)
    if reckoned.stopped:
        yield Text("停止", "Stopped"), _stopped(reckoned)
    else:
        yield Text("末日", "Last day"), _last_day(given, reckoned)
        yield Text("到几时", "Until"), _until(given, reckoned)
    yield Text("工作日历", "Calendar"), _calendar_words(given, reckoned, calendars)
    yield Text("可靠程度", "Certainty"), _certainty_words(given)
    if given.counting.travel and version.amount:
        yield (
            Text("途中与交邮", "Travel and post"),
            Text(
                "不包括在途时间；期满前交邮的，不算过期",
                "travel is excluded; posted before expiry is in time",
            ),
        )
    if version.note:
        yield Text("说明", "Note"), version.note


def _excluded(given: Given, reckoned: Reckoned) -> Iterator[dict[str, Any]]:
    if given.version.unit is Unit.HOURS:
        if given.counting.next_hour and not given.version.before:
            begin = first_hour(given)
            text = Text(
                f"开始的时不计，自 {clock_time(begin)} 起算",
                f"the first hour; counted from {clock_time(begin)}",
            )
            yield _exclusion(given.origin.date(), given.origin.date(), _with_first(given, text))
    elif given.version.amount:
        text = _both("，", ", ", short_day(reckoned.first), Text("期间开始之日", "the day of the start"))
        yield _exclusion(reckoned.first, reckoned.first, _with_first(given, text))
    if given.travel_days:
        last = reckoned.first + timedelta(days=given.travel_days)
        words = Text(f"在途 {given.travel_days} 日", f"{given.travel_days} day(s) of travel")
        yield _exclusion(reckoned.first + ONE_DAY, last, words)
    yield from _excluded_pauses(given, reckoned)
    if Unit.WORKING_DAYS in (unit for _, unit in given.terms):
        yield from _excluded_rest(given, reckoned)


def _with_first(given: Given, text: Text) -> Text:
    first = given.counting.first
    return Text(f"{text.zh}（{first.citation.zh}）", f"{text.en} ({first.citation.en})") if first else text


def _excluded_pauses(given: Given, reckoned: Reckoned) -> Iterator[dict[str, Any]]:
    by = given.version.not_counted_by
    for pause in given.pauses:
        if pause.end is None or pause.start.date() > reckoned.end or pause.end <= given.origin:
            continue
        span = Text(
            f"{moment_words(pause.start).zh}至{moment_words(pause.end).zh}",
            f"{moment_words(pause.start).en} to {moment_words(pause.end).en}",
        )
        text = _both("，", ", ", span, pause.reason)
        if by:
            text = Text(f"{text.zh}（{by.citation.zh}）", f"{text.en} ({by.citation.en})")
        yield _exclusion(pause.start.date(), pause.end.date(), text)


def _excluded_rest(given: Given, reckoned: Reckoned) -> Iterator[dict[str, Any]]:
    """Yield the days of rest that a period in working days skips, joined where they touch."""
    low, high = sorted((reckoned.first, reckoned.end))
    run: list[date] = []
    days = (low + timedelta(days=n) for n in range(1, (high - low).days + 2))
    for day in days:
        resting = day <= high and not given.calendar.is_working(day)
        if resting:
            run.append(day)
        elif run:
            reasons = dict.fromkeys(given.calendar.day(d).reason for d in run)
            text = _both("，", ", ", range_words(run[0], run[-1]), _joined(reasons))
            yield _exclusion(run[0], run[-1], text)
            run = []


def _exclusion(first: date, last: date, text: Text) -> dict[str, Any]:
    return {"from": first.isoformat(), "to": last.isoformat(), "text": as_json(text)}


def _roll(given: Given, reckoned: Reckoned) -> dict[str, Any] | None:
    if reckoned.stopped or reckoned.end == reckoned.last:
        return None
    basis = given.counting.last
    return {
        "from": reckoned.last.isoformat(),
        "to": reckoned.end.isoformat(),
        "reason": as_json(given.calendar.day(reckoned.last).reason),
        "citation": as_json(basis.citation) if basis else None,
    }


def _last_day(given: Given, reckoned: Reckoned) -> Text:
    last, basis = day_words(reckoned.last), given.counting.last
    rest = given.calendar.day(reckoned.last)
    if rest.working or not given.may_roll:
        return last
    cited = Text(f"（{basis.citation.zh}）", f" ({basis.citation.en})") if basis else Text(" ", " ")
    if given.held:
        return Text(
            f"{last.zh} 是休息日（{rest.reason.zh}），在押期间不顺延{cited.zh}",
            f"{last.en} is a day of rest ({rest.reason.en}); in custody it does not roll{cited.en}",
        )
    end = day_words(reckoned.end)
    return Text(
        f"{last.zh} 是法定休假日（{rest.reason.zh}），顺延到 {end.zh}{cited.zh}",
        f"{last.en} is a day of rest ({rest.reason.en}); rolls to {end.en}{cited.en}",
    )


def _until(given: Given, reckoned: Reckoned) -> Text:
    at, cited = clock_time(reckoned.due_at), _end_of_day(given).citation
    if given.version.unit is Unit.HOURS:
        return moment_words(reckoned.due_at)
    if given.business_hours:
        return Text(f"{at} 停止业务活动（{cited.zh}）", f"{at}, close of business ({cited.en})")
    return Text(f"{at}（{cited.zh}）", f"{at} ({cited.en})")


def _end_of_day(given: Given) -> Basis:
    """Return the article on when the last day ends, of the civil law then in force."""
    civil = counting_rule(Counting.CIVIL_CODE, given.start.date(), given.calendar.known_on)
    assert civil.last is not None
    return civil.last


def _stopped(reckoned: Reckoned) -> Text:
    assert reckoned.stopped is not None
    since = moment_words(reckoned.stopped.start)
    reason = reckoned.stopped.reason
    return Text(f"自 {since.zh} 停止计算，{reason.zh}", f"stopped since {since.en}, {reason.en}")


def _calendars(given: Given, reckoned: Reckoned) -> list[CalendarVersion]:
    low = reckoned.first
    if Unit.WORKING_DAYS not in (unit for _, unit in given.terms):
        low = reckoned.last
    years = range(min(low, reckoned.end).year, max(low, reckoned.end).year + 1)
    return [given.calendar.version(year) for year in years]


def _calendar_words(given: Given, reckoned: Reckoned, calendars: list[CalendarVersion]) -> Text:
    if not given.may_roll and Unit.WORKING_DAYS not in (unit for _, unit in given.terms):
        return Text("不涉及", "not involved")
    words = [c.label for c in calendars]
    low, high = sorted((reckoned.last, reckoned.end))
    span = (low - _NEARBY + timedelta(days=n) for n in range((high - low + 2 * _NEARBY).days + 1))
    working = [d for d in span if d.weekday() >= 5 and given.calendar.is_working(d)]
    words += [Text(f"{day_words(d).zh}上班", f"{day_words(d).en} is worked") for d in working]
    if reckoned.provisional:
        words.append(
            Text(
                "日期暂定，通知公布后重新计算",
                "the date is provisional and is recomputed when the notice is out",
            )
        )
    return _joined(words)


def _certainty(given: Given) -> Certainty:
    return Certainty.UNVERIFIED if given.version.predates else given.version.certainty


def _certainty_words(given: Given) -> Text:
    label = _certainty(given).label
    if not given.version.predates:
        return label
    effective = given.version.effective
    return Text(
        f"起算日早于所载最早版本（{effective} 施行），按该版本计算，请人工核对",
        f"the start is before the oldest version on file (in force {effective}); please check by hand",
    )


def _sentence(given: Given, reckoned: Reckoned) -> Text:
    version, cited = given.version, given.version.basis.citation
    if reckoned.stopped:
        return _both("：", ": ", version.label, _stopped(reckoned))
    at = moment_words(reckoned.due_at)
    maybe = Text("（暂定）", " (provisional)") if reckoned.provisional else None
    return Text(
        f"{version.label.zh}：{at.zh}前{maybe.zh if maybe else ''}，依{cited.zh}，{version.period.zh}",
        f"{version.label.en}: by {at.en}{maybe.en if maybe else ''}, {cited.en}, {version.period.en}",
    )


def _both(zh: str, en: str, *texts: Text) -> Text:
    return Text(zh.join(t.zh for t in texts), en.join(t.en for t in texts))


def _joined(texts: Iterable[Text]) -> Text:
    found = list(texts)
    return _both("；", "; ", *found) if found else _NOTHING
