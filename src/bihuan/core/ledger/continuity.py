"""What hashes do not show: triggers switched off, entries gone with their seal or before they had one."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import Any
from uuid import UUID

from bihuan.core.ledger import rows
from bihuan.core.ledger.chain_check import Chain
from bihuan.core.ledger.entry_check import Checked
from bihuan.core.ledger.findings import MOST_NAMED, Finding, Kind, Report
from bihuan.core.spec.text import Text

OFF = Text(
    "表 {table} 的只增不改保护被关闭或删除", "table {table}: the protection against changes is off or gone"
)
LOST = Text("记录 #{n} 随封条 #{s} 一并被删除", "entry #{n} was removed together with seal #{s}")
EVADED = Text(
    "记录 #{n} 的事务号早于最近封条，会漏封",
    "entry #{n} would never be sealed: its transaction id was set back",
)
GAP = Text(
    "事项 {matter} 的第 {first} 至 {last} 步没有台账记录（第 {last} 步之后为记录 #{n}）",
    "matter {matter}: no entry for steps {first} to {last} (entry #{n} follows)",
)
AHEAD = Text(
    "事项 {matter} 已到第 {version} 步，台账只到第 {last} 步（最后记录 #{n}）",
    "matter {matter} stands at step {version}, its ledger ends at step {last} (last entry #{n})",
)

_TRIGGERS = r"""
SELECT t.name FROM unnest(ARRAY['ledger_entry', 'ledger_seal']) AS t(name) WHERE NOT EXISTS (
    SELECT FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
     WHERE g.tgrelid = t.name::regclass AND g.tgname = t.name || '_append_only'
       AND g.tgenabled IN ('O', 'A') AND g.tgtype & 58 = 58 AND g.tgqual IS NULL
       AND p.prosrc ~ '^\s*BEGIN\s+RAISE EXCEPTION ' AND p.prosrc !~* 'EXCEPTION\s+WHEN')
    OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = t.name::regclass)
"""
# 58: before, on delete, update and truncate (pg_trigger.h). The first thing that it calls does is to refuse, and
# nothing takes that back; no rule does something else instead of what was asked for.
_GAPS = """
WITH recent AS MATERIALIZED (
    SELECT DISTINCT matter_id FROM ledger_entry
     WHERE id > (SELECT max(id) FROM ledger_entry) - %s AND matter_id IS NOT NULL AND version IS NOT NULL)
SELECT matter_id, previous + 1, version - 1, before, id FROM recent, LATERAL (
    SELECT id, version, coalesce(lag(version) OVER steps, 0) AS previous, coalesce(lag(id) OVER steps, 0) AS before
      FROM ledger_entry e WHERE e.matter_id = recent.matter_id AND version IS NOT NULL
    WINDOW steps AS (ORDER BY version, id)) numbered
 WHERE version > previous + 1 ORDER BY id
"""
_AHEAD = """
SELECT m.id, m.version FROM matters_matter m LEFT JOIN LATERAL (
      SELECT version FROM ledger_entry e WHERE e.matter_id = m.id AND version IS NOT NULL
       ORDER BY id DESC LIMIT 1) e ON true
 WHERE m.version > coalesce(e.version, 0)
"""
_LAST = """
SELECT m.id, m.version, coalesce(max(e.version), 0), coalesce(max(e.id), 0)
  FROM unnest(%s::uuid[], %s::int[]) AS m(id, version) LEFT JOIN ledger_entry e ON e.matter_id = m.id
 GROUP BY m.id, m.version HAVING m.version > coalesce(max(e.version), 0) ORDER BY 4
"""
RECENT = 131_072  # numbers back from the newest: what was never sealed is among them


def check_protection(connection: Any, report: Report) -> None:
    """Report tables whose triggers against changes are not at work."""
    for (table,) in connection.execute(_TRIGGERS).fetchall():
        report.add(Finding(Kind.UNPROTECTED, OFF.format(table=table)))


def check_removed_seals(connection: Any, chain: Chain, checked: Checked, report: Report) -> None:
    """Name the entries gone with a removed seal, where the anchor file says it covered a run of them."""
    for line in chain.lost:
        if line.count == line.last_id - line.first_id + 1 <= MOST_NAMED:
            query = "SELECT id FROM ledger_entry WHERE id BETWEEN %s AND %s"
            there = {n for (n,) in connection.execute(query, [line.first_id, line.last_id])}
            for number in range(line.first_id, line.last_id + 1):
                if number not in there and number not in checked.removed:
                    says = LOST.format(n=number, s=line.number)
                    report.add(Finding(Kind.REMOVED, says, entry=number, seal=line.number))


def check_evaded(connection: Any, chain: Chain, checked: Checked, report: Report) -> None:
    """Report entries in no seal although their transaction is older than the newest seal's horizon."""
    if chain.newest is None or not chain.whole or not checked.unsealed:
        return
    (system,) = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    if system != chain.newest.system:
        return  # restored elsewhere: the next seal takes whatever is in none
    query = "SELECT id FROM ledger_entry WHERE txid >= %s::text::xid8"
    with connection.cursor() as cursor:
        entries = rows.stream(cursor, query, [str(chain.newest.horizon)])
        waiting = array("q", sorted(rows.number(row) for row in entries))
    if waiting != checked.unsealed:
        for number in sorted(set(checked.unsealed) - set(waiting)):
            report.add(Finding(Kind.EVADED, EVADED.format(n=number), entry=number))


def check_histories(connection: Any, report: Report) -> None:
    """Report steps of matters that have no entry: the only trace of a row removed before it was sealed.

    Looks at matters with an entry among the RECENT newest (older ones are under seals), and at where every
    matter stands now. What the entries already named explain is not reported a second time.
    """
    named = sorted({finding.entry for finding in report.findings if finding.entry is not None})
    for matter, first, last, before, after in connection.execute(_GAPS, [RECENT]).fetchall():
        if bisect_right(named, before) == bisect_left(named, after):
            says = GAP.format(matter=matter, first=first, last=last, n=after)
            lost = _unused(connection, before, after)
            for number in lost if len(lost) == last - first + 1 else [None]:
                report.add(Finding(Kind.GAP, says, entry=number, matter=matter))
    found = _ahead(connection)
    if len(found) > len(named):
        for matter, version, last, number in found:
            says = AHEAD.format(matter=matter, version=version, last=last, n=number)
            report.add(Finding(Kind.AHEAD, says, matter=matter))


def _unused(connection: Any, before: int, after: int) -> list[int]:
    """Return the numbers without entry between two entries: where they are as many as the steps, those."""
    if before <= 0 or after - before > MOST_NAMED:
        return []
    query = "SELECT id FROM ledger_entry WHERE id > %s AND id < %s"
    there = {number for (number,) in connection.execute(query, [before, after])}
    return [number for number in range(before + 1, after) if number not in there]


def _ahead(connection: Any) -> list[tuple[UUID, int, int, int]]:
    """Return matters further than their ledger: matter, its step, the ledger's last step, the last entry."""
    (matters,) = connection.execute("SELECT to_regclass('matters_matter') IS NOT NULL").fetchone()
    suspected = connection.execute(_AHEAD).fetchall() if matters else []
    if not suspected:
        return []
    ids, versions = map(list, zip(*suspected, strict=True))
    found: list[tuple[UUID, int, int, int]] = connection.execute(_LAST, [ids, versions]).fetchall()
    return found
