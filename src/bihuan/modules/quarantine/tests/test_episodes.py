"""Episodes: stays that touch or overlap are one, and how each ends."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.core.intake.problems import Source
from bihuan.core.intake.values import Document, DocumentKind
from bihuan.modules.quarantine.episodes import Ending, episodes, status_at
from bihuan.modules.quarantine.payloads import Category
from bihuan.modules.quarantine.registers.rows import Outcome, StayRow
from bihuan.modules.quarantine.registers.values import parse_remark

FIRST = date(2021, 10, 25)


def stay(
    start: int,
    end: int | None,
    remark: str = "",
    *,
    person: str = "P",
    site: str = "S1",
    tests: dict[int, Outcome] | None = None,
) -> StayRow:
    """A stay from day `start` to day `end` after the first day."""
    return StayRow(
        site=site,
        name="周云",
        document=Document(DocumentKind.RESIDENT, person),
        phone=None,
        room=None,
        room_text="",
        category=Category.CONTACT,
        last_exposure=None,
        check_in=FIRST + timedelta(start),
        check_out=None if end is None else FIRST + timedelta(end),
        tests=tuple((tests or {}).items()),
        temperature=None,
        remark=parse_remark(remark),
        source=Source("a.xlsx", "s", start + 1),
    )


@pytest.mark.parametrize(
    ("stays", "ending"),
    [
        ([stay(0, None)], Ending.OPEN),
        ([stay(0, 14)], Ending.FULL_TERM),
        ([stay(0, 15)], Ending.FULL_TERM),
        ([stay(0, 13)], Ending.UNAPPROVED),
        ([stay(0, 13, "与王玉同住")], Ending.UNAPPROVED),
        ([stay(0, 13, "未经批准离开")], Ending.UNAPPROVED),
        ([stay(0, 8, "经批准提前解除转居家隔离")], Ending.APPROVED),
        ([stay(0, 3, "核酸阳性,转定点医院")], Ending.HOSPITAL),
        (
            [stay(0, 5, "转至云栖酒店隔离点"), stay(5, 14, "由松风酒店隔离点转入", site="S2")],
            Ending.FULL_TERM,
        ),
        (
            [stay(0, 5, "转至云栖酒店隔离点"), stay(5, 9, "由松风酒店隔离点转入", site="S2")],
            Ending.UNAPPROVED,
        ),
        ([stay(0, 5, "转至云栖酒店隔离点")], Ending.TRANSFERRED),
        ([stay(5, 14, "由松风酒店隔离点转入")], Ending.TRANSFERRED),
        (
            [stay(5, 8, "由松风酒店隔离点转入,转至云栖酒店隔离点"), stay(8, 14, "由青松公寓隔离点转入")],
            Ending.TRANSFERRED,
        ),
        ([stay(0, 5, "转至云栖酒店隔离点"), stay(5, 9, "由松风酒店隔离点转入")], Ending.UNAPPROVED),
        ([stay(0, 14), stay(2, 14, site="S2")], Ending.FULL_TERM),
        ([stay(0, None), stay(2, 6, site="S2")], Ending.OPEN),
    ],
)
def test_how_an_episode_ends(stays: list[StayRow], ending: Ending) -> None:
    (episode,) = episodes(stays)
    assert episode.ending() is ending


def test_a_gap_of_one_day_begins_a_new_episode() -> None:
    assert len(episodes([stay(0, 14), stay(15, None)])) == 2
    assert len(episodes([stay(0, 14), stay(14, None)])) == 1


def test_a_stay_without_identifier_belongs_to_nobody() -> None:
    assert episodes([replace(stay(0, 14), document=None)]) == []


def test_figures_at_a_cut_off() -> None:
    stays = [
        stay(0, 14, person="A"),
        stay(0, 4, "转至云栖酒店隔离点", person="B"),
        stay(4, None, "由松风酒店隔离点转入", person="B", site="S2"),
        stay(0, 14, person="C"),
        stay(18, None, "再次隔离", person="C"),
        stay(0, 2, "核酸阳性,转定点医院", person="D", tests={1: Outcome.NEGATIVE, 2: Outcome.POSITIVE}),
        stay(0, 1, "转定点医院", person="E", tests={1: Outcome.POSITIVE}),
    ]
    status = status_at(stays, FIRST + timedelta(21))
    assert (status.persons, status.still_observed, status.hospital, status.released) == (5, 2, 2, 1)
    assert (status.readmissions, status.transfers) == (1, 1)
    assert (status.positives, status.positives_at_entry) == (2, 1)


def test_at_an_earlier_cut_off_what_comes_later_is_not_known() -> None:
    stays = [stay(0, 14), stay(18, None)]
    early = status_at(stays, FIRST + timedelta(10))
    assert (early.still_observed, early.released, early.readmissions) == (1, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.booleans()), min_size=1, max_size=8))
def test_every_night_belongs_to_exactly_one_episode(spans: list[tuple[int, int, bool]]) -> None:
    stays = [stay(start, None if is_open else start + length) for start, length, is_open in spans]
    found = episodes(stays)
    assert sorted(s.check_in for episode in found for s in episode.stays) == sorted(s.check_in for s in stays)
    for earlier, later in pairwise(found):
        assert earlier.last_day is not None
        assert earlier.last_day < later.first_day
