"""The drill's verification team: callers and visitors on shift, the lists' people routed, some of them called already.

Where no list brought anybody (the module is tried alone), it opens a small list of its own. Everybody is invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from bihuan.core.access.actors import Actor, acting, system_actor
from bihuan.core.access.configuration import appoint, create_organ
from bihuan.core.access.models import Officer, Organ
from bihuan.core.access.recording import record
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.drills import Drill, Scene
from bihuan.core.people.invented import STREETS, invent, register_invented
from bihuan.core.spec import Post, Text
from bihuan.modules.verification import calls, roster, runs
from bihuan.modules.verification.keys import Pressed
from bihuan.modules.verification.matter import ITEM, LEAD, VERIFIER, VISITOR
from bihuan.modules.verification.models import Item, Run, Tried
from bihuan.modules.verification.payloads import Asked

ACCOUNTS: Final = {VERIFIER.code: 3, VISITOR.code: 2}
"""Of these posts the drill county has several accounts, because they are tried by several people at once."""
OWN, FIRST_PERSON, CALLS = 160, 900_000, 14
NAMES: Final = {LEAD.code: "何", VERIFIER.code: "罗马郑", VISITOR.code: "苗白"}
"""Surnames, so that a masked list tells them apart."""
SPACE: Final = UUID("5b2f3a54-4d0c-5a4e-8a36-0d7c1f6f2a10")
KEYS: Final = "11115511127181114511"
REMARKS: Final = ("登记日期有误，10 日已返回原籍", "现住女儿家，已留地址", "本人未到过该场所")
OFFICE: Final = ("北街街道办事处", "Beijie Sub-district Office")
WHAT: Final = Text("核查组接班、分派、拨打", "The verification team at work")


def load(scene: Scene) -> int:
    """Bring the team and its first hours; killed and run again it goes on, complete it does nothing."""
    if Tried.objects.filter(jurisdiction=scene.jurisdiction, officer_id__isnull=False).count() >= CALLS * 2:
        return 0
    lead, callers, visitors = (staff(post, scene.jurisdiction) for post in (LEAD, VERIFIER, VISITOR))
    brought = 0
    if not Item.objects.filter(jurisdiction=scene.jurisdiction).exists():
        brought = _own_list(scene)
    _on_shift(lead[0], [*callers, *visitors])
    run = runs.press(uuid5(SPACE, f"{scene.begun.isoformat()}/{scene.jurisdiction}"), None, actor=lead[0])
    runs.work(run.id)
    for number, caller in enumerate(callers[:2]):
        _call(caller, number, scene)
    return brought + Run.objects.filter(id=run.id).count()


def staff(post: Post, jurisdiction: str) -> list[Actor]:
    """Return the drill's officers of a post, made where they are not there yet; they get a password with the accounts."""
    system = system_actor(jurisdiction)
    organ = Organ.objects.filter(kind=post.organ, jurisdiction=jurisdiction).order_by("code").first()
    if organ is None:  # a county sets up its sub-district offices itself; the drill has one
        organ = create_organ(f"{jurisdiction}-{post.organ}", post.organ, *OFFICE, actor=system)
    made = []
    called = iter(NAMES[post.code])
    for number in range(1, ACCOUNTS.get(post.code, 1) + 1):
        name = post.code if number == 1 else f"{post.code}_{number}"
        officer, new = Officer.objects.get_or_create(
            username=name, defaults={"name": f"{next(called)}演练", "password": make_password(None)}
        )
        if new:
            record("access.officer_created", actor=system, payload={"officer": str(officer.id)})
        if not officer.appointments.filter(post=post.code, until=None).exists():
            appoint(officer, organ, post.code, actor=system)
        made.append(acting(officer, list(officer.appointments.select_related("organ", "place"))))
    return made


def _own_list(scene: Scene) -> int:
    chance = random.Random(20211116)  # noqa: S311 - a drill, not a secret
    people = [invent(chance, FIRST_PERSON + number) for number in range(OWN)]
    persons = register_invented(people, scene.jurisdiction)
    source, reasons = uuid5(SPACE, "list"), ("返区报备", "密接名单", "外省协查", "核酸异常复核")
    openings = [
        Opening(
            Asked(
                source="alerts", source_id=source, reason=reasons[number % 4], rows=1, epidemic=True,
                township=next((street for street in STREETS if one.address.startswith(street)), ""),
                due_at=scene.begun + timedelta(hours=20), pushed_at=scene.begun - timedelta(hours=5),
            ),
            scene.begun - timedelta(hours=4), person_id=person,
        )
        for number, (one, person) in enumerate(zip(people, persons, strict=True))
    ]  # fmt: skip
    opened = engine.open_many(
        ITEM, openings, actor=system_actor(scene.jurisdiction), key="drill/verification/list", raising=True
    )
    return len(opened.opened)


def _on_shift(lead: Actor, team: Sequence[Actor]) -> None:
    now = timezone.now()
    for number, one in enumerate(team):
        assert one.officer_id is not None
        roster.begin_shift(one.officer_id, now + timedelta(hours=8 + number % 3), now, actor=lead)
    speaks = team[1].officer_id
    assert speaks is not None
    roster.describe(speaks, [], ["tibetan", "yugur"], actor=lead)


def _call(caller: Actor, who: int, scene: Scene) -> None:
    """Ring the first people on a sheet."""
    chance = random.Random(f"{who}")  # noqa: S311 - a drill, not a secret
    done = Tried.objects.filter(officer_id=caller.officer_id).count()
    for number in range(done, CALLS):
        item = calls.take_next(caller, timezone.now())
        if item is None:
            break
        key = KEYS[(number + 7 * who) % len(KEYS)]
        remark = chance.choice(REMARKS) if key == "2" else ""
        calls.press(item, Pressed(key, remark=remark), actor=caller, key=f"drill/{who}/{number}")
        scene.progress(WHAT, number + 1, CALLS)
    calls.let_go(caller)


DRILL = Drill(60, load)
