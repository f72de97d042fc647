"""What the issuing body gets: the receipt, the letter with its feedback, and word of both at its office address.

Nothing of a listed person is ever in a paper or a message; the workbook with the feedback is made from the records when it
is asked for, and goes by the channel set for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.messages.addresses import MAIL, ToOffice
from bihuan.core.messages.sending import Outgoing, send
from bihuan.core.papers import numbering, receipts, services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.papers.typesetting import typeset
from bihuan.core.papers.wording import both, both_to_the_minute, in_groups, punctuated
from bihuan.core.spec import Text
from bihuan.modules.directives import messages
from bihuan.modules.directives.models import Directive, Issuer
from bihuan.modules.directives.payloads import FedBack, Signed

FEEDBACK: Final = "directive_feedback"
LETTER: Final = Text("合成作战指令反馈函", "Feedback on a directive")
TEMPLATE: Final = "modules/directives/typst/feedback.typ"


def receipt(directive: Directive, signed: Signed, at: datetime, *, actor: Actor) -> Paper:
    """Receipt a directive: what came, how many it lists, what was sent back, and until when feedback is due."""
    matter = directive.matter
    zh = f"名单 {signed.listed:,} 人" if signed.rows else "没有附名单"
    en = f"{signed.listed:,} persons listed" if signed.rows else "No list was attached"
    if signed.repeated:
        zh, en = f"{zh},重复 {signed.repeated:,} 行", f"{en}, {signed.repeated:,} rows repeated"
    if signed.rejected:
        zh = f"{zh},退回 {signed.rejected:,} 行(缺姓名或证件号码,补齐后请再发)"
        en = f"{en}, {signed.rejected:,} sent back for want of a name or an identifier (please complete and send again)"
    what = Text(f"{zh}。办理后按贵单位表样反馈", f"{en}. Feedback follows in your own form")
    sha256 = bytes(directive.sha256 or b"").hex()
    item = Text(f"指令 {directive.reference}", f"Directive {directive.reference}")
    draft = receipts.Receipt(
        number="", matter_number=matter.number, organ=Text(matter.organ.name_zh, matter.organ.name_en),
        handed_in_by=directive.issuer, received_at=max(at, directive.received_at), received_by=actor.name,
        items=[receipts.Item(item, sha256)], next_step=receipts.NextStep(what, directive.due_at),
    )  # fmt: skip
    return receipts.issue(draft, organ_code=matter.organ_id, about=About(directive.matter_id), actor=actor)


@transaction.atomic
def feedback_letter(directive: Directive, fed_back: FedBack, at: datetime, *, actor: Actor) -> Paper:
    """Number, set and keep the letter that goes with the feedback: counts, what is late or missing, the workbook's hash."""
    matter = directive.matter
    (number,) = numbering.take(matter.organ_id, FEEDBACK, timezone.localtime(at).year, actor.jurisdiction)
    data = {
        "title": [LETTER.zh, LETTER.en], "organ": [matter.organ.name_zh, matter.organ.name_en], "number": number,
        "to": directive.issuer, "reference": directive.reference, "subject": directive.subject, "matter": matter.number,
        "due": _pair(both_to_the_minute(directive.due_at)), "at": _pair(both_to_the_minute(at)), "day": _pair(both(at)),
        "counts": {name: f"{getattr(fed_back, name):,}" for name in ("listed", "answered", "rows", "late", "missing")},
        "statement": punctuated(fed_back.statement), "sha256": in_groups(fed_back.sha256) if fed_back.sha256 else "",
    }  # fmt: skip
    work = typeset(TEMPLATE, data, made_at=at)
    return services.issue(
        work.pdf, kind=FEEDBACK, title=LETTER, number=number, about=About(matter.id), actor=actor
    )


def _pair(text: Text) -> list[str]:
    return [text.zh, text.en]


def tell_receipt(directive: Directive, signed: Signed) -> None:
    """Write word of the receipt to the issuing body's office, where the county knows its address."""
    assert directive.receipt is not None
    counts = {"listed": f"{signed.listed:,}", "paper": directive.receipt.number}
    _tell(directive, messages.RECEIPT, counts, directive.receipt.number)


def tell_feedback(directive: Directive, fed_back: FedBack, paper: Paper) -> None:
    """Write word of the feedback to the issuing body's office."""
    counts = {name: f"{getattr(fed_back, name):,}" for name in ("listed", "answered", "rows", "missing")}
    _tell(directive, messages.FEEDBACK, {**counts, "paper": paper.number}, paper.number)


def _tell(directive: Directive, template: str, counts: dict[str, str], key: str) -> None:
    address = address_of(directive)
    if address is None:
        return
    params = {"county": settings.BIHUAN.county, "reference": directive.reference, **counts}
    if template == messages.RECEIPT:
        params["due"] = both_to_the_minute(directive.due_at).zh
    message = Outgoing(
        template,
        MAIL,
        ToOffice(address),
        key=f"{template}/{key}",
        params=params,
        matter_id=directive.matter_id,
    )
    send(message, jurisdiction=directive.jurisdiction)


def address_of(directive: Directive) -> str | None:
    """Return the issuing body's office address, None where the county knows none."""
    found = Issuer.objects.filter(jurisdiction=directive.jurisdiction, name=directive.issuer)
    return found.values_list("mail", flat=True).first()
