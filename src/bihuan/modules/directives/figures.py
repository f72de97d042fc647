"""The figures of directives, each a question to the ledger (definitions: `means`).

Feedback row by row spans directives and verifications: `loops/directive_figures.py`.
"""

from __future__ import annotations

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import ReportSentence, Rows
from bihuan.modules.directives.figure_rows import KIND, LIMITS, SIGNED, STANDING, STANDING_LIMIT

PIECES = Text("个", "directives")

FIGURES = (
    Figure(
        "directives.received", "接收合成作战指令", "Directives received", PIECES,
        Text("截止时刻前接收并签收的合成作战指令", "Directives received and signed for before the cut-off"),
        Rows("SELECT s.id AS entry_id, s.matter_id, s.occurred_at FROM directives_signed s", given=(SIGNED,)), order=66,
    ),
    Figure(
        "directives.epidemic", "涉疫指令", "Epidemic-related directives", PIECES,
        Text("其中涉疫的;下发单位更正过的,按更正后的算", "Those of them that are epidemic-related, as last corrected by the issuing body"),
        Rows("SELECT s.id AS entry_id, s.matter_id, s.occurred_at FROM directives_signed s JOIN directives_kind k ON k.matter_id = s.matter_id WHERE k.epidemic",
             given=(SIGNED, KIND)), order=67,
    ),
    Figure(
        "directives.fed_back_in_time", "按时反馈指令", "Directives fed back in time", PIECES,
        Text(
            "整份反馈不晚于当时的反馈时限、此后没有被退回的指令;准予延期的按延后的时限算",
            "Directives fed back as a whole by the limit then in force and not returned since; more time granted counts",
        ),
        Rows("SELECT s.id AS entry_id, s.matter_id, s.occurred_at, s.due FROM directives_standing_limit s WHERE s.kind = %(fed_back)s AND s.occurred_at <= s.due",
             given=(LIMITS, STANDING, STANDING_LIMIT), parameters={"fed_back": "directives.directive.feed_back"}), order=68,
    ),
    Figure(
        "directives.late", "逾期指令", "Late directives", PIECES,
        Text(
            "整份反馈晚于时限的,和截止时刻时限已过、仍没有整份反馈的指令;撤销的不计",
            "Directives fed back as a whole after their limit, and those whose limit has passed at the cut-off without it; "
            "withdrawn ones do not count",
        ),
        Rows("SELECT s.id AS entry_id, s.matter_id, s.occurred_at, s.due FROM directives_standing_limit s WHERE CASE WHEN s.kind = %(fed_back)s THEN s.occurred_at > s.due"
             " ELSE s.kind <> %(withdrawn)s AND s.due < %(cutoff)s END", given=(LIMITS, STANDING, STANDING_LIMIT),
             parameters={"fed_back": "directives.directive.feed_back", "withdrawn": "directives.directive.withdraw"}), order=69,
    ),
)  # fmt: skip

SENTENCES = (
    ReportSentence(
        Text("疫情防控一线", "On the front line"),
        Text(
            "接收、核查、反馈合成作战指令 {directives.received} 个,其中涉疫指令 {directives.epidemic} 个;按时反馈指令 "
            "{directives.fed_back_in_time} 个,逾期指令 {directives.late} 个。",
            "{directives.received} directives were received, of them {directives.epidemic} epidemic-related; "
            "{directives.fed_back_in_time} were fed back in time, {directives.late} are late.",
        ),
        order=31,
    ),
)  # fmt: skip
