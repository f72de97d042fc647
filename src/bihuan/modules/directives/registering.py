"""A directive registered by hand, as it came on paper or by telephone; the list may come with it as a workbook.

It is signed for in the same act, as one that is imported is.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters.errors import NotDone
from bihuan.core.people.linking import link
from bihuan.core.spec import Text
from bihuan.modules.directives import reading, signing
from bihuan.modules.directives.cover import Cover
from bihuan.modules.directives.models import Directive
from bihuan.modules.directives.planning import Plan, plan
from bihuan.modules.directives.reading import Workbook


@dataclass(frozen=True, slots=True)
class Entered:
    """What a form holds of a directive."""

    reference: str
    issuer: str
    subject: str
    epidemic: bool
    received_at: datetime
    due_at: datetime


class KnownAlready(NotDone):
    """The number is a directive's already."""

    def __init__(self, directive: Directive) -> None:
        number = directive.matter.number
        super().__init__(
            Text(
                f"指令 {directive.reference} 已经登记({number}),没有再登记一次;更正请把新的工作簿导入或附在那一页",
                f"Directive {directive.reference} is registered already ({number}); nothing was registered. To correct it, import "
                "the new workbook or attach it on its page",
            )
        )  # fmt: skip
        self.directive = directive


class ListNotRead(NotDone):
    """The attached file holds no list."""

    def __init__(self, book: Workbook) -> None:
        why = list(book.problems)[:1]
        zh, en = (
            (why[0].message("zh-hans"), why[0].message("en"))
            if why
            else ("没有认出名单", "no list was found in it")
        )
        super().__init__(
            Text(
                f"附上的名单没有读出来:{zh}。指令没有登记,填写的内容都在",
                f"The attached list could not be read: {en}. Nothing was registered; what you typed is here",
            )
        )


def read_list(data: bytes, name: str) -> Workbook:
    """Return the list in an uploaded file. Raises ListNotRead."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(name).suffix.lower()[:8]}"
        path.write_bytes(data)
        book = reading.read(path, name, timezone.now(), cover=False)
    if book.unreadable:
        raise ListNotRead(book)
    return book


def register(entered: Entered, book: Workbook | None, *, actor: Actor) -> Plan:
    """Register and sign for a directive. Raises KnownAlready, and what the engine raises; then nothing is written."""
    known = (
        Directive.objects.filter(jurisdiction=actor.jurisdiction, reference=entered.reference)
        .select_related("matter")
        .first()
    )
    if known is not None:
        raise KnownAlready(known)
    book = book or Workbook("", b"")
    book.cover = Cover(
        entered.reference, entered.issuer, entered.subject, entered.received_at, entered.due_at, entered.epidemic
    )  # fmt: skip
    return _take(plan(book, actor.jurisdiction), actor)


def attach(directive: Directive, book: Workbook, *, actor: Actor) -> Plan:
    """Take the lists and the feedback of a workbook in for a directive that is there; its cover is not looked at."""
    book.cover = Cover(directive.reference, received_at=directive.received_at)
    return _take(plan(book, actor.jurisdiction, directive.pk), actor)


def _take(made: Plan, actor: Actor) -> Plan:
    made.at = range(len(made.fresh))
    linking: Any = link(signing.said_of(made), actor.jurisdiction)
    return signing.take(made, signing.Work(actor, None, linking))
