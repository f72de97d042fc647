"""`kill -9` of any process while officers work: what was confirmed is there, once, and the seals verify."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from tests.conftest import Command
from tests.faults.conftest import Running
from tests.faults.officers import Answer, Desk, settle

pytestmark = pytest.mark.faults
OFFICERS = 4
DONE_HERE = ("observe", "move_room", "release_early", "transfer_hospital")
DATABASE = "database"
VICTIMS = ("config.wsgi", "cli.running.worker", DATABASE, "config.wsgi")
TELL_STAYS = """
from datetime import timedelta
from django.utils import timezone
from bihuan.core.places.models import Place
from bihuan.modules.quarantine import queries
from bihuan.modules.quarantine.models import Room
now, site = timezone.now(), Place.objects.order_by("code").first()
stays = [one for one in queries.stays_of(site.id, now) if one.ended_at is None]
queries.add_marks(stays)
print(json.dumps({"sessions": sessions, "site": site.code, "stays": [
    {"id": str(one.matter_id), "state": one.state, "stays_on": one.release_due > now.date() + timedelta(days=1),
     "items": [due.item.code for due in one.open_items(now + timedelta(days=30)) if due.item.kind == "temperature"]}
    for one in stays],
    "taken": [one.room_id for one in stays],
    "rooms": list(Room.objects.filter(site_id=site.id).values_list("id", flat=True))}))
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing an officer does, under a key of its own."""

    post: str
    stay: str
    code: str
    payload: dict[str, Any]
    by_page: bool
    key: str
    lost: bool

    def take(self, known: dict[str, Any], port: int) -> Answer:
        """Do it at the county's desk."""
        desk = Desk(port, known["sessions"][self.post])
        if not self.by_page:
            return desk.step(self.stay, self.code, self.payload, self.key, lost=self.lost)
        form = {name: str(value) for name, value in self.payload.items()}
        path = f"/sites/{known['site']}/stays/{self.stay}/do/{self.code}/"
        return desk.page(path, {**form, "bihuan_key": self.key, "bihuan_version": ""}, lost=self.lost)


def acts(known: dict[str, Any], chance: random.Random) -> list[Act]:
    """Return a day's work: temperatures by the API, moves and departures by API and page, in any order."""
    present = [one for one in known["stays"] if one["state"] in {"admitted", "observed", "release_due"}]
    free = [room for room in known["rooms"] if room not in known["taken"]]
    made: list[Act] = []

    def add(post: str, stay: str, code: str, payload: dict[str, Any], by_page: bool) -> None:
        made.append(Act(post, stay, code, payload, by_page, str(uuid4()), chance.random() < 0.2))

    for number, stay in enumerate(present):
        for item in stay["items"][:5]:
            add("site_nurse", stay["id"], "observe", {"item": item, "temperature": "36.5"}, False)
        if number % 2 and free:
            payload = {"room": free.pop(), "reason": "空调故障"}
            add("site_manager", stay["id"], "move_room", payload, bool(number % 4 == 1))
    chance.shuffle(made)
    early = {"certificate": "on", "approved": "on", "approval": "疫指〔2026〕7号"}
    # the worker moves those whose release day has come; nobody releases them early then
    leaving = [stay for stay in present if stay["state"] == "observed" and stay["stays_on"]][:6]
    for stay in leaving:  # at the end: whoever has left is neither measured nor moved
        add("quarantine_desk", stay["id"], "release_early", early, True)
    for stay in [one for one in present if one not in leaving][:6]:
        add("site_manager", stay["id"], "transfer_hospital", {"to": "县医院"}, chance.random() < 0.5)
    return made


def kill(county: Running, words: str) -> None:
    """Kill every process of the county whose command line holds these words, or its database."""
    if words == DATABASE:
        os.kill(county.postgres(), signal.SIGKILL)
        return
    for child in county.children(words):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def under_fire(county: Running, work: list[Act], known: dict[str, Any]) -> list[Answer]:
    """Let several officers work through it while processes die, evenly spread; returns the answers."""
    done = itertools.count(1)
    every = len(work) // (len(VICTIMS) + 1)
    victims = iter(VICTIMS)

    def take(act: Act) -> Answer:
        answer = act.take(known, county.port)
        if next(done) % every == 0 and (victim := next(victims, None)):
            kill(county, victim)
        return answer

    with ThreadPoolExecutor(OFFICERS) as officers:
        answers = list(officers.map(take, work))
    assert next(victims, None) is None
    return answers


def counted(bihuan: Command) -> Counter[tuple[str, str]]:
    """Return how many entries every stay has of what officers do here."""
    kinds = ", ".join(f"'quarantine.stay.{code}'" for code in DONE_HERE)
    asked = f"SELECT matter_id, kind, count(*) FROM ledger_entry WHERE kind IN ({kinds}) GROUP BY 1, 2"
    done = bihuan("sql", "--", "-At", "-F", " ", "-c", asked)
    assert done.returncode == 0, done.stderr
    found = Counter[tuple[str, str]]()
    for line in done.stdout.splitlines():
        matter, kind, number = line.split()
        found[matter, kind.removeprefix("quarantine.stay.")] = int(number)
    return found


def test_what_officers_were_told_is_done_is_done_once_whatever_dies(
    ready_county: Path, run_county: Callable[..., Running], bihuan: Command
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    known = settle(ready_county, TELL_STAYS)
    before = counted(bihuan)
    county, work = run_county(), acts(known, random.Random(seed))

    answers = under_fire(county, work, known)
    again = [act.take(known, county.port) for act in work[::9]]

    refused = [
        (act.code, answer.status, answer.body[-300:])
        for act, answer in zip(work, answers, strict=True)
        if not answer.done
    ]
    assert not refused, f"seed {seed}"
    assert {act.code for act in work} == set(DONE_HERE)
    assert all(answer.done for answer in again)
    assert counted(bihuan) - before == Counter((act.stay, act.code) for act in work), f"seed {seed}"
    verified = bihuan("ledger", "verify", "--seal")
    assert verified.returncode == 0, verified.stdout + verified.stderr
