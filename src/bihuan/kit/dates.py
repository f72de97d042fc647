"""Days, moments and what is left of a deadline, in both languages, by the clock of the county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.clock.wording import clock_time, short_day
from bihuan.core.spec.text import Text

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as a chip: `status` is a word of the status vocabulary."""

    status: str
    text: Text


def day(value: date, today: date | None = None) -> Text:
    """Return 10月8日 / 8 Oct; with the year where it is not `today`'s."""
    words = short_day(value)
    if today is None or value.year == today.year:
        return words
    return Text(f"{value.year}年{words.zh}", f"{words.en} {value.year}")


def moment(value: datetime, today: date | None = None) -> Text:
    """Return 10月8日 17:30 / 8 Oct 17:30; the last instant of a day reads 24:00."""
    words, at = day(value.astimezone(SHANGHAI).date(), today), clock_time(value)
    return Text(f"{words.zh} {at}", f"{words.en} {at}")


def long_moment(value: datetime) -> Text:
    """Return 2026年10月8日 星期四 10:12 / Thursday 8 Oct 2026, 10:12."""
    local = value.astimezone(SHANGHAI)
    words, at = short_day(local.date()), clock_time(value)
    zh, en = _WEEKDAYS_ZH[local.weekday()], _WEEKDAYS_EN[local.weekday()]
    return Text(f"{local.year}年{words.zh} 星期{zh} {at}", f"{en} {words.en} {local.year}, {at}")


def relative(value: datetime, now: datetime) -> Text:
    """Return 今天 17:30, 明天 17:30, 昨天 09:10, or the day and the time."""
    apart = (value.astimezone(SHANGHAI).date() - now.astimezone(SHANGHAI).date()).days
    at = clock_time(value)
    named = {0: Text("今天", "today"), 1: Text("明天", "tomorrow"), -1: Text("昨天", "yesterday")}
    if apart in named:
        return Text(f"{named[apart].zh} {at}", f"{named[apart].en} {at}")
    return moment(value, now.astimezone(SHANGHAI).date())


def due(value: datetime, now: datetime) -> Due:
    """Say how a deadline stands: missed, today, within three days, or later."""
    if value < now:
        return Due("overdue", _over(now - value))
    today, last = now.astimezone(SHANGHAI).date(), value.astimezone(SHANGHAI).date()
    if last == today:
        return Due("due", Text(f"今天 {clock_time(value)}", f"today {clock_time(value)}"))
    if last == today + timedelta(days=1):
        return Due("soon", Text("明天", "tomorrow"))
    return Due("soon" if last <= today + SOON else "later", day(last, today))


def left(value: datetime, now: datetime) -> Due:
    """Say how much time is left of a deadline, or by how much it was missed."""
    if value < now:
        return Due("overdue", _over(now - value))
    amount = amount_of(value - now)
    status = due(value, now).status
    return Due(status, Text(f"还剩 {amount.zh}", f"{amount.en} left"))


def amount_of(span: timedelta) -> Text:
    """Return a length of time in its two largest units: 7 小时 18 分 / 7 h 18 min."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        tail = Text(f" {hours} 小时", f" {hours} h") if hours else None
        head = Text(f"{days} 天", f"{days} day{'s' if days > 1 else ''}")
    elif hours:
        tail = Text(f" {rest} 分", f" {rest} min") if rest else None
        head = Text(f"{hours} 小时", f"{hours} h")
    else:
        return Text(f"{rest} 分", f"{rest} min")
    return Text(head.zh + tail.zh, head.en + tail.en) if tail else head


def _over(span: timedelta) -> Text:
    minutes = int(span.total_seconds() // 60)
    if minutes >= 1440:
        days = minutes // 1440
        return Text(f"超期 {days} 天", f"{days} day{'s' if days > 1 else ''} over")
    if minutes >= 60:
        return Text(f"超 {minutes // 60} 小时", f"{minutes // 60} h over")
    return Text(f"超 {max(minutes, 1)} 分", f"{max(minutes, 1)} min over")
