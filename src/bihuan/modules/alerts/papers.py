"""What a list's sender gets: the receipt, the notice that something fed back no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.matters.models import Matter
from bihuan.core.papers import numbering, receipts, services
from bihuan.core.papers.models import Paper
from bihuan.core.papers.services import About
from bihuan.core.papers.typesetting import typeset
from bihuan.core.papers.wording import in_groups, punctuated
from bihuan.core.spec.text import Text
from bihuan.modules.alerts.models import AlertList
from bihuan.modules.alerts.payloads import FedBack, Signed

LETTER: Final = "modules/alerts/typst/feedback.typ"
FEEDBACK, CORRECTION = "alert_feedback", "alert_correction"


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


def feedback_letter(
    alert_list: AlertList, matter: Matter, sums: FedBack, file: str, at: datetime, *, actor: Actor
) -> Paper:
    """Write the letter that goes with a feedback: the numbers, and the SHA-256 by which the file is known."""
    figures = [
        (Text("核实", "Verified"), sums.verified), (Text("转外县", "Forwarded"), sums.forwarded),
        (Text("无法核实", "Unreachable"), sums.unreachable), (Text("尚在核查", "Still open"), sums.pending),
        (Text("重复(随原行反馈)", "Repeated (answered with the row they repeat)"), alert_list.duplicates),
        (Text("退回(见附件“退回”表)", "Sent back (sheet 退回)"), alert_list.rejected),
    ]  # fmt: skip
    says = (
        Text(
            f"其中 {sums.changed:,} 条与此前反馈不同,以本次为准。",
            f"{sums.changed:,} rows differ from an earlier feedback; this one holds.",
        )
        if sums.changed
        else Text("未尽的各条核查后另行反馈。", "Rows still open are fed back when they are verified.")
        if sums.pending
        else Text("本名单逐条核查完毕,现予反馈。", "Every row of the list is verified; this is the answer.")
    )
    title = Text("预警名单核查反馈", "Feedback on an alert list")
    return _letter(alert_list, matter, FEEDBACK, title, figures, says, at, actor, file, sums.sha256)


def correction_letter(
    alert_list: AlertList, matter: Matter, rows: int, at: datetime, *, actor: Actor
) -> Paper:
    """Tell the sender that rows which were fed back no longer hold, because the merge they rested on was undone."""
    says = Text(
        f"此前反馈的结果中有 {rows:,} 条,系将两份人员记录合并为一人后得出;现该合并已撤销,上述 {rows:,} 条的结果不再有效。"
        "正在重新核查,核查后更正反馈。",
        f"{rows:,} of the results fed back rested on two records taken for one person. That merge was undone and these "
        "results no longer hold. They are being verified again; a corrected feedback follows.",
    )
    title = Text("预警名单反馈更正通知", "Correction of a feedback")
    return _letter(
        alert_list, matter, CORRECTION, title, [(Text("需更正", "To be corrected"), rows)], says, at, actor
    )


def _letter(
    alert_list: AlertList, matter: Matter, kind: str, title: Text, figures: Sequence[tuple[Text, int]], says: Text,
    at: datetime, actor: Actor, file: str = "", sha256: str = "",
) -> Paper:  # fmt: skip
    year = timezone.localtime(at).year
    (number,) = numbering.take(matter.organ_id, kind, year, actor.jurisdiction)
    facts = [
        (Text("来件单位", "To"), alert_list.sender or "—"), (Text("名单", "List"), alert_list.name),
        (Text("本局编号", "Our number"), matter.number), (Text("签收条数", "Rows signed for"), f"{alert_list.rows:,}"),
        (Text("日期", "Date"), f"{timezone.localtime(at):%Y-%m-%d %H:%M}"),
    ]  # fmt: skip
    data = {
        "title": _pair(title), "organ": [matter.organ.name_zh, matter.organ.name_en], "number": number,
        "facts": [[_pair(name), value] for name, value in facts],
        "sums": [[_pair(name), f"{value:,}"] for name, value in figures],
        "says": _pair(says), "file": file, "sha256": in_groups(sha256) if sha256 else "",
    }  # fmt: skip
    work = typeset(LETTER, data, made_at=at)
    about = About(alert_list.matter_id)
    return services.issue(work.pdf, kind=kind, title=title, number=number, about=about, actor=actor)


def _pair(text: Text) -> list[str]:
    return [punctuated(text.zh), text.en]
