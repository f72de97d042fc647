"""Evidence for cross-infection: a positive who shared site and zone with somebody infectious, and how long before.

The working definition of the registers: the recipient was negative on day 1 and positive at least three days
after first sharing site and ventilation zone with a positive person; that person is infectious from two days
before the positive sample until leaving the site. What this finds is evidence; finding nothing proves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.modules.quarantine.episodes import Episode, episodes
from bihuan.modules.quarantine.registers.rows import Outcome, SiteRow, StayRow, Zone

INFECTIOUS_BEFORE = timedelta(days=2)
"""How long before its positive sample a source is infectious."""
SHORTEST_INCUBATION = timedelta(days=3)
"""How long after the first shared day a positive can come from it."""


@dataclass(frozen=True, slots=True)
class CrossInfection:
    """One pair: who may have infected whom, where, and since when they shared the zone."""

    recipient: Episode
    source: Episode
    site: str
    zone: Zone
    shared_since: date


def cross_infections(stays: Iterable[StayRow], sites: Iterable[SiteRow]) -> list[CrossInfection]:
    """Every pair of positives that meets the definition, by recipient."""
    by_code = {site.code: site for site in sites}
    positive = [episode for episode in episodes(stays) if episode.positive_day is not None]
    recipients = [episode for episode in positive if episode.result_on(1) is Outcome.NEGATIVE]
    return [
        pair
        for recipient in recipients
        for source in positive
        if source.person != recipient.person
        for pair in _pairs(recipient, source, by_code)
    ]


def _pairs(recipient: Episode, source: Episode, sites: Mapping[str, SiteRow]) -> Iterator[CrossInfection]:
    """At most one pair: the earliest day on which the two shared a zone while the source was infectious."""
    infectious = _sampled(source) - INFECTIOUS_BEFORE
    met = [
        (since, own.site, zone)
        for own in recipient.stays
        for other in source.stays
        if own.site == other.site
        and (zone := _zone(own, sites)) is not None
        and zone == _zone(other, sites)
        and (since := max(own.check_in, other.check_in, infectious))
        < min(own.check_out or date.max, other.check_out or date.max)
    ]
    if met:
        since, site, zone = min(met, key=lambda meeting: (meeting[0], meeting[1]))
        if _sampled(recipient) - since >= SHORTEST_INCUBATION:
            yield CrossInfection(recipient, source, site, zone, since)


def _sampled(episode: Episode) -> date:
    """Day of the first positive sample; day 1 is the day of the first check-in."""
    return episode.first_day + timedelta(days=(episode.positive_day or 1) - 1)


def _zone(stay: StayRow, sites: Mapping[str, SiteRow]) -> Zone | None:
    site = sites.get(stay.site)
    return site.zone_of(stay.room) if site and stay.room else None
