"""The time left: right where the pace is even, calm where it is not, and quiet at the beginning."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from bihuan.core.intake.pace import SHARES, STEP, Pace, share

TICK = 0.5


def figures(speeds: list[float]) -> list[tuple[float, float]]:
    """Return (seconds left as said, seconds really left) for work that goes at these speeds, one a tick."""
    pace, done, said = Pace(0.0), 0.0, []
    total = sum(speeds)
    for n, speed in enumerate(speeds, 1):
        done += speed / total
        left = pace.left(n * TICK, done)
        if left is not None:
            said.append((left, (len(speeds) - n) * TICK))
    return said


def test_at_an_even_pace_the_figure_is_right_from_the_first() -> None:
    said = figures([1.0] * 120)
    assert len(said) > 100
    assert all(abs(shown - real) < 1.0 for shown, real in said)


def test_nothing_is_said_before_there_is_something_to_measure() -> None:
    assert Pace(100.0).left(100.4, 0.5) is None, "too early"
    assert Pace(100.0).left(105.0, 0.01) is None, "too little done"
    assert Pace(100.0).left(105.0, 0.5) == pytest.approx(5.0)


@pytest.mark.parametrize("seed", range(5))
def test_at_an_uneven_pace_it_does_not_leap_and_is_near_the_truth_by_the_end(seed: int) -> None:
    random = Random(seed)
    speeds = [random.choice([0.05, 0.5, 1.0, 6.0]) for _ in range(160)]
    said = figures(speeds)
    for (before, _), (after, _) in pairwise(said):
        expected = max(before - TICK, 0.0)
        assert abs(after - expected) <= STEP * expected + 1.0 + 1e-9
    assert abs(said[-1][0]) < 6.0


def test_work_that_stalls_does_not_run_down_to_nothing() -> None:
    pace = Pace(0.0)
    for n in range(1, 41):
        pace.left(n * TICK, n / 80)
    stalled = [pace.left(20 + n * TICK, 0.5) for n in range(1, 60)]
    assert stalled[-1] is not None and stalled[-1] > 15.0


@pytest.mark.parametrize("state", ["reading", "applying"])
def test_phases_follow_each_other_without_a_step_back(state: str) -> None:
    parts = [share(state, phase, part) for phase in SHARES[state] for part in (0.0, 0.5, 1.0)]
    assert parts == sorted(parts)
    assert parts[0] == 0.0 and parts[-1] <= 1.0


def test_what_is_done_never_counts_less_than_before() -> None:
    """A phase that counts its files anew does not make the whole look less done."""
    steady, back = Pace(0.0), Pace(0.0)
    steady.left(2.0, 0.5)
    back.left(2.0, 0.5)
    assert back.left(2.5, 0.1) == steady.left(2.5, 0.5)
