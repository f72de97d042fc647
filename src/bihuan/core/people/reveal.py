"""Seeing personal fields: for a stated purpose, on a matter of one's post, and never without a trace.

The entry `people.revealed` outlives the data: after erasure it still tells who looked at whom, why and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bihuan.core.access.actors import Actor
from bihuan.core.access.errors import Denied
from bihuan.core.access.permissions import reveals, visible
from bihuan.core.access.recording import record
from bihuan.core.ledger.models import Entry
from bihuan.core.matters.drafting import purpose_of
from bihuan.core.matters.models import Matter
from bihuan.core.people.identity import FIELD_LABELS, FIELDS
from bihuan.core.people.masks import open_identities
from bihuan.core.people.merging import canonical, same_person
from bihuan.core.people.sealing import ErasedError, open_sealed
from bihuan.core.spec.text import Text

KIND = "people.revealed"

PURPOSES = {
    "contact": Text("联系本人", "To reach the person"),
    "identify": Text("核对身份", "To check who it is"),
    "care": Text("诊疗或照护", "For medical care"),
    "transfer": Text("转运交接", "To hand the person over"),
    "serve": Text("送达文书", "To serve a document"),
    "contest": Text("审查异议", "To review an objection"),
    "correct": Text("更正登记", "To correct a record"),
    "trace": Text("流行病学调查", "For a case investigation"),
}
"""For what a field may be revealed; the officer states one of these each time."""


class UnknownPurpose(Denied):
    """No purpose was stated, or none of those that are declared."""

    def __init__(self) -> None:
        super().__init__(Text("请先选择查看用途", "State first what you need it for"))


class NotInMatter(Denied):
    """The matter is unknown or not the actor's to see, or the person is not concerned in it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该事项不在您的岗位范围内,或与此人无关",
                "The matter is not yours to see, or not this person's",
            )
        )


@dataclass(frozen=True, slots=True)
class View:
    """One look at somebody: who, in which post, at whom, which fields, on which matter, for what, when."""

    entry_id: int
    at: datetime
    officer_id: UUID | None
    post: str
    organ: str | None
    person_id: UUID | None
    matter_id: UUID | None
    fields: tuple[str, ...]
    purpose: str

    @property
    def purpose_text(self) -> Text:
        """Return the stated purpose in both languages."""
        return PURPOSES.get(self.purpose) or Text(self.purpose, self.purpose)

    @property
    def fields_text(self) -> Text:
        """Return the names of the fields in both languages."""
        labels = [FIELD_LABELS.get(field) or Text(field, field) for field in self.fields]
        return Text("、".join(t.zh for t in labels), ", ".join(t.en for t in labels))


def reveal(
    person_id: UUID, fields: Sequence[str], purpose: str, matter_id: UUID, actor: Actor
) -> dict[str, str]:
    """Return these fields of the person in clear, having written down who looks and why.

    Unknown fields of a person are left out. Raises UnknownPurpose, Denied (the post does not reveal),
    NotInMatter, ErasedError. Nothing is returned where the entry could not be written.
    """
    wanted = [field for field in FIELDS if field in fields]
    if not wanted or len(wanted) != len(set(fields)):
        raise Denied(Text("没有这个字段", "There is no such field"))
    _allowed(person_id, purpose, matter_id, actor)
    with transaction.atomic():
        opened = open_identities([person_id])
        if person_id not in opened:
            raise NotInMatter
        _, texts, erased = opened[person_id]
        if erased:
            raise ErasedError
        _record(person_id, wanted, purpose, matter_id, actor)
    return {field: texts[field] for field in wanted if field in texts}


def reveal_entry(entry_id: int, purpose: str, actor: Actor) -> dict[str, Any]:
    """Return the sealed part of a ledger entry (symptoms, words) in clear, under the same conditions."""
    entry = Entry.objects.filter(id=entry_id, jurisdiction=actor.jurisdiction).first()
    if entry is None or entry.person_id is None or entry.matter_id is None or entry.sealed is None:
        raise NotInMatter
    _allowed(entry.person_id, purpose, entry.matter_id, actor)
    values = open_sealed(entry.person_id, purpose_of(entry.kind), bytes(entry.sealed))
    with transaction.atomic():
        _record(entry.person_id, sorted(values), purpose, entry.matter_id, actor, entry_id=entry_id)
    return values


def _allowed(person_id: UUID, purpose: str, matter_id: UUID, actor: Actor) -> None:
    if purpose not in PURPOSES:
        raise UnknownPurpose
    if not reveals(actor):
        raise Denied(Text("您的岗位不能查看个人信息原文", "Your post may not reveal personal data"))
    concerned = (
        Matter.objects.filter(visible(actor), id=matter_id).values_list("person_id", flat=True).first()
    )
    if concerned is None or canonical(concerned) != canonical(person_id):
        raise NotInMatter


def _record(
    person_id: UUID, fields: Sequence[str], purpose: str, matter_id: UUID, actor: Actor, **more: int
) -> None:
    payload = {"fields": list(fields), "purpose": purpose, **more}
    record(KIND, actor=actor, person_id=person_id, matter_id=matter_id, payload=payload)


def view_log(
    jurisdiction: str,
    *,
    person_id: UUID | None = None,
    matter_id: UUID | None = None,
    officer_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[View]:
    """Return who looked at whom, the latest first; `before` (an entry's number) pages on.

    A person's log holds the views under every record that is known to be the same person.
    """
    entries = Entry.objects.filter(kind=KIND, jurisdiction=jurisdiction)
    if person_id is not None:
        entries = entries.filter(person_id__in=same_person(person_id))
    if matter_id is not None:
        entries = entries.filter(matter_id=matter_id)
    if officer_id is not None:
        entries = entries.filter(actor_id=officer_id)
    if before is not None:
        entries = entries.filter(id__lt=before)
    return [_view(entry) for entry in entries.order_by("-id")[:limit]]


def told(person_id: UUID, jurisdiction: str) -> list[View]:
    """Return every view of a person, as the person may be told: which organ and post, what, for what.

    The officer's name is not told; the organ answers for its officers.
    """
    entries = Entry.objects.filter(kind=KIND, jurisdiction=jurisdiction, person_id__in=same_person(person_id))
    return [_view(entry, named=False) for entry in entries.order_by("-id")]


def _view(entry: Entry, named: bool = True) -> View:
    return View(
        entry_id=entry.id,
        at=entry.recorded_at,
        officer_id=entry.actor_id if named else None,
        post=entry.post,
        organ=entry.organ,
        person_id=entry.person_id,
        matter_id=entry.matter_id,
        fields=tuple(entry.payload.get("fields", ())),
        purpose=str(entry.payload.get("purpose", "")),
    )
