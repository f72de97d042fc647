"""A small invented procedure on which the engine is tried: a leave that is asked for, granted or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.matters import registry
from bihuan.core.spec import (
    SAME,
    MatterType,
    NoDeadline,
    Post,
    Refusal,
    Retention,
    Snapshot,
    State,
    Text,
    Transition,
    Within,
    asked,
)
from bihuan.core.spec.deadlines import DAYS, LOCAL_RULE, STOPPED

CLERK = Post("toy_clerk", "受理岗", "Clerk", "court")
JUDGE = Post("toy_judge", "决定岗", "Judge", "court")
HERE = "620799"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in clear and words that are personal."""

    text: str = asked("内容", "Text")
    secret: str = asked("隐私", "Secret", default="", sealed=True)
    days: int = asked("延长", "Days", default=0)


def not_on_monday(snapshot: Snapshot, payload: Words, now: datetime) -> Refusal | None:
    """A guard: the word Monday is refused."""
    return Refusal(Text("周一不办", "Not on Mondays")) if payload.text == "monday" else None


ASKED = State("asked", "已申请", "Asked", due=Within(7, DAYS, basis=LOCAL_RULE))
WAITING = State("waiting", "待补正", "Waiting", due=NoDeadline("等补正", "Waits"), clock=STOPPED)
GRANTED = State("granted", "已准", "Granted", closed=True)
LEAVE = MatterType(
    "toy.leave", "请假", "Leave", organ="court", initial=ASKED, states=(ASKED, WAITING, GRANTED),
    transitions=(
        Transition("note", "记录", "Note", (ASKED, WAITING), to=SAME, by=(CLERK, JUDGE), payload=Words,
                   corrects=True),
        Transition("ask_more", "补正", "Ask more", ASKED, to=WAITING, by=CLERK),
        Transition("supply", "补齐", "Supply", WAITING, to=ASKED, by=CLERK),
        Transition("extend", "延长", "Extend", ASKED, to=SAME, by=JUDGE, payload=Words, extends="days"),
        Transition("restart", "重算", "Restart", ASKED, to=SAME, by=JUDGE, restarts=True),
        Transition("grant", "准许", "Grant", ASKED, to=GRANTED, by=JUDGE, payload=Words, unless=(not_on_monday,)),
    ),
    opened_by=(CLERK,), seen_by=(CLERK, JUDGE), opening=Words, retention=Retention(years=1),
    number="假〔{year}〕{n}号",
)  # fmt: skip


@pytest.fixture
def leave(db: Any) -> Iterator[MatterType[Any]]:
    """The invented procedure, declared while the test runs."""
    Organ.objects.create(
        code="court", kind="court", name_zh="县法院", name_en="County court", jurisdiction=HERE
    )
    registry.matter_types()[LEAVE.code] = LEAVE
    yield LEAVE
    del registry.matter_types()[LEAVE.code]


def actor(post: Post, jurisdiction: str = HERE) -> Actor:
    """An actor in a post."""
    return Actor(None, post.code, "court", jurisdiction, None, post.zh)
