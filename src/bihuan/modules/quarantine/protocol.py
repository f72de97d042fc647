"""A protocol: what happens on which day of a stay, in which version, counted from a stated day.

Pure: no Django. The default is the 2021 practice (14 days, day 1 = day of check-in, tests on days 1, 2, 4, 7, 10
and 14, temperature twice daily); a county changes it by adding a version that applies from a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bihuan.core.spec import Text

LOCAL = ZoneInfo("Asia/Shanghai")
LONGEST = 60  # days: no version of a protocol observes anybody longer


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a protocol: `code` (`3:temperature:am`), its day, and the time of day by which it is due."""

    code: str
    kind: str
    day: int
    due: time

    @property
    def label(self) -> Text:
        """Return the item in words: 第 3 天 上午体温 / day 3, temperature (morning)."""
        zh, en = KIND_LABELS[self.kind]
        slot = self.code.rpartition(":")[2]
        part = SLOT_LABELS.get(slot)
        if part is None:
            return Text(f"第 {self.day} 天 {zh}", f"day {self.day}, {en}")
        return Text(f"第 {self.day} 天 {part[0]}{zh}", f"day {self.day}, {en} ({part[1]})")


KIND_LABELS = {
    "temperature": ("体温", "temperature"),
    "symptoms": ("症状询问", "symptom check"),
    "test": ("核酸采样", "test"),
}
SLOT_LABELS = {"am": ("上午", "morning"), "pm": ("下午", "afternoon")}


def item_label(code: str) -> Text | None:
    """Return an item's code in words, whatever the protocol: `3:test` → 第 3 天 核酸采样; None for another text."""
    day, _, rest = code.partition(":")
    kind = rest.partition(":")[0]
    if not day.isdecimal() or kind not in KIND_LABELS:
        return None
    return Item(code, kind, int(day), time(0)).label


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of item on given days: `times` maps the slot (`am`, `pm`, empty) to the time it is due by."""

    kind: str
    days: tuple[int, ...]
    times: tuple[tuple[str, time], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a protocol. `first_day` is the number of the check-in day (0 or 1)."""

    code: str
    version: int
    label: Text
    first_day: int
    length: int
    series: tuple[Series, ...]
    source: Text

    def __hash__(self) -> int:
        """A version never changes, so its name stands for it: caches ask a hundred thousand times."""
        return hash((self.code, self.version))

    def items(self) -> Iterator[Item]:
        """Yield all items in the order in which they are due."""
        found = [
            Item(f"{day}:{series.kind}" + (f":{slot}" if slot else ""), series.kind, day, due)
            for series in self.series
            for day in series.days
            for slot, due in series.times
        ]
        yield from sorted(found, key=lambda item: (item.day, item.due, item.code))

    def on(self, day_one: date, day: int) -> date:
        """Return the date of a protocol day; `day_one` is the date of check-in, whatever its number."""
        return day_one + timedelta(days=day - self.first_day)

    def day_of(self, day_one: date, when: date) -> int:
        """Return the protocol day that a date is."""
        return (when - day_one).days + self.first_day

    def release_due(self, day_one: date) -> date:
        """Return the date on which release is due: `length` days after check-in."""
        return day_one + timedelta(days=self.length)


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item of one stay and the moment by which it is due."""

    item: Item
    due_at: datetime


def moment_of(rules: Rules, day_one: date, item: Item) -> datetime:
    """Return the moment by which an item is due for a stay that began on `day_one`."""
    return datetime.combine(rules.on(day_one, item.day), item.due, LOCAL)


@lru_cache(maxsize=64)
def ordered_items(rules: Rules) -> tuple[Item, ...]:
    """Return a version's items in the order in which they are due (kept, because a version never changes)."""
    return tuple(rules.items())


@lru_cache(maxsize=1024)
def dues(rules: Rules, day_one: date) -> tuple[DueItem, ...]:
    """Return when each item is due, in order of time: the same for all who were admitted on that day."""
    return tuple(DueItem(item, moment_of(rules, day_one, item)) for item in ordered_items(rules))


def schedule(
    rules: Rules, day_one: date, admitted_at: datetime, until: datetime | None = None
) -> list[DueItem]:
    """Return the items that bind a stay, in order of time.

    Slots that were over when the person was admitted do not bind; nor do those after the stay ended or, while
    it runs, after the day on which release is due (observation goes on until the person leaves).
    """
    begin = admitted_at.astimezone(LOCAL)  # moments of one zone are compared at once, others by their offsets
    end = datetime.combine(rules.release_due(day_one), time(23, 59), LOCAL)
    if until is not None:
        end = until.astimezone(LOCAL)
    return [due for due in dues(rules, day_one) if begin < due.due_at <= end]


def open_items(items: Iterable[DueItem], done: frozenset[str]) -> list[DueItem]:
    """Return the items that are neither done nor waived."""
    return [due for due in items if due.item.code not in done]


def _days(last: int) -> tuple[int, ...]:
    return tuple(range(1, last + 1))


CENTRALISED_14 = Rules(
    code="centralised-14",
    version=1,
    label=Text("集中隔离 14 天方案", "Centralised quarantine, 14 days"),
    first_day=1,
    length=14,
    series=(
        Series("temperature", _days(14), (("am", time(10, 0)), ("pm", time(17, 0)))),
        Series("symptoms", _days(14), (("", time(17, 0)),)),
        Series("test", (1, 2, 4, 7, 10, 14), (("", time(20, 0)),)),
    ),
    source=Text("2021 年集中隔离医学观察通行做法", "Practice of centralised medical observation in 2021"),
)
AS_REGISTERED = Rules(
    code="as-registered",
    version=1,
    label=Text("台账补录(只核验采样日)", "As registered (sampling days only)"),
    first_day=1,
    length=14,
    series=(Series("test", (1, 2, 4, 7, 10, 14), (("", time(20, 0)),)),),
    source=Text(
        "历史台账只载明采样结果,不虚构未登记的体温和症状记录",
        "Registers keep test results only; temperatures nobody wrote down are not invented",
    ),
)
CENTRALISED_7 = Rules(
    code="centralised-7",
    version=1,
    label=Text("集中隔离 7 天方案", "Centralised quarantine, 7 days"),
    first_day=0,
    length=7,
    series=(
        Series("temperature", _days(7), (("am", time(10, 0)), ("pm", time(17, 0)))),
        Series("symptoms", _days(7), (("", time(17, 0)),)),
        Series("test", (1, 2, 3, 5, 7), (("", time(20, 0)),)),
    ),
    source=Text("新型冠状病毒肺炎防控方案(第九版)", "COVID-19 prevention and control protocol, 9th edition"),
)
SHIPPED = (CENTRALISED_14, AS_REGISTERED, CENTRALISED_7)
