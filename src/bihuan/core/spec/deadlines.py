"""Deadlines as a procedure states them: how long, by which law, and what happens when it is missed.

Nothing here computes a date: `core/clock/due.py` does, from these declarations, the working calendar and
the law's own way of counting. The file imports no Django and is read by every `matter.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import Enum, IntEnum, StrEnum
from typing import Final

from bihuan.core.spec.text import Text


class Unit(StrEnum):
    """The unit in which a period is counted; working days follow the State Council's notice of the year."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"

    def amount(self, n: int) -> Text:
        """Return `n` of this unit in words: 7 日 / 7 days."""
        zh, one, many = _UNIT_WORDS[self]
        return Text(f"{n} {zh}", f"{n} {one if n == 1 else many}")


_UNIT_WORDS: Final = {
    Unit.HOURS: ("小时", "hour", "hours"),
    Unit.DAYS: ("日", "day", "days"),
    Unit.WORKING_DAYS: ("个工作日", "working day", "working days"),
    Unit.MONTHS: ("个月", "month", "months"),
    Unit.YEARS: ("年", "year", "years"),
}

HOURS: Final = Unit.HOURS
DAYS: Final = Unit.DAYS
WORKING_DAYS: Final = Unit.WORKING_DAYS
MONTHS: Final = Unit.MONTHS
YEARS: Final = Unit.YEARS


class Consequence(IntEnum):
    """What follows when the deadline is missed; the worklist sorts by it first (lowest number on top)."""

    LEGAL = 1
    RIGHTS = 2
    INTERNAL = 3

    @property
    def label(self) -> Text:
        """Return the name of the rank in both languages."""
        return _CONSEQUENCE_LABELS[self]


_CONSEQUENCE_LABELS: Final = {
    Consequence.LEGAL: Text("法律后果", "Legal effect"),
    Consequence.RIGHTS: Text("影响当事人权利", "Affects a person's rights"),
    Consequence.INTERNAL: Text("内部要求", "Internal target"),
}


class Roll(StrEnum):
    """What happens when the last day is a day of rest."""

    NEXT_WORKING_DAY = "next_working_day"
    NONE = "none"


class Counting(StrEnum):
    """Whose way of counting applies: which law excludes the first day, rolls the last, excepts custody."""

    CIVIL = "civil"
    CRIMINAL = "criminal"
    POLICE = "police"
    RECONSIDERATION = "reconsideration"
    CIVIL_CODE = "civil_code"
    CUSTODY_HOURS = "custody_hours"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Law:
    """A law, rule or protocol that can be cited by article: `CIVIL_PROCEDURE[126]`.

    `counting` is the way its periods are counted; `document` the number under which it was issued, if it is
    usually cited by it.
    """

    key: str
    zh: str
    en: str
    counting: Counting = Counting.CIVIL_CODE
    document: str = ""

    def __getitem__(self, article: int | str) -> Basis:
        """Return the basis for one article; an empty string cites the whole text."""
        return Basis(self, str(article))


@dataclass(frozen=True, slots=True)
class Basis:
    """The legal basis of a deadline, a refusal or a transition: the law, its article, what it says."""

    law: Law
    article: str
    zh: str = ""
    en: str = ""

    def says(self, zh: str, en: str) -> Basis:
        """Return the same article with what it says, in both languages."""
        return Basis(self.law, self.article, zh, en)

    @property
    def citation(self) -> Text:
        """Return the citation: 民事诉讼法 第126条 / Civil Procedure Law, art. 126."""
        if not self.article:
            return Text(self.law.zh, self.law.en)
        return Text(f"{self.law.zh} 第{self.article}条", f"{self.law.en}, art. {self.article}")

    def __str__(self) -> str:
        return self.citation.zh


class Clock(Enum):
    """What the clock does while a matter stands in a state."""

    RUNNING = "running"
    STOPPED = "stopped"


STOPPED: Final = Clock.STOPPED
LOCAL_RULE: Final = Law("local", "本级工作规则", "Local working rule", Counting.PLAIN)[""]


@dataclass(frozen=True, slots=True)
class Within:
    """A deadline: so much time, by this basis, counted from the moment the state is entered.

    Three forms: `Within(7, DAYS, basis=CIVIL_PROCEDURE[126])`; `Within.rule("civil.filing_decision")` for a
    rule kept as effective-dated data in `core/clock/law`; `Within.set_by("correct", "reply_by")` where a
    payload or the matter's details set it. `Within(0, DAYS)` means the same day ("at once").

    - `overdue`: code of the transition that becomes due when the time has passed; None if it only alarms.
    - `consequence`: rank on the worklist.
    - `of`: what the clock measures where a state has several ("fee").
    - `before`: counted backward; the start is the event that must be preceded (a hearing).
    - `cutoff`: time of day after which something handed in counts as the next working day's.
    - `since`: payload field that holds the start where it isn't the moment the state was entered.
    - `roll`, `counting`: only where they differ from what the law of the basis says.
    """

    amount: int = 0
    unit: Unit = Unit.DAYS
    basis: Basis | None = None
    overdue: str | None = None
    consequence: Consequence = Consequence.INTERNAL
    of: str = ""
    roll: Roll | None = None
    counting: Counting | None = None
    before: bool = False
    cutoff: time | None = None
    since: str = ""
    rule_name: str = ""
    source: str = ""
    field: str = ""

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a period cannot be negative; count backward with before=True")
        if not (self.basis or self.rule_name or self.field):
            raise ValueError("a deadline needs a basis: a law's article, a named rule, or LOCAL_RULE")

    @classmethod
    def rule(
        cls,
        name: str,
        *,
        overdue: str | None = None,
        consequence: Consequence = Consequence.LEGAL,
        of: str = "",
        cutoff: time | None = None,
        since: str = "",
    ) -> Within:
        """Return the deadline that a named rule of `core/clock/law` sets."""
        return cls(
            overdue=overdue, consequence=consequence, of=of, cutoff=cutoff, since=since, rule_name=name
        )

    @classmethod
    def set_by(
        cls,
        source: str,
        field: str,
        *,
        overdue: str | None = None,
        consequence: Consequence = Consequence.INTERNAL,
        basis: Basis | None = None,
        of: str = "",
    ) -> Within:
        """Return a deadline that the transition or details `source` set in their field `field`."""
        return cls(overdue=overdue, consequence=consequence, basis=basis, of=of, source=source, field=field)

    @property
    def is_set_by_field(self) -> bool:
        """Tell whether a payload or the details set the time, so that nothing is counted."""
        return bool(self.field)

    @property
    def label(self) -> Text:
        """Return the deadline in words: 7 日内 / within 7 days."""
        if self.field:
            return Text("由办理时填写的日期确定", "set when the step is taken")
        if self.rule_name:
            return Text(f"依规则 {self.rule_name}", f"by rule {self.rule_name}")
        if self.amount == 0:
            return Text("当日", "the same day")
        words = self.unit.amount(self.amount)
        if self.before:
            return Text(f"{words.zh}前", f"{words.en} before")
        return Text(f"{words.zh}内", f"within {words.en}")


@dataclass(frozen=True, slots=True)
class NoDeadline:
    """Why an open state has no deadline; a state without one must say so in both languages."""

    reason_zh: str
    reason_en: str

    def __post_init__(self) -> None:
        if not self.reason_zh.strip() or not self.reason_en.strip():
            raise ValueError("NoDeadline needs its reason in both languages")

    @property
    def reason(self) -> Text:
        """Return the reason in both languages."""
        return Text(self.reason_zh, self.reason_en)
