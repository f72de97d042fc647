"""What is asked of a list: how it came, what was signed for, what was sent back to its sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bihuan.core.spec import Choice, asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A list as it came: file, its SHA-256 and size in bytes, who pushed it, from when to when."""

    name: str = asked("文件", "File")
    sha256: str = asked("SHA-256", "SHA-256")
    size: int = asked("字节", "Bytes")
    sender: str = asked("推送单位", "Pushed by", default="")
    first_pushed: datetime | None = asked("最早推送", "First pushed", default=None)
    last_pushed: datetime | None = asked("最晚推送", "Last pushed", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the receipt states: `rows` = `accepted` + `duplicates` + `rejected`; `persons` the accepted rows name.

    `repeated`: accepted rows that attach to a verification that was open already (pushed again, or corrected).
    """

    rows: int = asked("签收", "Rows signed for")
    accepted: int = asked("待核查", "Accepted")
    rejected: int = asked("退回", "Sent back")
    duplicates: int = asked("重复", "Repeated")
    persons: int = asked("涉及", "Persons")
    repeated: int = asked("再次推送", "Pushed again")


class MoreTime(Choice):
    """Why feedback needs more time; a closed list, for the reason goes to the sender."""

    MANY = ("many", "数量大,人手不足", "Too many for the officers at hand")
    UNREACHED = ("unreached", "多次联系不上", "People who could not be reached yet")
    ABROAD = ("elsewhere", "等外县核查结果", "Another county has not answered yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time, as agreed with the sender: whole hours."""

    hours: int = asked("延长(小时)", "Hours more")
    reason: MoreTime = asked("理由", "Reason")
    agreed_by: str = asked("来件单位同意人", "Agreed by (sender)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FedBack:
    """What went back: how many rows with a result, how many of them changed since last time, the file's SHA-256."""

    rows: int = asked("已反馈", "Rows answered")
    verified: int = asked("核实", "Verified")
    forwarded: int = asked("转外县", "Forwarded")
    unreachable: int = asked("无法核实", "Unreachable")
    pending: int = asked("未核查", "Still open", default=0)
    changed: int = asked("有更正", "Corrected", default=0)
    sha256: str = asked("文件 SHA-256", "SHA-256 of the file", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What no longer holds of a feedback that was sent: `rows` of the list concern a merge that was undone."""

    rows: int = asked("涉及条数", "Rows concerned")
    person: UUID = asked("人员记录", "Person's record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why, in a sentence."""

    reason: str = asked("理由", "Reason", long=True)
