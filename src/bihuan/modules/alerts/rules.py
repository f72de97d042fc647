"""What must hold before a step: pure functions of the list as it stands, the payload and the time."""

from __future__ import annotations

from datetime import datetime

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.alerts.payloads import Extension, Signed

MOST_HOURS = 240


def adds_up(alert_list: Snapshot, signed: Signed, now: datetime) -> Refusal | None:
    """Refuse a receipt whose parts are not its whole: every row is accepted, repeated or sent back."""
    if signed.rows == signed.accepted + signed.duplicates + signed.rejected:
        return None
    return Refusal(
        Text("签收的条数对不上", "The rows signed for do not add up"),
        instead=Text("请重新读取文件", "Read the file again"),
    )


def nothing_pending(alert_list: Snapshot, now: datetime) -> Refusal | None:
    """Refuse to answer for the whole list while rows are still to be verified."""
    if alert_list.facts is None or not alert_list.facts.pending:
        return None
    n = alert_list.facts.pending
    return Refusal(
        Text(f"还有 {n} 条没有核查完", f"{n} rows are not verified yet"),
        instead=Text("先反馈已核查的,或与来件单位商定延期", "Feed back what is done, or agree on more time"),
    )


def something_is_done(alert_list: Snapshot, now: datetime) -> Refusal | None:
    """Refuse an answer that says nothing."""
    if alert_list.facts is None or alert_list.facts.settled:
        return None
    return Refusal(
        Text("还没有一条核查完,没有可反馈的", "Not one row is verified, so there is nothing to feed back"),
        instead=Text("请先分派核查", "Route the verifications first"),
    )


def hours_make_sense(alert_list: Snapshot, extension: Extension, now: datetime) -> Refusal | None:
    """Refuse an extension that is none, or that nobody would wait for."""
    if 1 <= extension.hours <= MOST_HOURS:
        return None
    return Refusal(
        Text(f"延长 1 至 {MOST_HOURS} 小时", f"Between 1 and {MOST_HOURS} hours"),
        instead=Text("时间更长的,请与来件单位另行商定", "For longer, settle it with the sender anew"),
    )
