"""Who may have infected whom, by the registers' working definition."""

from datetime import timedelta

import pytest

from bihuan.core.intake.problems import Source
from bihuan.core.intake.values import Document, DocumentKind
from bihuan.modules.quarantine.cross_infection import cross_infections
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.registers.rows import Outcome, Remark, Room, SiteRow, StayRow, Zone
from bihuan.modules.quarantine.tests.test_episodes import FIRST

ZONES = (Zone(1, "A", 1, 2), Zone(2, "A", 3, 4))
SITE = SiteRow(
    "S1",
    "云栖酒店隔离点",
    1,
    4,
    40,
    ZONES,
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    Source("sites.xlsx"),
)


def stay(person: str, room: Room, start: int, end: int | None, **tests: str) -> StayRow:
    """A stay with results by day (`day1="negative"`)."""
    results = tuple((int(day.removeprefix("day")), Outcome(result)) for day, result in tests.items())
    document = Document(DocumentKind.RESIDENT, person)
    first, last = FIRST + timedelta(start), None if end is None else FIRST + timedelta(end)
    where = Source("a.xlsx", "s", start + 1)
    return StayRow(
        "S1",
        "周云",
        document,
        None,
        room,
        "",
        Category.CONTACT,
        None,
        first,
        last,
        results,
        None,
        Remark(),
        where,
    )


SOURCE = stay(
    "source", Room("A", 1, 1), 0, 5, day1="negative", day4="positive"
)  # sampled on day 3, counted from 0


@pytest.mark.parametrize(
    ("recipient", "since"),
    [
        (stay("r", Room("A", 2, 5), 0, None, day1="negative", day7="positive"), 1),
        (stay("r", Room("A", 1, 1), 3, None, day1="negative", day4="positive"), 3),
        (stay("r", Room("A", 2, 5), 0, None, day1="positive"), None),
        (stay("r", Room("A", 2, 5), 0, None, day7="positive"), None),
        (stay("r", Room("A", 2, 5), 0, None, day1="negative", day2="positive"), None),
        (stay("r", Room("A", 3, 5), 0, None, day1="negative", day7="positive"), None),
        (stay("r", Room("A", 2, 5), 5, None, day1="negative", day7="positive"), None),
        (stay("r", Room("A", 2, 5), 0, 1, day1="negative", day7="positive"), None),
    ],
    ids=[
        "same zone from two days before the sample",
        "arrived while the source was infectious",
        "positive on entry",
        "no negative on day 1",
        "too early after the first shared day",
        "another zone",
        "arrived on the day the source left",
        "left before the source was infectious",
    ],
)
def test_what_counts_as_evidence(recipient: StayRow, since: int | None) -> None:
    found = [pair for pair in cross_infections([SOURCE, recipient], [SITE]) if pair.recipient.person == "r"]
    assert [pair.shared_since for pair in found] == ([] if since is None else [FIRST + timedelta(since)])


def test_nobody_infects_himself_and_an_unknown_zone_says_nothing() -> None:
    assert cross_infections([SOURCE], [SITE]) == []
    recipient = stay("r", Room("A", 2, 5), 0, None, day1="negative", day7="positive")
    assert cross_infections([SOURCE, recipient], []) == []
