"""Somebody was first: who did what to a matter and when, for whoever comes second.

Told as the timeline tells it: organ, post and masked name, the step and the state; nothing of its content.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F

from bihuan.core.access.models import Appointment
from bihuan.core.clock.wording import clock_time, short_day
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.errors import NotDone, NotFromHere, Stale
from bihuan.core.matters.registry import matter_types, posts
from bihuan.core.spec.text import Text


def with_who_was_first(error: NotDone, matter_id: UUID, seen: int | None) -> NotDone:
    """Return the error; where somebody was first, its text now says who did what and when. Three queries at most.

    `seen`: the version that was looked at, None where nobody knows; then only the last change of state is told.
    """
    if not isinstance(error, (Stale, NotFromHere)):
        return error
    entry = _decisive(matter_id, seen)
    if entry is None:
        return error
    who, what, at = _who(entry), _what(entry), entry.recorded_at.astimezone()
    day, clock = short_day(at.date()), clock_time(at)
    told = Text(f"{who.zh} 已于 {day.zh} {clock} {what.zh}", f"{who.en} {what.en} on {day.en} at {clock}")
    if isinstance(error, Stale):
        error.text = Text(
            f"他人已先办理：{told.zh}。您填写的内容没有提交，都还保留着；请看最新情况，仍要办理的再按一次",
            f"Somebody was first: {told.en}. Nothing was submitted and what you typed is kept; look at the matter"
            " as it stands, and press once more if you still mean it",
        )
    else:
        error.text = Text(f"{error.text.zh}：{told.zh}", f"{error.text.en}: {told.en}")
    return error


def _decisive(matter_id: UUID, seen: int | None) -> Entry | None:
    """Return the last entry since then that changed the state; where none did, the last one."""
    since = Entry.objects.filter(matter_id=matter_id, version__gt=seen or 1).order_by("-id")
    moved = since.exclude(from_state=F("to_state")).first()
    return moved if moved is not None or seen is None else since.first()


def _who(entry: Entry) -> Text:
    """Return organ, post and masked name. The entry's own organ is the matter's; an officer's may be another."""
    post: Any = posts().get(entry.post)
    words = Text(post.zh, post.en) if post else Text(entry.post, entry.post)
    held = Appointment.objects.filter(officer=entry.actor_id, post=entry.post).select_related(
        "organ", "officer"
    )
    one = held.order_by("-since").first() if entry.actor_id else None
    if one is None:
        return words
    organ, officer = one.organ, one.officer
    return Text(f"{organ.name_zh} {words.zh} {officer}", f"{officer} ({words.en}, {organ.name_en})")


def _what(entry: Entry) -> Text:
    code, _, step = entry.kind.rpartition(".")
    kind = matter_types().get(code)
    made = next((t for t in kind.transitions if t.code == step), None) if kind else None
    if kind is None or made is None:
        return Text("作了登记", "made an entry")
    label, changed = made.label, entry.to_state and entry.to_state != entry.from_state
    now = kind.state(entry.to_state).label if changed and entry.to_state else None
    return Text(
        f"办理“{label.zh}”" + (f"，现为“{now.zh}”" if now else ""),
        f"did “{label.en}”" + (f" (now “{now.en}”)" if now else ""),
    )
