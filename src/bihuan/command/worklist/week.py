"""The coming seven days as columns, and what the working calendar says about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.command.worklist.counts import LATE, Tally
from bihuan.core.clock.calendar import SHANGHAI, WorkingCalendar
from bihuan.core.clock.wording import short_day
from bihuan.core.spec.text import Text

_ZH = "一二三四五六日"
_EN = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def columns(counted: Tally, now: datetime) -> list[tuple[Text, int, bool]]:
    """Return (weekday, how many fall due, is it today) for today and the six days after."""
    today = now.astimezone(SHANGHAI).date()
    made = []
    for ahead in range(7):
        weekday = (today + timedelta(days=ahead)).weekday()
        name = Text("今", "now") if ahead == 0 else Text(_ZH[weekday], _EN[weekday])
        made.append((name, counted.days[ahead] + (counted.days[LATE] if ahead == 0 else 0), ahead == 0))
    return made


def remarks(now: datetime) -> list[Text]:
    """Return the days of the coming week on which the calendar differs from an ordinary week."""
    today, calendar = now.astimezone(SHANGHAI).date(), WorkingCalendar.as_known_at(now)
    found = []
    for ahead in range(7):
        day = today + timedelta(days=ahead)
        working, words = calendar.is_working(day), short_day(day)
        if working and day.weekday() >= 5:
            found.append(
                Text(
                    f"{words.zh}（{_ZH[day.weekday()]}）调休上班，计入工作日",
                    f"{words.en} is a working weekend",
                )
            )
        if not working and day.weekday() < 5:
            why = calendar.day(day).reason
            found.append(
                Text(
                    f"{words.zh}（{_ZH[day.weekday()]}）{why.zh}，不计工作日",
                    f"{words.en} is no working day: {why.en}",
                )
            )
    return found
