"""How much longer work takes: measured by how fast it goes, smoothed so that the figure does not jump about."""

from __future__ import annotations

from typing import Final

SHARES: Final = {
    "reading": {"read": 0.25, "check": 0.45},
    "applying": {"read": 0.12, "check": 0.25, "take": 0.60},
}
"""What each phase costs of the whole, as measured on 47 registers with 6,600 lines; what is missing is the end."""
FIRST: Final = 1.0
"""Seconds of work before anything is said."""
LEAST: Final = 0.03
FOLLOW: Final = 0.2
STEP: Final = 0.25


def share(state: str, phase: str, part: float) -> float:
    """Return how much of the whole work (0 … 1) is done when `part` (0 … 1) of a phase is."""
    done = 0.0
    for name, cost in SHARES[state].items():
        if name == phase:
            return done + cost * min(max(part, 0.0), 1.0)
        done += cost
    return done


class Pace:
    """Told how much is done, says how many seconds are left.

    The figure follows the measured pace slowly, and no more than a quarter (and a second) at a time, so that one
    large file does not make it leap; meanwhile it runs down with the clock.
    """

    def __init__(self, now: float) -> None:
        self._began = self._last = now
        self._done = 0.0
        self._shown: float | None = None

    def left(self, now: float, done: float) -> float | None:
        """Return the seconds left at `now` (seconds on any steady clock) with `done` (0 … 1) behind; None too early."""
        self._done = max(self._done, done)
        spent, since, self._last = now - self._began, now - self._last, now
        if spent < FIRST or self._done < LEAST:
            return None
        measured = spent * (1 - self._done) / self._done
        if self._shown is None:
            self._shown = measured
            return measured
        expected = max(self._shown - since, 0.0)
        most = STEP * expected + 1.0
        self._shown = max(expected + min(max(FOLLOW * (measured - expected), -most), most), 0.0)
        return self._shown
