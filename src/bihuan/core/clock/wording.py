"""Dates, times and ranges in words, in both languages, as explanations use them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.clock.events import END_OF_DAY
from bihuan.core.spec.text import Text

_WEEKDAYS: Final = tuple("一二三四五六日")
# Not strftime: its names follow the process's locale.
_WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_json(text: Text) -> dict[str, str]:
    """Return a text as its two languages."""
    return {"zh": text.zh, "en": text.en}


def day_words(day: date) -> Text:
    """Return a date in words: 2026年10月8日（周四） / Thu 8 Oct 2026."""
    return Text(
        f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）",
        f"{_WEEKDAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
    )


def short_day(day: date) -> Text:
    """Return a date without its year: 10月8日 / 8 Oct."""
    return Text(f"{day.month}月{day.day}日", f"{day.day} {_MONTHS_EN[day.month - 1]}")


def clock_time(moment: datetime) -> str:
    """Return the time of day; the last instant of a day reads 24:00, as the law says it."""
    local = moment.astimezone(SHANGHAI)
    return "24:00" if local.time() == END_OF_DAY else f"{local:%H:%M}"


def moment_words(moment: datetime) -> Text:
    """Return a moment in words: 2026年10月8日（周四） 24:00 / Thu 8 Oct 2026, 24:00."""
    local = moment.astimezone(SHANGHAI)
    words, at = day_words(local.date()), clock_time(local)
    return Text(f"{words.zh} {at}", f"{words.en}, {at}")


def range_words(first: date, last: date) -> Text:
    """Return one date or a range: 10月1日至7日 is written with both months, to be read at a glance."""
    if first == last:
        return short_day(first)
    a, b = short_day(first), short_day(last)
    return Text(f"{a.zh}至{b.zh}", f"{a.en} to {b.en}")
