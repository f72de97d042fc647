"""One step, decided in memory: permission, state, guards. The single and the bulk door both come through here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.matters import store
from bihuan.core.matters.details import OPENED, Applied, Details, Opening, Step
from bihuan.core.matters.errors import NotAllowed, NotCorrectable, NotFromHere, Refused
from bihuan.core.spec.matters import SAME, MatterType, Refusal, Snapshot, State, Transition
from bihuan.core.spec.posts import PUBLIC, Post


def permitted(
    actor: Actor, posts: tuple[Post, ...], place_id: UUID | None, person_id: UUID | None = None
) -> bool:
    """Tell whether the actor's post is among these, and reaches the matter. Default is deny.

    A post bound to places reaches its places and nothing without them; a person, only their own matters.
    """
    for post in posts:
        if post.code == actor.post:
            break
    else:
        return False
    if post is PUBLIC:
        return actor.person_id is not None and actor.person_id == person_id
    if actor.place_ids is None:
        return not post.bound_to_place
    return place_id in actor.place_ids


def reaches_organ(actor: Actor, organ: str) -> bool:
    """Tell whether the actor may act on matters of an organ: its own, or one of another kind that names its post.

    Two courts do not touch each other's matters; a committee's registrar takes in a health authority's.
    """
    if actor.organ is None or actor.organ == organ:
        return True
    return organ_kind(actor.organ) != organ_kind(organ)


@lru_cache(maxsize=4096)
def organ_kind(code: str) -> str:
    """Return the kind of an organ; it never changes. LookupError where there is none."""
    kind = Organ.objects.filter(code=code).values_list("kind", flat=True).first()
    if kind is None:
        raise LookupError(f"no organ {code}")
    return kind


def standing_refusal(transition: Transition[Any], snapshot: Snapshot, now: datetime) -> Refusal | None:
    """Return what already stands against the step whatever is filled in, or None."""
    for condition in transition.blocked_by:
        refusal = condition(snapshot, now)
        if refusal is not None:
            return refusal
    return None


def refusal_of(
    transition: Transition[Any], snapshot: Snapshot, payload: Any, now: datetime
) -> Refusal | None:
    """Return the first refusal of a condition or a guard, or None."""
    refusal = standing_refusal(transition, snapshot, now)
    for guard in transition.unless if refusal is None else ():
        refusal = guard(snapshot, payload, now)
        if refusal is not None:
            break
    return refusal


def refuse_wrong_correction(kind: MatterType[Any], matter_id: UUID, step: Step) -> None:
    """Raise NotCorrectable where a step corrects what is no standing entry of the same step on this matter."""
    if step.corrects is None:
        return
    transition = kind.transition(step.transition)
    if not (transition.corrects and store.stands(step.corrects, matter_id, f"{kind.code}.{step.transition}")):
        raise NotCorrectable


def take(
    kind: MatterType[Any],
    details: Details[Any],
    snapshot: Snapshot,
    step: Step,
    actor: Actor,
    now: datetime,
) -> tuple[Snapshot, Applied]:
    """Take one step in memory: the matter as it then stands, and what was done.

    Raises NotAllowed, NotFromHere or Refused; nothing is written here.
    """
    actor = step.actor or actor
    transition = kind.transition(step.transition)
    if not permitted(actor, transition.posts, snapshot.place_id, snapshot.person_id):
        raise NotAllowed
    if not (transition.leaves(snapshot.state, kind.open_states) or _after_closing(kind, snapshot, step)):
        raise NotFromHere(transition.label, kind.state(snapshot.state).label)
    seen = snapshot if step.corrects is None else replace(snapshot, corrects=step.corrects)
    refusal = refusal_of(transition, seen, step.payload, now)
    if refusal is not None:
        raise Refused(refusal)
    after = transition.to.code if isinstance(transition.to, State) else snapshot.state
    applied = Applied(  # by place, as the snapshot below: a hundred thousand steps come through here
        snapshot.id, kind.code, step.transition, snapshot.state, after, snapshot.version + 1, step.payload,
        step.occurred_at, now, actor, snapshot.person_id, snapshot.place_id, step.corrects, snapshot.facts,
    )  # fmt: skip
    if snapshot.facts is not None:
        applied.facts = details.fold(snapshot.facts, applied)
    moved = Snapshot(
        snapshot.id, snapshot.type, after, applied.version, snapshot.opened_at, snapshot.person_id,
        snapshot.place_id, applied.facts,
    )  # fmt: skip
    return moved, applied


def _after_closing(kind: MatterType[Any], snapshot: Snapshot, step: Step) -> bool:
    """Tell whether the step only records, of a matter that has closed since, what was so before.

    A record is corrected when its mistake is found, also after that.
    """
    late = step.belated or step.corrects is not None
    return late and kind.transition(step.transition).to is SAME and kind.state(snapshot.state).closed


def begin(
    kind: MatterType[Any],
    details: Details[Any],
    matter_id: UUID,
    opening: Opening,
    actor: Actor,
    now: datetime,
    prepared: Any,
) -> tuple[Snapshot, Applied]:
    """Open a matter in memory: its first snapshot and the step that opened it."""
    if not permitted(actor, kind.opened_by, opening.place_id, opening.person_id):
        raise NotAllowed
    snapshot = Snapshot(
        id=matter_id,
        type=kind.code,
        state=kind.initial.code,
        version=1,
        opened_at=opening.occurred_at,
        person_id=opening.person_id,
        place_id=opening.place_id,
        facts=details.opened(matter_id, opening, prepared),
    )
    for guard in kind.opening_unless:
        refusal = guard(snapshot, opening.payload, now)
        if refusal is not None:
            raise Refused(refusal)
    return snapshot, Applied(
        matter_id=matter_id,
        type=kind.code,
        transition=OPENED,
        before=None,
        after=kind.initial.code,
        version=1,
        payload=opening.payload,
        occurred_at=opening.occurred_at,
        recorded_at=now,
        actor=actor,
        person_id=opening.person_id,
        place_id=opening.place_id,
        facts=snapshot.facts,
        disputed=opening.disputed,
    )
