"""How much longer work takes: measured by how fast it goes, smoothed so that the figure does not jump about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SHARES: Final = {
    "reading": {"read": 0.25, "check": 0.45},
    "applying": {"read": 0.12, "check": 0.25, "take": 0.60},
}
"""What each phase costs of the whole, as measured on 47 registers with 6,600 lines; what is missing is the end."""
FIRST: Final = 1.0
"""Seconds of work before anything is said."""
LEAST: Final = 0.03
TRUSTED: Final = 0.2
"""Part of a phase after which its own pace is believed, rather than that of the work so far."""
HALF: Final = 4.0
"""Seconds in which the figure makes good half of what it is off."""
STEP: Final = 0.25


class Pace:
    """Told which phase is how far, says how many seconds are left.

    The figure follows the measured pace slowly, and by no more than a quarter (and what the clock took) at a time, so
    that one large file does not make it leap; meanwhile it runs down with the clock.
    """

    def __init__(self, now: float, shares: Mapping[str, float]) -> None:
        self._shares = shares
        self._began = self._last = self._phase_began = now
        self._phase, self._part, self._behind = "", 0.0, 0.0
        self._shown: float | None = None

    def left(self, now: float, phase: str, part: float) -> float | None:
        """Return the seconds left at `now` (seconds on any steady clock), `part` (0 … 1) of a phase being done.

        None while there is too little to measure.
        """
        self._enter(now, phase, part)
        since, self._last = now - self._last, now
        done = self._behind + self._shares.get(phase, 0.0) * self._part
        if now - self._began < FIRST or done < LEAST:
            return None
        measured = self._measured(now, done)
        if self._shown is None:
            self._shown = measured
            return measured
        expected = max(self._shown - since, 0.0)
        follow = 1 - 0.5 ** (since / HALF)
        most = STEP * expected + since + 1.0
        self._shown = max(expected + min(max(follow * (measured - expected), -most), most), 0.0)
        return self._shown

    def _enter(self, now: float, phase: str, part: float) -> None:
        """Note where the work is; within a phase it never goes back."""
        if phase != self._phase:
            self._behind += self._shares.get(self._phase, 0.0)
            self._phase, self._part, self._phase_began = phase, 0.0, self._last
        self._part = min(max(self._part, part), 1.0)

    def _measured(self, now: float, done: float) -> float:
        """Return what is left by the pace of this phase, once it shows, and for what follows by the whole's."""
        share = self._shares.get(self._phase, 0.0)
        whole = (now - self._began) / done
        rest = whole * (1 - self._behind - share)
        by_whole = whole * share * (1 - self._part)
        if not self._part:
            return rest + by_whole
        by_phase = (now - self._phase_began) * (1 - self._part) / self._part
        trust = min(self._part / TRUSTED, 1.0)
        return rest + trust * by_phase + (1 - trust) * by_whole
