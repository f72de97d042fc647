"""What is asked of a verification: how it came, whom it was given to, what was found. Remarks are sealed.

What figures count (`method`, `rows`) has no default: a field left at its default is not written to the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bihuan.core.spec import Choice, Text, asked


class Method(Choice):
    """How something was verified, as the feedback forms name it."""

    PHONE = ("phone", "电话核查", "By phone")
    RECORD = ("record", "技术核查", "By record")
    IN_PERSON = ("in_person", "主动核查", "In person")
    SIGNED_ONLY = ("signed_only", "仅签收", "Signed for only")


class Missed(Choice):
    """Why an attempt reached nobody."""

    NO_ANSWER = ("no_answer", "无人接听或不在家", "No answer, or not at home")
    WRONG_NUMBER = ("wrong_number", "空号或不是本人", "Wrong number")


class Why(Choice):
    """Why a verification goes to a visit or to the lead."""

    ASKED = ("asked", "需上门核查", "Needs a visit")
    NO_ANSWER = ("no_answer", "多次无人接听", "Never answered")
    WRONG_NUMBER = ("wrong_number", "空号或不是本人", "Wrong number")
    NO_NUMBER = ("no_number", "没有电话号码", "No number known")
    REFUSED = ("refused", "不愿回答", "Does not wish to answer")
    HELP = ("help", "需要帮助", "Needs help")
    LANGUAGE = ("language", "语言不通", "Another language is needed")


class Unverified(Choice):
    """Why a verification ends without a finding."""

    NOT_REACHED = ("not_reached", "多次联系不上", "Could not be reached")
    NO_SUCH = ("no_such", "查无此人", "No such person")
    REFUSED = ("refused", "本人不愿回答", "The person does not wish to answer")


class Measure(Choice):
    """What a finding leads on to. It is only proposed: somebody who may decides, naming the legal basis."""

    NONE = ("none", "不需要", "Nothing further")
    OBSERVATION = ("observation", "建议医学观察", "Propose observation")
    TEST = ("test", "建议核酸采样", "Propose a test")


NO_JUDGEMENT = Text("只写核对到的事实，不评价人", "Facts only; no judgement of the person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who is to be verified and why. `source_id`: the list's or directive's matter; `rows`: how many of its rows.

    `township`: where the person is said to live ("" where nobody said); `due_at`: until when feedback is due.
    """

    source: str = asked("来源", "Source")
    source_id: UUID = asked("来源事项", "Source matter")
    reason: str = asked("推送原因", "Reason")
    rows: int = asked("条数", "Rows")
    township: str = asked("乡镇、街道", "Township", default="")
    due_at: datetime = asked("反馈时限", "Feedback due")
    epidemic: bool = asked("涉疫", "Epidemic-related")
    pushed_at: datetime = asked("推送时间", "Pushed at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """More rows that ask for the same (pushed again, corrected). `due_at`: where they are due earlier."""

    source_id: UUID = asked("来源事项", "Source matter")
    rows: int = asked("条数", "Rows")
    due_at: datetime | None = asked("反馈时限", "Feedback due", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """The source set another time for its feedback: more time granted, a limit corrected."""

    due_at: datetime = asked("反馈时限", "Feedback due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Whom a verification was given to; `run` is the routing that did it, where one did."""

    officer: UUID = asked("交给", "Give to", choices="verifying_officers")
    run: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """Why it was taken back from whoever had it."""

    reason: str = asked("理由", "Reason")
    run: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The records that settle a verification: `entries` are their ledger numbers, `kinds` what they are."""

    method: Method
    kinds: tuple[str, ...] = asked("依据的记录", "Records")
    entries: tuple[int, ...] = ()
    matters: tuple[UUID, ...] = ()
    run: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The person was reached, and it is as stated."""

    method: Method = asked("核查方式", "Method")
    propose: Measure = asked("后续", "What follows", default=Measure.NONE)
    remark: str = asked("补一句", "Remark", default="", sealed=True, help=NO_JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The person was reached, and it is not as stated; `remark` says how it is."""

    method: Method = asked("核查方式", "Method")
    propose: Measure = asked("后续", "What follows", default=Measure.NONE)
    remark: str = asked("实情", "How it is", sealed=True, help=NO_JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The person is in another county, which is told."""

    method: Method = asked("核查方式", "Method")
    to: str = asked("现在所在的县（区）", "County where the person is now")
    remark: str = asked("补一句", "Remark", default="", sealed=True, help=NO_JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Nobody was reached. `again_at`: from when to try again."""

    method: Method = asked("核查方式", "Method")
    result: Missed = asked("结果", "Result")
    again_at: datetime | None = asked("下次", "Try again from", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """Why it is passed on; `method` where somebody was called or visited for it just now; `language` needed."""

    why: Why = asked("原因", "Why")
    method: Method | None = asked("核查方式", "Method", default=None)
    language: str = asked("需要的语言", "Language needed", default="", choices="languages")
    officer: UUID | None = asked("交给", "Give to", default=None, choices="visiting_officers")
    remark: str = asked("补一句", "Remark", default="", sealed=True, help=NO_JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Why it ends without a finding."""

    why: Unverified = asked("原因", "Why")
    method: Method = asked("核查方式", "Method")
    remark: str = asked("补一句", "Remark", default="", sealed=True, help=NO_JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The result that was pressed by mistake: its ledger number, and which step it was."""

    entry: int
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """The settling by record that no longer stands: its ledger number, and why."""

    entry: int
    reason: str = asked("理由", "Reason")
    run: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a feedback form tells of a row that was verified elsewhere; `at` is when, `unit` by whom."""

    method: Method = asked("核查方式", "Method")
    finding: str = asked("核查结果", "Finding", default="")
    at: datetime | None = asked("反馈时间", "Fed back at", default=None)
    unit: str = asked("核查单位", "Unit", default="")
