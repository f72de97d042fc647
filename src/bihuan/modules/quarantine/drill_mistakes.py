"""Mistakes planted into the invented county: each in a line that has no other.

So what a correct reader must report is known from the story alone.
"""

from dataclasses import replace

from bihuan.modules.quarantine.drill_dialects import days
from bihuan.modules.quarantine.drill_story import FAR, Line, Story, check_digit

UNKNOWN_CATEGORIES = ("待定", "??", "三类", "时空伴随", "B类", "待核")
PLANTED = (
    "missing_name",
    "bad_id_checksum",
    "destroyed_id",
    "missing_check_in",
    "check_out_before_check_in",
    "future_date",
    "unknown_category",
    "exact_duplicate_row",
    "near_duplicate_person",
    "room_double_booked",
    "overlapping_sites",
    "early_release_unapproved",
)


class County(Story):
    """The story with its mistakes."""

    def plant(self, each: int) -> None:
        """Plant every kind of mistake `each` times, each in a line that has no other."""
        for kind in PLANTED:
            for _ in range(each):
                for _ in range(200):
                    line = self.random.choice(self.lines)
                    if line.plain and not line.kinds and getattr(self, f"_plant_{kind}")(line):
                        break

    def _alone(self, line: Line) -> bool:
        return not any(
            other is not line and other.room == line.room and other.site is line.site for other in self.lines
        )

    def _mark(self, kind: str, *lines: Line) -> bool:
        for line in lines:
            line.kinds.append(kind)
        return True

    def _plant_missing_name(self, line: Line) -> bool:
        return self._mark("missing_name", line)

    def _plant_bad_id_checksum(self, line: Line) -> bool:
        place = self.random.randrange(17)
        digit = self.random.choice([sign for sign in "0123456789" if sign != line.number[place]])
        line.number = line.number[:place] + digit + line.number[place + 1 :]
        return self._mark("bad_id_checksum", line)

    def _plant_destroyed_id(self, line: Line) -> bool:
        return self._mark("destroyed_id", line)

    def _plant_missing_check_in(self, line: Line) -> bool:
        return self._mark("missing_check_in", line)

    def _plant_check_out_before_check_in(self, line: Line) -> bool:
        line.check_out = line.check_in - days(self.random.randint(1, 8))
        return self._mark("check_out_before_check_in", line)

    def _plant_future_date(self, line: Line) -> bool:
        later = self.cutoff + days(self.random.randint(1, 60))
        if self.random.random() < 0.5:
            line.check_out = later
        else:
            line.check_in, line.check_out = later, None
        return self._mark("future_date", line)

    def _plant_unknown_category(self, line: Line) -> bool:
        line.category = self.random.choice(UNKNOWN_CATEGORIES)
        return self._mark("unknown_category", line)

    def _plant_exact_duplicate_row(self, line: Line) -> bool:
        copy = replace(line, kinds=["exact_duplicate_row"], twin=line, plain=False)
        line.plain = False
        self.lines.append(copy)
        return True

    def _plant_near_duplicate_person(self, line: Line) -> bool:
        copy = replace(line, kinds=["near_duplicate_person"], plain=False)
        if self.random.random() < 0.5:
            digit = self.random.choice([sign for sign in "3456789" if sign != line.number[9]])
            body = line.number[:9] + digit + line.number[10:17]
            copy.number = body + check_digit(body)
            if copy.number in self.numbers:
                return False
        else:
            self._plant_bad_id_checksum(copy)
        self.lines.append(copy)
        return self._mark("near_duplicate_person", line)

    def _plant_room_double_booked(self, line: Line) -> bool:
        if not self._alone(line):
            return False
        here = [other for other in self.lines if other.site is line.site and other is not line]
        hosts = [other for other in here if other.plain and not other.kinds and overlap(other, line)]
        if not hosts:
            return False
        room = self.random.choice(hosts).room
        met = [other for other in here if other.room == room]
        if any(other.kinds or not other.plain for other in met) or any(
            other.name == line.name for other in met
        ):
            return False
        line.room = room
        line.site.taken[room].append((line.check_in, line.check_out or FAR))
        return self._mark("room_double_booked", line, *(other for other in met if overlap(other, line)))

    def _plant_overlapping_sites(self, line: Line) -> bool:
        others = [site for site in self.sites if site is not line.site]
        start = line.check_in + days(self.random.choice((-2, -1, 0, 1, 2)))
        if not others or start > self.cutoff or (line.check_out and start >= line.check_out):
            return False
        site = self.random.choice(others)
        end = line.check_out
        if end and start < line.check_in:
            end = max(end, start + days(14))
        room = self.free_room(site, start, end or FAR)
        if room is None or (end and end > self.cutoff):
            return False
        copy = replace(line, remark="", exposure=None, kinds=[], plain=False).placed(site, room, start, end)
        self.lines.append(copy)
        return self._mark("overlapping_sites", line, copy)

    def _plant_early_release_unapproved(self, line: Line) -> bool:
        latest = min(13, (self.cutoff - line.check_in).days)
        if latest < 2:
            return False
        line.check_out = line.check_in + days(self.random.randint(1, latest))
        line.plain = False
        return self._mark("early_release_unapproved", line)


def overlap(one: Line, other: Line) -> bool:
    """Whether two lines have a night in common."""
    return max(one.check_in, other.check_in) < min(one.check_out or FAR, other.check_out or FAR)
