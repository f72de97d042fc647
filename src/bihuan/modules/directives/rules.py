"""What must hold before a step: pure functions of the directive as it stands, the payload and the time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.core.spec import Refusal, Snapshot, Text
from bihuan.modules.directives.facts import DirectiveFacts, PartFacts
from bihuan.modules.directives.payloads import (
    Answer,
    AskedTime,
    Done,
    FedBack,
    GrantedTime,
    Method,
    Received,
    RefusedTime,
    Returned,
    Signed,
    Split,
)

LONGEST = timedelta(days=60)
"""Beyond this from now a time limit is taken for a slip of the pen."""


def named_and_limited(directive: Snapshot, received: Received, now: datetime) -> Refusal | None:
    """Refuse a directive without number, issuing body or subject, or whose limit lies before it came."""
    if not (received.reference.strip() and received.issuer.strip() and received.subject.strip()):
        return Refusal(
            Text("指令须写明编号、下发单位和主题", "A directive names its number, issuing body and subject")
        )
    if received.due_at <= directive.opened_at:
        return Refusal(
            Text("反馈时限早于接收时间", "Feedback would be due before the directive came"),
            instead=Text("请核对两个时间的日期", "Check the dates of both"),
        )
    return None


def adds_up(directive: Snapshot, signed: Signed, now: datetime) -> Refusal | None:
    """Refuse a receipt whose parts are not its whole."""
    if signed.rows == signed.listed + signed.repeated + signed.rejected:
        return None
    return Refusal(
        Text("签收的行数对不上", "The rows signed for do not add up"),
        instead=Text("请重新读取文件", "Read the file again"),
    )


def somebody_takes_it(directive: Snapshot, split: Split, now: datetime) -> Refusal | None:
    """Refuse a split that gives nothing to anybody, or the same township to two units."""
    if not split.parts or not all(part.unit.strip() for part in split.parts):
        return Refusal(Text("还没有写明哪个单位承办", "No unit is named yet"))
    named = [township for part in split.parts for township in part.townships]
    if len(named) != len(set(named)):
        return Refusal(Text("同一乡镇街道分给了两个单位", "A township was given to two units"))
    return None


def nothing_missing(directive: Snapshot, now: datetime) -> Refusal | None:
    """Refuse to feed back for the whole list while rows have no feedback or a unit has not reported."""
    facts: DirectiveFacts = directive.facts
    if facts.pending:
        return Refusal(
            Text(f"还有 {facts.pending} 人没有反馈", f"{facts.pending} listed persons have no feedback yet"),
            instead=Text("先部分反馈,或申请延期", "Feed back what is done, or ask for more time"),
        )
    if facts.parts:
        return Refusal(
            Text(
                f"还有 {facts.parts} 个单位的分工没有认可", f"{facts.parts} units' parts are not accepted yet"
            ),
            instead=Text(
                "请先认可、退回或收回各单位的分工", "Accept, send back or recall the units' parts first"
            ),
        )
    return None


def something_is_done(directive: Snapshot, now: datetime) -> Refusal | None:
    """Refuse a part of a feedback that says nothing."""
    if directive.facts.answered:
        return None
    return Refusal(Text("还没有一人的反馈", "There is no feedback on anybody yet"))


def says_what_was_done(directive: Snapshot, fed_back: FedBack, now: datetime) -> Refusal | None:
    """Refuse feedback without a list and without a word on what was done."""
    if directive.facts.listed or fed_back.statement.strip():
        return None
    return Refusal(Text("这件指令没有名单,请写明办理情况", "It lists nobody: say what was done"))


def none_asked(directive: Snapshot, now: datetime) -> Refusal | None:
    """Refuse a second request while the first has no answer."""
    if directive.facts.asked_until is None:
        return None
    return Refusal(
        Text(
            "已申请延期,下发单位还没有答复", "More time was asked for; the issuing body has not answered yet"
        )
    )


def was_asked(directive: Snapshot, now: datetime) -> Refusal | None:
    """Refuse an answer to a request that nobody made."""
    if directive.facts.asked_until is not None:
        return None
    return Refusal(Text("没有待答复的延期申请", "No request for more time is waiting"))


def later_than_due(directive: Snapshot, time: AskedTime | GrantedTime, now: datetime) -> Refusal | None:
    """Refuse more time that is none, or months of it."""
    due = directive.facts.due_at
    if due < time.until <= max(due, now) + LONGEST:
        return None
    return Refusal(
        Text(
            "延至的时间应晚于现在的反馈时限,不超过 60 天",
            "The new time lies after the one in force, by at most 60 days",
        ),
    )


def answer_is_given(directive: Snapshot, refused: RefusedTime, now: datetime) -> Refusal | None:
    """Refuse a refusal without who said it and what."""
    if refused.said_by.strip() and refused.reason.strip():
        return None
    return Refusal(Text("请写明答复人和答复内容", "Say who answered and what"))


def new_limit_is_ahead(directive: Snapshot, returned: Returned, now: datetime) -> Refusal | None:
    """Refuse rework without a reason, or due already when it is recorded."""
    if not returned.reason.strip():
        return Refusal(Text("请写明退回的原因", "Say why it was returned"))
    if now < returned.due_at <= now + LONGEST:
        return None
    return Refusal(
        Text("新的反馈时限应晚于现在,不超过 60 天", "The new time limit lies ahead, by at most 60 days"),
        instead=Text("请按下发单位的退回通知填写", "Enter what the issuing body's notice says"),
    )


def all_answered(part: Snapshot, done: Done, now: datetime) -> Refusal | None:
    """Refuse a unit's report while rows of its part have no feedback, or, without a list, without a word."""
    facts: PartFacts = part.facts
    if facts.pending:
        return Refusal(
            Text(f"还有 {facts.pending} 人没有反馈", f"{facts.pending} listed persons have no feedback yet"),
            instead=Text("逐人登记核查结果后再报", "Record a finding for each of them, then report"),
        )
    if not facts.rows and not done.statement.strip():
        return Refusal(Text("没有名单的分工,请写明办理情况", "A part without a list: say what was done"))
    return None


def in_words_of_the_form(part: Snapshot, answer: Answer, now: datetime) -> Refusal | None:
    """Refuse “by record” from a unit: records are looked up by the lead, who names them."""
    if answer.method is not Method.RECORD:
        return None
    return Refusal(
        Text(
            "技术核查由核查组长“核对记录并分派”完成",
            "Checks by record are made by the verification lead, with the records",
        ),
    )
