"""What a list's sender gets: the receipt, the notice that something fed back no longer holds."""

from __future__ import annotations

from datetime import datetime

from bihuan.core.access.actors import Actor
from bihuan.core.papers import receipts
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.spec.text import Text
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.payloads import Signed


def receipt(alert_list: AlertList, signed: Signed, at: datetime, *, actor: Actor) -> Paper:
    """Receipt a list: what came, rows accepted, repeated and sent back, and until when the answer is due."""
    matter, name = alert_list.matter, alert_list.name
    organ = Text(matter.organ.name_zh, matter.organ.name_en)
    zh = (
        f"签收 {signed.rows:,} 条:待核查 {signed.accepted:,} 条(涉及 {signed.persons:,} 人),重复 {signed.duplicates:,} 条,"
        f"退回 {signed.rejected:,} 条。"
    )
    en = (
        f"{signed.rows:,} rows signed for: {signed.accepted:,} accepted ({signed.persons:,} persons), "
        f"{signed.duplicates:,} repeated, {signed.rejected:,} sent back."
    )
    if signed.rejected:
        zh += "退回的行另附行号和原因,请改好后再推。"
        en += " Lines sent back are listed with their reason; please correct and push them again."
    draft = receipts.Receipt(
        number="", matter_number=matter.number, organ=organ, handed_in_by=alert_list.sender or "—", received_at=at,
        received_by=actor.name, items=[receipts.Item(Text(name, "Alert list"), bytes(alert_list.sha256).hex(), alert_list.size)],
        next_step=receipts.NextStep(Text(f"{zh}核查结果按来件格式逐条反馈", f"{en} Results are fed back row by row in your form"), matter.due_at),
    )  # fmt: skip
    return receipts.issue(draft, organ_code=matter.organ_id, about=About(alert_list.matter_id), actor=actor)
