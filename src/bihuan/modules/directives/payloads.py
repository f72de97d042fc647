"""What is asked of a directive and of its parts: what came, who works on what, what went back and until when.

Nothing personal is asked here: whom a directive lists stands in its rows, sealed. What figures count has no default,
for a field left at its default is not written to the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bihuan.core.spec import Choice, Text, asked


class Method(Choice):
    """How a listed person was checked, in the words of the senders' form; by record: in records lawfully held here."""

    PHONE = ("phone", "电话核查", "By phone")
    RECORD = ("record", "技术核查", "By record")
    IN_PERSON = ("in_person", "上门核查", "In person")
    SIGNED_ONLY = ("signed_only", "仅签收", "Signed for only")


class Finding(Choice):
    """What the check came to, as far as it may stand in the open; the words of the form are kept sealed."""

    NONE = ("none", "未填", "Not said")
    TRUE = ("true", "情况属实", "As stated")
    ELSEWHERE = ("elsewhere", "不在本区", "Not in this county")
    IN_HAND = ("in_hand", "已落实管控", "Measures are in place")
    UNTRUE = ("untrue", "情况不属实", "Not as stated")
    UNREACHED = ("unreached", "未联系上", "Could not be reached")
    OTHER = ("other", "其他", "Other")


class MoreTime(Choice):
    """Why a directive needs more time; a closed list, for it goes to the issuing body."""

    MANY = ("many", "数量大,人手不足", "Too many for the officers at hand")
    UNREACHED = ("unreached", "有人尚未联系上", "Some could not be reached yet")
    ELSEWHERE = ("elsewhere", "等外县结果", "Another county has not answered yet")
    UNCLEAR = ("unclear", "名单需下发单位补正", "The list must be corrected by the issuing body")


class Again(Choice):
    """What is to be done again when the issuing body sends feedback back."""

    ALL = ("all", "全部重新核查", "Check all of them again")
    SIGNED_ONLY = ("signed_only", "只签收的补核查", "Check those that were only signed for")
    FORM = ("form", "只改反馈表,不重新核查", "Only the form, nobody is checked again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A directive as it came: number, issuing body, subject and time limit of its own. `name`, `sha256`: the workbook."""

    reference: str = asked("指令编号", "Directive number")
    issuer: str = asked("下发单位", "Issuing body")
    subject: str = asked("指令主题", "Subject")
    epidemic: bool = asked("涉疫", "Epidemic-related")
    due_at: datetime = asked("反馈时限", "Feedback due")
    name: str = asked("文件", "File", default="")
    sha256: str = asked("SHA-256", "SHA-256", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the receipt states: `rows` on the list = `listed` + `repeated` + `rejected`."""

    rows: int = asked("名单行数", "Rows on the list")
    listed: int = asked("名单人数", "Listed")
    repeated: int = asked("重复", "Repeated")
    rejected: int = asked("退回", "Sent back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One unit's part of the list: `unit` by name, the townships it takes, how many rows that was, who sees to it."""

    unit: str
    townships: tuple[str, ...]
    rows: int
    officer: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How the list was given to units; rows of townships that no part names stay with the desk."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedFeedback:
    """Feedback rows that a workbook brought: how many, how many of them late by the time limit in force."""

    rows: int = asked("反馈行", "Feedback rows")
    late: int = asked("逾期", "Late")
    name: str = asked("文件", "File", default="")
    sha256: str = asked("SHA-256", "SHA-256", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What a corrected workbook changed: cover fields by name, listed rows added, changed, and no longer there."""

    fields: tuple[str, ...] = asked("改动", "Changed")
    added: int = asked("新增", "Added")
    changed: int = asked("改动行", "Changed rows")
    gone: int = asked("不再列出", "No longer listed")
    due_at: datetime | None = asked("反馈时限", "Feedback due", default=None)
    epidemic: bool | None = asked("涉疫", "Epidemic-related", default=None)
    issuer: str | None = asked("下发单位", "Issuing body", default=None)
    subject: str | None = asked("指令主题", "Subject", default=None)
    name: str = asked("文件", "File", default="")
    sha256: str = asked("SHA-256", "SHA-256", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTime:
    """More time asked of the issuing body."""

    until: datetime = asked("申请延至", "Until")
    reason: MoreTime = asked("理由", "Reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedTime:
    """More time as the issuing body granted it; the deadline moves there."""

    until: datetime = asked("准予延至", "Granted until")
    agreed_by: str = asked("下发单位同意人", "Agreed by (issuing body)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedTime:
    """The issuing body's no; the deadline stays where it was."""

    said_by: str = asked("下发单位答复人", "Said by (issuing body)")
    reason: str = asked("答复", "Answer", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FedBack:
    """What went back: listed, answered, feedback rows, rows late and missing; `statement` where there is no list."""

    listed: int = asked("名单人数", "Listed")
    answered: int = asked("已反馈", "Answered")
    rows: int = asked("反馈行", "Feedback rows")
    late: int = asked("逾期", "Late")
    missing: int = asked("未反馈", "Missing")
    statement: str = asked("办理情况", "What was done", default="", long=True)
    sha256: str = asked("反馈表 SHA-256", "SHA-256 of the workbook", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Feedback sent back: until when again, why, and what of it is to be checked again."""

    due_at: datetime = asked("新的反馈时限", "New time limit")
    again: Again = asked("返工范围", "What is done again")
    reason: str = asked("退回原因", "Reason", long=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why, in a sentence that names nobody."""

    reason: str = asked(
        "理由", "Reason", long=True, help=Text("不写人员姓名、证件号码", "No names or numbers of persons")
    )


# ── parts ────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A unit's part of a directive. `directive`: its matter; `rows`: how many listed persons; `due_at`: until when."""

    directive: UUID = asked("指令", "Directive")
    reference: str = asked("指令编号", "Directive number")
    unit: str = asked("承办单位", "Unit")
    rows: int = asked("名单人数", "Listed")
    due_at: datetime = asked("完成时限", "Due")
    officer: UUID | None = asked("承办人", "Officer", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a unit found out about one listed row, as the form has it."""

    row: int
    method: Method = asked("核查方式", "Method")
    finding: Finding = asked("核查结果", "Finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A part's time limit moves with its directive's."""

    due_at: datetime = asked("完成时限", "Due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A unit's report that its part is done."""

    statement: str = asked("办理情况", "What was done", default="", long=True,
                           help=Text("不写人员姓名、证件号码", "No names or numbers of persons"))  # fmt: skip
