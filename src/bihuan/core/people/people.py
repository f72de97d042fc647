"""People: registered once however many registers name them, found by identifier, changed with a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.recording import record
from bihuan.core.people.blind import identifier_blind, name_blind, phone_blind, search_tokens
from bihuan.core.people.identity import FIELDS, Identity
from bihuan.core.people.masks import open_identities
from bihuan.core.people.models import Person
from bihuan.core.people.sealing import IDENTITY, open_texts, seal, seal_texts
from bihuan.core.spec.text import Text


class AnotherHasIt(Exception):
    """The identifier belongs to another person already: the two may be one and should be merged."""

    text = Text(
        "该证件号码已登记在另一人名下,本次未更改。如确系同一人,请提交合并",
        "This identifier is registered for another person; nothing was changed. If they are one, merge them",
    )

    def __init__(self, person_id: UUID | None) -> None:
        super().__init__(self.text.zh)
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class _New:
    id: UUID
    identity: Identity
    blind: bytes | None


def register(identity: Identity, jurisdiction: str) -> UUID:
    """Return the person with this identifier, registered where the county does not know them yet."""
    return register_many([identity], jurisdiction)[0]


def register_many(
    identities: Sequence[Identity], jurisdiction: str, ids: Sequence[UUID] | None = None
) -> list[UUID]:
    """Return a person for each identity, in their order; new ones are written by COPY, in one transaction.

    The same identifier is the same person: within the list (the first fills the gaps of the others), against
    the database, and against an import that runs at the same time. Without identifier, everyone is new.
    `ids`: the id that each gets where it is new; one of them that is registered already stays as it is.
    """
    given = [uuid.uuid7() for _ in identities] if ids is None else ids
    blinds = [identifier_blind(i.identifier) if i.identifier else None for i in identities]
    known = _known({blind for blind in blinds if blind is not None}, jurisdiction)
    there = set() if ids is None else _registered(
        [one for one, blind in zip(ids, blinds, strict=True) if blind is None], jurisdiction
    )  # fmt: skip
    fresh: dict[bytes, _New] = {}
    nameless: list[_New] = []
    result: list[UUID | bytes] = []
    for identity, blind, one in zip(identities, blinds, given, strict=True):
        if blind is None:
            if one not in there:
                nameless.append(_New(one, identity, None))
            result.append(one)
            continue
        result.append(blind)
        if blind not in known:
            first = fresh.get(blind)
            whole = identity if first is None else first.identity.completed_by(identity)
            fresh[blind] = _New(one if first is None else first.id, whole, blind)
    new = [*fresh.values(), *nameless]
    if new:
        with transaction.atomic():
            _write(new, jurisdiction)
        known.update(_known(set(fresh), jurisdiction))
    return [known[one] if isinstance(one, bytes) else one for one in result]


def _registered(ids: Sequence[UUID], jurisdiction: str) -> set[UUID]:
    if not ids:
        return set()
    people = Person.objects.filter(id__in=ids, jurisdiction=jurisdiction)
    return set(people.values_list("id", flat=True))


def _known(blinds: set[bytes], jurisdiction: str) -> dict[bytes, UUID]:
    if not blinds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identifier_blind, id FROM people_person"
            " WHERE jurisdiction = %s AND identifier_blind = ANY(%s)",
            [jurisdiction, list(blinds)],
        )
        return {bytes(blind): person for blind, person in cursor.fetchall()}


COLUMNS = (
    "id, jurisdiction, name_sealed, identifier_sealed, phone_sealed, address_sealed, identifier_blind,"
    " phone_blind, name_blind, search, created_at"
)
AT_ONCE = 2000
MANY = 1000
BLIND_COLUMNS = ("identifier_blind", "phone_blind", "name_blind", "search")
STAGE = "CREATE TEMP TABLE people_new (LIKE people_person) ON COMMIT DROP"
# in the identifiers' order, so that two imports of the same people wait for each other and do not deadlock
TAKE_OVER = f"""
INSERT INTO people_person ({COLUMNS}) SELECT {COLUMNS} FROM people_new ORDER BY identifier_blind
ON CONFLICT (jurisdiction, identifier_blind) WHERE identifier_blind IS NOT NULL DO NOTHING
"""  # noqa: S608 - constants


def _write(new: Sequence[_New], jurisdiction: str) -> None:
    now = timezone.now().isoformat()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.people_new")
        cursor.execute(STAGE)
        with cursor.copy(f"COPY people_new ({COLUMNS}) FROM STDIN") as copy:
            for start in range(0, len(new), AT_ONCE):
                copy.write("".join(_lines(new[start : start + AT_ONCE], jurisdiction, now)))
        many = len(new) >= MANY
        if many:
            cursor.execute("SET LOCAL gin_pending_list_limit = '256MB'")
        cursor.execute(TAKE_OVER)
        cursor.execute("DROP TABLE people_new")
        if many:
            # search tokens enter their index sorted and together; plans learn of the new rows
            cursor.execute("SELECT gin_clean_pending_list('person_search')")
            cursor.execute("RESET gin_pending_list_limit")
            cursor.execute("ANALYZE people_person")


def _lines(new: Sequence[_New], jurisdiction: str, now: str) -> Iterator[str]:
    """Yield the rows in COPY's text form, which needs no adaptation per value; all is hex or plain."""
    known = [dict(one.identity.sealable()) for one in new]
    texts = [(one.id, f, text) for one, fields in zip(new, known, strict=True) for f, text in fields.items()]
    boxes = iter(seal_texts(texts))
    for one, fields in zip(new, known, strict=True):
        sealed = {field: next(boxes) for field in fields}
        name, phone = one.identity.name, one.identity.phone
        search = "{" + ",".join(map(str, search_tokens(name) if name else ())) + "}"
        blinds = (one.blind, phone_blind(phone) if phone else None, name_blind(name) if name else None)
        values = [*(sealed.get(field) for field in FIELDS), *blinds]
        yield "\t".join([str(one.id), jurisdiction, *map(_hex, values), search, now]) + "\n"


def _hex(value: bytes | None) -> str:
    return "\\N" if value is None else "\\\\x" + value.hex()


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
        person.identifier_blind = identifier_blind(changes.identifier or "")
    if "phone" in changed:
        person.phone_blind = phone_blind(after["phone"])
    if "name" in changed:
        person.name_blind = name_blind(after["name"])
        person.search = list(search_tokens(after["name"]))
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
