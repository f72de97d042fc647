"""The notice of an observation order (隔离医学观察告知书): why, by which law, from when to when, how to
contest it.

Every order that binds a person shows its basis, its end and the way against it. First sheet in Chinese,
which is the text that counts, second in English; both carry the slip with the code of the person's own
page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.papers import numbering, qr, services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.papers.typesetting import Paperwork, typeset
from bihuan.core.papers.wording import day, punctuated
from bihuan.core.spec.text import Text

KIND: Final = "notice"
TITLE: Final = Text("隔离医学观察告知书", "Notice of medical observation")
TEMPLATE: Final = "core/papers/typst/notice.typ"

WAYS_TO_CONTEST: Final = (
    Text(
        "在您的个人页面提出异议，或当面、电话向隔离点工作人员提出，我们登记后按时限答复；",
        "object on your own page, or tell the site's staff in person or by phone; it is recorded and"
        " answered in time;",
    ),
    Text(
        "自知道本决定之日起六十日内申请行政复议（《中华人民共和国行政复议法》第二十条）；",
        "apply for administrative reconsideration within 60 days of learning of this decision"
        " (Administrative Reconsideration Law, art. 20);",
    ),
    Text(
        "自知道本决定之日起六个月内向人民法院起诉（《中华人民共和国行政诉讼法》第四十六条）。",
        "sue in the people's court within six months of learning of it"
        " (Administrative Litigation Law, art. 46).",
    ),
)


@dataclass(frozen=True, slots=True)
class ObservationNotice:
    """All that stands on the notice. `last_day` is the last day of observation; day 0 is `day_zero`.

    `person` is the full name, `identifier` is printed masked as given and left out where there is none. `basis`
    are the articles with their law. `page` is the address behind the QR code, `code` what is typed where there is
    no camera.
    """

    number: str
    organ: Text
    person: str
    identifier: str
    site: Text
    room: str
    category: Text
    reason: Text
    basis: Sequence[Text]
    day_zero: date
    first_day: date
    last_day: date
    protocol: Text
    daily: Sequence[Text]
    issued_at: datetime
    page: str
    code: str
    contact: Text
    contest: Sequence[Text] = WAYS_TO_CONTEST

    def __post_init__(self) -> None:
        if not self.basis:
            raise ValueError("an order that binds a person states its legal basis")
        if not self.contest:
            raise ValueError("an order that binds a person states how to contest it")
        if not self.day_zero <= self.first_day <= self.last_day:
            raise ValueError("day 0, first day and last day are out of order")


@transaction.atomic
def issue(draft: ObservationNotice, *, organ_code: str, about: About, actor: Actor) -> Paper:
    """Number a notice, set it, keep it sealed with its person. `draft.number` is replaced by the number
    taken.
    """
    year = timezone.localtime(draft.issued_at).year
    (number,) = numbering.take(organ_code, KIND, year, actor.jurisdiction)
    work = render(draft, number)
    return services.issue(work.pdf, kind=KIND, title=TITLE, number=number, about=about, actor=actor)


def render(notice: ObservationNotice, number: str = "") -> Paperwork:
    """Return the notice as PDF/A, a sheet in each language."""
    data = {
        "number": number or notice.number,
        "person": notice.person,
        "identifier": notice.identifier,
        "room": notice.room,
        "page": notice.page,
        "code": notice.code,
        "qr": qr.svg(notice.page),
        "zh": _sheet(notice, "zh-hans"),
        "en": _sheet(notice, "en"),
    }
    return typeset(TEMPLATE, data, made_at=notice.issued_at)


def _sheet(notice: ObservationNotice, language: str) -> dict[str, Any]:
    def say(text: Text) -> str:
        return text.en if language == "en" else punctuated(text.zh)

    return {
        "title": say(TITLE),
        "organ": say(notice.organ),
        "site": say(notice.site),
        "category": say(notice.category),
        "reason": say(notice.reason),
        "basis": [say(text) for text in notice.basis],
        "day_zero": day(notice.day_zero, language),
        "first_day": day(notice.first_day, language),
        "last_day": day(notice.last_day, language),
        "protocol": say(notice.protocol),
        "daily": [say(text) for text in notice.daily],
        "contest": [say(text) for text in notice.contest],
        "contact": say(notice.contact),
        "issued": day(notice.issued_at, language),
    }
