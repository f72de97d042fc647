"""Who is in which room, from–to. The database holds it: one party a room at a time, one room a person.

Times are kept to the moment for what happens now; registers are exact to the day only, so their stays count
as [check-in day, check-out day).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, connection
from psycopg.errors import ExclusionViolation

from bihuan.core.matters.details import OPENED, Applied
from bihuan.core.matters.errors import Conflict
from bihuan.core.spec import Text
from bihuan.modules.quarantine.payloads import Admission, RoomMove

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(slots=True)
class Part:
    """The room part of a stay: who, which room, from–to, sharing with whom."""

    stay: UUID
    person: UUID
    room: int
    since: datetime
    until: datetime
    disputed: bool
    shares_with: UUID | None
    sharing: str


def write(steps: Sequence[Applied]) -> None:
    """Write the placements of these steps; Conflict where the room or the person is taken."""
    fresh = {step.matter_id: step.disputed for step in steps if step.transition == OPENED}
    try:
        new = _parts([s for s in steps if s.matter_id in fresh], fresh)
        apart = [p for p in new if p.shares_with is None or p.shares_with in fresh or not _join(p)]
        if apart:
            _insert(_parties(apart))
        for step in steps:
            if step.matter_id not in fresh:
                _change(step)
    except ExclusionViolation as error:  # by COPY, which Django does not wrap
        raise _conflict(str(error)) from error
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise _conflict(str(error.__cause__)) from error
        raise


def _conflict(message: str) -> Conflict:
    if "placement" in message:
        return Conflict(
            Text(
                "此人同一时间已在另一处安置,不能重复安置",
                "This person is already placed elsewhere at that time",
            )
        )
    return Conflict(
        Text(
            "该房间这段时间已有人住。同住须是家人或经批准,请选择“与谁同住”并写明理由,或换一间",
            "The room is taken at that time. Sharing needs a family or an approval: name whom and why, or choose another",
        )
    )


def _parts(steps: Sequence[Applied], disputed: dict[UUID, bool]) -> list[Part]:
    """Return the room parts of stays that are new in this batch, with their ends where history has one."""
    running: dict[UUID, Part] = {}
    parts: list[Part] = []
    for step in steps:
        payload = step.payload
        if isinstance(payload, (Admission, RoomMove)):
            if step.matter_id in running:
                running[step.matter_id].until = step.occurred_at
            assert step.person_id is not None
            part = Part(
                step.matter_id, step.person_id, payload.room, step.occurred_at, FOREVER,
                disputed[step.matter_id], payload.shares_with, payload.sharing,
            )  # fmt: skip
            running[step.matter_id] = part
            parts.append(part)
        elif step.facts.ended_at == step.occurred_at and step.matter_id in running:
            running[step.matter_id].until = step.occurred_at
    return parts


def _parties(parts: Sequence[Part]) -> list[tuple[tuple[Any, ...], list[Part]]]:
    """Group the parts into parties: who shares (directly or over others) a room at overlapping times."""
    leader: dict[UUID, UUID] = {part.stay: part.stay for part in parts}

    def find(stay: UUID) -> UUID:
        while leader[stay] != stay:
            leader[stay] = leader[leader[stay]]
            stay = leader[stay]
        return stay

    for part in parts:
        if part.shares_with in leader:
            leader[find(part.stay)] = find(part.shares_with)
    groups: dict[tuple[UUID, int, bool], list[Part]] = {}
    for part in parts:
        groups.setdefault((find(part.stay), part.room, part.disputed), []).append(part)
    found = []
    for (_, room, disputed), members in groups.items():
        members.sort(key=lambda p: p.since)
        cluster: list[Part] = []
        end = members[0].since
        for member in members:
            if cluster and member.since > end:
                found.append((_occupancy(room, cluster, disputed), cluster))
                cluster = []
            cluster.append(member)
            end = max(end, member.until)
        found.append((_occupancy(room, cluster, disputed), cluster))
    return found


def _occupancy(room: int, members: Sequence[Part], disputed: bool) -> tuple[Any, ...]:
    sharing = next((m.sharing for m in members if m.sharing), "")
    since, until = min(m.since for m in members), max(m.until for m in members)
    return uuid.uuid7(), room, since, until, disputed, sharing[:80]


PLACEMENT = "id, stay_id, occupancy_id, person_id, person_no, since, until, disputed"


def _insert(parties: Sequence[tuple[tuple[Any, ...], list[Part]]]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY quarantine_occupancy (id, room_id, since, until, disputed, sharing) FROM STDIN"
        ) as copy:
            for occupancy, _ in parties:
                copy.write_row(occupancy)
        with cursor.copy(f"COPY quarantine_placement ({PLACEMENT}) FROM STDIN") as copy:
            for occupancy, members in parties:
                for part in members:
                    copy.write_row(_placement_row(part, occupancy[0]))


def _placement_row(part: Part, occupancy: UUID) -> tuple[Any, ...]:
    return (
        uuid.uuid7(), part.stay, occupancy, part.person, person_number(part.person), part.since, part.until,
        part.disputed,
    )  # fmt: skip


def person_number(person: UUID) -> int:
    """Return 52 random bits of a person's key: exact as a coordinate, so the database can compare people."""
    return person.int & ((1 << 52) - 1)


def _change(step: Applied) -> None:
    """Write what one step on a standing stay does to rooms: in, moved, out."""
    payload = step.payload
    moved = isinstance(payload, (Admission, RoomMove))
    if not moved and step.facts.ended_at != step.occurred_at:
        return
    _leave(step.matter_id, step.occurred_at)
    if moved:
        _hold(payload.room, step.place_id)
        assert step.person_id is not None
        part = Part(
            step.matter_id, step.person_id, payload.room, step.occurred_at, FOREVER, False,
            payload.shares_with, payload.sharing,
        )  # fmt: skip
        if part.shares_with is None or not _join(part):
            _insert(_parties([part]))


def _hold(room: int, site: UUID | None) -> None:
    """Hold a room while somebody is placed in it; Conflict where the site has none such in use.

    The row stays locked against closing until the step is committed; two check-ins do not wait for each other here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT usable FROM quarantine_room WHERE id = %s AND site_id = %s FOR SHARE", [room, site]
        )
        found = cursor.fetchone()
    if found is None:
        raise Conflict(Text("本点没有这间房，请另选", "This site has no such room; choose another"))
    if not found[0]:
        raise Conflict(Text("这间房已停用，请另选", "This room is closed; choose another"))


def _leave(stay: UUID, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE quarantine_placement SET until = %s WHERE stay_id = %s AND until > %s AND since <= %s"
            " RETURNING occupancy_id",
            [at, stay, at, at],
        )
        for (occupancy,) in cursor.fetchall():
            cursor.execute(
                "UPDATE quarantine_occupancy SET until = (SELECT max(until) FROM quarantine_placement"
                " WHERE occupancy_id = %s) WHERE id = %s",
                [occupancy, occupancy],
            )


def _join(part: Part) -> bool:
    """Let a person join the party he or she shares with, in the same room; False where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE quarantine_occupancy o SET since = least(o.since, %s), until = greatest(o.until, %s),"
            " sharing = %s FROM quarantine_placement p WHERE p.stay_id = %s AND p.occupancy_id = o.id"
            " AND p.until > %s AND o.room_id = %s RETURNING o.id",
            [part.since, part.until, part.sharing[:80], part.shares_with, part.since, part.room],
        )
        row = cursor.fetchone()
        if row is None:
            return False
        with cursor.copy(f"COPY quarantine_placement ({PLACEMENT}) FROM STDIN") as copy:
            copy.write_row(_placement_row(part, row[0]))
        return True
