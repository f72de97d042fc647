"""The figures of directives' feedback, row by row: what came back on whom a directive lists, late, or not at all.

They span two modules: limits are set in `directives`, rows are answered in `verification`.
"""

from __future__ import annotations

from typing import Final

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import ReportSentence, Rows
from bihuan.modules.directives.figure_rows import LIMIT_NOW, LIMITS, STANDING
from bihuan.modules.verification.figure_rows import TAKEN_BACK

ROWS: Final = Text("条", "rows")
PERSONS: Final = Text("人", "persons")

# Verifications that a directive asked for: of rows it lists, or of rows to be checked again.
ASKED: Final = """directives_asked AS MATERIALIZED (
  SELECT id, matter_id, person_id, occurred_at, payload->>'source' AS source, (payload->>'source_id')::uuid AS directive
    FROM known WHERE kind = 'verification.item.open' AND payload->>'source' IN ('directives', 'rework')
)"""
# Every line of feedback: what a workbook or a unit said, what a call, a visit or a record came to.
FEEDBACK: Final = """directives_feedback AS MATERIALIZED (
  SELECT k.id, k.matter_id, k.person_id, k.occurred_at, k.payload->>'method' AS method, a.directive
    FROM known k JOIN directives_asked a ON a.matter_id = k.matter_id
    LEFT JOIN verification_taken_back t ON t.entry = k.id
   WHERE t.entry IS NULL AND k.kind IN ('verification.item.confirm', 'verification.item.find_otherwise',
         'verification.item.forward', 'verification.item.give_up', 'verification.item.settle_by_record',
         'verification.item.record_feedback')
)"""
# With the limit that was in force when it was given.
JUDGED: Final = """directives_judged AS MATERIALIZED (
  SELECT DISTINCT ON (f.id) f.id, f.matter_id, f.person_id, f.occurred_at, f.method, d.due
    FROM directives_feedback f JOIN directives_limits d ON d.matter_id = f.directive AND d.since <= f.occurred_at
   ORDER BY f.id, d.since DESC, d.id DESC
)"""

FIGURES = (
    Figure(
        "directives.feedback_rows", "指令反馈", "Feedback rows of directives", ROWS,
        Text(
            "截止时刻前对指令名单的反馈,每人每次核查一条:反馈表所列的、承办单位登记的和核查所得的,误按后撤回的不计",
            "Lines of feedback on whom directives list, one for each check of each person: from workbooks, from units, from "
            "calls and visits; those taken back as mistakes do not count",
        ),
        Rows("SELECT f.id AS entry_id, f.matter_id, f.person_id, f.occurred_at, f.method FROM directives_feedback f", given=(ASKED, TAKEN_BACK, FEEDBACK)), order=70,
    ),
    Figure(
        "directives.feedback_late", "逾期反馈", "Late feedback rows", ROWS,
        Text("其中晚于当时反馈时限的", "Those of them that came after the limit then in force"),
        Rows("SELECT f.id AS entry_id, f.matter_id, f.person_id, f.occurred_at, f.method, f.due FROM directives_judged f WHERE f.occurred_at > f.due",
             given=(ASKED, TAKEN_BACK, FEEDBACK, LIMITS, JUDGED)), order=71,
    ),
    Figure(
        "directives.feedback_missing", "未反馈", "Missing feedback", PERSONS,
        Text(
            "截止时刻反馈时限已过、仍没有任何反馈的名单人员;指令撤销的不计",
            "Persons listed by directives whose limit has passed at the cut-off and on whom there is no feedback; withdrawn "
            "directives do not count",
        ),
        Rows(
            "SELECT a.id AS entry_id, a.matter_id, a.person_id, a.occurred_at, d.due FROM directives_asked a"
            " JOIN directives_limit_now d ON d.matter_id = a.directive"
            " LEFT JOIN (SELECT DISTINCT matter_id FROM directives_feedback) f ON f.matter_id = a.matter_id"
            " LEFT JOIN directives_standing s ON s.matter_id = a.directive AND s.kind = %(withdrawn)s"
            " WHERE a.source = 'directives' AND f.matter_id IS NULL AND s.id IS NULL AND d.due < %(cutoff)s",
            given=(ASKED, TAKEN_BACK, FEEDBACK, LIMITS, LIMIT_NOW, STANDING),
            parameters={"withdrawn": "directives.directive.withdraw"},
        ), order=72,
    ),
)  # fmt: skip

SENTENCES = (
    ReportSentence(
        Text("疫情防控一线", "On the front line"),
        Text(
            "指令反馈 {directives.feedback_rows} 条,其中逾期反馈 {directives.feedback_late} 条;未反馈 "
            "{directives.feedback_missing} 人。",
            "There were {directives.feedback_rows} rows of feedback on directives, {directives.feedback_late} of them late; on "
            "{directives.feedback_missing} persons feedback is missing.",
        ),
        order=31,
        paragraph=1,
    ),
)  # fmt: skip
