"""The dated receipt (回执): what was handed in, when, by whom, its hash, and what happens next by when.

A party gets it at once, on paper or on the page (登记立案规定 法释〔2015〕8号, art. 2). One sheet in both
languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.papers import numbering, qr, services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.papers.typesetting import Paperwork, typeset
from bihuan.core.papers.wording import both_to_the_minute, in_groups, punctuated, size
from bihuan.core.spec.text import Text

KIND: Final = "receipt"
TITLE: Final = Text("材料收取回执", "Receipt for papers handed in")
TEMPLATE: Final = "core/papers/typst/receipt.typ"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was handed in; `sha256` and `size` (bytes) where it is a file, `pages` where it is
    paper.
    """

    title: Text
    sha256: str = ""
    size: int = 0
    pages: int = 0

    @classmethod
    def of(cls, paper: Paper) -> Item:
        """Return the item for a paper that was received."""
        return cls(paper.title, paper.sha256, paper.size)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens next, by whom, until when, and by which rule; `due_at` None only where no limit runs."""

    what: Text
    due_at: datetime | None = None
    basis: Text | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that stands on a receipt. `handed_in_by` is a name; `page` and `code` lead to "where is my
    matter".
    """

    number: str
    matter_number: str
    organ: Text
    handed_in_by: str
    received_at: datetime
    received_by: str
    items: Sequence[Item]
    next_step: NextStep
    page: str = ""
    code: str = ""
    contact: Text | None = None


@transaction.atomic
def issue(draft: Receipt, *, organ_code: str, about: About, actor: Actor) -> Paper:
    """Number a receipt, set it, keep it with its matter. `draft.number` is replaced by the number taken."""
    year = timezone.localtime(draft.received_at).year
    (number,) = numbering.take(organ_code, KIND, year, actor.jurisdiction)
    work = render(draft, number)
    return services.issue(work.pdf, kind=KIND, title=TITLE, number=number, about=about, actor=actor)


def render(receipt: Receipt, number: str = "") -> Paperwork:
    """Return the receipt as PDF/A, dated at the moment of receipt."""
    if not receipt.items:
        raise ValueError("a receipt lists what was handed in")
    return typeset(TEMPLATE, _data(receipt, number or receipt.number), made_at=receipt.received_at)


def _pair(text: Text | None) -> list[str]:
    return [] if text is None else [punctuated(text.zh), text.en]


def _data(receipt: Receipt, number: str) -> dict[str, Any]:
    step = receipt.next_step
    due = (
        both_to_the_minute(step.due_at)
        if step.due_at
        else Text("本步骤没有法定时限", "No limit runs for this step")
    )
    return {
        "title": _pair(TITLE),
        "organ": _pair(receipt.organ),
        "number": number,
        "matter_number": receipt.matter_number,
        "handed_in_by": receipt.handed_in_by,
        "received_at": _pair(both_to_the_minute(receipt.received_at)),
        "received_by": receipt.received_by,
        "items": [
            {
                "title": _pair(item.title),
                "extent": size(item.size) if item.sha256 else _pages(item.pages),
                "sha256": in_groups(item.sha256),
            }
            for item in receipt.items
        ],
        "next": _pair(step.what),
        "due": _pair(due),
        "basis": _pair(step.basis),
        "contact": _pair(receipt.contact),
        "page": receipt.page,
        "code": receipt.code,
        "qr": qr.svg(receipt.page) if receipt.page else "",
    }


def _pages(count: int) -> str:
    return f"{count} 页 / pp." if count else ""
