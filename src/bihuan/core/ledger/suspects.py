"""Naming what happened to a suspicious row: contents moved, copied, exchanged or changed, and from where."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from bihuan.core.ledger import encoding, keys, rows
from bihuan.core.ledger.entry_check import Checked, Suspect
from bihuan.core.ledger.findings import Finding, Kind, Report
from bihuan.core.spec.text import Text

MOST_COMPARED = 1_000  # each with each: a second
MOST_EXCHANGED = 40  # each column of each with each
_NUMBER = struct.Struct(">iq").pack

ALTERED = Text("记录 #{n} 的内容被改动（封条 #{s}）", "the contents of entry #{n} were changed (seal #{s})")
ONLY_CODE = Text(
    "记录 #{n} 的校验码被改动，内容未变（封条 #{s}）",
    "the code of entry #{n} was changed, its contents were not (seal #{s})",
)
UNSEALED = Text(
    "记录 #{n} 不是本系统写入，或写入后被改动（尚未封存）",
    "entry #{n} was not written by this system, or was changed afterwards (not sealed yet)",
)
FOREIGN = Text(
    "记录 #{n} 封存前即非本系统写入，或已被改动（封条 #{s}）",
    "entry #{n} was inserted or changed before it was sealed (seal #{s})",
)
REMOVED = Text("记录 #{n} 被删除（封条 #{s}）", "entry #{n} was removed (seal #{s})")
MOVED_AWAY = Text("记录 #{n} 被改号为 #{m}（封条 #{s}）", "entry #{n} was given the number #{m} (seal #{s})")
MOVED = Text("记录 #{n} 的内容原属记录 #{m}", "entry #{n} holds what was entry #{m}")
COPIED = Text("记录 #{n} 是记录 #{m} 的副本", "entry #{n} is a copy of entry #{m}")
EXCHANGED = Text(
    "记录 #{n} 的 {column} 与记录 #{m} 的互换", "{column} of entry #{n} was exchanged with that of entry #{m}"
)


def explain(connection: Any, checked: Checked, report: Report) -> None:
    """Report every suspect with what was done to it as far as the codes tell; in the order of numbers."""
    key = keys.mac_key()
    wrong = [s for s in (*checked.altered, *checked.inserted, *checked.foreign) if s.row and not s.genuine]
    numbers = [*(s.number for s in (*checked.altered, *checked.inserted)), *checked.removed]
    origins = _moved(wrong[:MOST_COMPARED], numbers[:MOST_COMPARED], key)
    origins |= _copied(connection, [s for s in wrong[:MOST_COMPARED] if s.number not in origins])
    exchanges = _exchanged([s for s in wrong if s.number not in origins], key)
    found = [_removed(number, seal, origins) for number, seal in checked.removed.items()]
    for suspect in checked.altered:
        found.append(_altered(suspect, origins, exchanges, key))
    for suspect in (*checked.inserted, *checked.foreign):
        found.append(_inserted(suspect, origins, exchanges, numbers))
    for finding in sorted(found, key=lambda finding: finding.entry or 0):
        report.add(finding)


def _mac(row: bytes) -> bytes:
    return row[-rows.MAC : -rows.TAIL]


def _moved(suspects: Sequence[Suspect], numbers: Sequence[int], key: bytes) -> dict[int, int]:
    """Return suspect → the number under which its contents carry the right code."""
    found = {}
    for suspect in suspects:
        rest, code = suspect.row[14 : -rows.FOOT], _mac(suspect.row)
        for number in numbers:
            if number != suspect.number and encoding.mac(key, _NUMBER(8, number) + rest) == code:
                found[suspect.number] = number
                break
    return found


def _copied(connection: Any, suspects: Sequence[Suspect]) -> dict[int, int]:
    """Return suspect → another entry that carries the same code; one pass over the table."""
    if not suspects:
        return {}
    by_code = {_mac(suspect.row): suspect.number for suspect in suspects}
    query = "SELECT id, mac FROM ledger_entry WHERE mac = ANY(%s)"
    found = {}
    for number, code in connection.execute(query, [list(by_code)]):
        if by_code[bytes(code)] != number:
            found[by_code[bytes(code)]] = number
    return found


def _exchanged(suspects: Sequence[Suspect], key: bytes) -> dict[int, tuple[str, int]]:
    """Return suspect → the column that is right if taken from another suspect, and that one's number."""
    if not 1 < len(suspects) <= MOST_EXCHANGED:
        return {}
    taken = [(s, encoding.fields(s.row[rows.HEAD : -rows.FOOT])) for s in suspects]
    found: dict[int, tuple[str, int]] = {}
    for (one, own), (other, others) in permutations(taken, 2):
        for at, column in enumerate(encoding.COLUMNS[1:-1], start=1):
            if one.number not in found and own[at] != others[at]:
                mended = b"".join(encoding.blob(f) for f in (*own[:at], others[at], *own[at + 1 :]))
                if encoding.mac(key, mended) == _mac(one.row):
                    found[one.number] = (column, other.number)
    return found


def _removed(number: int, seal: int, origins: dict[int, int]) -> Finding:
    now = _now_at(number, origins.items())
    if now is None:
        return Finding(Kind.REMOVED, REMOVED.format(n=number, s=seal), entry=number, seal=seal)
    says = MOVED_AWAY.format(n=number, m=now, s=seal)
    return Finding(Kind.REORDERED, says, entry=number, seal=seal, other=now)


def _now_at(number: int, origins: Iterable[tuple[int, int]]) -> int | None:
    return next((now for now, before in origins if before == number), None)


def _altered(
    suspect: Suspect, origins: dict[int, int], exchanges: dict[int, tuple[str, int]], key: bytes
) -> Finding:
    number, seal = suspect.number, suspect.seal
    if number in origins:
        says, other = MOVED.format(n=number, m=origins[number]), origins[number]
        return Finding(Kind.REORDERED, says, entry=number, seal=seal, other=other)
    if number in exchanges:
        column, other = exchanges[number]
        says = EXCHANGED.format(n=number, m=other, column=column)
        return Finding(Kind.REORDERED, says, entry=number, seal=seal, other=other)
    if not suspect.row:
        return Finding(Kind.ALTERED, ALTERED.format(n=number, s=seal), entry=number, seal=seal)
    body = suspect.row[: -rows.MAC]
    mended = body + encoding.mac(key, body[rows.HEAD : -4]) + suspect.row[-rows.TAIL :]
    says = ONLY_CODE if rows.leaf(mended) == suspect.leaf else ALTERED
    return Finding(Kind.ALTERED, says.format(n=number, s=seal), entry=number, seal=seal)


def _inserted(
    suspect: Suspect,
    origins: dict[int, int],
    exchanges: dict[int, tuple[str, int]],
    numbers: Sequence[int],
) -> Finding:
    number, seal, other = suspect.number, suspect.seal, origins.get(suspect.number)
    if other is not None:
        moved = other in numbers
        says = (MOVED if moved else COPIED).format(n=number, m=other)
        return Finding(Kind.REORDERED if moved else Kind.INSERTED, says, entry=number, seal=seal, other=other)
    if number in exchanges:
        column, other = exchanges[number]
        says = EXCHANGED.format(n=number, m=other, column=column)
        return Finding(Kind.REORDERED, says, entry=number, seal=seal, other=other)
    says = UNSEALED.format(n=number) if seal is None else FOREIGN.format(n=number, s=seal)
    return Finding(Kind.INSERTED, says, entry=number, seal=seal)
