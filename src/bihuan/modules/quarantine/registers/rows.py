"""What the two registers of quarantine give: a site, and one person's stay in one site."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bihuan.core.intake.problems import Source
from bihuan.core.intake.values import Document, masked_name
from bihuan.modules.quarantine.payloads import Category


class Outcome(StrEnum):
    """What a register says about one nucleic-acid test."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    MISSED = "missed"
    PENDING = "pending"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, order=True)
class Room:
    """A room: building letter, floor, number on the floor."""

    building: str
    floor: int
    number: int

    def __str__(self) -> str:
        return f"{self.building}-{self.floor}{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Zone:
    """A ventilation zone: some floors (from–to, both included) of one building."""

    number: int
    building: str
    first_floor: int
    last_floor: int

    def holds(self, room: Room) -> bool:
        """Whether the room lies in the zone."""
        return self.building == room.building and self.first_floor <= room.floor <= self.last_floor


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One quarantine site of the list of sites."""

    code: str
    name: str
    buildings: int
    floors: int | None
    rooms: int | None
    zones: tuple[Zone, ...]
    township: str | None
    address: str | None
    longitude: float | None
    latitude: float | None
    opened: date | None
    manager: str | None
    phone: str | None
    remark: str | None
    source: Source

    @property
    def building_letters(self) -> tuple[str, ...]:
        """A, B, … as many as the site has buildings."""
        return tuple(chr(ord("A") + index) for index in range(self.buildings))

    @property
    def rooms_per_floor(self) -> int | None:
        """Rooms on each floor, where the list's numbers divide evenly; None where they don't."""
        if not self.rooms or not self.floors or self.rooms % (self.buildings * self.floors):
            return None
        return self.rooms // (self.buildings * self.floors)

    def has_room(self, room: Room) -> bool:
        """Whether the site can have this room; unknown dimensions refuse nothing."""
        if room.building not in self.building_letters or (self.floors and room.floor > self.floors):
            return False
        per_floor = self.rooms_per_floor
        return per_floor is None or room.number <= per_floor

    def zone_of(self, room: Room) -> Zone | None:
        """The ventilation zone of a room, None where the list names none."""
        return next((zone for zone in self.zones if zone.holds(room)), None)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the remark of a stay says, in parts; `text` is the remark itself."""

    text: str = ""
    approved: bool = False
    """Early release approved (经批准 …)."""
    to_home: bool = False
    """Released to home quarantine (转居家隔离)."""
    hospital: bool = False
    """Taken to the designated hospital (转定点医院)."""
    transfer_to: str | None = None
    transfer_from: str | None = None
    readmitted: bool = False
    """Quarantined once more (再次隔离)."""
    sharing_with: tuple[str, ...] = ()
    """The names of people sharing the room (与…同住), normalised like names. Where 和 may join two names
    or belong to one, both readings are here; only those that somebody in the room bears mean anything."""

    @property
    def explains_leaving(self) -> bool:
        """Whether it explains leaving before the observation's end."""
        return self.approved or self.hospital or self.transfer_to is not None


@dataclass(frozen=True, slots=True)
class StayRow:
    """One line of a site's register: one person, one site, from check-in to check-out (None: still there)."""

    site: str
    """The site's code."""
    name: str
    document: Document | None
    phone: str | None
    room: Room | None
    room_text: str
    category: Category
    last_exposure: date | None
    check_in: date
    check_out: date | None
    tests: tuple[tuple[int, Outcome], ...]
    """(protocol day, result); day 1 is the day of the episode's first check-in."""
    temperature: float | None
    remark: Remark
    source: Source
    line: int = field(default=0, compare=False)
    """The number the office gave the line (序号), 0 where none."""
    trip: str = ""
    """The trip that brought the person (车次), empty where the register does not say."""

    @property
    def identity(self) -> tuple[str, str, date]:
        """What makes it the same stay when it is sent again: site, identifier (else name), check-in."""
        return self.site, self.document.number if self.document else self.name, self.check_in

    def overlaps(self, other: "StayRow") -> bool:
        """Whether the two stays have a night in common; a stay is [check-in, check-out)."""
        start = max(self.check_in, other.check_in)
        return all(stay.check_out is None or start < stay.check_out for stay in (self, other))

    def __repr__(self) -> str:
        place = self.source.words("en")
        return f"StayRow({masked_name(self.name)}, {self.site} {self.room}, {self.check_in}, {place})"


def sent_before(source: Source) -> Source:
    """Return the place of an earlier line where a line that tells of something else stands now."""
    return source._replace(file=f"{source.file}(此前报送 / as sent before)")
