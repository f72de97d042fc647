"""When a shift ends, as it is typed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.core.clock.calendar import SHANGHAI

EVENING = 18


def usual_end(now: datetime) -> datetime:
    """Return the usual end of the shift that would begin now: six in the evening, or four hours from now."""
    local = now.astimezone(SHANGHAI)
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    return evening if evening - local > timedelta(hours=1) else local + timedelta(hours=4)


def asked_end(text: str, now: datetime) -> datetime:
    """Return the end that was typed (18:00), the next day's where it is past; the usual one where it is no time."""
    try:
        typed = datetime.strptime(text.strip(), "%H:%M")
    except ValueError:
        return usual_end(now)
    end = now.astimezone(SHANGHAI).replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)
