"""People: registered once however many registers name them, found by identifier, changed with a trace."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.people.blind import identifier_blind, link_keys, name_blind, phone_blind, search_tokens
from bihuan.core.people.identity import FIELDS, Identity, shown
from bihuan.core.people.masks import open_identities
from bihuan.core.people.models import Person
from bihuan.core.people.registering import register, register_many
from bihuan.core.people.sealing import IDENTITY, open_texts, seal, seal_texts
from bihuan.core.spec.text import Text

__all__ = [
    "AnotherHasIt",
    "find_by_identifier",
    "find_by_phone",
    "known_as",
    "register",
    "register_many",
    "update_identity",
]

BLIND_COLUMNS = (
    "identifier_blind",
    "phone_blind",
    "name_blind",
    "identifier_tail",
    "named_head",
    "search",
)


class AnotherHasIt(Exception):
    """The identifier belongs to another person already: the two may be one and should be merged."""

    text = Text(
        "该证件号码已登记在另一人名下,本次未更改。如确系同一人,请提交合并",
        "This identifier is registered for another person; nothing was changed. If they are one, merge them",
    )

    def __init__(self, person_id: UUID | None) -> None:
        super().__init__(self.text.zh)
        self.person_id = person_id


def update_identity(person_id: UUID, changes: Identity, *, actor: Actor, reason: str) -> list[str]:
    """Change the fields given (None leaves one as it is); return the names of those that changed.

    The ledger keeps which fields and by whom; the values before and after, and the reason, are sealed.
    Raises Person.DoesNotExist (also for an erased person), AnotherHasIt.
    """
    try:
        with transaction.atomic():
            return _update(person_id, changes, actor, reason)
    except IntegrityError as error:
        found = find_by_identifier(changes.identifier or "", actor.jurisdiction)
        raise AnotherHasIt(found) from error


def _update(person_id: UUID, changes: Identity, actor: Actor, reason: str) -> list[str]:
    person = Person.objects.select_for_update().get(
        id=person_id, jurisdiction=actor.jurisdiction, erased_at__isnull=True
    )
    kept = [(f, box) for f in FIELDS if (box := getattr(person, f"{f}_sealed")) is not None]
    before = {
        f: t for (f, _), t in zip(kept, open_texts([(person.id, f, b) for f, b in kept]), strict=True) if t
    }
    after = dict(changes.sealable())
    changed = [field for field in FIELDS if field in after and after[field] != before.get(field)]
    if not changed:
        return []
    boxes = seal_texts([(person.id, field, after[field]) for field in changed])
    for field, box in zip(changed, boxes, strict=True):
        setattr(person, f"{field}_sealed", box)
    if "identifier" in changed:
        person.identifier_blind = identifier_blind(changes.trusted) if changes.trusted else None
    if "phone" in changed:
        person.phone_blind = phone_blind(after["phone"])
    if "name" in changed:
        person.name_blind = name_blind(after["name"])
        person.search = list(search_tokens(after["name"]))
    now = {**before, **after}
    person.identifier_tail, person.named_head = link_keys(
        now.get("name", ""), shown("identifier", now.get("identifier", ""))
    )
    person.save(update_fields=[*(f"{f}_sealed" for f in changed), *BLIND_COLUMNS])
    values = {f: {"before": before.get(f, ""), "after": after[f]} for f in changed}
    record(
        "people.identity_corrected",
        actor=actor,
        person_id=person.id,
        payload={"fields": changed},
        sealed=seal(person.id, IDENTITY, {**values, "reason": reason}),
    )
    return changed


def known_as(person_id: UUID, identity: Identity) -> bool:
    """Tell whether the person's fields are just these; opened in memory only. An erased person is never told apart."""
    _, fields, erased = open_identities([person_id])[person_id]
    return erased or fields == dict(identity.sealable())


def find_by_identifier(identifier: str, jurisdiction: str) -> UUID | None:
    """Return the person with this identifier (merged ones: whom they were merged into), or None."""
    if not identifier.strip():
        return None
    return next(iter(_canonical_ids("identifier_blind", identifier_blind(identifier), jurisdiction)), None)


def find_by_phone(phone: str, jurisdiction: str) -> list[UUID]:
    """Return the people with this telephone number; a family may share one."""
    return _canonical_ids("phone_blind", phone_blind(phone), jurisdiction) if phone.strip() else []


def _canonical_ids(column: str, blind: bytes, jurisdiction: str) -> list[UUID]:
    rows = (
        Person.objects.filter(jurisdiction=jurisdiction, **{column: blind})
        .order_by("id")
        .values_list("id", "merged_into_id")
    )
    return list(dict.fromkeys(merged_into or person for person, merged_into in rows))
