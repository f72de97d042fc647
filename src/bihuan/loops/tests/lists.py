"""A county with lists signed for, and officers who settle their rows, for the tests of loops."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.models import Organ
from bihuan.core.access.setup import command_line_actor
from bihuan.core.figures.evaluate import Moment, values
from bihuan.core.intake.parcels import Parcelled
from bihuan.core.intake.runs import run
from bihuan.core.matters import engine
from bihuan.core.matters.details import Step
from bihuan.modules.alerts.drill_lists import Truth, write_lists
from bihuan.modules.alerts.matter import ALERT_DESK
from bihuan.modules.verification.matter import LEAD
from bihuan.modules.verification.payloads import (
    Assigned,
    Confirmation,
    Finding,
    GivenUp,
    Method,
    Moved,
    Settling,
    Unverified,
)

PARTS = ("rejected", "duplicates", "pending", "verified", "forwarded", "unreachable")
ENDINGS = ("confirm", "find_otherwise", "forward", "give_up", "settle_by_record")


@dataclass(frozen=True)
class Desk:
    """Who acts: the desk that signs and feeds back, the lead who settles."""

    desk: Actor
    lead: Actor

    @classmethod
    def open(cls) -> Desk:
        """Return the desk of the county the tests run in."""
        registrar = command_line_actor()
        police = Organ.objects.get(kind="police", jurisdiction=registrar.jurisdiction).code
        posts = (ALERT_DESK.code, LEAD.code)
        made = [Actor(None, post, police, registrar.jurisdiction, None, post) for post in posts]
        return cls(*made)

    def settle(self, items: Sequence[UUID], how: str, at: datetime | None = None) -> None:
        """Let verifications come to an end, as if somebody had been asked (or a record found)."""
        now = at or timezone.now()
        steps = []
        for item in items:
            if how != "settle_by_record":
                steps.append((item, Step("assign_call", Assigned(officer=UUID(int=1)), now)))
            steps.append((item, Step(how, ending(how), now)))
        engine.perform_many(steps, actor=self.lead, raising=True)


def ending(how: str) -> Any:
    """Return what is said with an ending."""
    return {
        "confirm": Confirmation(method=Method.PHONE),
        "find_otherwise": Finding(method=Method.PHONE, remark="已搬到北街,情况另报"),
        "forward": Moved(method=Method.PHONE, to="山丹县"),
        "give_up": GivenUp(method=Method.PHONE, why=Unverified.NO_SUCH),
        "settle_by_record": Settling(method=Method.RECORD, kinds=("observed",), entries=(1,)),
    }[how]


def take(folder: Path) -> list[Parcelled]:
    """Sign for the lists of a folder."""
    return run([folder], actor=command_line_actor()).lists["alerts"]


def lists(folder: Path, seed: int = 7, **more: Any) -> Truth:
    """Write lists pushed until now."""
    return write_lists(folder, **{"rows": 300, "lists": 4, "seed": seed, "until": timezone.now(), **more})


def figures(at: datetime | None = None, known_at: datetime | None = None) -> dict[str, int]:
    """Return the figures of lists by their short names."""
    moment = Moment.of(at or timezone.now() + timedelta(seconds=1), settings.BIHUAN.jurisdiction, known_at)
    keys = ["alerts.signed_for", "alerts.persons", *(f"alerts.{part}" for part in PARTS)]
    return {key.removeprefix("alerts."): n for key, n in values(moment, keys).items()}


def balanced(told: dict[str, int]) -> bool:
    """Tell whether the books balance."""
    return told["signed_for"] == sum(told[part] for part in PARTS)


def chosen(random_: random.Random, items: Sequence[UUID], count: int) -> list[UUID]:
    """Return some of these."""
    return random_.sample(list(items), min(count, len(items)))
