"""What a register's line tells of a stay, as the steps that would have been taken had they been taken here.

Registers are exact to the day: check-in and check-out count from 00:00 of their day, tests stand at noon.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from bihuan.core.matters.details import Opening, Step
from bihuan.core.spec import Nothing, Text
from bihuan.modules.quarantine.payloads import Admission, Departure, Order, Release, Result, TestResult
from bihuan.modules.quarantine.protocol import AS_REGISTERED, LOCAL
from bihuan.modules.quarantine.registers.rows import Outcome, StayRow

RESULTS = {Outcome.NEGATIVE: Result.NEGATIVE, Outcome.POSITIVE: Result.POSITIVE}


@dataclass(frozen=True, slots=True)
class Placed:
    """What a line needs to know besides itself: who, where, with whom, since when the episode runs."""

    stay: UUID
    person: UUID
    place: UUID
    room: int
    first_day: date
    episode: UUID
    shares_with: UUID | None = None
    disputed: bool = False
    moves_on: bool = False


def midnight(day: date) -> datetime:
    """Return 00:00 of a day in the county."""
    return datetime.combine(day, time(0), LOCAL)


def opening(row: StayRow, placed: Placed) -> Opening:
    """Return the stay that a line tells, with its history."""
    return Opening(
        payload=Order(
            category=row.category,
            reason=_note(row),
            last_exposure=row.last_exposure,
            protocol=AS_REGISTERED.code,
        ),
        occurred_at=midnight(row.check_in),
        person_id=placed.person,
        place_id=placed.place,
        title=Text(
            f"{row.category.text.zh} · {row.room or row.room_text}",
            f"{row.category.text.en}, {row.room or row.room_text}",
        ),
        history=list(_history(row, placed)),
        disputed=placed.disputed,
        number_place=row.site,
        reference=row.source,
        matter_id=placed.stay,
    )


def _note(row: StayRow) -> str:
    heat = f"体温 {row.temperature}℃" if row.temperature is not None else ""
    return ";".join(part for part in (row.remark.text, heat) if part)


def _history(row: StayRow, placed: Placed) -> Iterator[Step]:
    start = midnight(row.check_in)
    admission = Admission(
        room=placed.room,
        day_one=placed.first_day,
        shares_with=placed.shares_with,
        sharing="台账备注同住" if placed.shares_with else "",
        episode=placed.episode,
        trip=row.trip,
    )
    yield Step("admit", admission, start)
    yield Step("begin", Nothing(), start)
    yield from tests(row, placed.first_day)
    ending = leaving(row, placed.moves_on)
    if ending is not None:
        yield ending


def tests(row: StayRow, first_day: date) -> Iterator[Step]:
    """Yield the results that fall into this stay; those of an earlier site stand in its own register."""
    for day, outcome in row.tests:
        when = first_day + timedelta(days=day - 1)
        if outcome not in RESULTS or when < row.check_in:
            continue
        if row.check_out is not None and when > row.check_out:
            continue
        at = midnight(when)
        if when != row.check_out:
            at += timedelta(hours=12)
        yield Step("record_test", TestResult(item=f"{day}:test", result=RESULTS[outcome]), at)


def leaving(row: StayRow, moves_on: bool) -> Step | None:
    """Return how the stay ended, as the line tells it; None while it runs."""
    if row.check_out is None:
        return None
    at, remark = midnight(row.check_out), row.remark
    if remark.hospital:
        return Step("transfer_hospital", Departure(to="定点医院"), at)
    if remark.transfer_to or moves_on:
        return Step("transfer_site", Departure(to=remark.transfer_to or "其他隔离点"), at)
    if remark.to_home:
        return Step("transfer_home", Departure(to="居家隔离", approved_by="见台账备注"), at)
    return Step("release_as_registered", Release(approved=remark.approved, certificate=False), at)
