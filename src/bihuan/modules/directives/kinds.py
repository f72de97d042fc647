"""What can be wrong with a directive's workbook, and with a row of it."""

from __future__ import annotations

from typing import Final

from bihuan.core.intake.problems import Kind, Policy

BY_HAND_ZH: Final = "请改好后重新导入,或在“登记指令”里填写并附上这份名单。"
BY_HAND_EN: Final = "Correct it and import again, or register the directive by hand and attach this list."

COVER_LACKS: Final = Kind(
    "directive_cover_lacks", Policy.REJECT,
    "封面上没有读到“{field}”,整份没有签收。" + BY_HAND_ZH,
    "The cover does not say “{field_en}”; the workbook was not signed for. " + BY_HAND_EN,
)  # fmt: skip
COVER_UNREADABLE: Final = Kind(
    "directive_cover_unreadable", Policy.REJECT,
    "封面“{field}”写的是“{value}”,读不出来,整份没有签收。" + BY_HAND_ZH,
    "The cover's “{field_en}” says “{value}”, which cannot be read; the workbook was not signed for. " + BY_HAND_EN,
)  # fmt: skip
DUE_BEFORE_RECEIVED: Final = Kind(
    "directive_due_before_received", Policy.REJECT,
    "反馈时限({due})不晚于接收时间({received}),整份没有签收。请向下发单位核对时间。" + BY_HAND_ZH,
    "Feedback would be due ({due}) no later than it was received ({received}); the workbook was not signed for. " + BY_HAND_EN,
)  # fmt: skip
WITHOUT_RECEIVED: Final = Kind(
    "directive_without_received",
    Policy.NOTE,
    "封面没有写接收时间,按导入的时间算收到。",
    "The cover does not say when it was received; it counts as received when it was taken in.",
)
TO_THE_END_OF_DAY: Final = Kind(
    "directive_due_without_clock",
    Policy.NOTE,
    "反馈时限只写了日期,按当日 24:00 前反馈。",
    "The time limit names a day only; feedback is due by the end of it.",
)
NO_SUCH_PERSON: Final = Kind(
    "directive_row_without_person",
    Policy.REJECT,
    "第 {row} 行没有姓名或证件号码,不知道是谁,没有开立。请补齐后把名单再导入一次,其余各行不受影响。",
    "Row {row} has no name or no identifier, so nobody knows who is meant; it was not opened. Complete it and import the "
    "workbook again; the other rows are taken.",
)
REPEATED: Final = Kind(
    "directive_row_repeated",
    Policy.SKIP,
    "第 {row} 行与{others}是同一人,不重复开立。",
    "Row {row} names the same person as {others}; it is not opened twice.",
)
FEEDBACK_ON_NOBODY: Final = Kind(
    "feedback_not_listed",
    Policy.REJECT,
    "反馈第 {row} 行的人不在名单上,没有收。请核对姓名和证件号码。",
    "Feedback row {row} is on somebody the list does not name; it was not taken. Check name and identifier.",
)
UNKNOWN_METHOD: Final = Kind(
    "feedback_unknown_method",
    Policy.REJECT,
    "反馈第 {row} 行的核查方式“{value}”不认识,没有收。请写电话核查、技术核查、上门核查或仅签收。",
    "Feedback row {row}: the method “{value}” is not known; the row was not taken. Write 电话核查, 技术核查, 上门核查 or 仅签收.",
)
UNREADABLE_TIME: Final = Kind(
    "feedback_unreadable_time",
    Policy.REJECT,
    "反馈第 {row} 行的反馈时间“{value}”读不出来,没有收。请写成 2021-10-28 03:05 这样。",
    "Feedback row {row}: the time “{value}” cannot be read; the row was not taken. Write it as 2021-10-28 03:05.",
)
AHEAD_OF_NOW: Final = Kind(
    "feedback_ahead_of_now",
    Policy.REJECT,
    "反馈第 {row} 行的反馈时间还没有到,没有收。请核对年月日。",
    "Feedback row {row} is dated ahead of now; it was not taken. Check its date.",
)
NO_LONGER_LISTED: Final = Kind(
    "directive_row_gone",
    Policy.FLAG,
    "更正后的名单少了 {count} 人,原已开立的核查不会自动撤销。确认不再核查的,请在指令页处理。",
    "The corrected list names {count} persons fewer; what was opened for them is not dropped by itself. Decide on the "
    "directive's page.",
)
FOR_A_CLOSED_ONE: Final = Kind(
    "directive_closed",
    Policy.REJECT,
    "指令 {reference} 已办结或撤销,这份改动没有收。确需更正的,请与下发单位核对后另行登记。",
    "Directive {reference} is closed or withdrawn, so these changes were not taken. Check with the issuing body and "
    "register it anew where it must be corrected.",
)
SAME_DIRECTIVE: Final = Kind(
    "same_directive",
    Policy.NOTE,
    "指令 {reference} 已签收,内容没有变化。",
    "Directive {reference} is signed for already; nothing has changed.",
)
COVER_TEXTS: Final = {
    "reference": ("指令编号", "directive number"), "issuer": ("下发单位", "issuing body"), "subject": ("指令主题", "subject"),
    "received": ("接收时间", "received"), "due": ("反馈时限", "feedback due"), "epidemic": ("是否涉疫", "epidemic-related"),
}  # fmt: skip
