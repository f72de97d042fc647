"""An invented county for drills: sites, households and their stays.

Everybody in it is invented; the area codes of the identifiers belong to no place.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from bihuan.modules.quarantine.drill_dialects import CATEGORIES, Value, days

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰红玲建国志辉云莲"
DOTTED = ("阿依古丽·买买提", "扎西·才让", "索南·卓玛", "玛依拉·艾山", "巴图·孟和", "卓玛·央金")
PLACES = ("柳岸", "云栖", "松风", "长宁", "景和", "清泉", "东篱", "望山", "和畅", "临溪")
KINDS_OF_HOUSE = ("宾馆", "酒店", "公寓", "度假村", "商务酒店")
AREAS = ("990102", "980724", "970203")
FATES = {"plain": 80, "approved": 5, "hospital": 4, "moved": 6, "returned": 5}


@dataclass(slots=True)
class InventedSite:
    """An invented site and its rooms' nights already taken."""

    code: str
    name: str
    buildings: int
    floors: int
    per_floor: int
    taken: dict[tuple[str, int, int], list[tuple[date, date]]] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """One line of a register as it truly is, with the mistake planted in it."""

    site: InventedSite
    name: str
    number: str
    phone: str
    room: tuple[str, int, int]
    category: str
    check_in: date
    check_out: date | None
    first_day: date
    remark: str = ""
    exposure: date | None = None
    positive_day: int | None = None
    plain: bool = True
    kinds: list[str] = field(default_factory=list)
    twin: "Line | None" = None
    written: list[Value] = field(default_factory=list)

    def placed(self, site: InventedSite, room: tuple[str, int, int], start: date, end: date | None) -> "Line":
        """The same line in another room on other days."""
        self.site, self.room, self.check_in, self.check_out = site, room, start, end
        return self


FAR = date(9999, 1, 1)


class Story:
    """The story: sites, households and their stays, without a mistake."""

    def __init__(self, seed: int, cutoff: date, sites: int, persons: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a drill must repeat, not be secret
        self.cutoff = cutoff
        self.numbers: set[str] = set()
        self.sites = self._sites(sites)
        self.lines: list[Line] = []
        while len(self.lines) < persons:
            self._household()

    # --- sites and people ----------------------------------------------------------------------------------
    def _sites(self, count: int) -> list[InventedSite]:
        names: list[str] = []
        while len(names) < count:
            # Some names contain another one, as real ones do.
            again = names and self.random.random() < 0.2
            base = self.random.choice(names)[:-3] if again else self.random.choice(PLACES)
            house = "" if base.endswith(KINDS_OF_HOUSE) else self.random.choice(KINDS_OF_HOUSE)
            prefix = self.random.choice(PLACES) if not house or self.random.random() < 0.5 else ""
            name = f"{prefix}{base}{house}隔离点"
            if name not in names:
                names.append(name)
        codes = self.random.sample(range(1000, 9999), count)
        return [self._site(f"QZ{code}", name) for code, name in zip(codes, names, strict=True)]

    def _site(self, code: str, name: str) -> InventedSite:
        buildings = self.random.choice((1, 1, 2, 3))
        return InventedSite(code, name, buildings, self.random.randint(3, 11), self.random.randint(6, 20))

    def identifier(self) -> str:
        """An invented identifier with a right check digit; area codes that no place has."""
        while True:
            year, month, day = (self.random.randint(*span) for span in ((1940, 2015), (1, 12), (1, 28)))
            serial = self.random.randint(0, 999)
            body = f"{self.random.choice(AREAS)}{date(year, month, day):%Y%m%d}{serial:03d}"
            number = body + check_digit(body)
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def name(self) -> str:
        """An invented name."""
        if self.random.random() < 0.05:
            return self.random.choice(DOTTED)
        return self.random.choice(SURNAMES) + "".join(self.random.sample(GIVEN, self.random.randint(1, 2)))

    def free_room(self, site: InventedSite, start: date, end: date) -> tuple[str, int, int] | None:
        """A room of the site that nobody uses on these nights."""
        for _ in range(60):
            building = chr(65 + self.random.randrange(site.buildings))
            room = building, self.random.randint(1, site.floors), self.random.randint(1, site.per_floor)
            nights = site.taken.setdefault(room, [])
            if all(end <= start_ or start >= end_ for start_, end_ in nights):
                nights.append((start, end))
                return room
        return None

    def _household(self) -> None:
        site, size = self.random.choice(self.sites), self.random.choice((1, 1, 1, 2, 2, 3, 4))
        first = self.cutoff - days(self.random.randint(0, 23))
        fate = self.random.choices(tuple(FATES), tuple(FATES.values()))[0]
        length = self.random.choice((14, 14, 14, 15)) if fate == "plain" else self.random.randint(3, 12)
        length = 14 if fate == "returned" else length
        end = first + days(length) if first + days(length) <= self.cutoff else None
        if end is None and fate != "plain":
            fate = "plain"
        room = self.free_room(site, first, end or FAR)
        if room is None:
            return
        people = self._people(size)
        category = self.random.choice(tuple(CATEGORIES))
        remark = {"approved": "区指挥部批准,转居家隔离", "hospital": "核酸阳性,转定点医院"}.get(fate, "")
        lines = [Line(site, *person, room, category, first, end, first, remark) for person in people]
        for line in lines:
            line.plain = fate == "plain"
            line.exposure = self.random.choice((None, first - days(self.random.randint(0, 3))))
            line.positive_day = 1 if fate == "hospital" and self.random.random() < 0.5 else None
        self._share(lines)
        self.lines += lines
        if fate in ("moved", "returned") and end:
            self._goes_on(lines, fate, end)

    def _people(self, size: int) -> list[tuple[str, str, str]]:
        names: list[str] = []
        while len(names) < size:
            if (name := self.name()) not in names:
                names.append(name)
        phone = f"19{self.random.randint(10**8, 10**9 - 1)}"
        return [(name, self.identifier(), phone) for name in names]

    def _share(self, lines: list[Line]) -> None:
        """Everybody but one is said to share the room with that one."""
        named = self.random.choice(lines)
        for line in lines:
            if line is not named:
                words = f"与{named.name}同住"
                line.remark = f"{line.remark}{self.random.choice(',;,')}{words}" if line.remark else words

    def _goes_on(self, lines: list[Line], fate: str, end: date) -> None:
        """The household's next stay: in another site on the same day, or once more after some days."""
        moved = fate == "moved"
        start = end if moved else end + days(self.random.randint(1, 6))
        first = lines[0].first_day if moved else start
        out = first + days(14) if first + days(14) <= self.cutoff else None
        others = [site for site in self.sites if site is not lines[0].site]
        site = self.random.choice(others) if others else lines[0].site
        room = self.free_room(site, start, out or FAR) if others and start <= self.cutoff else None
        if room is None:
            if moved:
                self._add_remark(lines, "经批准提前解除转居家隔离")
            return
        remark = f"由{lines[0].site.name}转入" if moved else "再次隔离"
        later = [
            replace(line, remark=remark, exposure=None, kinds=[]).placed(site, room, start, out)
            for line in lines
        ]
        for line in later:
            line.first_day = first
        if moved:
            self._add_remark(lines, f"转至{site.name}")
        self._share(later)
        self.lines += later

    @staticmethod
    def _add_remark(lines: list[Line], words: str) -> None:
        for line in lines:
            line.remark = f"{words};{line.remark}" if line.remark else words


def check_digit(body: str) -> str:
    """The check digit of GB 11643, computed here on its own."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
