"""Stays of the sites' registers become matters with their history; contradictions go to a person to decide."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID, uuid5

import uuid_utils.compat as uuid
from django.db import transaction

from bihuan.core.intake.problems import Policy, Problem, Source
from bihuan.core.intake.taking import Portion, Run, Standing, Taken
from bihuan.core.matters import engine
from bihuan.core.matters.details import Opening
from bihuan.core.matters.errors import Conflict
from bihuan.core.matters.outcomes import Opened
from bihuan.core.people.identity import Identity
from bihuan.core.people.merging import propose_many
from bihuan.core.people.people import register_many
from bihuan.core.people.sealing import open_many, seal_many
from bihuan.modules.quarantine.episodes import Episode, episodes
from bihuan.modules.quarantine.matter import STAY
from bihuan.modules.quarantine.models import Room as RoomRow
from bihuan.modules.quarantine.models import Site
from bihuan.modules.quarantine.protocols import publish_shipped
from bihuan.modules.quarantine.registers import kinds, sealed
from bihuan.modules.quarantine.registers.changes import change_many
from bihuan.modules.quarantine.registers.contradictions import households
from bihuan.modules.quarantine.registers.disputes import DECIDED_BY_A_PERSON, open_clashes, open_disputes
from bihuan.modules.quarantine.registers.histories import Placed, opening
from bihuan.modules.quarantine.registers.rows import Room, SiteRow, StayRow, sent_before
from bihuan.modules.quarantine.registers.stays import STAYS
from bihuan.modules.quarantine.registers.taking_sites import room_plan
from bihuan.modules.quarantine.sites import add_rooms

PURPOSE = "quarantine"
EPISODES = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
KEPT_APART = DECIDED_BY_A_PERSON - {kinds.EARLY_RELEASE.key}


class StayTaker:
    """Takes in the sites' registers of people under observation."""

    register = STAYS

    def identity(self, row: StayRow) -> str:
        """The same person in the same site from the same day on is the same stay."""
        return "|".join(str(part) for part in row.identity)

    def content(self, row: StayRow) -> str:
        """Return all that the line says, wherever it stands."""
        said = {k: v for k, v in sealed.as_data(row).items() if k not in {"source", "line"}}
        return json.dumps(said, ensure_ascii=False, sort_keys=True)

    def unseal(self, kept: Sequence[tuple[UUID | None, UUID | None, bytes]]) -> list[StayRow | None]:
        """Read the stays accepted earlier; those of erased people are gone, and stay uncounted here."""
        opened = open_many([(person, PURPOSE, box) for _, person, box in kept if person is not None])
        return [None if data is None else sealed.from_data(data) for data in opened]

    def begin(self, run: Run[StayRow]) -> None:
        """Read sites and rooms; group all lines, old and new, into episodes and households."""
        publish_shipped()
        rows = [*run.checked.rows, *(s.row for s in run.standing.values())]
        unique = {row.identity: row for row in reversed(rows)}
        heads = _heads(unique.values())
        run.notes.update(
            resealed={},
            clashing=[],
            sites=_sites(run.actor.jurisdiction),
            episodes=_episode_of(episodes(unique.values())),
            disputed=_sources(run.checked.problems, KEPT_APART),
            heads=heads,
            stays={s.row.identity: s.matter_id for s in run.standing.values()},
            persons={s.row.identity: s.person_id for s in run.standing.values()},
            leaders=_leaders(run.standing.values(), heads),
        )

    def take(self, run: Run[StayRow], portion: Portion[StayRow]) -> list[Taken]:
        """Take in one register's new lines; let changed ones go on from where they stood."""
        change_many(portion.changed, run)
        if not portion.new:
            return []
        people = register_many([_identity(row) for row in portion.new], run.actor.jurisdiction)
        rooms = _rooms(portion.new, run.notes["sites"])
        openings = [
            self._opening(run, row, person, rooms) for row, person in zip(portion.new, people, strict=True)
        ]
        opened = _open(run, openings)
        boxes = seal_many(
            [(p, PURPOSE, sealed.as_data(row)) for row, p in zip(portion.new, people, strict=True)]
        )
        return [
            Taken(stay.matter_id, person, box)
            for stay, person, box in zip(opened, people, boxes, strict=True)
        ]

    def _opening(
        self, run: Run[StayRow], row: StayRow, person: UUID, rooms: dict[tuple[str, Room], int]
    ) -> Opening:
        notes = run.notes
        stay = uuid.uuid7()
        notes["stays"][row.identity], notes["persons"][row.identity] = stay, person
        episode: Episode | None = notes["episodes"].get(row.identity)
        first_day = episode.first_day if episode else row.check_in
        assert row.room is not None
        party = (row.site, row.room, notes["heads"].get((row.site, row.room, row.name), row.name))
        leader = notes["leaders"].setdefault(party, stay)
        return opening(
            row,
            Placed(
                stay=stay,
                person=person,
                place=notes["sites"][row.site][0],
                room=rooms[row.site, row.room],
                first_day=first_day,
                episode=uuid5(EPISODES, f"{person}/{first_day}"),
                shares_with=leader if leader != stay else None,
                disputed=row.source in notes["disputed"],
                moves_on=episode is not None and _moves_on(row, episode),
            ),
        )

    def finish(self, run: Run[StayRow]) -> None:
        """Put contradictions on the worklist, and pairs that may be one person on the merge queue."""
        by_source = {row.source: row.identity for row in run.checked.rows}
        for stood in (s.row for s in run.standing.values()):
            if by_source.setdefault(stood.source, stood.identity) != stood.identity:
                by_source[sent_before(stood.source)] = stood.identity
        problems = [*run.checked.problems, *run.checked.on_known]
        open_disputes(run, problems, by_source)
        open_clashes(run)
        _propose_merges(run, problems, by_source)


def _open(run: Run[StayRow], openings: Sequence[Opening]) -> list[Opened]:
    """Open the stays of one file together.

    Where the database refuses them, because somebody was admitted by hand to the same room or at the same time,
    one by one: a stay that clashes is recorded all the same, disputed, and put to a person.
    """
    try:
        with transaction.atomic():
            return engine.open_many(STAY, openings, actor=run.actor, raising=True).opened
    except Conflict:
        pass
    found = []
    for one in openings:
        try:
            with transaction.atomic():
                found += engine.open_many(STAY, [one], actor=run.actor, raising=True).opened
        except Conflict:
            alone = dataclasses.replace(one, disputed=True)
            found += engine.open_many(STAY, [alone], actor=run.actor, raising=True).opened
            run.notes["clashing"].append((found[-1].matter_id, one.reference))
    return found


def _identity(row: StayRow) -> Identity:
    document = row.document
    return Identity(
        name=row.name,
        identifier_type=str(document.kind.value) if document else "resident",
        identifier=document.number if document else None,
        phone=row.phone,
    )


def _sites(jurisdiction: str) -> dict[str, tuple[UUID, dict[tuple[str, str], int]]]:
    """Return each site by code: its place and its rooms by building and number."""
    places = dict(
        Site.objects.filter(place__jurisdiction=jurisdiction).values_list("place__code", "place_id")
    )
    rooms: dict[UUID, dict[tuple[str, str], int]] = defaultdict(dict)
    for pk, site, building, number in RoomRow.objects.values_list("pk", "site_id", "building", "number"):
        rooms[site][building, number] = pk
    return {code: (place, rooms[place]) for code, place in places.items()}


def _rooms(
    rows: Iterable[StayRow], sites: dict[str, tuple[UUID, dict[tuple[str, str], int]]]
) -> dict[tuple[str, Room], int]:
    """Return the room of each line; a room that the site did not have yet is added."""
    found: dict[tuple[str, Room], int] = {}
    for row in rows:
        assert row.room is not None
        place, known = sites[row.site]
        number = f"{row.room.floor}{row.room.number:02d}"
        if (row.room.building, number) not in known:
            site = SiteRow(
                row.site, "", 1, None, None, (), None, None, None, None, None, None, None, None, row.source
            )
            add_rooms(place, [room_plan(site, row.room)])
            known[row.room.building, number] = RoomRow.objects.values_list("pk", flat=True).get(
                site_id=place, building=row.room.building, number=number
            )
        found[row.site, row.room] = known[row.room.building, number]
    return found


def _episode_of(found: Iterable[Episode]) -> dict[tuple[str, str, date], Episode]:
    return {stay.identity: episode for episode in found for stay in episode.stays}


def _moves_on(row: StayRow, episode: Episode) -> bool:
    return row.check_out is not None and any(
        later.check_in == row.check_out and later.site != row.site for later in episode.stays
    )


def _heads(rows: Iterable[StayRow]) -> dict[tuple[str, Room, str], str]:
    """Return for each person in a room the name that stands for all whom remarks join."""
    by_room: dict[tuple[str, Room], list[StayRow]] = defaultdict(list)
    for row in rows:
        if row.room:
            by_room[row.site, row.room].append(row)
    return {
        (site, room, name): head
        for (site, room), stays in by_room.items()
        for name, head in households(stays).items()
    }


def _leaders(
    standing: Iterable[Standing[StayRow]], heads: dict[tuple[str, Room, str], str]
) -> dict[tuple[str, Room, str], UUID]:
    """Return the stay that each household joins; the households as all lines tell them, old and new."""
    rows = [s for s in standing if s.row.room and s.matter_id]
    leaders: dict[tuple[str, Room, str], UUID] = {}
    for s in rows:
        assert s.row.room is not None and s.matter_id is not None
        head = heads.get((s.row.site, s.row.room, s.row.name), s.row.name)
        leaders.setdefault((s.row.site, s.row.room, head), s.matter_id)
    return leaders


def _sources(problems: Iterable[Problem], wanted: frozenset[str]) -> set[Source]:
    return {p.source for p in problems if p.policy is Policy.FLAG and p.kind.key in wanted}


def _propose_merges(
    run: Run[StayRow], problems: Sequence[Problem], by_source: dict[Source, tuple[str, str, date]]
) -> None:
    pairs = []
    for problem in problems:
        if problem.kind.key != kinds.NEAR_DUPLICATE.key or problem.source not in by_source:
            continue
        one = run.notes["persons"].get(by_source[problem.source])
        for other in problem.others:
            two = run.notes["persons"].get(by_source[other]) if other in by_source else None
            if one is not None and two is not None:
                pairs.append((one, two, {"name": "same", "identifier": "one_place", "phone": "same"}))
    propose_many(pairs)
