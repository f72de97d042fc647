"""The letter by which a verification goes to another county: who, where now, why, until when; and the receipt below it.

It names the person, because the other county cannot verify without; so it is sealed with the person's key, and writing it
is a view that the ledger keeps (purpose: to hand the person over).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters.models import Matter
from bihuan.core.papers import numbering, services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.papers.typesetting import typeset
from bihuan.core.papers.wording import both_to_the_minute, punctuated
from bihuan.core.people.masks import masked_identifier
from bihuan.core.people.reveal import reveal
from bihuan.core.spec import Text
from bihuan.modules.verification.facts import ItemFacts
from bihuan.modules.verification.payloads import Moved

KIND: Final = "verification_forward"
TITLE: Final = Text("核查事项转办函", "Verification passed on to another county")
TEMPLATE: Final = "modules/verification/typst/forward.typ"
PURPOSE: Final = "verification"


def forward_letter(matter_id: UUID, moved: Moved, facts: ItemFacts, at: datetime, *, actor: Actor) -> Paper:
    """Write, number and keep the letter. Raises what revealing raises: no letter without a trace."""
    matter = Matter.objects.select_related("organ").get(pk=matter_id)
    assert matter.person_id is not None
    who = reveal(matter.person_id, ["name", "identifier", "phone", "address"], "transfer", matter_id, actor)
    year = timezone.localtime(at).year
    (number,) = numbering.take(matter.organ_id, KIND, year, actor.jurisdiction)
    due = both_to_the_minute(facts.due_at)
    says = Text(
        f"{moved.to}：下列人员经核查现在贵县（区），请于 {due.zh} 前核查并将回执退回我单位。",
        f"To {moved.to}: the person named below was found to be in your county now. Please verify by {due.en} and return "
        "the receipt.",
    )
    identifier = who.get("identifier", "")
    rows = [
        (Text("姓名", "Name"), who.get("name", "—")),
        (Text("证件号码", "Identifier"), masked_identifier(identifier) if identifier else "—"),
        (Text("电话", "Telephone"), who.get("phone", "—")),
        (Text("原登记住址", "Address as registered"), who.get("address", "—")),
        (Text("推送原因", "Reason"), facts.reason),
        (Text("本局编号", "Our number"), matter.number),
        (Text("日期", "Date"), f"{timezone.localtime(at):%Y-%m-%d %H:%M}"),
    ]
    data = {
        "title": [TITLE.zh, TITLE.en], "organ": [matter.organ.name_zh, matter.organ.name_en], "number": number,
        "says": [punctuated(says.zh), says.en], "facts": [[[name.zh, name.en], value] for name, value in rows],
    }  # fmt: skip
    work = typeset(TEMPLATE, data, made_at=at)
    about = About(matter_id, matter.person_id, PURPOSE)
    return services.issue(work.pdf, kind=KIND, title=TITLE, number=number, about=about, actor=actor)
