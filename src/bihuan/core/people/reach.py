"""How a person can be reached. For the outbox alone: it seals the number again, and nobody sees it on the way."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from bihuan.core.people.masks import open_identities


def telephones(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the telephone of those who gave one; whoever was erased or gave none is left out. One query."""
    found = open_identities(list(person_ids))
    return {
        asked: texts["phone"]
        for asked, (_, texts, erased) in found.items()
        if not erased and texts.get("phone")
    }
