"""Handing papers in to a matter: each checked and kept on its own, one receipt for all; a wrong one withdrawn.

A file that cannot be taken never costs the others. The same file on the same matter is kept once, so a form that is
sent twice hands nothing in twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.access.recording import record
from bihuan.core.matters.errors import NotDone
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import matter_type
from bihuan.core.papers import receipts, services
from bihuan.core.papers.errors import UploadRefused
from bihuan.core.papers.models import Paper
from bihuan.core.papers.receipts import Item, NextStep, Receipt
from bihuan.core.papers.services import About
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec.text import Text

MOST: Final = 20
"""Files handed in at once."""
KINDS: Final = {
    "application": Text("申请书", "Application"),
    "identity": Text("身份证件", "Identity document"),
    "medical": Text("医学材料", "Medical document"),
    "evidence": Text("证明材料", "Supporting document"),
    "other": Text("其他材料", "Other paper"),
}
"""What a paper may be; a fixed list, because titles stand in the open and never name anybody."""
REASONS: Final = {
    "wrong_matter": Text("不是本事项的材料", "It belongs to another matter"),
    "wrong_file": Text("传错了文件", "The wrong file was chosen"),
    "illegible": Text("看不清，另行重传", "It cannot be read; a better one follows"),
    "replaced": Text("已有新的版本", "There is a newer version"),
}
TOO_MANY: Final = Text(f"一次最多 {MOST} 件", f"At most {MOST} at once")
NEXT_TIME: Final = Text("请下一次再传", "Hand it in next")


@dataclass(frozen=True, slots=True)
class Turned:
    """A file that was not taken: what it was called, why, and what to do instead."""

    name: str
    reason: Text
    instead: Text | None = None


@dataclass(slots=True)
class HandedIn:
    """What came of handing in: the papers taken, their receipt, and the files turned away."""

    taken: list[Paper] = field(default_factory=list)
    receipt: Paper | None = None
    turned: list[Turned] = field(default_factory=list)


@transaction.atomic
def hand_in(matter_id: UUID, files: Sequence[tuple[str, IO[bytes]]], kind: str, *, actor: Actor) -> HandedIn:
    """Take files in for an open matter and receipt them; `kind` is one of KINDS.

    The caller has checked that the actor may. Raises NotDone where the matter is closed, or its person was erased.
    """
    matter = Matter.objects.select_for_update(of=("self",)).select_related("organ").get(pk=matter_id)
    if matter.closed_at is not None:
        raise NotDone(Text("事项已经办结,不再收材料", "The matter is closed and takes no more papers"))
    about = about_matter(matter)
    done = HandedIn(turned=[Turned(name, TOO_MANY, NEXT_TIME) for name, _ in files[MOST:]])
    for name, stream in files[:MOST]:
        try:
            _take(services.read_upload(stream), name, kind, about, actor, done)
        except UploadRefused as refused:
            done.turned.append(Turned(name, refused.reason, refused.instead))
        except ErasedError as erased:
            raise NotDone(
                Text(
                    "此人的个人信息已依期删除,不能再收材料",
                    "The person's data were erased; no paper can be kept",
                )
            ) from erased
    if done.taken:
        draft = _receipt(matter, done.taken, actor)
        done.receipt = receipts.issue(
            draft, organ_code=actor.organ or matter.organ_id, about=about, actor=actor
        )
    return done


def about_matter(matter: Matter) -> About:
    """Return what seals a matter's papers: its person's key for the module that the matter is of, where it has one."""
    module = matter.type.partition(".")[0]
    return About(matter.id, matter.person_id, module if matter.person_id else "")


def _take(data: bytes, name: str, kind: str, about: About, actor: Actor, done: HandedIn) -> None:
    same = Paper.objects.filter(
        matter=about.matter_id,
        way=Paper.RECEIVED,
        sha256=hashlib.sha256(data).hexdigest(),
        withdrawn_at=None,
    )
    if (earlier := same.first()) is not None:
        day = timezone.localtime(earlier.created_at)
        reason = Text(
            f"内容完全相同的一件已于 {day:%Y-%m-%d %H:%M} 收到", f"The very same came at {day:%Y-%m-%d %H:%M}"
        )
        done.turned.append(Turned(name, reason))
        return
    done.taken.append(services.receive(data, name, kind=kind, title=KINDS[kind], about=about, actor=actor))


def _receipt(matter: Matter, taken: Sequence[Paper], actor: Actor) -> Receipt:
    organ = Organ.objects.filter(code=actor.organ).first() or matter.organ
    state = matter_type(matter.type).state(matter.state).label
    step = Text(f"材料已归入事项,目前:{state.zh}", f"The papers are with the matter, which is: {state.en}")
    return Receipt(
        number="", matter_number=matter.number, organ=Text(organ.name_zh, organ.name_en), handed_in_by=actor.name,
        received_at=taken[0].created_at, received_by=actor.name, items=[Item.of(paper) for paper in taken],
        next_step=NextStep(step, matter.due_at),
    )  # fmt: skip


def withdraw(paper: Paper, why: str, *, actor: Actor) -> None:
    """Take a paper that was handed in by mistake off its matter; `why` is one of REASONS. The line stays.

    The caller has checked that the actor may. Raises NotDone where it was issued here or is withdrawn already.
    """
    if paper.way != Paper.RECEIVED or why not in REASONS:
        raise NotDone(Text("这一件不能撤下", "This paper cannot be withdrawn"))
    with transaction.atomic():
        standing = Paper.objects.filter(pk=paper.pk, withdrawn_at=None)
        now = timezone.now()
        if not standing.update(withdrawn_at=now, withdrawn_by=actor.officer_id, withdrawn_why=why):
            raise NotDone(Text("这一件已经撤下", "This paper is withdrawn already"))
        record(
            "papers.withdrawn",
            actor=actor,
            matter_id=paper.matter_id,
            person_id=paper.person_id,
            at=now,
            payload={"paper": str(paper.id), "sha256": paper.sha256, "why": why},
        )
