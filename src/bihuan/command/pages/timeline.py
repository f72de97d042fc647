"""A matter's history from the ledger, in words: who did what when, corrected entries struck and linked."""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol, get_args, get_type_hints
from uuid import UUID

from bihuan.core.access.models import Officer
from bihuan.core.ledger import queries as read
from bihuan.core.matters.details import OPENED
from bihuan.core.matters.registry import declared, details, matter_types, posts
from bihuan.core.messages.addresses import IN_APP, LABELS
from bihuan.core.people.identity import FIELD_LABELS
from bihuan.core.people.reveal import KIND as REVEALED
from bihuan.core.people.reveal import PURPOSES
from bihuan.core.spec.matters import MatterType, Transition
from bihuan.core.spec.payload import Choice
from bihuan.core.spec.text import Text
from bihuan.kit.dates import day, moment

_DAY = re.compile(r"\d{4}-\d\d-\d\d(T.+)?$")
_OTHER_YEAR = date.min  # so that the year is always written
SHOWN = 30
MOST = 400

OTHER_KINDS = {
    "clock.recounted": Text(
        "时限按新的规则或日历重新计算", "deadline counted again by new rules or calendar"
    ),
    "people.revealed": Text("查看了个人信息", "looked at personal data"),
    "people.merged": Text("两条人员记录合并为一人", "two records were merged into one person"),
    "people.unmerged": Text("撤销人员合并", "a merge was undone"),
    "people.kept_apart": Text("确认不是同一人", "two records were kept apart"),
    "people.kept_apart_undone": Text("撤销不是同一人的认定", "keeping two records apart was undone"),
    "people.erased": Text("个人信息依期删除", "personal data erased when their time was over"),
    "people.identity_corrected": Text("更正身份信息", "identity corrected"),
    "people.hold_placed": Text("暂停删除", "erasure put on hold"),
    "people.hold_lifted": Text("恢复删除", "hold on erasure lifted"),
    "papers.received": Text("收到材料", "a paper was received"),
    "papers.issued": Text("出具文书", "a paper was issued"),
    "papers.opened": Text("打开文书", "a paper was opened"),
    "papers.withdrawn": Text("撤下误传的材料", "a paper handed in by mistake was withdrawn"),
    "messages.sent": Text("告知已发出", "those concerned were told"),
    "messages.delivered": Text("告知已送达", "a message arrived"),
    "messages.failed": Text("告知未送达", "a message did not arrive"),
    "messages.uncertain": Text("告知结果不明", "nobody knows whether a message arrived"),
    "messages.sent_again": Text("告知重新发送", "a message was sent again"),
    "worklist.exported": Text("导出待办清单", "the worklist was exported"),
    "ledger.proof_taken": Text("下载封存证明", "a proof was taken"),
    "intake.file_taken": Text("登记表导入", "a register was taken in"),
    "intake.handed_in": Text("台账上传", "registers were handed in"),
    "intake.batch_applied": Text("台账批次收录完成", "a batch of registers was taken in"),
    "intake.withdrawn": Text("台账批次撤回", "a batch of registers was withdrawn"),
    "intake.paused": Text("台账批次暂停", "a batch of registers was paused"),
    "intake.continued": Text("台账批次继续", "a batch of registers went on"),
    "intake.heading_confirmed": Text("确认表头含义", "a heading was confirmed"),
    "intake.marked_given_out": Text("下载标注后的工作簿", "marked workbooks were given out"),
    "drill.begun": Text("演练县载入", "the drill county was loaded"),
    "access.appointed": Text("任职", "appointed"),
    "access.appointment_ended": Text("任职结束", "an appointment ended"),
    "access.officer_created": Text("建立账号", "an account was made"),
    "access.officer_deactivated": Text("停用账号", "an account was closed"),
    "access.password_changed": Text("更改密码", "a password was changed"),
    "access.organ_created": Text("登记机关", "an organ was set up"),
    "access.organ_renamed": Text("机关更名", "an organ was renamed"),
    "access.locked_out": Text("登录暂时锁定", "sign-in locked for a while"),
}


@cache
def other_kinds() -> dict[str, Text]:
    """Return the words for entries that are no step; a module adds its own in `ENTRIES` of its `doors.py`."""
    found = dict(OTHER_KINDS)
    for module in declared("doors"):
        found.update(getattr(module, "ENTRIES", {}))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the history. `corrected_by`: the entry that replaced it; `corrects`: the one it replaces."""

    number: int
    at: datetime
    recorded_at: datetime
    text: Text
    who: Text
    note: Text | None
    sealed: bool
    corrects: int | None = None
    corrected_by: int | None = None
    correctable: str = ""

    @property
    def late(self) -> bool:
        """Tell whether it was written down much later than it happened."""
        return (self.recorded_at - self.at).total_seconds() > 3600


class Said(Protocol):
    """What is read of an entry to put it into words; a ledger `Entry` and a timeline's line are two."""

    @property
    def kind(self) -> str:
        """Return what happened, as the ledger names it."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return the part in clear."""


@dataclass(frozen=True, slots=True)
class History:
    """A matter's history: its lines, newest first, whether there are more, the states it entered with when."""

    lines: list[Line]
    more: bool
    visited: list[tuple[str, datetime]]


def history(
    matter_id: UUID, kind: MatterType[Any], post: str, *, everything: bool = False, content: bool = True
) -> History:
    """Return what happened to a matter. Two queries.

    Without `content` a line tells the step and the state, and nothing of what it was about.
    """
    known = [entry for entry in read.timeline(matter_id, MOST) if not _among_officers(entry)]
    visited = [(e.to_state, e.occurred_at) for e in known if e.to_state and e.to_state != e.from_state]
    known.sort(key=lambda line: (line.occurred_at, line.id), reverse=True)
    shown = known if everything else known[:SHOWN]
    names = Officer.objects.in_bulk({e.actor_id for e in shown if e.actor_id is not None})
    lines = [_line(entry, names, kind if content else None, post) for entry in shown]
    return History(lines, len(known) > len(shown), visited)


def _among_officers(entry: read.Line) -> bool:
    """Tell whether an entry only says that an officer was alerted: it stands in that officer's own messages."""
    return entry.kind.startswith("messages.") and entry.payload.get("channel") == IN_APP


def _line(entry: read.Line, names: Mapping[UUID, Officer], kind: MatterType[Any] | None, post: str) -> Line:
    return Line(
        number=entry.id,
        at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        text=says(entry, kind is not None),
        who=_who(entry, names),
        note=_note(entry) if kind is not None else None,
        sealed=entry.seal is not None,
        corrects=entry.corrects,
        corrected_by=entry.corrected_by,
        correctable="" if entry.corrected_by or kind is None else _correctable(entry, kind, post),
    )


def _who(entry: read.Line, names: Mapping[UUID, Officer]) -> Text:
    post = posts().get(entry.post)
    words = Text(post.zh, post.en) if post else Text(entry.post, entry.post)
    officer = names.get(entry.actor_id) if entry.actor_id is not None else None
    return words if officer is None else Text(f"{officer}（{words.zh}）", f"{officer} ({words.en})")


def transition_of(kind: str) -> tuple[MatterType[Any], Transition[Any] | None] | None:
    """Return the matter type and the transition that a ledger kind names; None for acts that are no step."""
    code, _, step = kind.rpartition(".")
    found = matter_types().get(code)
    if found is None:
        return None
    return found, next((t for t in found.transitions if t.code == step), None)


def says(entry: Said, content: bool = True) -> Text:
    """Return what an entry says, in both languages: the declaration's sentence with the payload's values."""
    named = transition_of(entry.kind)
    if named is None:
        return other_kinds().get(entry.kind) or Text(entry.kind, entry.kind)
    kind, transition = named
    if transition is None:
        return Text(kind.opening_zh, kind.opening_en) if entry.kind.endswith(f".{OPENED}") else kind.label
    if transition.says is None or not content:
        return transition.label
    return filled(transition.says, shown_values(kind, transition.payload, entry.payload))


def filled(pattern: Text, values: Mapping[str, Text]) -> Text:
    """Fill a sentence; a value that is not there (sealed, or left empty) reads as an ellipsis."""
    return Text(_fill(pattern.zh, {k: v.zh for k, v in values.items()}),
                _fill(pattern.en, {k: v.en for k, v in values.items()}))  # fmt: skip


def _fill(pattern: str, values: Mapping[str, str]) -> str:
    parts = []
    for literal, name, _, _ in string.Formatter().parse(pattern):
        parts.append(literal)
        if name is not None:
            parts.append(values.get(name, "…"))
    return "".join(parts)


def shown_values(kind: MatterType[Any], payload: type, data: Mapping[str, Any]) -> dict[str, Text]:
    """Return the values of a payload in clear as they are read: choices by their labels, codes in words."""
    choices = _choices(payload)
    values = {}
    for name, value in data.items():
        label = choices.get(name, {}).get(str(value)) or _plain(value)
        if label is not None:
            values[name] = label
    return {**values, **details(kind.code).told(data)}


def _plain(value: Any) -> Text | None:
    """Return a value that has no label of its own: yes and no in words, days and moments as people write them."""
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    dated = _DAY.match(value) if isinstance(value, str) else None
    if dated is not None:
        try:
            at = datetime.fromisoformat(dated.string)
        except ValueError:
            return Text(dated.string, dated.string)
        return moment(at, _OTHER_YEAR) if dated[1] else day(at.date(), _OTHER_YEAR)
    words = "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return Text(words, words) if words.strip() else None


@cache
def _choices(payload: type) -> dict[str, dict[str, Text]]:
    found: dict[str, dict[str, Text]] = {}
    hints = get_type_hints(payload) if dataclasses.is_dataclass(payload) else {}
    for name, hint in hints.items():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, Choice):
                found[name] = {str(member.value): member.text for member in one}
    return found


def _note(entry: Said) -> Text | None:
    if entry.kind == REVEALED:
        purpose = PURPOSES.get(str(entry.payload.get("purpose"))) or Text("—", "—")
        labels = [FIELD_LABELS.get(f) or Text(str(f), str(f)) for f in entry.payload.get("fields", ())]
        return Text(
            f"用途：{purpose.zh} · {'、'.join(label.zh for label in labels)}",
            f"for: {purpose.en} · {', '.join(label.en for label in labels)}",
        )
    if entry.kind.startswith("messages."):
        return _way(entry)
    named = transition_of(entry.kind)
    if named is None or named[1] is not None:
        return None
    return _opening(named[0], entry.payload)


def _way(entry: Said) -> Text | None:
    """Return by which channel a message went; one that the embedded sink kept reached nobody, and says so."""
    label = LABELS.get(str(entry.payload.get("channel")))
    if label is None or entry.payload.get("via") != "sink":
        return label
    return Text(
        f"{label.zh} · 没有配置网关，留在内置信箱",
        f"{label.en}, kept in the embedded sink: no gateway is set up",
    )


def _opening(kind: MatterType[Any], data: Mapping[str, Any]) -> Text | None:
    values = shown_values(kind, kind.opening, data)
    asked = {f.name: f.metadata["label"] for f in dataclasses.fields(kind.opening) if "label" in f.metadata}
    parts = [(asked[name], value) for name, value in values.items() if name in asked]
    if not parts:
        return None
    return Text(
        " · ".join(f"{label.zh}：{value.zh}" for label, value in parts),
        " · ".join(f"{label.en}: {value.en}" for label, value in parts),
    )


def _correctable(entry: Said, kind: MatterType[Any], post: str) -> str:
    named = transition_of(entry.kind)
    if named is None or named[0].code != kind.code or named[1] is None or not named[1].corrects:
        return ""
    return named[1].code if post in {p.code for p in named[1].posts} else ""
