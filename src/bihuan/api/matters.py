"""Matters over the API: list, look, open, take a step. The engine decides; nothing is decided here."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Query, Router

from bihuan.api.schemas import (
    EntryOut,
    MatterDetail,
    MatterOut,
    MatterPage,
    OfferOut,
    OpeningIn,
    OutcomeOut,
    Problem,
    StepIn,
    Words,
)
from bihuan.core.access.actors import Actor, actor_of
from bihuan.core.access.permissions import visible
from bihuan.core.ledger.queries import timeline
from bihuan.core.matters import engine, payloads
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import NotAllowed, NotDone, Refused, UnknownMatter
from bihuan.core.matters.meanwhile import with_who_was_first
from bihuan.core.matters.models import Matter
from bihuan.core.matters.registry import details, matter_type, matter_types
from bihuan.core.matters.timely import untimely
from bihuan.core.places.models import Place
from bihuan.core.spec.matters import MatterType, Snapshot
from bihuan.core.spec.payload import fields_of
from bihuan.core.spec.text import Text

router = Router()
PAGE = 50
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=128, pattern=r"^[\x21-\x7e]+$")]
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get("/", response={200: MatterPage, **ERRORS}, summary="事项列表 / List matters")
def list_matters(
    request: HttpRequest,
    type: Annotated[str | None, Query(max_length=48)] = None,
    state: Annotated[str | None, Query(max_length=32)] = None,
    open_only: bool = True,
    after: UUID | None = None,
) -> MatterPage:
    """Return the matters the post may see, in order of their keys; `after` continues."""
    found = Matter.objects.filter(visible(actor_of(request)))
    if type is not None:
        found = found.filter(type=type)
    if state is not None:
        found = found.filter(state=state)
    if open_only:
        found = found.filter(closed_at__isnull=True)
    if after is not None:
        found = found.filter(id__gt=after)
    rows = list(found.order_by("id")[: PAGE + 1])
    items = [MatterOut.from_orm(row) for row in rows[:PAGE]]
    return MatterPage(items=items, next=str(rows[PAGE - 1].id) if len(rows) > PAGE else None)


@router.get("/{matter_id}", response={200: MatterDetail, **ERRORS}, summary="一个事项 / One matter")
def get_matter(request: HttpRequest, matter_id: UUID) -> MatterDetail:
    """Return where a matter stands, what the post may do, and what happened."""
    actor = actor_of(request)
    row = Matter.objects.filter(visible(actor), id=matter_id).first()
    if row is None:
        raise UnknownMatter(matter_id)
    snapshot = Snapshot(
        row.id, row.type, row.state, row.version, row.opened_at, row.person_id, row.place_id,
        details(row.type).load([row.id]).get(row.id),
    )  # fmt: skip
    offers = [_offer(offer) for offer in engine.available(snapshot, actor, timezone.now())]
    entries = [EntryOut.model_validate(entry, from_attributes=True) for entry in timeline(row.id)]
    return MatterDetail(**MatterOut.from_orm(row).model_dump(), due=row.due, offers=offers, entries=entries)


def _offer(offer: engine.Offer) -> OfferOut:
    label = offer.transition.label
    refused = Problem.of(Refused(offer.refusal)) if offer.refusal else None
    return OfferOut(transition=offer.transition.code, label=Words(zh=label.zh, en=label.en), refused=refused)


@router.post("/{type}/open", response={201: OutcomeOut, 200: OutcomeOut, **ERRORS}, summary="开立事项 / Open")
def open_matter(request: HttpRequest, type: str, body: OpeningIn, key: Key) -> tuple[int, OutcomeOut]:
    """Open a matter of a type (`quarantine.stay`); the same key again brings the first answer.

    The payload is described under the schema `<type>.open`.
    """
    actor = actor_of(request)
    if type not in matter_types() or not by_hand(matter_type(type), actor.post):
        raise NotAllowed
    kind = matter_type(type)
    place = _place(body.place_id, actor)
    _refuse_untimely(body.occurred_at)
    opening = Opening(
        payload=payloads.parse(kind.opening, body.payload),
        occurred_at=body.occurred_at or timezone.now(),
        person_id=_person(body.person_id, kind, actor),
        place_id=body.place_id,
        number_place=place.code if place else "",
    )
    outcome = engine.open(kind, opening, actor=actor, key=key)
    return (200 if outcome.repeated else 201), _out(outcome)


@router.post(
    "/{matter_id}/steps/{transition}", response={200: OutcomeOut, **ERRORS}, summary="办理 / Take a step"
)
def take_step(request: HttpRequest, matter_id: UUID, transition: str, body: StepIn, key: Key) -> OutcomeOut:
    """Take one step; the payload is described under the schema `<type>.<transition>`."""
    actor = actor_of(request)
    row = Matter.objects.filter(visible(actor), id=matter_id).only("type", "opened_at").first()
    if row is None:
        raise UnknownMatter(matter_id)
    kind = matter_type(row.type)
    if transition not in {t.code for t in kind.transitions}:
        raise NotAllowed
    payload: Any = payloads.parse(kind.transition(transition).payload, body.payload)
    _refuse_untimely(body.occurred_at, row.opened_at)
    try:
        outcome = engine.perform(
            matter_id, transition, payload, actor=actor, key=key, version=body.version,
            occurred_at=body.occurred_at, corrects=body.corrects,
        )  # fmt: skip
    except NotDone as error:
        raise with_who_was_first(error, matter_id, body.version) from error
    return _out(outcome)


def _refuse_untimely(at: datetime | None, not_before: datetime | None = None) -> None:
    refusal = untimely(at, not_before)
    if refusal is not None:
        raise Refused(refusal)


def by_hand(kind: MatterType[Any], post: str) -> bool:
    """Tell whether a post opens a type with something to fill in; what only follows from a step is not opened."""
    asked = fields_of(kind.opening) or not dataclasses.fields(kind.opening)
    return post in {one.code for one in kind.opened_by} and bool(asked)


def _place(place_id: UUID | None, actor: Actor) -> Place | None:
    if place_id is None:
        return None
    place = Place.objects.filter(id=place_id, jurisdiction=actor.jurisdiction).first()
    if place is None:
        raise NotThere(Text("没有这个地点", "There is no such place"))
    return place


def _person(person_id: UUID | None, kind: MatterType[Any], actor: Actor) -> UUID | None:
    """Return the person a matter is to be about: one whom a matter that the actor sees is about already."""
    if person_id is None:
        if kind.has_person:
            raise NotThere(Text("须写明当事人 person_id", "say whom it is about: person_id"))
        return None
    if not Matter.objects.filter(visible(actor), person_id=person_id).exists():
        raise NotThere(Text("没有这个人，或不在您的岗位范围内", "No such person, or not within your post"))
    return person_id


class NotThere(NotDone):
    """The request names a person or a place that the actor does not know of."""


def _out(outcome: engine.Outcome) -> OutcomeOut:
    return OutcomeOut(
        matter_id=outcome.matter_id,
        entry_id=outcome.entry_id,
        version=outcome.version,
        state=outcome.state,
        number=outcome.number,
        repeated=outcome.repeated,
    )
