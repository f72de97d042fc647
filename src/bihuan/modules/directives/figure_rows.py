"""The records behind the figures of directives, as parts of SELECTs over the ledger (`figures.py` says what they mean)."""

from __future__ import annotations

from typing import Final

SIGNED: Final = """directives_signed AS MATERIALIZED (
  SELECT id, matter_id, occurred_at FROM known WHERE kind = 'directives.directive.sign'
)"""
# Epidemic-related or not, as the issuing body said it last.
KIND: Final = """directives_kind AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) matter_id, (payload->>'epidemic')::boolean AS epidemic
    FROM known
   WHERE kind IN ('directives.directive.open', 'directives.directive.amend') AND payload->>'epidemic' IS NOT NULL
   ORDER BY matter_id, occurred_at DESC, id DESC
)"""
# Until when feedback was due, from when on: a limit that was granted or set anew counts from then, one that was corrected
# was the limit all along.
LIMITS: Final = """directives_limits AS MATERIALIZED (
  SELECT k.id, k.matter_id, coalesce(k.payload->>'due_at', k.payload->>'until')::timestamptz AS due,
         CASE WHEN k.kind = 'directives.directive.amend' THEN o.occurred_at ELSE k.occurred_at END AS since
    FROM known k JOIN known o ON o.matter_id = k.matter_id AND o.kind = 'directives.directive.open'
   WHERE k.kind IN ('directives.directive.open', 'directives.directive.amend', 'directives.directive.grant_time',
                    'directives.directive.send_back')
     AND coalesce(k.payload->>'due_at', k.payload->>'until') IS NOT NULL
)"""
# Where every directive stood: signed for, fed back as a whole, returned, withdrawn.
STANDING: Final = """directives_standing AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) id, matter_id, kind, occurred_at
    FROM known
   WHERE kind IN ('directives.directive.sign', 'directives.directive.feed_back', 'directives.directive.send_back',
                  'directives.directive.withdraw')
   ORDER BY matter_id, occurred_at DESC, id DESC
)"""
# With the limit that was in force when it was fed back; else with the one in force at the cut-off.
STANDING_LIMIT: Final = """directives_standing_limit AS MATERIALIZED (
  SELECT DISTINCT ON (s.id) s.id, s.matter_id, s.kind, s.occurred_at, d.due
    FROM directives_standing s JOIN directives_limits d ON d.matter_id = s.matter_id
   WHERE s.kind <> 'directives.directive.feed_back' OR d.since <= s.occurred_at
   ORDER BY s.id, d.since DESC, d.id DESC
)"""
# The limit in force at the cut-off.
LIMIT_NOW: Final = """directives_limit_now AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) matter_id, due FROM directives_limits ORDER BY matter_id, since DESC, id DESC
)"""
