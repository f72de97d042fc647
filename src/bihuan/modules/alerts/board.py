"""What the pages show of a list, put together without reading anything: the bar that adds up, the rows, the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from bihuan.core.spec import Text
from bihuan.modules.alerts.models import AlertRow
from bihuan.modules.alerts.queries import PARTS, Line

LABELS: Final = {
    "pending": Text("待核查", "Pending"),
    "verified": Text("已核实", "Verified"),
    "forwarded": Text("转外县", "Forwarded"),
    "unreachable": Text("无法核实", "Unreachable"),
    "duplicates": Text("重复", "Repeated"),
    "rejected": Text("退回", "Sent back"),
}
STATUS: Final = {
    "pending": "due", "verified": "done", "forwarded": "active", "unreachable": "soon", "duplicates": "idle",
    "rejected": "overdue",
}  # fmt: skip
"""The chip of each part: icon, colour and word, always all three."""
DECIDED: Final = {
    "exact": Text("证件号码相符", "By identifier"),
    "linked": Text("综合比对", "By comparison"),
    "pending": Text("待人工判定", "A clerk is to decide"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the bar: from where, how wide (per cent of all rows), how many."""

    code: str
    label: Text
    status: str
    count: int
    start: str
    width: str


def bar(line: Line) -> list[Segment]:
    """Return a list's rows as parts of one bar; the parts are all of it."""
    of, at, found = max(line.list.rows, 1), 0, []
    for code in PARTS:
        count = line.number(code)
        if count:
            start, width = f"{100 * at / of:.3f}", f"{100 * count / of:.3f}"
            found.append(Segment(code, LABELS[code], STATUS[code], count, start, width))
        at += count
    return found


def adds_up(line: Line) -> bool:
    """Tell whether the parts are the whole."""
    return sum(line.number(code) for code in PARTS) == line.list.rows


def tabs(line: Line, part: str, address: str) -> list[tuple[Text, str, int, bool]]:
    """Return the ways to narrow the rows: label, address, how many, whether it is the one in force."""
    shown = [(Text("全部", "All"), "", line.list.rows - line.rejected)]
    shown += [(LABELS[code], code, line.number(code)) for code in PARTS[:-1]]
    return [(text, f"{address}?part={code}#rows", count, code == part) for text, code, count in shown]


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the page shows it; names are masked. `repeats`: where the row stands that it repeats."""

    row: AlertRow
    person: Any
    label: Text
    status: str
    decided: Text | None
    repeats: Text | None
    item: UUID | None


def shown(
    rows: Sequence[AlertRow],
    people: Mapping[UUID, Any],
    repeats: Mapping[bytes, tuple[str, int]],
    links: bool,
) -> list[Shown]:
    """Return rows with what is said of each; `links`: the reader may open verifications."""
    return [_shown(row, people, repeats, links) for row in rows]


def _shown(
    row: AlertRow, people: Mapping[UUID, Any], repeats: Mapping[bytes, tuple[str, int]], links: bool
) -> Shown:
    part = "duplicates" if row.fate == "duplicate" else row.standing
    first = repeats.get(bytes(row.said)) if part == "duplicates" and row.said is not None else None
    name, line = first or ("", 0)
    where = Text(f"同 {name} 第 {line} 行", f"as line {line} of {name}") if first else None
    person = people.get(row.person_id) if row.person_id else None
    return Shown(
        row, person, LABELS.get(part, LABELS["pending"]), STATUS.get(part, "due"), DECIDED.get(row.decided_by), where,
        row.item_id if links else None,
    )  # fmt: skip
