"""The time left: right where the pace is even, calm where it is not, and quiet at the beginning."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from bihuan.core.intake.pace import SHARES, STEP, Pace

TICK = 0.5
ONE = {"take": 1.0}


def figures(speeds: list[float]) -> list[tuple[float, float]]:
    """Return (seconds left as said, seconds really left) for one phase that goes at these speeds, one a tick."""
    pace, done, said = Pace(0.0, ONE), 0.0, []
    total = sum(speeds)
    for n, speed in enumerate(speeds, 1):
        done += speed / total
        left = pace.left(n * TICK, "take", done)
        if left is not None:
            said.append((left, (len(speeds) - n) * TICK))
    return said


def test_at_an_even_pace_the_figure_is_right_from_the_first() -> None:
    said = figures([1.0] * 120)
    assert len(said) > 100
    assert all(abs(shown - real) < 1.0 for shown, real in said)


def test_nothing_is_said_before_there_is_something_to_measure() -> None:
    assert Pace(100.0, ONE).left(100.4, "take", 0.5) is None, "too early"
    assert Pace(100.0, ONE).left(105.0, "take", 0.01) is None, "too little done"
    assert Pace(100.0, ONE).left(105.0, "take", 0.5) == pytest.approx(5.0)


@pytest.mark.parametrize("seed", range(5))
def test_at_an_uneven_pace_it_does_not_leap_and_is_near_the_truth_by_the_end(seed: int) -> None:
    random = Random(seed)
    said = figures([random.choice([0.05, 0.5, 1.0, 6.0]) for _ in range(160)])
    for (before, _), (after, _) in pairwise(said):
        expected = max(before - TICK, 0.0)
        assert abs(after - expected) <= STEP * expected + TICK + 1.0 + 1e-9
    assert abs(said[-1][0]) < 6.0


def test_work_that_stalls_does_not_run_down_to_nothing() -> None:
    pace = Pace(0.0, ONE)
    for n in range(1, 41):
        pace.left(n * TICK, "take", n / 80)
    stalled = [pace.left(20 + n * TICK, "take", 0.5) for n in range(1, 60)]
    assert stalled[-1] is not None and stalled[-1] > 15.0


def test_a_phase_that_goes_slower_than_those_before_is_believed_before_it_is_half_through() -> None:
    """Reading and checking took 4 s; taking in goes at a file a second, 60 files."""
    pace = Pace(0.0, SHARES["applying"])
    pace.left(2.0, "read", 1.0)
    pace.left(4.0, "check", 1.0)
    said = [pace.left(4.0 + n, "take", n / 60) for n in range(1, 61)]
    assert said[24] == pytest.approx(36.0, rel=0.3)
    assert said[-1] == pytest.approx(0.0, abs=4.0)


@pytest.mark.parametrize("state", ["reading", "applying"])
def test_the_phases_are_never_more_than_the_whole(state: str) -> None:
    assert 0.0 < sum(SHARES[state].values()) <= 1.0


def test_what_is_done_never_counts_less_than_before() -> None:
    """A register that counts its files anew does not make the work look less done."""
    steady, back = Pace(0.0, ONE), Pace(0.0, ONE)
    steady.left(2.0, "take", 0.5)
    back.left(2.0, "take", 0.5)
    assert back.left(2.5, "take", 0.1) == steady.left(2.5, "take", 0.5)
