"""Who is told when a matter comes to a new state: the declaration says whom, the outbox carries it.

Written in the step's own transaction, under a key made of its ledger entry: with the step or not at all, and once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from bihuan.core.access.duty import on_duty, reached
from bihuan.core.access.models import Appointment, Officer
from bihuan.core.clock.wording import clock_time, short_day
from bihuan.core.matters.details import Applied
from bihuan.core.matters.drafting import purpose_of
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details, matter_type
from bihuan.core.messages.addresses import (
    IN_APP,
    MAIL,
    SMS,
    BadAddress,
    ToOffice,
    ToOfficer,
    ToPerson,
    normal,
)
from bihuan.core.messages.sending import Outgoing, send_many
from bihuan.core.messages.templates import template
from bihuan.core.people.reach import telephones
from bihuan.core.spec.posts import PUBLIC
from bihuan.core.spec.tell import Tell
from bihuan.core.spec.text import Text

NEWS: Final = timedelta(hours=24)
"""What happened longer ago than this is no news: a register or a late entry reports it, and those concerned knew.

Without the bound, taking in an old workbook would text thousands of people about stays that are long over.
"""
ALWAYS: Final = frozenset({"county", "number", "kind", "place", "due"})
"""What every message may name: nothing personal, so it may stand in a list, a mail's subject, a log."""


@dataclass(frozen=True, slots=True)
class _Due:
    """One message that is due: about which step and matter, by which declaration."""

    step: Applied
    matter: Matter
    tell: Tell


def tell(steps: Sequence[Applied]) -> None:
    """Write the messages that these steps bring. Steps that tell nobody, most of all, cost nothing."""
    wanted = [(step, one) for step in steps if step.before != step.after for one in _declared(step)]
    if not wanted:
        return
    matters = _matters({step.matter_id for step, _ in wanted})
    due = [_Due(step, matters[step.matter_id], one) for step, one in wanted]
    messages = [*_to_people(due), *_to_officers(due)]
    if messages:
        send_many(messages, jurisdiction=due[0].matter.jurisdiction)


def _declared(step: Applied) -> tuple[Tell, ...]:
    declared = matter_type(step.type).state(step.after).tell
    return declared if declared and step.recorded_at - step.occurred_at <= NEWS else ()


def _matters(ids: set[UUID]) -> dict[UUID, Matter]:
    return Matter.objects.select_related("place", "organ").in_bulk(ids)


def _to_people(due: Sequence[_Due]) -> Iterator[Outgoing]:
    """Yield what goes to the people concerned; who gave no telephone that can be reached is told by the paper."""
    mine = [one for one in due if PUBLIC in one.tell.posts and one.step.person_id is not None]
    phones = telephones({one.step.person_id for one in mine if one.step.person_id}) if mine else {}
    for one in mine:
        person = one.step.person_id
        phone = phones.get(person) if person else None
        if person is None or phone is None:
            continue
        with suppress(BadAddress):
            to = ToPerson(person, purpose_of(one.step.type), normal(SMS, phone))
            yield _outgoing(one, SMS, to, "person", "zh-hans")


def _to_officers(due: Sequence[_Due]) -> Iterator[Outgoing]:
    posts = {post.code for one in due for post in one.tell.posts if post is not PUBLIC}
    if not posts:
        return
    held = on_duty(due[0].matter.jurisdiction, posts)
    for one in due:
        for officer in _reached(held, one):
            yield _outgoing(one, IN_APP, ToOfficer(officer.id), str(officer.id), officer.language)
            if officer.mail:
                yield _outgoing(one, MAIL, ToOffice(officer.mail), f"{officer.id}/mail", officer.language)


def _reached(held: Sequence[Appointment], one: _Due) -> list[Officer]:
    """Return the officers whom a message concerns, each once; not whoever took the step."""
    posts = {post.code for post in one.tell.posts}
    found = {
        appointment.officer_id: appointment.officer
        for appointment in held
        if appointment.post in posts and reached(appointment, one.matter)
    }
    if one.step.actor.officer_id is not None:
        found.pop(one.step.actor.officer_id, None)
    return list(found.values())


def _outgoing(
    one: _Due, channel: str, to: ToPerson | ToOfficer | ToOffice, key: str, language: str
) -> Outgoing:
    known = {**about(one.matter), **details(one.step.type).words(one.step)}
    return Outgoing(
        one.tell.template,
        channel,
        to,
        key=f"{one.step.entry_id}/{one.tell.template}/{key}",
        params=filled(one.tell.template, known, language),
        matter_id=one.step.matter_id,
        language=language,
    )


def about(matter: Matter) -> dict[str, Text]:
    """Return what any message may say of a matter."""
    county, place = settings.BIHUAN, matter.place.name if matter.place else "—"
    due = Text("—", "—")
    if matter.due_at is not None:
        day = short_day(matter.due_at.astimezone().date())
        due = Text(f"{day.zh} {clock_time(matter.due_at)}", f"{day.en} {clock_time(matter.due_at)}")
    return {
        "county": Text(county.county, county.county_en),
        "number": Text(matter.number, matter.number),
        "kind": matter_type(matter.type).label,
        "place": Text(place, place),
        "due": due,
    }


def filled(code: str, known: Mapping[str, Text], language: str) -> dict[str, str]:
    """Return the fields that a template asks for, in a language. KeyError: `checks.py` lets no such one start."""
    return {name: known[name].in_language(language) for name in template(code).clear}
