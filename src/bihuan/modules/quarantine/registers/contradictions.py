"""Lines that contradict each other: near-duplicates, double-booked rooms, overlapping stays, early releases.

Both sides are accepted and flagged; a person decides. Every check also looks at stays accepted earlier, so
that registers that arrive one by one give the same result as all at once; a stay that is sent again
replaces its earlier form.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import cast

from bihuan.core.intake.kinds import BAD_ID
from bihuan.core.intake.problems import Kind, Policy, Problem, Source
from bihuan.core.intake.register import Context, Judged
from bihuan.core.intake.values import id_text
from bihuan.modules.quarantine.episodes import OBSERVATION_DAYS, Ending, episodes
from bihuan.modules.quarantine.registers import kinds
from bihuan.modules.quarantine.registers.rows import Room, SiteRow, StayRow, sent_before

Lines = Sequence[Judged[StayRow]]


def near_duplicates(lines: Lines, context: Context) -> Iterator[Problem]:
    """Same site, room, check-in and name, and identifiers one digit apart (or two, if the last is the
    check digit).

    Also between an accepted line and one rejected only for its identifier: then the wrong one is flagged too.
    """
    alike: dict[tuple[str, Room, date, str], list[tuple[str, Source]]] = defaultdict(list)
    for line in lines:
        if (key := _near_key(line)) is not None:
            written = line.row.document if line.row else None
            number = written.number if written else id_text(line.draft.cell("id_number"))
            alike[key].append((number, line.draft.source))
    for stay in _known(lines, context):
        if stay.room and stay.document:
            place = stay.site, stay.room, stay.check_in, stay.name
            if place in alike:
                alike[place].append((stay.document.number, stay.source))
    pairs = [
        (one[1], other[1])
        for group in alike.values()
        for one, other in combinations(group, 2)
        if one_digit_apart(one[0], other[0])
    ]
    yield from _both_sides(kinds.NEAR_DUPLICATE, pairs, lines, "id_number")


def double_booked_rooms(lines: Lines, context: Context) -> Iterator[Problem]:
    """One room at the same time by people whom no remark joins.

    People share a room rightly when a remark 与NAME同住 names one of them; who is named may stand in a
    rejected line. People of one name are never reported here: a near-duplicate is no second guest.
    """
    by_room: dict[tuple[str, Room], list[StayRow]] = defaultdict(list)
    for stay in _all(lines, context):
        if stay.room:
            by_room[stay.site, stay.room].append(stay)
    pairs = []
    for stays in by_room.values():
        together = households(stays)
        for one, other in combinations(stays, 2):
            if together[one.name] != together[other.name] and one.overlaps(other):
                pairs.append((one.source, other.source))
    rooms = {stay.source: str(stay.room) for stays in by_room.values() for stay in stays}
    yield from _both_sides(kinds.DOUBLE_BOOKED, pairs, lines, "room", {"room": rooms})


def overlapping_stays(lines: Lines, context: Context) -> Iterator[Problem]:
    """One identifier in two sites (or twice in one) on the same night."""
    by_person: dict[str, list[StayRow]] = defaultdict(list)
    for stay in _all(lines, context):
        if stay.document:
            by_person[stay.document.number].append(stay)
    between: list[tuple[Source, Source]] = []
    within: list[tuple[Source, Source]] = []
    for stays in by_person.values():
        for one, other in combinations(stays, 2):
            if one.overlaps(other):
                (between if one.site != other.site else within).append((one.source, other.source))
    yield from _both_sides(kinds.OVERLAPPING_SITES, between, lines, "id_number")
    yield from _both_sides(kinds.TWICE_IN_SITE, within, lines, "id_number")


def early_releases(lines: Lines, context: Context) -> Iterator[Problem]:
    """Left before the 14 days of the episode were over, and no remark says why."""
    own = {line.draft.source: line for line in lines}
    for episode in episodes(_all(lines, context)):
        if episode.ending() is not Ending.UNAPPROVED or not any(stay.source in own for stay in episode.stays):
            continue
        for stay in episode.last_stays:
            line = own.get(stay.source)
            column = line.draft.column("check_out") if line else None
            params = {
                "check_in": episode.first_day.isoformat(),
                "days": str(OBSERVATION_DAYS),
                "due": episode.due.isoformat(),
                "value": stay.check_out.isoformat() if stay.check_out else "",
            }
            yield Problem(kinds.EARLY_RELEASE, stay.source, column, params)


def one_digit_apart(one: str, other: str) -> bool:
    """Whether two identifiers differ by one typing error.

    One place differs, or one place and the check digit that was made to fit it, or one place is left out.
    """
    if len(one) == len(other):
        places = [index for index, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
        return len(places) == 1 or (len(places) == 2 and places[1] == len(one) - 1 == 17)
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(
        long[:index] + long[index + 1 :] == short for index in range(len(long))
    )


def _near_key(line: Judged[StayRow]) -> tuple[str, Room, date, str] | None:
    if line.row:
        return (line.row.site, line.row.room, line.row.check_in, line.row.name) if line.row.room else None
    rejected = {problem.kind.key for problem in line.draft.problems if problem.policy is Policy.REJECT}
    site = cast("SiteRow | None", line.draft.get("site"))
    room, check_in, name = line.draft.get("room"), line.draft.get("check_in"), line.draft.get("name")
    if rejected - {BAD_ID.key} or not (site and room and check_in and name):
        return None
    return site.code, room, check_in, name


def _known(lines: Lines, context: Context) -> list[StayRow]:
    """Stays accepted earlier, without those that these lines send again.

    A line that now tells of another check-in is another stay: the earlier one stands beside it, in a place of its own.
    """
    known = cast("Sequence[StayRow]", context.known.get("stays", ()))
    if not known:
        return []
    sources = {line.draft.source for line in lines}
    again = {line.row.identity for line in lines if line.row}
    return [
        dataclasses.replace(stay, source=sent_before(stay.source)) if stay.source in sources else stay
        for stay in known
        if stay.identity not in again
    ]


def _all(lines: Lines, context: Context) -> list[StayRow]:
    return [*(line.row for line in lines if line.row), *_known(lines, context)]


def households(stays: Iterable[StayRow]) -> dict[str, str]:
    """Name → the name that stands for all whom remarks join, within one room."""
    parent: dict[str, str] = {}

    def head(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for stay in stays:
        head(stay.name)
        for named in stay.remark.sharing_with:
            parent[head(named)] = head(stay.name)
    return {name: head(name) for name in list(parent)}


def _both_sides(
    kind: Kind,
    pairs: Iterable[tuple[Source, Source]],
    lines: Lines,
    key: str,
    params: dict[str, dict[Source, str]] | None = None,
) -> Iterator[Problem]:
    """One problem per line that takes part in a pair, naming all lines it contradicts; none between known
    rows.
    """
    own = {line.draft.source: line for line in lines}
    others: dict[Source, set[Source]] = defaultdict(set)
    for one, other in pairs:
        if one in own or other in own:
            others[one].add(other)
            others[other].add(one)
    for source, contradicted in others.items():
        line = own.get(source)
        column = line.draft.column(key) if line else None
        said = {name: texts[source] for name, texts in (params or {}).items()}
        yield Problem(kind, source, column, said, tuple(sorted(contradicted)))
