"""The records behind the figures of verification, as SELECTs over the ledger (`figures.py` says what they mean)."""

from __future__ import annotations

from bihuan.core.spec.figures import Rows

# What each verification was asked for.
ASKED = """verification_asked AS MATERIALIZED (
  SELECT matter_id, (payload->>'epidemic')::boolean AS epidemic, payload->>'source' AS source
    FROM known WHERE kind = 'verification.item.open'
)"""
# The last change of state of every verification, as known. By the order of its steps: a feedback form may tell of something
# before the hour at which its directive is said to have come.
STANDING = """verification_standing AS MATERIALIZED (
  SELECT DISTINCT ON (matter_id) id, matter_id, person_id, to_state, occurred_at
    FROM known
   WHERE kind LIKE 'verification.item.%%' AND to_state IS DISTINCT FROM from_state
   ORDER BY matter_id, version DESC
)"""
# Results that were taken back: pressed by mistake, or settled by a record that does not stand.
TAKEN_BACK = """verification_taken_back AS MATERIALIZED (
  SELECT (payload->>'entry')::bigint AS entry FROM known
   WHERE kind IN ('verification.item.call_again', 'verification.item.visit_again', 'verification.item.unsettle')
)"""
RESULTS = (
    "verification.item.confirm", "verification.item.find_otherwise", "verification.item.forward",
    "verification.item.settle_by_record", "verification.item.record_feedback",
)  # fmt: skip
OPEN = ("to_route", "to_call", "to_visit", "with_lead")


def verified_by(method: str) -> Rows:
    """Return the results that were found by this method, of epidemic-related verifications."""
    return Rows(
        "SELECT k.id AS entry_id, k.matter_id, k.person_id, k.place_id, k.kind, k.occurred_at"
        " FROM known k JOIN verification_asked a ON a.matter_id = k.matter_id"
        " LEFT JOIN verification_taken_back t ON t.entry = k.id"
        " WHERE a.epidemic AND t.entry IS NULL AND k.kind = ANY(%(results)s) AND k.payload->>'method' = %(method)s",
        given=(ASKED, TAKEN_BACK),
        parameters={"method": method, "results": list(RESULTS)},
    )


def standing(*states: str) -> Rows:
    """Return the verifications that stand in one of these states."""
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, to_state, occurred_at FROM verification_standing"
        " WHERE to_state = ANY(%(states)s)",
        given=(STANDING,),
        parameters={"states": list(states)},
    )
