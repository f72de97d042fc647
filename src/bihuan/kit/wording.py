"""Numbers and strip cells as they are read on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bihuan.core.spec.text import Text
from bihuan.kit.parts import StripDay

# a strip's marks (core.clock.strip) and the look they take
_LOOKS = {
    "start": "no",
    "event": "no",
    "counted": "in",
    "rolled": "roll",
    "rest": "roll",
    "travel": "roll",
    "paused": "stop",
    "due": "end",
}


def grouped(value: float | Decimal | None) -> str:
    """Write a number with thousands apart by a comma: 6,591; a dash for none."""
    return "—" if value is None else f"{value:,}"


def spaced(value: int) -> str:
    """Write a ledger number in groups of three: 87 730; a number that names, not one that counts."""
    return f"{value:,}".replace(",", " ")


def cell(one: StripDay | Mapping[str, Any]) -> dict[str, object]:
    """Return a strip's cell as the partial draws it: day in short, words, look."""
    if isinstance(one, StripDay):
        return {"day": one.day, "label": one.label, "look": _LOOKS.get(one.mark, one.mark)}
    if one.get("gap"):
        gap = one["gap"]
        return {"day": "…", "label": Text(f"{gap} 天", f"{gap} d"), "look": "no"}
    when = date.fromisoformat(str(one["date"]))
    short = f"{when.month}/{when.day}" if when.day == 1 or one["mark"] == "start" else str(when.day)
    return {"day": short, "label": one["label"], "look": _LOOKS.get(str(one["mark"]), "in")}
