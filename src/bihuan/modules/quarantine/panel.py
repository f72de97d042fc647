"""The room one looks at, as the board's side panel tells it: who is there, what is open, what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.matters import engine
from bihuan.core.papers import notices
from bihuan.core.papers.models import Paper
from bihuan.core.people.masks import Masked
from bihuan.core.spec import Snapshot
from bihuan.modules.quarantine import companions, matter, stays
from bihuan.modules.quarantine.facts import StayFacts
from bihuan.modules.quarantine.models import Site, Task
from bihuan.modules.quarantine.protocol import LOCAL, DueItem
from bihuan.modules.quarantine.protocols import binding
from bihuan.modules.quarantine.queries import RoomLine, StayLine

KINDS = {kind.code: kind for kind in (matter.TRANSFER, matter.REQUEST, matter.OBJECTION, matter.DISPUTE)}


@dataclass(frozen=True, slots=True)
class Follow:
    """A matter that follows from the stay: its type, state, deadline, and whether it is closed."""

    matter_id: UUID
    kind: str
    label: object
    number: str
    state: object
    due_at: datetime | None
    closed_at: datetime | None


@dataclass(slots=True)
class Person:
    """One person in the room, masked, with everything the panel shows of the stay."""

    stay: StayLine
    masked: Masked | None
    day: int
    overdue: list[DueItem]
    today: list[DueItem]
    offers: list[engine.Offer]
    follows: list[Follow] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    onset: str = ""
    near: dict[str, int] = field(default_factory=dict)

    @property
    def objections(self) -> list[Follow]:
        """Return the contests of the order."""
        return [one for one in self.follows if one.kind == matter.OBJECTION.code]

    @property
    def closed(self) -> int:
        """Return how many of the follow-up matters are closed."""
        return sum(one.closed_at is not None for one in self.follows)


@dataclass(frozen=True, slots=True)
class Panel:
    """A room: the people in it now, and who was there before in the shown time."""

    room: RoomLine
    people: list[Person]
    before: list[StayLine]


def of_room(room: RoomLine, site: Site, actor: Actor, now: datetime, names: Mapping[UUID, Masked]) -> Panel:
    """Return the panel of a room. Two queries, one more for each positive."""
    running = [stay for stay in room.stays if stay.ended_at is None]
    people = [_person(stay, site, actor, now, names) for stay in running]
    by_id = {person.stay.matter_id: person for person in people}
    for stay_id, follow in follows(list(by_id)):
        by_id[stay_id].follows.append(follow)
    for paper in Paper.objects.filter(matter_id__in=by_id, kind=notices.KIND).order_by("created_at"):
        if paper.matter_id is not None:
            by_id[paper.matter_id].papers.append(paper)
    for person in people:
        if person.stay.positive_at is not None:
            person.near = companions.counted(companions.companions(person.stay.matter_id))
            person.onset = stays.onset_class(_day_of_stay(person.stay, person.stay.positive_at))
    return Panel(room, people, [stay for stay in room.stays if stay.ended_at is not None])


def _person(stay: StayLine, site: Site, actor: Actor, now: datetime, names: Mapping[UUID, Masked]) -> Person:
    today = now.astimezone(LOCAL).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time(0), LOCAL)
    still = stay.open_items(tomorrow)
    return Person(
        stay=stay,
        masked=names.get(stay.person_id),
        day=stay.day(today),
        overdue=[due for due in still if due.due_at < now],
        today=[due for due in still if due.due_at >= now],
        offers=_offers(stay, site, actor, now),
    )


def _offers(stay: StayLine, site: Site, actor: Actor, now: datetime) -> list[engine.Offer]:
    """Return what may be done; for a positive the way to the hospital comes first."""
    found = engine.available(snapshot_of(stay, site), actor, now)
    if stay.positive_at is None:
        return found
    return sorted(found, key=lambda offer: offer.transition.code != "transfer_hospital")


def snapshot_of(stay: StayLine, site: Site) -> Snapshot:
    """Return the stay as guards see it, from what the board has read already."""
    facts = StayFacts(
        site_open=site.matter.state == matter.RUNNING.code,
        category=stay.category,
        rules=binding(stay.protocol_id).rules,
        protocol_id=stay.protocol_id,
        day_one=stay.day_one,
        admitted_at=stay.admitted_at,
        ended_at=stay.ended_at,
        release_due=stay.release_due,
        room=stay.room_id,
        positive_at=stay.positive_at,
        done=set(stay.done),
    )
    return Snapshot(
        stay.matter_id, matter.STAY.code, stay.state, stay.version, stay.admitted_at, stay.person_id,
        site.place_id, facts,
    )  # fmt: skip


def follows(ids: Sequence[UUID]) -> list[tuple[UUID, Follow]]:
    """Return the matters that follow from these stays, oldest first: (stay, matter). One query."""
    found = Task.objects.filter(stay_id__in=ids).select_related("matter").order_by("matter__opened_at")
    return [
        (
            task.stay_id,
            Follow(
                task.matter_id, task.matter.type, KINDS[task.matter.type].label, task.matter.number,
                KINDS[task.matter.type].state(task.matter.state).label, task.matter.due_at,
                task.matter.closed_at,
            ),
        )
        for task in found
        if task.stay_id is not None
    ]  # fmt: skip


def _day_of_stay(stay: StayLine, when: datetime) -> int:
    return (when.astimezone(LOCAL).date() - stay.day_one).days + 1
