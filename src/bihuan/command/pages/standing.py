"""Where a matter stands: the states it went through, the one it is in, and those that lie ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.command.worklist.rows import as_text, reason
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_type
from bihuan.core.matters.turns import leaving
from bihuan.core.spec.deadlines import Clock, NoDeadline, Within
from bihuan.core.spec.matters import MatterType, State
from bihuan.core.spec.text import Text
from bihuan.kit.dates import moment
from bihuan.kit.parts import Step

AHEAD = 4


def steps(matter: Matter, visited: Sequence[tuple[str, datetime]]) -> list[Step]:
    """Return the strip of states: those it was in (with when), where it is, and the usual way on."""
    kind = matter_type(matter.type)
    made = [Step(kind.state(code).label, "was", moment(at)) for code, at in visited[:-1]]
    current = kind.state(matter.state)
    since = visited[-1][1] if visited else matter.opened_at
    made.append(Step(current.label, "was" if current.closed else "now", moment(since)))
    return made + [Step(state.label, "", _note(state)) for state in ahead(kind, current)]


def ahead(kind: MatterType[Any], state: State) -> list[State]:
    """Return the states that usually follow: by the primary step, else by the first one that leads on."""
    found: list[State] = []
    while not state.closed and len(found) < AHEAD:
        moving = [t for t in leaving(kind, state.code) if isinstance(t.to, State) and t.to.code != state.code]
        if not moving:
            break
        chosen = min(moving, key=lambda t: not t.primary)
        assert isinstance(chosen.to, State)
        state = chosen.to
        if state in found:
            break
        found.append(state)
    return found


def _note(state: State) -> Text | str:
    return state.due.label if isinstance(state.due, Within) and not state.due.is_set_by_field else ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline as the page explains it. `facts`: pairs or lines for the kit's list; `days`: its strip."""

    at: datetime | None
    stopped: bool
    reason: Text | None
    why_none: Text | None
    facts: list[Any]
    days: list[Any]
    provisional: bool


def deadline(matter: Matter) -> Deadline:
    """Return the matter's deadline and everything that explains it."""
    kind = matter_type(matter.type)
    state, kept = kind.state(matter.state), matter.due or {}
    why = kept.get("explanation") or {}
    return Deadline(
        at=matter.due_at,
        stopped="stopped_at" in kept or state.clock is Clock.STOPPED,
        reason=reason(matter.due),
        why_none=state.due.reason if isinstance(state.due, NoDeadline) else None,
        facts=list(why.get("lines", ())) or _set_by_details(kept),
        days=list(kept.get("days", ())),
        provisional=bool(kept.get("provisional")),
    )


def _set_by_details(kept: dict[str, Any]) -> list[tuple[Text, Text]]:
    """Return what a deadline set by the matter's own details tells: the item, the protocol, its first day."""
    lines = []
    if (item := as_text(kept)) is not None:
        lines.append((Text("到期事项", "What is due"), item))
    if (protocol := as_text(kept.get("protocol"))) is not None:
        lines.append((Text("依据方案", "By protocol"), protocol))
    if kept.get("day_one"):
        n, day = kept.get("first_day", 1), str(kept["day_one"])
        lines.append((Text(f"第 {n} 天", f"Day {n}"), Text(f"{day}（入住当天）", f"{day} (check-in)")))
    if (basis := as_text(kept.get("basis"))) is not None:
        lines.append((Text("依据", "Basis"), basis))
    return lines
