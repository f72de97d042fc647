"""When something is due, and why: one function over a rule, a start, a calendar and what happened meanwhile.

`due_at` is the last instant at which acting is still in time, so a matter is overdue when `now > due_at`. The
end of a day, which the law calls 24:00 (Civil Code, art. 203), is therefore 23:59:59.999999 of that very day:
one unambiguous ISO time whose date is the day of expiry. Texts print it as 24:00. To recompute after a rule
or a calendar changed, call again with the other calendar; nothing is stored here, the caller keeps the old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from bihuan.core.clock import explain, strip
from bihuan.core.clock.calendar import WorkingCalendar
from bihuan.core.clock.events import BusinessHours, Extension, Pause, Restart, in_order, moment
from bihuan.core.clock.reckon import Given, Reckoned, reckon
from bihuan.core.clock.rules import Rule, RuleVersion, UnknownRuleError, counting_rule, rule
from bihuan.core.spec.deadlines import Within

__all__ = [
    "BusinessHours",
    "Due",
    "Extension",
    "Pause",
    "Restart",
    "UnknownRuleError",
    "due",
    "permitted_extensions",
    "resolve",
]


@dataclass(frozen=True)
class Due:
    """The answer: what was given, what was reckoned, and both in words."""

    given: Given
    reckoned: Reckoned

    @property
    def rule(self) -> str:
        """Return the rule's code; empty for a period stated in a declaration."""
        return self.given.version.rule

    @property
    def version(self) -> RuleVersion:
        """Return the version of the rule that was applied."""
        return self.given.version

    @property
    def due_at(self) -> datetime | None:
        """Return the last instant in time (Asia/Shanghai); None while the clock stands still."""
        return None if self.reckoned.stopped else self.reckoned.due_at

    @property
    def due_date(self) -> date | None:
        """Return the day of expiry; None while the clock stands still."""
        return None if self.reckoned.stopped else self.reckoned.end

    @property
    def provisional(self) -> bool:
        """Tell whether a holiday notice that isn't out yet may still move the date."""
        return self.reckoned.provisional

    @cached_property
    def explanation(self) -> dict[str, Any]:
        """Return why, as JSON-ready data in both languages (see `explain.py`)."""
        return explain.explanation(self.given, self.reckoned)

    @cached_property
    def days(self) -> list[dict[str, Any]]:
        """Return the strip of days for the screen: each date with its mark, number and label."""
        return strip.strip(self.given, self.reckoned)

    def as_json(self) -> dict[str, Any]:
        """Return everything a caller stores or prints."""
        return {
            "rule": self.rule,
            "start": self.given.start.isoformat(),
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "due_date": self.due_date.isoformat() if self.due_date else None,
            "provisional": self.provisional,
            "stopped": self.reckoned.stopped is not None,
            "explanation": self.explanation,
            "days": self.days,
        }


def due(
    rule_or_within: str | Rule | Within,
    start: datetime | date,
    *,
    calendar: WorkingCalendar | None = None,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
    restarts: Iterable[Restart] = (),
    custody: bool = False,
    business_hours: BusinessHours | None = None,
    travel_days: int = 0,
    cutoff: time | None = None,
    law_at: date | None = None,
    rulebook: Mapping[str, Rule] | None = None,
) -> Due:
    """Return when the period ends and why.

    - `start`: the event that starts the clock (for periods counted backward: the event to come before); a
      date or a naive time is Shanghai time.
    - `calendar`: as known now unless given; the rule's version is taken as known on the same day.
    - `custody`: a person is held; criminal and police periods then do not roll.
    - `travel_days`: days on the road, excluded by the procedural laws.
    - `cutoff`: what comes in later in the day counts as the next working day's.
    - `law_at`: date whose law applies, if not that of the start.
    - `rulebook`: the rules by code, where a county has adapted some (`rules.adapted`).

    UnknownRuleError for a rule that isn't on file or wasn't known; ValueError for impossible arguments.
    """
    calendar = calendar or WorkingCalendar.as_known_at()
    begin = moment(start)
    law_at = law_at or begin.date()
    version = resolve(rule_or_within, law_at, calendar, rulebook)
    restart = max((r for r in restarts if moment(r.at) >= begin), key=lambda r: moment(r.at), default=None)
    origin = moment(restart.at) if restart else begin
    given = Given(
        version=version,
        counting=counting_rule(version.counting, law_at, calendar.known_on),
        calendar=calendar,
        start=begin,
        origin=origin,
        pauses=in_order(pauses),
        extensions=tuple(e for e in extensions if e.granted_at is None or moment(e.granted_at) >= origin),
        restart=restart,
        custody=custody,
        business_hours=business_hours,
        travel_days=travel_days,
        cutoff=cutoff or (isinstance(rule_or_within, Within) and rule_or_within.cutoff) or version.cutoff,
    )
    return Due(given, reckon(given))


def resolve(
    rule_or_within: str | Rule | Within,
    law_at: date,
    calendar: WorkingCalendar,
    rulebook: Mapping[str, Rule] | None = None,
) -> RuleVersion:
    """Return the version of the rule that applies, or the period that a declaration states."""
    if isinstance(rule_or_within, Within):
        if not rule_or_within.rule_name:
            return RuleVersion.declared(rule_or_within)
        rule_or_within = rule_or_within.rule_name
    named = rule(rule_or_within, rulebook) if isinstance(rule_or_within, str) else rule_or_within
    return named.version(law_at, calendar.known_on)


def permitted_extensions(version: RuleVersion, times: int) -> list[Extension]:
    """Return the extension the law permits, granted `times` times; ValueError beyond what it permits."""
    every = [
        Extension(a.amount, a.unit, a.by) for a in version.extensions if a.amount for _ in range(a.times)
    ]
    if times > len(every):
        raise ValueError(
            f"规则 {version.rule} 最多延长 {len(every)} 次 / "
            f"rule {version.rule} permits {len(every)} extension(s)"
        )
    return every[:times]
