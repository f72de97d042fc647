"""A stay as the person concerned reads it: why, until when, what happens each day, what came of what was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bihuan.core.ledger.queries import Line, timeline
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_type
from bihuan.core.people.sealing import open_many
from bihuan.core.spec import Text
from bihuan.modules.quarantine.matter import OBJECTION, REQUEST, STAY
from bihuan.modules.quarantine.models import Stay, Task
from bihuan.modules.quarantine.payloads import Category, Need, Result
from bihuan.modules.quarantine.protocol import KIND_LABELS, LOCAL, SLOT_LABELS, DueItem, Rules, schedule
from bihuan.modules.quarantine.protocols import binding

PURPOSE = "quarantine"
RECORDS = ("observe", "record_test", "waive")
NEEDS = {str(one): one.text for one in Need}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of one day: what, and how it stands (`done`, `waived`, `missed`, `due`, `planned`), with its result."""

    what: Text
    state: str
    result: Text | str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the stay."""

    number: int
    date: date
    items: list[Item]
    today: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Something the person asked for or contested: what, where it stands, until when it is answered."""

    id: UUID
    number: str
    kind: str
    what: Text
    state: Text
    closed: bool
    at: datetime
    due_at: datetime | None


@dataclass(slots=True)
class Mine:
    """Everything the person's page shows."""

    stay: Stay
    matter: Matter
    rules: Rules | None
    category: Text
    reason: str
    day: int | None
    days: list[Day] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    now: Text = field(default_factory=lambda: Text("—", "—"))
    then: Text = field(default_factory=lambda: Text("—", "—"))

    @property
    def ended(self) -> bool:
        """Tell whether the stay is over."""
        return self.matter.closed_at is not None

    @property
    def still(self) -> list[Item]:
        """Return what is still to be done today."""
        return [
            item for day in self.days if day.today for item in day.items if item.state in {"due", "missed"}
        ]


def read(stay_id: UUID, now: datetime) -> Mine | None:
    """Return the page's content, or None where there is no such stay. Five queries."""
    stay = Stay.objects.select_related("matter__organ", "site__place", "room").filter(pk=stay_id).first()
    if stay is None:
        return None
    lines = timeline(stay_id)
    sealed = _opened(lines, stay.matter.person_id)
    rules = binding(stay.protocol_id).rules if stay.protocol_id is not None else None
    today = now.astimezone(LOCAL).date()
    mine = Mine(
        stay=stay,
        matter=stay.matter,
        rules=rules,
        category=Category(stay.category).text,
        reason=str(sealed.get(lines[0].id, {}).get("reason", "")) if lines else "",
        day=rules.day_of(stay.day_one, today) if rules and stay.day_one else None,
    )
    if rules and stay.day_one and stay.admitted_at:
        due = schedule(rules, stay.day_one, stay.admitted_at, stay.ended_at)
        mine.days = _days(stay, due, _records(lines, sealed), now)
    mine.asked = asked(stay_id)
    mine.now, mine.then = _stands(mine)
    return mine


def _opened(lines: list[Line], person: UUID | None) -> dict[int, dict[str, Any]]:
    """Open what is sealed of one's own records; what was erased reads as nothing."""
    if person is None:
        return {}
    boxes = [(line.id, line.sealed) for line in lines if line.sealed is not None]
    opened = open_many([(person, PURPOSE, box) for _, box in boxes])
    return {number: values for (number, _), values in zip(boxes, opened, strict=True) if values is not None}


Record = tuple[Line, dict[str, Any]]


def _records(lines: list[Line], sealed: dict[int, dict[str, Any]]) -> dict[str, Record]:
    """Return item → the record that stands for it: the latest that nothing corrects."""
    found: dict[str, Record] = {}
    for line in lines:
        item = line.payload.get("item")
        if item and line.kind.rpartition(".")[2] in RECORDS and line.corrected_by is None:
            found[str(item)] = (line, sealed.get(line.id, {}))
    return found


def _days(stay: Stay, due: list[DueItem], records: dict[str, Record], now: datetime) -> list[Day]:
    by_day: dict[int, list[DueItem]] = {}
    for one in due:
        by_day.setdefault(one.item.day, []).append(one)
    today = now.astimezone(LOCAL).date()
    return [
        Day(
            number,
            items[0].due_at.date(),
            [_item(stay, one, records, now) for one in items],
            items[0].due_at.date() == today,
        )
        for number, items in sorted(by_day.items())
    ]


def _item(stay: Stay, due: DueItem, records: dict[str, Record], now: datetime) -> Item:
    code, at = due.item.code, f"{due.due_at:%H:%M}"
    what = _name(due)
    if code in stay.done:
        line, sealed = records.get(code, (None, {}))
        if line is not None and line.kind.endswith(".waive"):
            reason = str(line.payload.get("reason", ""))
            return Item(what, "waived", Text(f"免做：{reason}", f"left out: {reason}"))
        return Item(what, "done", _result(line, sealed))
    if due.due_at < now:
        return Item(
            what, "missed", Text("还没有记录，请提醒工作人员", "no record yet; please remind the staff")
        )
    state = "due" if due.due_at.date() == now.astimezone(LOCAL).date() else "planned"
    return Item(what, state, Text(f"{at} 前", f"by {at}"))


def _name(due: DueItem) -> Text:
    zh, en = KIND_LABELS[due.item.kind]
    part = SLOT_LABELS.get(due.item.code.rpartition(":")[2])
    return Text(f"{part[0]}{zh}", f"{part[1]} {en}") if part else Text(zh, en)


def _result(line: Line | None, sealed: dict[str, Any]) -> Text | str:
    if line is None:
        return ""
    if "result" in line.payload:
        return Result(line.payload["result"]).text
    said = f"{sealed['temperature']} ℃" if "temperature" in sealed else ""
    if sealed.get("symptoms"):
        return Text(f"{said} 有症状".strip(), f"{said} symptoms".strip())
    if said:
        return said
    return Text("无症状", "no symptoms") if ":symptoms" in str(line.payload.get("item")) else ""


def asked(stay_id: UUID) -> list[Asked]:
    """Return what the person asked for and contested, newest first. One query."""
    found = (
        Task.objects.filter(stay_id=stay_id, matter__type__in=(REQUEST.code, OBJECTION.code))
        .select_related("matter")
        .order_by("-matter__opened_at")
    )
    return [_asked(task.matter) for task in found]


def _asked(matter: Matter) -> Asked:
    kind = matter_type(matter.type)
    what = Text(matter.title_zh or kind.zh, matter.title_en or kind.en)
    state = kind.state(matter.state)
    return Asked(
        matter.id,
        matter.number,
        matter.type,
        what,
        state.label,
        state.closed,
        matter.opened_at,
        matter.due_at,
    )


def _stands(mine: Mine) -> tuple[Text, Text]:
    """Return where it stands now and what the person is to do, in plain words."""
    state, release = mine.matter.state, mine.stay.release_due
    if state == "ordered":
        return (
            Text("请到隔离点办理入住", "Please check in at the site"),
            Text(f"地点：{mine.stay.site.place.name}。", f"Where: {mine.stay.site.place.name}."),
        )
    if state in {"admitted", "observed"}:
        if mine.stay.positive_at is not None:
            return (
                Text(
                    "检测结果为阳性，正在安排转往医院",
                    "A test was positive; your transfer to hospital is being arranged",
                ),
                Text(
                    "请留在房间，准备好随身物品和常用药。",
                    "Stay in the room; have your things and medicines ready.",
                ),
            )
        return Text("您正在接受隔离医学观察", "You are under medical observation"), _today(mine)
    if state == "release_due":
        return Text("今天是解除日", "This is the day of your release"), _release(mine)
    if state == "released":
        return Text("您已解除隔离", "You have been released"), Text(
            "不需要再做什么。", "There is nothing left to do."
        )
    label = STAY.state(state).label
    day = f"{release:%m-%d}" if release else ""
    return label, Text(
        f"有疑问请联系隔离点。{day and '原定解除日 ' + day}", "Ask the site if anything is unclear."
    )


def _today(mine: Mine) -> Text:
    still = mine.still
    if not still:
        return Text(
            "今天的项目都做完了，请在房间休息。", "Everything of today is done; please rest in your room."
        )
    zh = "、".join(item.what.zh for item in still)
    en = ", ".join(item.what.en for item in still)
    return Text(f"今天还有：{zh}。工作人员会到房间来。", f"Still today: {en}. The staff come to your room.")


def _release(mine: Mine) -> Text:
    missing = [item for day in mine.days for item in day.items if item.state == "missed"]
    if not missing:
        return Text(
            "所有项目都已完成，负责人办理后您就可以离开。",
            "Everything is done; you may leave once the manager has signed.",
        )
    return Text(
        f"还有 {len(missing)} 项没有记录，补做或说明后办理解除。",
        f"{len(missing)} items have no record; they are made up for or explained, then you are released.",
    )
