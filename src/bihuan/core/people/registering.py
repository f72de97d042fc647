"""Registering people in bulk: sealed, by COPY, the same identifier once however many imports run at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.errors import UniqueViolation

from bihuan.core.collector import not_collecting
from bihuan.core.people.blind import identifier_blind, link_keys, name_blind, phone_blind, search_tokens
from bihuan.core.people.identity import FIELDS, Identity
from bihuan.core.people.models import Person
from bihuan.core.people.sealing import IDENTITY, seal_texts
from bihuan.core.people.vault import vault


@dataclass(frozen=True, slots=True)
class _New:
    id: UUID
    identity: Identity
    blind: bytes | None


def register(identity: Identity, jurisdiction: str) -> UUID:
    """Return the person with this identifier, registered where the county does not know them yet."""
    return register_many([identity], jurisdiction)[0]


@not_collecting()
def register_many(
    identities: Sequence[Identity], jurisdiction: str, ids: Sequence[UUID] | None = None
) -> list[UUID]:
    """Return a person for each identity, in their order; new ones are written by COPY, in one transaction.

    The same identifier is the same person: within the list (the first fills the gaps of the others), against
    the database, and against an import that runs at the same time. Without identifier, or with one that is not to
    be trusted, everyone is new.
    `ids`: the id that each gets where it is new; one of them that is registered already stays as it is.
    """
    given = [uuid.uuid7() for _ in identities] if ids is None else ids
    blinds = [identifier_blind(i.trusted) if i.trusted else None for i in identities]
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
    # in the identifiers' order, so that two imports of the same people wait for each other and do not deadlock
    new = [*(fresh[blind] for blind in sorted(fresh)), *nameless]
    if new:
        with transaction.atomic():
            known.update(_write(new, jurisdiction))
    return [known[one] if isinstance(one, bytes) else one for one in result]


def _registered(ids: Sequence[UUID], jurisdiction: str) -> set[UUID]:
    if not ids:
        return set()
    people = Person.objects.filter(id__in=ids, jurisdiction=jurisdiction)
    return set(people.values_list("id", flat=True))


KNOWN = """
SELECT p.identifier_blind, p.id
  FROM (SELECT decode(part, 'hex') AS blind FROM regexp_split_to_table(%s, ',') AS part) asked
  JOIN people_person p ON p.jurisdiction = %s AND p.identifier_blind = asked.blind
"""


def _known(blinds: set[bytes], jurisdiction: str) -> dict[bytes, UUID]:
    if not blinds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [",".join(map(bytes.hex, blinds)), jurisdiction])
        return {bytes(blind): person for blind, person in cursor.fetchall()}


COLUMNS = (
    "id, jurisdiction, name_sealed, identifier_sealed, phone_sealed, address_sealed, identifier_blind,"
    " phone_blind, name_blind, identifier_tail, named_head, search, created_at"
)
AT_ONCE = 10_000
WRITTEN = 500
MANY = 20_000
GROWTH = 5  # a table that grows by a fifth at once is analysed at once
PLANNED_FOR = "SELECT greatest(reltuples, 1000) FROM pg_class WHERE oid = 'people_person'::regclass"
STAGE = "CREATE TEMP TABLE people_new (LIKE people_person) ON COMMIT DROP"
TAKE_OVER = f"""
INSERT INTO people_person ({COLUMNS}) SELECT {COLUMNS} FROM people_new ORDER BY identifier_blind
ON CONFLICT (jurisdiction, identifier_blind) WHERE identifier_blind IS NOT NULL DO NOTHING
"""  # noqa: S608 - constants


def _write(new: Sequence[_New], jurisdiction: str) -> dict[bytes, UUID]:
    """Write new people and return whom each identifier belongs to: another import may have been first."""
    with connection.cursor() as cursor:
        many = len(new) >= MANY
        if many:
            cursor.execute("SET LOCAL gin_pending_list_limit = '256MB'")
        try:
            with transaction.atomic():
                _copy(cursor, "people_person", new, jurisdiction)
            found = {one.blind: one.id for one in new if one.blind is not None}
        except UniqueViolation:  # COPY's own, which Django does not translate
            _copy_around_known(cursor, new, jurisdiction)
            found = _known({one.blind for one in new if one.blind is not None}, jurisdiction)
        if many:
            # search tokens enter their index sorted and together
            cursor.execute("SELECT gin_clean_pending_list('person_search')")
            cursor.execute("RESET gin_pending_list_limit")
        cursor.execute(PLANNED_FOR)
        if len(new) * GROWTH > cursor.fetchone()[0]:
            cursor.execute("ANALYZE people_person")  # plans learn of the new rows
    return found


def _copy_around_known(cursor: CursorWrapper, new: Sequence[_New], jurisdiction: str) -> None:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.people_new")
    cursor.execute(STAGE)
    _copy(cursor, "people_new", new, jurisdiction)
    cursor.execute(TAKE_OVER)
    cursor.execute("DROP TABLE people_new")


def _copy(cursor: CursorWrapper, table: str, new: Sequence[_New], jurisdiction: str) -> None:
    now = timezone.now().isoformat()
    with cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy:
        for start in range(0, len(new), AT_ONCE):
            part = new[start : start + AT_ONCE]
            vault().keys([(one.id, IDENTITY) for one in part])  # made and flushed to disk together
            for at in range(0, len(part), WRITTEN):  # the database takes some in while the next are sealed
                copy.write("".join(_lines(part[at : at + WRITTEN], jurisdiction, now)))


def _lines(new: Sequence[_New], jurisdiction: str, now: str) -> Iterator[str]:
    """Yield the rows in COPY's text form, which needs no adaptation per value; all is hex or plain."""
    known = [dict(one.identity.sealable()) for one in new]
    texts = [(one.id, f, text) for one, fields in zip(new, known, strict=True) for f, text in fields.items()]
    boxes = iter(seal_texts(texts))
    for one, fields in zip(new, known, strict=True):
        sealed = {field: _hex(next(boxes)) for field in fields}
        name, phone = one.identity.name, one.identity.phone
        fields_sealed = "\t".join([sealed.get(field, NULL) for field in FIELDS])
        search = ",".join(map(str, search_tokens(name))) if name else ""
        tail, head = link_keys(name or "", one.identity.identifier or "")
        yield (
            f"{one.id}\t{jurisdiction}\t{fields_sealed}\t{_hex(one.blind)}"
            f"\t{_hex(phone_blind(phone) if phone else None)}\t{_hex(name_blind(name) if name else None)}"
            f"\t{NULL if tail is None else tail}\t{NULL if head is None else head}\t{{{search}}}\t{now}\n"
        )


NULL = "\\N"


def _hex(value: bytes | None) -> str:
    return NULL if value is None else "\\\\x" + value.hex()
