"""Erasing a person changes nothing in the ledger: seals, proofs and counts stay true."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

from bihuan.core.ledger import append, keys, proofs, verify
from bihuan.core.ledger.queries import timeline
from bihuan.core.ledger.seals import seal
from bihuan.core.ledger.tests.conftest import drafts
from bihuan.core.people import sealing
from bihuan.core.people.vault import vault


def test_a_destroyed_key_leaves_every_seal_valid(county: Path) -> None:
    [draft] = drafts(1)
    assert draft.person_id is not None
    draft.matter_id = draft.person_id
    draft.sealed = sealing.seal(draft.person_id, "test_stay", {"symptom": "cough"})
    with transaction.atomic():
        [number] = append.append([draft])
    seal()
    before = verify.verify()

    vault().destroy([(draft.person_id, "test_stay")])

    [line] = timeline(draft.matter_id)
    assert line.sealed is not None
    with pytest.raises(sealing.ErasedError):
        sealing.open_sealed(draft.person_id, "test_stay", line.sealed)
    after = verify.verify()
    assert after.sound and (after.entries, after.head) == (before.entries, before.head)
    proof = proofs.proof(number)
    assert proof is not None and proofs.check(proof, keys.public_key()) is None
