"""The strip of days a screen draws under a deadline: one cell a date, long stretches folded into a gap."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from bihuan.core.clock.calendar import ONE_DAY
from bihuan.core.clock.reckon import Given, Reckoned
from bihuan.core.clock.wording import as_json
from bihuan.core.spec.deadlines import Unit
from bihuan.core.spec.text import Text

LONGEST: Final = 31
_HEAD: Final = 6
_TAIL: Final = 12
_MARKS: Final = {
    "start": Text("起始", "start"),
    "event": Text("事件", "event"),
    "paused": Text("停", "paused"),
    "rest": Text("休", "rest"),
    "travel": Text("途", "travel"),
    "rolled": Text("假", "holiday"),
    "due": Text("到期", "due"),
}


def strip(given: Given, reckoned: Reckoned) -> list[dict[str, Any]]:
    """Return the cells: {date, mark, n, label, gap}.

    Marks: start (not counted), event (what a period counted backward precedes), counted (`n` is its number),
    paused, travel, rest (skipped among working days), rolled (between the last day and the day of expiry),
    due. `gap` is the number of dates folded into a cell that has no date. Periods in hours, and clocks that
    stand still, have no strip.
    """
    if given.version.unit is Unit.HOURS or reckoned.stopped:
        return []
    if given.version.before:
        return _folded(_backward(given, reckoned))
    return _folded(_forward(given, reckoned))


def _cell(day: date, mark: str, n: int | None = None) -> dict[str, Any]:
    label = _MARKS.get(mark) or Text(str(n), str(n))
    return {"date": day.isoformat(), "mark": mark, "n": n, "label": as_json(label), "gap": 0}


def _forward(given: Given, reckoned: Reckoned) -> list[dict[str, Any]]:
    if reckoned.first == reckoned.end:
        return [_cell(reckoned.first, "due")]
    only_working = _only_working_days(given)
    cells, n, day = [_cell(reckoned.first, "start")], 0, reckoned.first + ONE_DAY
    travel_until = reckoned.first + timedelta(days=given.travel_days)
    while day <= reckoned.end:
        mark = "counted"
        if day in reckoned.paused:
            mark = "paused"
        elif day <= travel_until:
            mark = "travel"
        elif day > reckoned.last:
            mark = "rolled"
        elif only_working and not given.calendar.is_working(day):
            mark = "rest"
        n += mark == "counted"
        number = n if mark == "counted" else None
        cells.append(_cell(day, "due" if day == reckoned.end else mark, number))
        day += ONE_DAY
    return cells


def _backward(given: Given, reckoned: Reckoned) -> list[dict[str, Any]]:
    cells, n, day = [_cell(reckoned.first, "event")], 0, reckoned.first - ONE_DAY
    only_working = _only_working_days(given)
    while day >= reckoned.end:
        counted = not only_working or given.calendar.is_working(day)
        n += counted
        mark = "due" if day == reckoned.end else "counted" if counted else "rest"
        cells.append(_cell(day, mark, n if counted else None))
        day -= ONE_DAY
    return cells[::-1]


def _only_working_days(given: Given) -> bool:
    return all(unit is Unit.WORKING_DAYS for _, unit in given.terms)


def _folded(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(cells) <= LONGEST:
        return cells
    gap = len(cells) - _HEAD - _TAIL
    label = as_json(Text(f"…{gap} 日…", f"…{gap} days…"))
    fold = {"date": None, "mark": "gap", "n": None, "label": label, "gap": gap}
    return [*cells[:_HEAD], fold, *cells[-_TAIL:]]
