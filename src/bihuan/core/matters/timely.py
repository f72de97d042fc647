"""When a thing can be said to have happened: not in a time to come, not before its matter began. Every door asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from bihuan.core.spec.matters import Refusal
from bihuan.core.spec.text import Text

AHEAD = timedelta(minutes=1)
"""How far another machine's clock may be ahead of ours."""

FUTURE = Refusal(Text("发生时间不能晚于现在", "it cannot have happened later than now"))
BEFORE = Refusal(Text("发生时间不能早于事项登记", "it cannot have happened before the matter was opened"))


def untimely(at: datetime | None, not_before: datetime | None = None) -> Refusal | None:
    """Return why nothing can have happened at that time, or None; no time given means now."""
    if at is not None and at > timezone.now() + AHEAD:
        return FUTURE
    if at is not None and not_before is not None and at < not_before:
        return BEFORE
    return None
