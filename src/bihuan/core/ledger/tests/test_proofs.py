"""One entry is proved to somebody who has neither the database nor the person's data, only the public key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bihuan.core.ledger import append, export, keys, proofs
from bihuan.core.ledger.queries import timeline
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.tests.conftest import drafts

MATTER = UUID(int=77)


def sent(data: Any) -> Any:
    """As it arrives elsewhere."""
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("at", [0, 1, 9, 12, 36, 39])
def test_a_proof_holds_without_the_database(ledger: list[int], at: int) -> None:
    proof = sent(proofs.proof(ledger[at]))
    assert proof["entry"]["id"] == ledger[at] and proof["seal"]["number"] == at // 10 + 1
    assert proofs.check(proof, keys.public_key()) is None


def test_what_waits_for_a_seal_or_does_not_exist_has_no_proof(ledger: list[int]) -> None:
    assert proofs.proof(ledger[42]) is None
    assert proofs.proof(ledger[-1] + 1) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("payload", {"n": 1, "slot": "上午"}),
        ("occurred_at", "2021-11-15T08:00:00.000001+00:00"),
        ("post", "reviewer"),
        ("from_state", ""),
        ("id", 1),
        ("personal", {"length": 40, "sha256": "00" * 32}),
        ("mac", "00" * 32),
    ],
)
def test_a_proof_of_something_else_fails(ledger: list[int], name: str, value: Any) -> None:
    proof = sent(proofs.proof(ledger[0]))
    proof["entry"][name] = value
    assert proofs.check(proof, keys.public_key()) == proofs.NOT_IN_SEAL


def test_a_proof_without_the_personal_part_of_its_entry_fails(ledger: list[int]) -> None:
    proof = sent(proofs.proof(ledger[0]))
    del proof["entry"]["personal"]
    assert proofs.check(proof, keys.public_key()) == proofs.NOT_IN_SEAL


@pytest.mark.parametrize("change", [{"payload": {"t": 36.6}}, {"occurred_at": "yesterday"}, {"post": None}])
def test_what_is_no_entry_is_refused(ledger: list[int], change: dict[str, Any]) -> None:
    proof = sent(proofs.proof(ledger[0]))
    proof["entry"] |= change
    assert proofs.check(proof, keys.public_key()) == proofs.NOT_AN_ENTRY


def test_a_changed_seal_or_another_countys_key_fails(ledger: list[int]) -> None:
    proof = sent(proofs.proof(ledger[0]))
    changed = copy.deepcopy(proof)
    changed["seal"]["sealed_at"] += 1
    assert proofs.check(changed, keys.public_key()) == proofs.SEAL_CHANGED
    assert proofs.check(proof, bytes(32)) == proofs.NOT_SIGNED


def test_an_export_holds_every_entry_once_and_no_personal_part(ledger: list[int]) -> None:
    text = list(export.lines())
    lines = [json.loads(line) for line in text]
    assert lines[0]["format"] == export.FORMAT and lines[0]["public_key"] == keys.public_key().hex()
    assert [line["entry"]["id"] for line in lines if "entry" in line] == ledger
    assert [line["seal"]["number"] for line in lines[1:] if "entry" not in line] == [1, 2, 3, 4]
    assert list(proofs.check_lines(lines, keys.public_key())) == []
    assert not any((bytes([i]) * 40).hex() in line or '"sealed"' in line for i in (0, 3, 6) for line in text)


def test_a_line_changed_after_the_export_is_named(ledger: list[int]) -> None:
    lines = [json.loads(line) for line in export.lines(first=ledger[5], last=ledger[25])]
    assert [line["entry"]["id"] for line in lines if "entry" in line] == ledger[5:26]
    changed = next(line for line in lines if line.get("entry", {}).get("id") == ledger[14])
    changed["entry"]["payload"]["n"] = 0
    assert list(proofs.check_lines(lines, keys.public_key())) == [(ledger[14], proofs.NOT_IN_SEAL)]


def test_the_history_of_a_matter_shows_order_seals_and_corrections_in_one_query(county: Path) -> None:
    with transaction.atomic():
        first = append.append(drafts(3, matter_id=MATTER))
    seal()
    with transaction.atomic():
        append.append(drafts(2))
        last = append.append(drafts(1, matter_id=MATTER, corrects=first[1]))
    with CaptureQueriesContext(connection) as queries:
        lines = timeline(MATTER)
    assert len(queries) == 1
    assert [line.id for line in lines] == first + last
    assert [line.seal for line in lines] == [1, 1, 1, None]
    assert [line.corrected_by for line in lines] == [None, last[0], None, None]
    assert lines[1].payload == {"n": 1, "slot": "上午"} and lines[0].sealed == bytes(40)
    assert [line.id for line in timeline(MATTER, limit=2)] == [first[2], last[0]]


def test_one_matters_export_proves_its_entries_alone(county: Path) -> None:
    with transaction.atomic():
        append.append(drafts(7))
        own = append.append(drafts(3, matter_id=MATTER))
    seal()
    lines = [json.loads(line) for line in export.lines(matter_id=MATTER)]
    assert [line["entry"]["id"] for line in lines if "entry" in line] == own
    assert list(proofs.check_lines(lines, keys.public_key())) == []
