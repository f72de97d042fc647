"""Whatever is done to seals, the anchor file or the keys is found; entries are not blamed for it."""

from __future__ import annotations

import hashlib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bihuan.core.ledger import anchor, keys, verify
from bihuan.core.ledger.links import sign
from bihuan.core.ledger.seals import SEAL_COLUMNS, seal
from bihuan.core.ledger.tests.conftest import Tamper, found, undone

SEAL_CHANGES = [
    "sealed_at = sealed_at + interval '1 day'",
    "previous = sha256('')",
    "first_id = first_id + 1",
    "last_id = last_id + 1",
    "count = count - 1",
    "system = system + 1",
    "horizon = horizon + 1",
    "key = '\\x00'",
    "numbers = numbers - int8multirange(int8range(lower(numbers), lower(numbers) + 1))",
    "numbers = '{}'",
    "numbers = '{(,)}'",
    "foreign_numbers = '{[1,2)}'",
    "list_hash = sha256('')",
    "root = sha256('')",
    "chain = sha256('')",
]


def test_a_changed_seal_is_named_and_no_entry_blamed(ledger: list[int], tamper: Tamper) -> None:
    for change, number in product(SEAL_CHANGES, [1, 3, 4]):
        with undone(tamper):
            tamper(f"UPDATE ledger_seal SET {change} WHERE number = {number}")
            report = verify.verify()
        named = found(report)
        assert number in named.get("seal-altered", set()) | named.get("seal-forged", set()), change
        assert not [kind for kind in named if kind.startswith("entry")], change
    assert verify.verify().sound


@pytest.mark.parametrize(
    "change", ["leaves = set_byte(leaves, 32 * 4, 0)", "leaves = substr(leaves, 33)", "leaves = ''"]
)
def test_an_edited_list_of_hashes_is_named_as_such_not_as_a_changed_entry(
    ledger: list[int], tamper: Tamper, change: str
) -> None:
    tamper(
        "UPDATE ledger_seal SET leaves = set_byte(leaves, 32 * 4, 1) WHERE number = 2",
        f"UPDATE ledger_seal SET {change} WHERE number = 2",
    )
    assert found(verify.verify()) == {"seal-altered": {2}}


def test_a_changed_signature_in_the_middle_is_found(ledger: list[int], tamper: Tamper) -> None:
    tamper("UPDATE ledger_seal SET signature = set_byte(signature, 5, 0) WHERE number = 2",
           "UPDATE ledger_seal SET signature = set_byte(signature, 6, 0) WHERE number = 2")  # fmt: skip
    named = found(verify.verify())
    assert named["seal-forged"] == {2} and not [kind for kind in named if kind.startswith("entry")]


def test_two_seals_that_changed_numbers_are_named(ledger: list[int], tamper: Tamper) -> None:
    tamper(
        "UPDATE ledger_seal SET number = -1 WHERE number = 2",
        "UPDATE ledger_seal SET number = 2 WHERE number = 3",
        "UPDATE ledger_seal SET number = 3 WHERE number = -1",
    )
    report = verify.verify()
    moved = {f.seal: f.other for f in report.findings if f.kind == "seal-reordered"}
    assert moved == {2: 3, 3: 2}
    assert not any(str(finding.kind).startswith("entry") for finding in report.findings)


def test_a_removed_seal_is_named_with_the_entries_that_went_with_it(
    ledger: list[int], tamper: Tamper
) -> None:
    tamper(
        "DELETE FROM ledger_entry WHERE id IN (SELECT e.id FROM ledger_entry e JOIN ledger_seal s"
        " ON s.numbers @> e.id WHERE s.number = 2)",
        "DELETE FROM ledger_seal WHERE number = 2",
    )
    assert found(verify.verify()) == {"seal-removed": {2}, "entry-removed": set(ledger[10:20])}


def test_a_tail_cut_off_is_known_from_the_anchor_file(ledger: list[int], tamper: Tamper) -> None:
    tamper(f"DELETE FROM ledger_entry WHERE id >= {ledger[20]}", "DELETE FROM ledger_seal WHERE number >= 3")
    assert found(verify.verify()) == {"seal-removed": {3, 4}, "entry-removed": set(ledger[20:40])}


def test_a_tail_cut_off_and_sealed_anew_by_the_system_itself_is_still_known(
    ledger: list[int], tamper: Tamper
) -> None:
    tamper("DELETE FROM ledger_seal WHERE number = 4", f"DELETE FROM ledger_entry WHERE id = {ledger[35]}")
    seal()
    assert "anchor-differs" in found(verify.verify())


def test_seals_made_again_without_the_key_are_forged(ledger: list[int], tamper: Tamper) -> None:
    """Replace the rows of a seal, and compute every hash and link again: only the signature is wanting."""
    tamper(f"UPDATE ledger_entry SET payload = '{{}}' WHERE id BETWEEN {ledger[10]} AND {ledger[19]}")
    _seal_again_with_another_key(tamper, from_number=2)
    named = found(verify.verify())
    assert named["seal-forged"] == {2, 3, 4}
    assert named["entry-altered"] == set(ledger[10:20])
    assert named["anchor-differs"] == {2, 3, 4}


def _seal_again_with_another_key(tamper: Tamper, from_number: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from bihuan.core.ledger import rows, seals
    from bihuan.core.ledger.encoding import FILE_HEADER, FILE_TRAILER

    key = Ed25519PrivateKey.generate()
    with connection.cursor() as cursor:
        links = list(seals._links(cursor, "ORDER BY number"))
    previous = links[from_number - 2]
    for link in links[from_number - 1 :]:
        query = f"{rows.SELECT} WHERE id BETWEEN {link.first_id} AND {link.last_id} ORDER BY id"
        with connection.cursor() as cursor:
            leaves = b"".join(rows.leaf(row) for row in rows.stream(cursor, query))
        values: dict[str, Any] = {name: getattr(link, name) for name in link.__dataclass_fields__}
        values |= {"previous": previous.link(), "list_hash": hashlib.sha256(leaves).digest()}
        values["root"] = seals.merkle.root(leaves)
        previous = sign(type(link)(**values), key)
        tamper(f"DELETE FROM ledger_seal WHERE number = {link.number}")
        with connection.cursor() as cursor, cursor.copy(
            f"COPY ledger_seal ({SEAL_COLUMNS}, leaves) FROM STDIN (FORMAT BINARY)"
        ) as copy:  # fmt: skip
            copy.write(FILE_HEADER + previous.row(leaves) + FILE_TRAILER)


def test_an_edited_anchor_file_is_noticed(ledger: list[int]) -> None:
    lines = anchor.path().read_text().splitlines()
    lines[1] = lines[1].replace(lines[1].split()[1], "00" * 32)
    anchor.path().write_text("\n".join(lines) + "\n")
    assert found(verify.verify()) == {"anchor-differs": {2}}


def test_a_line_of_the_anchor_torn_by_a_crash_is_no_finding(ledger: list[int]) -> None:
    whole = anchor.path().read_text()
    anchor.path().write_text(whole[:-20])
    assert verify.verify().sound
    seal()
    assert verify.verify().sound and verify.verify().anchored == 5


def test_without_the_keys_nothing_is_claimed(ledger: list[int], county: Path) -> None:
    keys.mac_path().rename(county / "away")
    with pytest.raises(verify.Refused, match="密钥"):
        verify.verify()


def test_with_another_countys_key_nothing_is_claimed(ledger: list[int], county: Path) -> None:
    keys.mac_path().write_text("00" * 32)
    keys._kept.cache_clear()
    with pytest.raises(verify.Refused, match="keys/ledger"):
        verify.verify()


def test_many_findings_are_all_counted(ledger: list[int], tamper: Tamper) -> None:
    tamper("UPDATE ledger_entry SET organ = 'court'")
    report = verify.verify()
    assert report.counts == {"entry-altered": 40, "entry-inserted": 5}
    assert {f["entry"] for f in report.as_json()["findings"]} == set(ledger)
    assert "45 处" in report.summary().zh and "45 findings" in report.summary().en


def test_a_key_changed_in_every_seal_is_the_seals_fault_not_the_keys(
    ledger: list[int], tamper: Tamper
) -> None:
    tamper("UPDATE ledger_seal SET key = '\\x00'")
    assert found(verify.verify())["seal-altered"] == {1, 2, 3, 4}
