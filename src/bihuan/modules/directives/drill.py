"""The drill county's directives: 34, of them 21 epidemic-related, through the same door as an office's own workbooks.

Most are over; five run now: two wait to be split, one has feedback and was fed back in part, one asked for more time, one is
split among units.
Seeded: the same seed for the same moment brings the same directives.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from bihuan.core.access.actors import Actor
from bihuan.core.access.setup import command_line_actor
from bihuan.core.intake.parcels import Glimpse
from bihuan.core.intake.watching import NOBODY
from bihuan.core.matters import engine
from bihuan.core.matters.drills import Drill, Scene
from bihuan.core.matters.models import Matter
from bihuan.core.spec import Text
from bihuan.modules.directives import queries, sending, units
from bihuan.modules.directives.drill_workbooks import Dialect, Invention, invent_directive, write
from bihuan.modules.directives.matter import DESK
from bihuan.modules.directives.models import Directive
from bihuan.modules.directives.payloads import AskedTime, MoreTime, Part, Split
from bihuan.modules.directives.taking import Directives

SEED: Final = 20211116
TOTAL, EPIDEMIC, RUNNING = 34, 21, 5
PERIOD: Final = timedelta(days=23)
FIRST_PERSON: Final = 500_000
"""Numbers of invented people from here on are the directives'."""
DONE: Final = f"drill/{SEED}/directives"


def inventions(now: datetime) -> Iterator[Invention]:
    """Yield the drill's directives, the earliest first; the last `RUNNING` are epidemic-related and not due yet."""
    chance = random.Random(SEED)  # noqa: S311 - a drill, not a key
    kinds = [True] * (EPIDEMIC - RUNNING) + [False] * (TOTAL - EPIDEMIC)
    chance.shuffle(kinds)
    person = FIRST_PERSON
    for number, epidemic in enumerate([*kinds, *[True] * RUNNING]):
        running = number >= TOTAL - RUNNING
        hours = chance.choice((24, 36, 48)) if running else chance.choice((12, 24, 36, 48))
        before = (
            timedelta(hours=2 + 3 * (TOTAL - number))
            if running
            else PERIOD * (1 - number / TOTAL) + timedelta(days=2)
        )
        listed = chance.randint(30, 110) if epidemic else chance.randint(1, 24)
        whole = not running and chance.random() < 0.6
        yield invent_directive(
            chance, 300 + 91 * number, now - before, hours=hours, epidemic=epidemic, listed=listed, first=person, missing=0.0 if whole else 0.03,
            late=0.0 if whole else 0.08,
            now=now - timedelta(minutes=10),
        )  # fmt: skip
        person += listed


def _load(scene: Scene) -> int:
    desk = command_line_actor(DESK)
    known = Directive.objects.filter(jurisdiction=scene.jurisdiction, reference__startswith="HC").count()
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(SEED + 1)  # noqa: S311
        files = []
        made = list(inventions(scene.begun))
        for number, one in enumerate(made):
            fed = (
                number < TOTAL - RUNNING or number == TOTAL - RUNNING + 1
            )  # of those that run, one has feedback
            path = write(Path(folder), one, Dialect.invent(chance), feedback=fed)
            files.append(Glimpse(path, path.name))
        told = Directives().take(files, actor=desk, batch=UUID(int=SEED), watch=NOBODY)
        scene.progress(Text("合成作战指令", "directives"), len(told), len(made))
    _story([one.reference for one in made[-RUNNING:]], desk, scene)
    return max(0, len(told) - known)


def _story(references: list[str], desk: Actor, scene: Scene) -> None:
    """Let those that run stand in different places; every step has a key, so that it happens once."""
    found = Directive.objects.filter(jurisdiction=scene.jurisdiction, reference__in=references).order_by(
        "received_at"
    )
    by = {one.reference: one for one in found}
    _, answered, asks, split, _ = (
        by[reference] for reference in references
    )  # the first and the last wait to be split
    _perform(asks, "keep_whole", None, desk)
    until = asks.due_at + timedelta(hours=12)
    _perform(asks, "ask_for_time", AskedTime(until=until, reason=MoreTime.MANY), desk)
    known = units.known_units(scene.jurisdiction)
    parts = tuple(
        Part(unit=units.usual_unit(town, known), townships=(town,), rows=rows) for town, rows in queries.townships(split.pk) if town
    )  # fmt: skip
    if parts:
        _perform(split, "split", Split(parts=parts), desk)
    state = Matter.objects.values_list("state", flat=True).get(pk=answered.pk)
    if state == "worked":
        sending.feed_back(answered.pk, actor=desk, key=f"{DONE}/part/{answered.reference}")


def _perform(one: Directive, code: str, payload: object, desk: Actor) -> None:
    engine.perform(one.pk, code, payload, actor=desk, key=f"{DONE}/{code}/{one.reference}")


DRILL = Drill(order=20, load=_load)
