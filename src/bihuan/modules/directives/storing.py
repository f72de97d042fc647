"""The statements that read and move many rows at once."""

from __future__ import annotations

from typing import Final

DIRECTIVE_ROWS: Final = """
SELECT d.matter_id, d.due_at, d.received_at, d.first_due, d.due_why, d.due_by, d.asked_until, d.returned,
       coalesce(r.listed, 0), coalesce(r.answered, 0), coalesce(t.parts, 0)
  FROM directives_directive d
  LEFT JOIN (SELECT directive_id, count(*) AS listed, count(answered_at) AS answered FROM directives_listedrow
              WHERE NOT gone GROUP BY 1) r ON r.directive_id = d.matter_id
  LEFT JOIN (SELECT k.directive_id, count(*) AS parts FROM directives_part k JOIN matters_matter m ON m.id = k.matter_id
              WHERE m.state IN ('given', 'reported') GROUP BY 1) t ON t.directive_id = d.matter_id
 WHERE d.matter_id = ANY(%s)
"""
PART_ROWS: Final = """
SELECT k.matter_id, k.due_at, count(r.id), count(r.answered_at), k.statement
  FROM directives_part k LEFT JOIN directives_listedrow r ON r.task_id = k.matter_id AND NOT r.gone
 WHERE k.matter_id = ANY(%s) GROUP BY k.matter_id
"""
ASSIGN: Final = """
SELECT d.reference, k.unit, k.rows FROM directives_part k JOIN directives_directive d ON d.matter_id = k.directive_id
 WHERE k.matter_id = %s
"""
# Rework is a verification of its own, so that what was found before stays what it was.
REDO: Final = """
UPDATE directives_listedrow r SET answered_at = NULL, item_id = gen_random_uuid()
 WHERE r.directive_id = %(directive)s AND NOT r.gone AND (%(all)s OR NOT EXISTS (
   SELECT FROM directives_feedbackrow f WHERE f.listed_id = r.id AND NOT f.taken_back AND f.method <> 'signed_only'))
"""
# A corrected limit was always the limit: what came within it was never late.
LATE: Final = "UPDATE directives_feedbackrow SET late = at > %s WHERE directive_id = %s"
