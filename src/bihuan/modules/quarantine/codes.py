"""The code on the slip: opens a person's own page, without an account.

A code is made from the stay and its issue by HMAC with a key outside the database; the database keeps only the
keyed hash under which a code is found. Whoever holds a dump can neither read nor guess one; whoever holds the key
can print a slip again. A new issue makes the old code worthless.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.people.keyfiles import derived_key, secret_file

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 10  # 50 bits: with the guesses that `portal` lets through, a county's codes stay out of reach
BLIND = 16
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Slip:
    """A code as it is printed; `issue` counts how often it was made anew."""

    code: str
    issue: int


@cache
def _keys() -> tuple[bytes, bytes]:
    secret = secret_file(settings.BIHUAN.keys / "slips")
    return derived_key(secret, "slip code"), derived_key(secret, "slip look-up")


def code_of(stay: UUID, issue: int) -> str:
    """Return the code of a stay's slip, as printed: `7K3QF-9M2XT`."""
    digest = hmac.digest(_keys()[0], stay.bytes + issue.to_bytes(2), "sha256")
    number = int.from_bytes(digest[:8]) >> (64 - 5 * LENGTH)
    text = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return f"{text[:5]}-{text[5:]}"


def normal(text: str) -> str:
    """Return what somebody typed as the code's own ten characters; empty where it cannot be one."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    found = "".join(character for character in plain if character in ALPHABET)
    return found if len(found) == LENGTH else ""


def blind(code: str) -> bytes:
    """Return the keyed hash under which a code is found."""
    return hmac.digest(_keys()[1], normal(code).encode(), "sha256")[:BLIND]


def issue(stay: UUID, actor: Actor, *, anew: bool = False) -> Slip:
    """Return the code of a stay, issued where it has none yet; `anew` makes another and ends the old one.

    Every issue leaves a line in the ledger, without the code.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.code_issue, t.access_code IS NOT NULL, m.person_id, t.site_id FROM quarantine_stay t"
            " JOIN matters_matter m ON m.id = t.matter_id WHERE t.matter_id = %s FOR NO KEY UPDATE OF t",
            [stay],
        )
        number, known, person, site = cursor.fetchone()
        if known and not anew:
            return Slip(code_of(stay, number), number)
        number += known
        code = code_of(stay, number)
        cursor.execute(
            "UPDATE quarantine_stay SET access_code = %s, code_issue = %s WHERE matter_id = %s",
            [blind(code), number, stay],
        )
        record(
            "quarantine.code_issued", actor=actor, person_id=person, matter_id=stay, place_id=site,
            payload={"issue": number},
        )  # fmt: skip
    return Slip(code, number)


def find(text: str) -> tuple[UUID, int] | None:
    """Return the stay (and the issue) that a code opens, or None."""
    if not normal(text):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, code_issue FROM quarantine_stay WHERE access_code = %s", [blind(text)]
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
