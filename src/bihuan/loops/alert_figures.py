"""The figures of alert lists: what was signed for, and what became of every row of it.

They span two modules: lists are signed for in `alerts`, rows are settled as `verification` settles them. At every moment
signed for = sent back + repeated + pending + verified + forwarded + unreachable, each told from the ledger by itself.
"""

from __future__ import annotations

from typing import Final

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import ReportSentence, Rows
from bihuan.modules.quarantine.figure_rows import SAME
from bihuan.modules.verification.figure_rows import STANDING

ROWS = Text("条", "rows")
PERSONS = Text("人", "persons")

SIGNED = """alerts_signed AS MATERIALIZED (
  SELECT id, matter_id, occurred_at, (payload->>'rows')::int AS rows, (payload->>'duplicates')::int AS duplicates,
         (payload->>'rejected')::int AS rejected
    FROM known WHERE kind = 'alerts.list.sign'
)"""
# Accepted rows, as verifications were asked for them: when the list was signed for, one entry a person and reason.
ASKED = """alerts_asked AS MATERIALIZED (
  SELECT k.id, k.matter_id, k.person_id, k.occurred_at, (k.payload->>'rows')::int AS rows
    FROM known k JOIN alerts_signed s ON s.matter_id = (k.payload->>'source_id')::uuid
   WHERE k.kind IN ('verification.item.open', 'verification.item.attach')
)"""
# A list recorded later than another may have been pushed before it; its rows may then ask for a verification that was
# opened after the cut-off, and are pending.
STOOD = """alerts_stood AS MATERIALIZED (
  SELECT a.id, a.matter_id, a.person_id, a.occurred_at, a.rows, coalesce(v.to_state, 'to_route') AS to_state
    FROM alerts_asked a LEFT JOIN verification_standing v ON v.matter_id = a.matter_id
)"""
VERIFIED: Final = ("confirmed", "otherwise", "by_record", "fed_back")
SETTLED: Final = (*VERIFIED, "forwarded", "unreachable")


def _of_lists(column: str) -> Rows:
    return Rows(
        f"SELECT id AS entry_id, matter_id, occurred_at, {column} FROM alerts_signed WHERE {column} > 0",  # noqa: S608 - constants
        given=(SIGNED,),
        amount=column,
    )


def _standing(where: str, *states: str) -> Rows:
    return Rows(
        "SELECT id AS entry_id, matter_id, person_id, to_state, occurred_at, rows FROM alerts_stood"  # noqa: S608 - constants
        f" WHERE to_state {where}(%(states)s)",
        given=(SIGNED, ASKED, STANDING, STOOD),
        amount="rows",
        parameters={"states": list(states)},
    )


_WHO = "CASE WHEN m.kind = 'people.merged' THEN m.into_id ELSE a.person_id END"
PERSONS_ASKED = Rows(
    "SELECT id AS entry_id, matter_id, person AS person_id, occurred_at FROM (SELECT DISTINCT ON (person) *"  # noqa: S608 - constants
    f" FROM (SELECT a.*, {_WHO} AS person FROM alerts_asked a LEFT JOIN same m ON m.person_id = a.person_id) w"
    " ORDER BY person, occurred_at, id) p",
    given=(SIGNED, ASKED, SAME),
)

FIGURES = (
    Figure(
        "alerts.signed_for", "签收预警数据", "Alerts signed for", ROWS,
        Text("截止时刻前签收的预警名单的全部行:待核查、重复和退回的都在内", "All rows of the alert lists signed for, also those repeated or sent back"),
        _of_lists("rows"), order=50,
    ),
    Figure(
        "alerts.rejected", "退回", "Sent back", ROWS,
        Text("签收时因格式残缺退回来件单位的行", "Rows sent back to their sender when the list was signed for, because they were malformed"),
        _of_lists("rejected"), order=51, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.duplicates", "重复", "Repeated", ROWS,
        Text(
            "八项内容与此前一行完全相同的行,在同一名单内或在先签收的名单内",
            "Rows that repeat all eight fields of another row, in the same list or in one signed for before",
        ),
        _of_lists("duplicates"), order=52, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.pending", "待核查", "Pending", ROWS,
        Text("已签收、截止时刻核查尚未办结的行", "Rows whose verification was still open at the cut-off"),
        _standing("<> ALL", *SETTLED), order=53, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.verified", "已核实", "Verified", ROWS,
        Text("截止时刻已核查办结的行:属实、不属实、据记录核实", "Rows whose verification ended in a finding, or was settled by record"),
        _standing("= ANY", *VERIFIED), order=54, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.forwarded", "转外县", "Forwarded", ROWS,
        Text("因本人已离开本县而转外县核查的行", "Rows forwarded to another county, where the person is now"),
        _standing("= ANY", "forwarded"), order=55, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.unreachable", "无法核实", "Unreachable", ROWS,
        Text("以“无法核实”办结的行", "Rows whose verification ended without a finding"),
        _standing("= ANY", "unreachable"), order=56, part_of="alerts.signed_for",
    ),
    Figure(
        "alerts.persons", "预警涉及人员", "Persons alerted to", PERSONS,
        Text("待核查各行涉及的人,同一人只计一次;合并的记录算一人", "Persons whom accepted rows name, each once; merged records are one person"),
        PERSONS_ASKED, order=57,
    ),
)  # fmt: skip

SENTENCES = (
    ReportSentence(
        Text("疫情防控一线", "On the front line"),
        Text(
            "签收推送的疫情防控预警数据 {alerts.signed_for} 条,其中退回 {alerts.rejected} 条,重复 {alerts.duplicates} 条,"
            "待核查 {alerts.pending} 条,已核实 {alerts.verified} 条,转外县 {alerts.forwarded} 条,无法核实 "
            "{alerts.unreachable} 条;涉及 {alerts.persons} 人。",
            "{alerts.signed_for} pushed alerts were signed for: {alerts.rejected} were sent back, {alerts.duplicates} "
            "repeated, {alerts.pending} are pending, {alerts.verified} verified, {alerts.forwarded} forwarded and "
            "{alerts.unreachable} unreachable; they name {alerts.persons} persons.",
        ),
        order=33,
    ),
)  # fmt: skip
