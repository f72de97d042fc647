"""What verification rests on and leads on to: the county's own records settle it; findings become proposals.

By record: somebody under observation now, somebody tested since the push, somebody verified for this reason lately. A
proposal is decided by a person who may, with its legal basis; nobody is ordered anywhere by a key that was pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bihuan.core.spec import Text
from bihuan.core.spec.figures import Figure, ReportSentence, Rows
from bihuan.modules.verification.figure_rows import ASKED
from bihuan.modules.verification.records import Asking, Found, by_person, reads

# ── records that settle ──────────────────────────────────────────────────
UNDER_OBSERVATION = """
SELECT m.person_id, m.id, e.id, e.occurred_at
  FROM matters_matter m JOIN LATERAL (
    SELECT id, occurred_at FROM ledger_entry WHERE matter_id = m.id AND kind = 'quarantine.stay.admit'
     ORDER BY id DESC LIMIT 1) e ON true
 WHERE m.type = 'quarantine.stay' AND m.state IN ('admitted', 'observed', 'release_due')
   AND m.jurisdiction = %s AND m.person_id = ANY(%s::uuid[])
"""
TESTED = """
SELECT m.person_id, m.id, o.entry_id, o.occurred_at
  FROM matters_matter m JOIN quarantine_observation o ON o.stay_id = m.id
 WHERE m.type = 'quarantine.stay' AND m.jurisdiction = %s AND m.person_id = ANY(%s::uuid[])
   AND o.mark IN ('negative', 'positive')
"""


@reads("observed", Text("正在集中隔离", "Under observation"))
def under_observation(asked: Sequence[Asking], jurisdiction: str) -> Mapping[UUID, Sequence[Found]]:
    """Find who is in a quarantine site now: the measure that a verification could lead to has been taken."""
    found: dict[UUID, list[Found]] = {}
    for asking, (stay, entry, at) in by_person(UNDER_OBSERVATION, asked, jurisdiction):
        found.setdefault(asking.item, []).append(Found("observed", stay, entry, at))
    return found


@reads("tested", Text("推送后已采样检测", "Tested since the push"))
def tested_since(asked: Sequence[Asking], jurisdiction: str) -> Mapping[UUID, Sequence[Found]]:
    """Find who has a laboratory's result of a sample taken after the push; earlier ones are shown, and settle nothing."""
    found: dict[UUID, list[Found]] = {}
    for asking, (stay, entry, at) in by_person(TESTED, asked, jurisdiction):
        found.setdefault(asking.item, []).append(Found("tested", stay, entry, at, settles=at >= asking.since))
    return found


# ── figures that span lists and directives ───────────────────────────────
ROWS_ASKED = Rows(
    "SELECT id AS entry_id, matter_id, person_id, (payload->>'rows')::int AS rows, occurred_at FROM known"
    " WHERE kind = 'alerts.list.sign'"
    " UNION ALL SELECT k.id AS entry_id, k.matter_id, k.person_id, (k.payload->>'rows')::int AS rows, k.occurred_at"
    " FROM known k JOIN verification_asked a ON a.matter_id = k.matter_id"
    " WHERE k.kind IN ('verification.item.open', 'verification.item.attach') AND a.source = 'directives' AND a.epidemic",
    given=(ASKED,),
    amount="rows",
)
FIGURES = (
    Figure(
        "verification.items", "涉疫核查数据", "Rows to be verified", Text("条", "rows"),
        Text(
            "截止时刻前签收的预警数据，加上涉疫指令所列名单的条数",
            "Rows of the alert lists signed for before the cut-off, and of the lists in epidemic-related directives",
        ),
        ROWS_ASKED, order=60,
    ),
)  # fmt: skip

SENTENCES = (
    ReportSentence(
        Text("疫情防控一线", "On the front line"),
        Text(
            "核查涉疫情数据 {verification.items} 条，其中电话核查 {verification.by_phone} 人次，技术核查 "
            "{verification.by_record} 人次，主动核查 {verification.in_person} 人次；无法核实 {verification.unreachable} 件，"
            "尚在核查 {verification.pending} 件。",
            "{verification.items} epidemic-related rows were to be verified: {verification.by_phone} verifications were "
            "made by phone, {verification.by_record} by record and {verification.in_person} in person; "
            "{verification.unreachable} could not be verified, {verification.pending} are still open.",
        ),
        order=32,
    ),
)
