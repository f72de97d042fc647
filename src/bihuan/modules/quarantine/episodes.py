"""Episodes: the stays of one person that touch or overlap, and how each stands at a cut-off.

Pure functions over stays as the registers give them. Release is due 14 days after the first check-in of the
episode; leaving earlier needs an approval, a hospital or a transfer. Dates are whole days; a stay is
[check-in, check-out).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from bihuan.modules.quarantine.registers.rows import Outcome, Remark, StayRow

OBSERVATION_DAYS = 14
"""Length of centralised observation, in days from the first check-in (2021 practice)."""


class Ending(StrEnum):
    """How an episode stands at the cut-off."""

    OPEN = "open"
    """Still under observation."""
    FULL_TERM = "full_term"
    HOSPITAL = "hospital"
    APPROVED = "approved"
    """Released early with approval."""
    TRANSFERRED = "transferred"
    """Left by transfer, and no register tells where to."""
    UNAPPROVED = "unapproved"
    """Released early without a reason."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One person's unbroken time under observation; `stays` in order of check-in."""

    person: str
    stays: tuple[StayRow, ...]

    @property
    def first_day(self) -> date:
        """Day of the first check-in; day 1 of the tests."""
        return self.stays[0].check_in

    @property
    def last_day(self) -> date | None:
        """Day of the last check-out, None while one of the stays is open."""
        ends = [stay.check_out for stay in self.stays]
        return None if None in ends else max(end for end in ends if end)

    @property
    def due(self) -> date:
        """Day on which release is due."""
        return self.first_day + timedelta(days=OBSERVATION_DAYS)

    @property
    def last_stays(self) -> tuple[StayRow, ...]:
        """The stays with which the episode ended (open ones while it is open)."""
        return tuple(stay for stay in self.stays if stay.check_out == self.last_day)

    def ending(self, cutoff: date | None = None) -> Ending:
        """How the episode stands; with a cut-off, what ended after that day is open still."""
        last = self.last_day
        if last is None or (cutoff is not None and last > cutoff):
            return Ending.OPEN
        remarks = [stay.remark for stay in self.last_stays]
        if any(remark.hospital for remark in remarks):
            return Ending.HOSPITAL
        return Ending.FULL_TERM if last >= self.due else self._left_early(remarks)

    def _left_early(self, remarks: Sequence[Remark]) -> Ending:
        if any(remark.approved for remark in remarks):
            return Ending.APPROVED
        # Began by a transfer from a site whose line is missing or was sent back: the first check-in is not known.
        came_from_elsewhere = self.stays[0].remark.transfer_from is not None
        if came_from_elsewhere or any(remark.transfer_to for remark in remarks):
            return Ending.TRANSFERRED
        return Ending.UNAPPROVED

    @property
    def positive_day(self) -> int | None:
        """Protocol day of the first positive test, None without one."""
        days = [day for stay in self.stays for day, outcome in stay.tests if outcome is Outcome.POSITIVE]
        return min(days, default=None)

    def result_on(self, day: int) -> Outcome | None:
        """The result of the test on a protocol day."""
        return next((result for stay in self.stays for at, result in stay.tests if at == day), None)

    @property
    def transfers(self) -> int:
        """Moves to another site inside the episode."""
        return sum(
            earlier.site != later.site and earlier.check_out == later.check_in
            for earlier, later in pairwise(self.stays)
        )


def episodes(stays: Iterable[StayRow]) -> list[Episode]:
    """The episodes of all persons with an identifier; a person's stays that touch or overlap are one
    episode.
    """
    by_person: dict[str, list[StayRow]] = {}
    for stay in stays:
        if stay.document is not None:
            by_person.setdefault(stay.document.number, []).append(stay)
    return [episode for person, own in by_person.items() for episode in _of_person(person, own)]


def _of_person(person: str, stays: Sequence[StayRow]) -> list[Episode]:
    ordered = sorted(stays, key=lambda stay: (stay.check_in, stay.check_out or date.max, stay.source))
    groups: list[list[StayRow]] = []
    end = date.min
    for stay in ordered:
        if groups and stay.check_in <= end:
            groups[-1].append(stay)
        else:
            groups.append([stay])
            end = date.min
        end = max(end, stay.check_out or date.max)
    return [Episode(person, tuple(group)) for group in groups]


@dataclass(frozen=True, slots=True)
class Status:
    """The figures that follow from the stays at a cut-off. All count persons except `episodes` and
    `transfers`.
    """

    persons: int
    still_observed: int
    hospital: int
    released: int
    readmissions: int
    transfers: int
    positives: int
    positives_at_entry: int
    episodes: dict[Ending, int]


def status_at(stays: Iterable[StayRow], cutoff: date) -> Status:
    """Count persons and episodes at a cut-off; a person's last episode says where the person stands."""
    found = episodes(stay for stay in stays if stay.check_in <= cutoff)
    last: dict[str, Episode] = {}
    endings = dict.fromkeys(Ending, 0)
    for episode in found:
        endings[episode.ending(cutoff)] += 1
        known = last.get(episode.person)
        if known is None or known.first_day < episode.first_day:
            last[episode.person] = episode
    standing = [episode.ending(cutoff) for episode in last.values()]
    positive = {episode.person: episode.positive_day for episode in found if episode.positive_day}
    return Status(
        persons=len(last),
        still_observed=standing.count(Ending.OPEN),
        hospital=standing.count(Ending.HOSPITAL),
        released=sum(ending in (Ending.FULL_TERM, Ending.APPROVED, Ending.UNAPPROVED) for ending in standing),
        readmissions=len(found) - len(last),
        transfers=sum(episode.transfers for episode in found),
        positives=len(positive),
        positives_at_entry=sum(day == 1 for day in positive.values()),
        episodes=endings,
    )
