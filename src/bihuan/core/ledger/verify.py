"""Verification: whether every entry and every seal is what it was, and if not, which and how.

Reads one state of the database from beginning to end, on a connection of its own, in bounded memory; writes
nothing. What a database's administrator can do without the county's keys is found: rows changed, removed,
inserted or renumbered, seals changed, removed, forged or cut off at the end, triggers switched off.
"""

from __future__ import annotations

from typing import Any

from bihuan.core.ledger import chain_check, continuity, keys, links, rows
from bihuan.core.ledger.chain_check import Chain
from bihuan.core.ledger.chain_check import check as check_chain
from bihuan.core.ledger.entry_check import check as check_entries
from bihuan.core.ledger.findings import Report
from bihuan.core.ledger.suspects import explain
from bihuan.core.spec.text import Text

NO_KEY = Text(
    "缺少密钥文件 {path}，无法核验；请从密钥备份恢复",
    "the key file {path} is missing, nothing can be verified; restore it from the backup of the keys",
)
OTHER_KEY = Text(
    "{path} 不是本台账的密钥，无法核验；请从密钥备份恢复",
    "{path} is not this ledger's key, nothing can be verified; restore it from the backup of the keys",
)


class Refused(RuntimeError):
    """The ledger cannot be verified here; `text` says why, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def verify() -> Report:
    """Verify the whole ledger. Raises Refused where the county's keys are not at hand."""
    report = Report()
    with rows.reader() as connection:
        _refuse_without_keys(connection)
        continuity.check_protection(connection, report)
        chain = check_chain(connection, report)
        _head(chain, report)
        checked = check_entries(connection, chain, report)
        explain(connection, checked, report)
        continuity.check_removed_seals(connection, chain, checked, report)
        continuity.check_evaded(connection, chain, checked, report)
        continuity.check_histories(connection, report)
    return report


def _refuse_without_keys(connection: Any) -> None:
    """Refuse to verify with keys made this very moment, which would call every entry forged."""
    (any_entry,) = connection.execute("SELECT EXISTS (SELECT FROM ledger_entry)").fetchone()
    (any_seal,) = connection.execute("SELECT EXISTS (SELECT FROM ledger_seal)").fetchone()
    for needed, path in ((any_entry, keys.mac_path()), (any_seal, keys.seal_path())):
        if needed and not path.exists():
            raise Refused(NO_KEY.format(path=path))
    if any_seal and _another_key(connection):
        raise Refused(OTHER_KEY.format(path=keys.mac_path()))


def _another_key(connection: Any) -> bool:
    """Tell whether the first seal is as it was made and no seal names our key: the key is wrong, not the seals."""
    query = "SELECT EXISTS (SELECT FROM ledger_seal WHERE key = %s)"
    (ours,) = connection.execute(query, [keys.key_name(keys.mac_key())]).fetchone()
    if ours:
        return False
    with connection.cursor() as cursor:
        (first,) = rows.stream(cursor, f"{chain_check.SELECT} LIMIT 1")
    try:
        return chain_check.intact(links.read(bytes(first)))
    except links.Unreadable:
        return False


def _head(chain: Chain, report: Report) -> None:
    report.seals = len(chain.numbers)
    if chain.newest is not None:
        report.head, report.head_number = chain.newest.chain.hex(), chain.newest.number
        report.last_sealed_at = chain.newest.moment
