"""What a step does besides changing the state: the rows of stays, rooms and observations."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from bihuan.core.clock.wording import short_day
from bihuan.core.ledger.copying import copy
from bihuan.core.ledger.encoding import microseconds, text
from bihuan.core.matters.details import OPENED, Applied, DeadlineSet, Details, FollowUp, Opening, Step
from bihuan.core.matters.registry import details_of
from bihuan.core.matters.statements import run_each
from bihuan.core.spec import Snapshot, State, Text
from bihuan.modules.quarantine import done, matter, placements, site_details, stays  # noqa: F401 - its details too
from bihuan.modules.quarantine.facts import StayFacts
from bihuan.modules.quarantine.figures import ONSET
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.payloads import (
    Arrived,
    Observation,
    Result,
    Task,
    TestResult,
    Waiver,
)
from bihuan.modules.quarantine.protocol import LOCAL, item_label
from bihuan.modules.quarantine.protocols import Binding, binding, bindings_of, name_of

DEFAULT_PROTOCOL = "centralised-14"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What opening stays needs to know: the sites that are open, the protocols by code and day."""

    open_sites: frozenset[UUID]
    protocols: dict[tuple[str, date], Binding]


def _protocol_wanted(opening: Opening) -> tuple[str, date]:
    return opening.payload.protocol or DEFAULT_PROTOCOL, opening.occurred_at.astimezone(LOCAL).date()


STAY_FACTS = """
SELECT t.matter_id, m.state, t.category, t.protocol_id, t.day_one, t.admitted_at, t.ended_at, t.release_due,
       t.room_id, t.episode, t.positive_at, t.done
  FROM quarantine_stay t JOIN quarantine_site s ON s.place_id = t.site_id
  JOIN matters_matter m ON m.id = s.matter_id WHERE t.matter_id = ANY(%s)
"""
STAY_COLUMNS = (
    "matter_id, site_id, episode, category, legal_basis, last_exposure, day_one, protocol_id, admitted_at,"
    " ended_at, release_due, room_id, done, positive_at"
)


@details_of(matter.STAY)
class StayDetails(Details[StayFacts]):
    """A stay: its protocol, its room, what was done."""

    names = frozenset({"until"})

    def load(self, ids: Sequence[UUID]) -> Mapping[UUID, StayFacts]:
        """Return the facts of these stays, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(STAY_FACTS, [list(ids)])
            return {row[0]: _facts(row) for row in cursor.fetchall()}

    def prepare(self, openings: Sequence[Opening]) -> Prepared:
        """Read which of the sites are open, and the protocol that each order's day calls for."""
        places = {opening.place_id for opening in openings if opening.place_id is not None}
        wanted = {_protocol_wanted(opening) for opening in openings}
        found = Site.objects.filter(place_id__in=places, matter__state="open").values_list(
            "place_id", flat=True
        )
        return Prepared(frozenset(found), bindings_of(wanted))

    def opened(self, matter_id: UUID, opening: Opening, prepared: Prepared) -> StayFacts:
        """Return the facts of a stay that was just ordered, bound to the protocol in force on that day."""
        order, bound = opening.payload, prepared.protocols[_protocol_wanted(opening)]
        return StayFacts(
            site_open=opening.place_id in prepared.open_sites,
            category=str(order.category),
            rules=bound.rules,
            protocol_id=bound.id,
            episode=matter_id,
        )

    def fold(self, facts: StayFacts, step: Applied) -> StayFacts:
        """Return the facts after a step."""
        return stays.fold(facts, step)

    def due(self, state: State, snapshot: Snapshot) -> DeadlineSet | None:
        """Return the next open item, or the release."""
        return stays.next_due(snapshot.facts, state.code)

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the tasks, requests, objections and disputes about the stay."""
        return _matters_of("stay_id = %(id)s OR other_stays @> ARRAY[%(id)s]::uuid[]", "matter_id", matter_id)

    def words(self, step: Applied) -> Mapping[str, Text]:
        """Return until when the stay lasts by its protocol."""
        day: date | None = step.facts.release_due
        return {"until": Text("—", "—") if day is None else short_day(day)}

    def told(self, payload: Mapping[str, Any]) -> Mapping[str, Text]:
        """Return an item of the protocol, the protocol itself and the class of an onset in words."""
        words = {
            "item": item_label(str(payload.get("item", ""))),
            "protocol": name_of(str(payload.get("protocol") or "")),
            "onset": ONSET.get(str(payload.get("onset", ""))),
        }
        return {name: label for name, label in words.items() if label is not None}

    def write(self, steps: Sequence[Applied]) -> None:
        """Write stays, observations and placements of these steps."""
        _write_stays(steps)
        _write_observations(steps)
        done.write(steps)
        placements.write(steps)

    def follow(self, steps: Sequence[Applied]) -> Iterable[FollowUp]:
        """A positive result opens its transfer task at once; one that history has settled is opened settled.

        A result told of somebody who is in hospital already opens none; of somebody released, it does.
        """
        gone = {s.matter_id: s for s in steps if s.after == "hospital" != s.before}
        for step in steps:
            if step.before == "hospital":
                continue
            if isinstance(step.payload, TestResult) and step.payload.result is Result.POSITIVE:
                yield FollowUp(matter.TRANSFER.code, _transfer(step, gone.get(step.matter_id)))


def _matters_of(where: str, column: str, matter_id: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM quarantine_task WHERE {where}", {"id": matter_id})  # noqa: S608 - constants
        return [row[0] for row in cursor.fetchall() if row[0] is not None]


def _transfer(step: Applied, gone: Applied | None) -> Opening:
    history = (
        [Step("settle_as_registered", Arrived(hospital=gone.payload.to), gone.occurred_at)] if gone else []
    )
    day = stays.day_of_stay(step.facts, step.occurred_at)
    return Opening(
        payload=Task(stay=step.matter_id, kind=stays.onset_class(day)),
        occurred_at=step.occurred_at,
        person_id=step.person_id,
        place_id=step.place_id,
        title=Text(f"阳性转运 · 入住第 {day} 天", f"Transfer of a positive, day {day}"),
        history=history,
    )


def _facts(row: tuple[Any, ...]) -> StayFacts:
    protocol_id = row[3]
    return StayFacts(
        site_open=row[1] == "open",
        category=row[2],
        rules=binding(protocol_id).rules if protocol_id is not None else None,
        protocol_id=protocol_id,
        day_one=row[4],
        admitted_at=row[5],
        ended_at=row[6],
        release_due=row[7],
        room=row[8],
        episode=row[9],
        positive_at=row[10],
        done=set(row[11]),
    )


def _write_stays(steps: Sequence[Applied]) -> None:
    new = [step for step in steps if step.transition == OPENED]
    fresh = {step.matter_id for step in new}
    if new:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY quarantine_stay ({STAY_COLUMNS}) FROM STDIN") as into,
        ):
            for step in new:
                into.write_row(_stay_row(step))
    last = {step.matter_id: step for step in steps if step.matter_id not in fresh}
    run_each(
        "UPDATE quarantine_stay SET day_one = %s, protocol_id = %s, admitted_at = %s, ended_at = %s,"
        " release_due = %s, room_id = %s, done = %s, positive_at = %s, episode = %s WHERE matter_id = %s",
        [_stay_change(step) for step in last.values()],
    )


def _stay_row(step: Applied) -> tuple[Any, ...]:
    facts, order = step.facts, step.payload
    exposure: date | None = order.last_exposure
    return (
        step.matter_id, step.place_id, facts.episode or step.matter_id, facts.category, order.legal_basis,
        exposure, facts.day_one, facts.protocol_id, facts.admitted_at, facts.ended_at, facts.release_due,
        facts.room, sorted(facts.done), facts.positive_at,
    )  # fmt: skip


def _stay_change(step: Applied) -> tuple[Any, ...]:
    facts = step.facts
    return (
        facts.day_one, facts.protocol_id, facts.admitted_at, facts.ended_at, facts.release_due,
        facts.room, sorted(facts.done), facts.positive_at, facts.episode or uuid4(), step.matter_id,
    )  # fmt: skip


def _mark(payload: Any) -> str:
    if isinstance(payload, TestResult):
        return str(payload.result)
    if isinstance(payload, Waiver):
        return "waived"
    if payload.no_answer:
        return "no_answer"
    hot = payload.temperature is not None and payload.temperature >= FEVER
    return "fever" if hot else "symptoms" if payload.symptoms else "done"


FEVER = 37.3
OBSERVED = (Observation, TestResult, Waiver)


def _write_observations(steps: Sequence[Applied]) -> None:
    latest = {(s.matter_id, s.payload.item): s for s in steps if isinstance(s.payload, OBSERVED)}
    if not latest:
        return
    fresh = {step.matter_id for step in steps if step.transition == OPENED}
    new = [step for step in latest.values() if step.matter_id in fresh]
    if new:
        copy("quarantine_observation", OBSERVATION, map(_observation_row, new))
    old = [step for step in latest.values() if step.matter_id not in fresh]
    run_each(
        f"INSERT INTO quarantine_observation ({OBSERVATION}) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608 - constants
        " ON CONFLICT (stay_id, item) DO UPDATE SET mark = EXCLUDED.mark,"
        " entry_id = EXCLUDED.entry_id, occurred_at = EXCLUDED.occurred_at",
        [(s.matter_id, s.payload.item, _mark(s.payload), s.entry_id, s.occurred_at) for s in old],
    )


OBSERVATION = "stay_id, item, mark, entry_id, occurred_at"
_stay = struct.Struct(">hi16s").pack  # how many columns; then each value after its length
_entry = struct.Struct(">iqiq").pack


def _observation_row(step: Applied) -> bytes:
    return b"".join(
        (
            _stay(5, 16, step.matter_id.bytes),
            text(step.payload.item),
            text(_mark(step.payload)),
            _entry(8, step.entry_id, 8, microseconds(step.occurred_at)),
        )
    )


@details_of(matter.TRANSFER)
@details_of(matter.REQUEST)
@details_of(matter.OBJECTION)
@details_of(matter.DISPUTE)
class TaskDetails(Details[None]):
    """Tasks keep which stays they concern."""

    def related(self, matter_id: UUID) -> Sequence[UUID]:
        """Return the stays the task is about."""
        return _matters_of("matter_id = %(id)s", "unnest(stay_id || coalesce(other_stays, '{}'))", matter_id)

    def write(self, steps: Sequence[Applied]) -> None:
        """Write the task's row when it is opened."""
        run_each(
            "INSERT INTO quarantine_task (matter_id, stay_id, other_stays, kind) VALUES (%s, %s, %s, %s)",
            [_task_row(step) for step in steps if step.transition == OPENED],
        )


def _task_row(step: Applied) -> tuple[Any, ...]:
    payload = step.payload
    stays_concerned = list(getattr(payload, "stays", ())) or [payload.stay]
    return step.matter_id, stays_concerned[0], stays_concerned[1:], str(getattr(payload, "kind", ""))
