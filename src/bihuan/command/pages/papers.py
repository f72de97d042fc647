"""The papers of a matter as its page lists them, and who may hand in and withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from bihuan.command.pages.lookup import Found
from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Officer
from bihuan.core.access.permissions import may
from bihuan.core.papers.content import EXTENSIONS
from bihuan.core.papers.handing_in import KINDS, REASONS
from bihuan.core.papers.models import Paper
from bihuan.core.spec.text import Text

MOST = 50


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper of the list; `why` is the reason where it was withdrawn, `by` who handed it in or withdrew it."""

    paper: Paper
    ending: str
    by: str
    why: Text | None
    can_withdraw: bool


def may_act(found: Found, actor: Actor) -> bool:
    """Tell whether the actor's post takes some step in matters of this type, and reaches this one."""
    posts = [post for transition in found.kind.transitions for post in transition.posts]
    return found.content and may(actor, posts, found.matter)


def listed(found: Found, actor: Actor) -> list[PaperLine]:
    """Return the papers of a matter, the latest first. Two queries."""
    papers = list(Paper.objects.filter(matter_id=found.matter.id).order_by("-created_at", "-id")[:MOST])
    names = _names(papers)
    acts = may_act(found, actor)
    return [
        PaperLine(
            paper,
            EXTENSIONS.get(paper.media_type, "").upper(),
            names.get(paper.withdrawn_by or paper.created_by, ""),
            REASONS.get(paper.withdrawn_why) if paper.withdrawn_at else None,
            acts and paper.way == Paper.RECEIVED and paper.withdrawn_at is None,
        )
        for paper in papers
    ]


def _names(papers: list[Paper]) -> dict[UUID | None, str]:
    ids = {who for paper in papers if (who := paper.withdrawn_by or paper.created_by) is not None}
    return {key: str(officer) for key, officer in Officer.objects.in_bulk(ids).items()} if ids else {}


def card(found: Found, actor: Actor) -> dict[str, Any]:
    """Return what the papers' card on the page shows."""
    if not found.content:
        return {"papers": [], "may_hand_in": False}
    return {
        "papers": listed(found, actor),
        "may_hand_in": found.matter.closed_at is None and may_act(found, actor),
        "paper_kinds": list(KINDS.items()),
        "withdrawal_reasons": list(REASONS.items()),
        "paper_limit": settings.BIHUAN.upload_limit_mb,
    }
