"""The drill county's quarantine: 47 sites and 6,591 invented people, through the same doors as a user.

The period ends now, so that the worklist has a today. Seeded: the same seed at the same hour brings the same county.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

import uuid_utils.compat as uuid

from bihuan.core.access.actors import Actor, system_actor
from bihuan.core.access.setup import command_line_actor
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening, Step
from bihuan.core.matters.drills import Drill, Scene
from bihuan.core.people.invented import invent, register_invented
from bihuan.core.spec import Nothing, Text
from bihuan.modules.quarantine.drill_sites import PERIOD, Scale, invent_site
from bihuan.modules.quarantine.drill_voices import have_spoken, speak
from bihuan.modules.quarantine.matter import QUARANTINE_DESK, SITE_MANAGER, SITE_NURSE, STAY
from bihuan.modules.quarantine.models import Room
from bihuan.modules.quarantine.payloads import (
    Absence,
    Admission,
    Category,
    Departure,
    Observation,
    Order,
    Release,
    Result,
    TestResult,
    Waiver,
)
from bihuan.modules.quarantine.protocol import CENTRALISED_14, LOCAL, DueItem, schedule
from bihuan.modules.quarantine.protocols import publish_shipped
from bihuan.modules.quarantine.sites import set_up

CHUNK = 250


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the drill: the desk orders, the site's people do the rest, the system keeps the calendar."""

    desk: Actor
    manager: Actor
    nurse: Actor
    system: Actor

    def at(self, places: tuple[UUID, ...]) -> Cast:
        """Return the same people, the site's appointed to these sites."""
        manager, nurse = replace(self.manager, place_ids=places), replace(self.nurse, place_ids=places)
        return replace(self, manager=manager, nurse=nurse)

    def of(self, transition: str) -> Actor:
        """Return who takes this step."""
        if transition in {"observe", "record_test", "admit", "begin", "report_absence"}:
            return self.nurse
        if transition == "transfer_home":
            return self.desk
        return self.system if transition == "reach_release" else self.manager


@dataclass(frozen=True, slots=True)
class Fate:
    """How a drill stay goes: when it begins, how and when it ends before its term; `first` where it goes on from

    another site's stay: that stay's first day and key.
    """

    begins: datetime
    ends: str = ""
    leaves: datetime | None = None
    misses: float = 0.0
    positive_on: int = 0
    first: tuple[date, UUID] | None = None

    @property
    def day_one(self) -> date:
        """Return the first day of the episode."""
        return self.first[0] if self.first else self.begins.astimezone(LOCAL).date()


def load(
    cast: Cast, *, now: datetime, scale: Scale | None = None, seed: int = 20211116,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None,
) -> int:  # fmt: skip
    """Load the county; returns the number of ledger entries of its stays. Killed and run again, it goes on.

    Every chunk has its own key, so that nothing comes twice; who was registered stays the same person.
    """
    scale = scale or Scale()
    chance = random.Random(seed)  # noqa: S311 - a drill, not a secret
    publish_shipped()
    plans = [invent_site(chance, number, scale) for number in range(scale.sites)]
    begun = now - timedelta(days=PERIOD + 2)
    places = [
        set_up(plan, actor=cast.desk, opened_at=begun, key=f"drill/{seed}/site/{plan.code}") for plan in plans
    ]
    people = register_invented(
        [invent(chance, scale.first_person + number) for number in range(scale.people)],
        cast.desk.jurisdiction,
    )
    staff = {place: cast.at((place,)) for place in places}
    stays = _stays(chance, places, people, now)
    entries = told = 0
    while chunk := list(
        islice(stays, CHUNK)
    ):  # as they are needed: a county's story at once fills the memory
        for opening in chunk:
            assert opening.place_id is not None
            for step in opening.history:
                step.actor = staff[opening.place_id].of(step.transition)
        outcome = engine.open_many(
            STAY, chunk, actor=cast.desk, key=f"drill/{seed}/stays/{told}", raising=True
        )
        entries += outcome.entries
        told += len(chunk)
        progress("stays", min(told, len(people)), len(people))
    return entries


def _stays(
    chance: random.Random, places: Sequence[UUID], people: Sequence[UUID], now: datetime
) -> Iterator[Opening]:
    rooms = {
        place: list(Room.objects.filter(site_id=place).select_related("site__place").order_by("walk"))
        for place in places
    }
    free = dict.fromkeys(places, 0)
    waiting = list(people)
    while waiting:
        place = max(places, key=lambda p: len(rooms[p]) - free[p] + chance.random())
        size = min(len(waiting), chance.choices((1, 2, 3), (78, 17, 5))[0])
        room = rooms[place][free[place] % len(rooms[place])]
        free[place] += 1
        fate = _fate(chance, now, sized=size)
        first: UUID | None = None
        for _ in range(size):
            stay, person = uuid.uuid7(), waiting.pop()
            yield _stay(chance, stay, person, place, room, fate, first, now)
            first = first or stay
            if fate.ends == "transfer" and fate.leaves is not None and fate.leaves < now:
                onward = min(places, key=lambda p: (p == place, free[p] / len(rooms[p])))
                room = rooms[onward][free[onward] % len(rooms[onward])]
                free[onward] += 1
                goes_on = Fate(fate.leaves, first=(fate.day_one, stay))
                yield _stay(chance, uuid.uuid7(), person, onward, room, goes_on, None, now)


def _fate(chance: random.Random, now: datetime, sized: int) -> Fate:
    begins = now - timedelta(days=chance.uniform(0.05, PERIOD))
    begins = begins.replace(minute=chance.randrange(0, 60, 5), second=0, microsecond=0)
    if sized > 1:
        return Fate(begins)
    draw = chance.random()

    def after(days: int) -> datetime:
        return begins + timedelta(days=days, minutes=chance.randint(60, 300))

    if draw < 0.008:
        day = chance.choice((1, 1, 2, 2, 4, 4, 7, 10))
        return Fate(begins, "hospital", after(day), positive_on=day)
    if draw < 0.012:
        return Fate(begins, "home", after(chance.randint(5, 9)))
    if draw < 0.0125:
        return Fate(begins, "absent", after(chance.randint(2, 6)))
    if draw < 0.05:
        return Fate(begins, "transfer", after(chance.randint(3, 8)))
    return Fate(begins, misses=0.02 if draw > 0.97 else 0.0)


def _stay(
    chance: random.Random, stay: UUID, person: UUID, place: UUID, room: Room, fate: Fate,
    shares_with: UUID | None, now: datetime,
) -> Opening:  # fmt: skip
    order = Order(
        category=chance.choices(tuple(Category), (46, 24, 16, 8, 4, 2))[0],
        last_exposure=(fate.begins - timedelta(days=chance.randint(0, 3))).date(),
        protocol=CENTRALISED_14.code,
    )
    admission = Admission(
        room=room.pk, shares_with=shares_with, sharing="家庭同住" if shares_with else "",
        day_one=fate.first[0] if fate.first else None, episode=fate.first[1] if fate.first else None,
    )  # fmt: skip
    ordered_at = fate.begins - timedelta(hours=chance.randint(2, 10))
    history = [Step("admit", admission, fate.begins)]
    if fate.begins + timedelta(minutes=30) < now:
        history.append(Step("begin", Nothing(), fate.begins + timedelta(minutes=30)))
        history += _life(chance, fate, now)
    return Opening(
        payload=order, occurred_at=ordered_at, person_id=person, place_id=place, history=history,
        matter_id=stay, number_place=room.site.place.code,
        title=Text(f"{order.category.text.zh} · {room.building}-{room.number}",
                   f"{order.category.text.en}, {room.building}-{room.number}"),
    )  # fmt: skip


def _life(chance: random.Random, fate: Fate, now: datetime) -> Iterator[Step]:
    """Yield what happens to a stay between its beginning and now."""
    release = datetime.combine(fate.day_one + timedelta(days=14), time(9), LOCAL)
    end = min(fate.leaves or release, now)
    for due in schedule(CENTRALISED_14, fate.day_one, fate.begins):
        at = due.due_at - timedelta(minutes=chance.randint(5, 110))
        at = max(at, fate.begins + timedelta(minutes=31))
        if at >= end:
            break
        yield from _item(chance, due, at, fate, running=end == now)
        if fate.positive_on and due.item.kind == "test" and due.item.day >= fate.positive_on:
            break
    if end == now:
        return
    yield from _ending(fate, end, release, chance)


def _item(chance: random.Random, due: DueItem, at: datetime, fate: Fate, running: bool) -> Iterator[Step]:
    code, kind = due.item.code, due.item.kind
    if chance.random() < fate.misses:
        if not running:
            yield Step("waive", Waiver(item=code, reason="外出就诊,返回后补测"), due.due_at)
        return
    if kind == "test":
        positive = bool(fate.positive_on) and due.item.day >= fate.positive_on
        yield Step(
            "record_test", TestResult(item=code, result=Result.POSITIVE if positive else Result.NEGATIVE), at
        )
    elif kind == "temperature":
        heat = Decimal(chance.randint(361, 369)) / 10
        yield Step("observe", Observation(item=code, temperature=heat), at)
    else:
        yield Step("observe", Observation(item=code), at)


def _ending(fate: Fate, end: datetime, release: datetime, chance: random.Random) -> Iterator[Step]:
    if fate.ends == "hospital":
        yield Step("transfer_hospital", Departure(to="县人民医院(定点)"), end)
    elif fate.ends == "home":
        yield Step(
            "transfer_home", Departure(to="居家隔离", approved_by="县疫情防控办", reason="孕产妇"), end
        )
    elif fate.ends == "transfer":
        yield Step("transfer_site", Departure(to="其他隔离点", reason="均衡床位"), end)
    elif fate.ends == "absent":
        yield Step("report_absence", Absence(told="属地派出所"), end)
    else:
        yield Step("reach_release", Nothing(), datetime.combine(release.date(), time(0, 1), LOCAL))
        if chance.random() < 0.998:
            yield Step("release", Release(), release)


def _load(scene: Scene) -> int:
    if have_spoken():
        return 0
    cast = Cast(
        desk=command_line_actor(QUARANTINE_DESK),
        manager=command_line_actor(SITE_MANAGER),
        nurse=command_line_actor(SITE_NURSE),
        system=system_actor(scene.jurisdiction),
    )
    what = Text("集中隔离", "quarantine")
    load(cast, now=scene.begun, progress=lambda _what, done, of: scene.progress(what, done, of))
    speak(scene.jurisdiction)
    return Scale().people


DRILL = Drill(order=10, load=_load)

__all__ = ["DRILL", "Cast", "Scale", "load"]
