"""A small county with everything figures count: stays, lists, verifications; corrected, merged, changed."""

from __future__ import annotations

import random
from pathlib import Path

from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.setup import command_line_actor
from bihuan.core.ledger.models import Entry
from bihuan.core.matters import engine
from bihuan.core.matters.models import Matter
from bihuan.core.people import merging
from bihuan.loops.tests import lists
from bihuan.modules.quarantine.models import Stay
from bihuan.modules.quarantine.payloads import Departure, ProtocolChange, Result, TestResult
from bihuan.modules.quarantine.tests.county import County, build


def begin(folder: Path) -> County:
    """Build the county, with its first changes; `folder` is for the lists it is pushed."""
    made = build(sites=2, people=50)
    change_stays(made, 3)
    folder.mkdir()
    lists.lists(folder, rows=120, lists=3)
    lists.take(folder)
    settle(0)
    merge(0)
    return made


def go_on(made: County) -> None:
    """Change it once more."""
    change_stays(made, 4)
    settle(1)
    merge(2)


def change_stays(made: County, seed: int) -> None:
    """A correction of a result, another protocol, a transfer: what makes the past look different."""
    chance, desk = random.Random(seed), made.actor("desk")
    stays = list(Stay.objects.filter(ended_at__isnull=True, admitted_at__isnull=False).order_by("matter_id"))
    tested = [stay for stay in stays if "1:test" in stay.done and stay.positive_at is None]
    corrected, moved, other = chance.sample(tested, 3)
    entry = Entry.objects.filter(
        matter_id=corrected.pk, kind="quarantine.stay.record_test", payload__item="1:test"
    ).latest("id")
    engine.perform(
        corrected.pk, "record_test", TestResult(item="1:test", result=Result.POSITIVE),
        actor=desk, key=f"fix-{seed}", occurred_at=entry.occurred_at, corrects=entry.pk,
    )  # fmt: skip
    engine.perform(moved.pk, "transfer_hospital", Departure(to="县医院"), actor=desk, key=f"moved-{seed}")
    engine.perform(
        other.pk, "change_protocol", ProtocolChange(protocol="centralised-14", reason="第九版方案"),
        actor=desk, key=f"protocol-{seed}",
    )  # fmt: skip


def settle(turn: int) -> None:
    """Bring some verifications to each kind of end."""
    items = list(
        Matter.objects.filter(type="verification.item", state="to_route")
        .order_by("id")
        .values_list("id", flat=True)
    )
    desk = lists.Desk.open()
    for number, how in enumerate(lists.ENDINGS):
        desk.settle(items[turn * 20 + number * 3 : turn * 20 + number * 3 + 2], how)


def merge(first: int) -> None:
    """Find two of the people observed to be one, and two of those alerted to; take an earlier merge apart."""
    registrar = command_line_actor(REGISTRAR)
    observed = list(Stay.objects.order_by("matter_id").values_list("matter__person_id", flat=True).distinct())
    alerted = list(
        Matter.objects.filter(type="verification.item").order_by("id").values_list("person_id", flat=True)
    )
    for people in (observed, alerted):
        pair = list(dict.fromkeys(people))[first : first + 2]
        merging.merge(*pair, actor=registrar)
