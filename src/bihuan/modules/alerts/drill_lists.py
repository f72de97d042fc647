"""Invented alert lists at any scale, in the senders' dialects and with their mistakes, and the truth about every line.

For drills, tests and benchmarks. The same seed writes the same files. Everybody in them is invented.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import xlsxwriter

from bihuan.core.people.invented import Invented, invent

HEADINGS: Final = ("预警编号", "姓名", "证件号码", "手机号", "现住址", "推送原因", "推送时间", "推送单位")
REASONS: Final = ("密接名单", "返区报备", "核酸异常复核", "外省协查")
UNITS: Final = ("市疾控流调组", "市公安局大数据专班", "省疫情联防联控办", "外省协查组")
ENCODINGS: Final = ("gb18030", "utf-8", "utf-8-sig")
TIMES: Final = ("%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S")
FATES: Final = {
    "new": 560, "repeat_push": 175, "repush_corrected": 70, "dup_in_file": 22, "dup_between_files": 58, "id_typo": 10,
    "id_format": 28, "name_variant": 15, "phone_typo": 20, "address_variant": 28, "embedded_newline": 3, "nul_byte": 3,
    "wrong_column_count": 3,
}  # fmt: skip
"""How often a row is what, in a thousand."""


@dataclass(frozen=True, slots=True)
class Line:
    """The truth about a line: its file and physical line, whose it is (a number), what is odd about it."""

    file: str
    line: int
    person: int
    fate: str


@dataclass(slots=True)
class Truth:
    """What was written: every row in order of the lists; `rejected` and `duplicates` as a right reading counts them."""

    lines: list[Line] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Return how many rows the lists hold."""
        return len(self.lines)

    @property
    def rejected(self) -> int:
        """Return how many are malformed."""
        return self.fates["wrong_column_count"]

    @property
    def duplicates(self) -> int:
        """Return how many repeat another row in all eight fields."""
        return self.fates["dup_in_file"] + self.fates["dup_between_files"]

    @property
    def accepted(self) -> int:
        """Return how many are to be verified."""
        return self.rows - self.rejected - self.duplicates


@dataclass(slots=True)
class _Pen:
    """One list while it is written: how its sender writes, its rows so far."""

    name: str
    encoding: str
    delimiter: str
    quoting: int
    times: str
    day: datetime
    rows: list[tuple[list[str], int, str]] = field(default_factory=list)


def write_lists(
    folder: Path, *, rows: int, lists: int, seed: int, until: datetime, plain: bool = False,
    people: Sequence[Invented] = (), first: int = 0, workbook: bool = False,
) -> Truth:  # fmt: skip
    """Write so many rows in so many lists below `folder`, the last pushed at `until`; returns the truth.

    `people` are named first (the county knows them, say), others are invented, numbered from `first`. `plain`: no row is
    odd. `workbook`: the last list is an .xlsx.
    """
    random_ = random.Random(seed)  # noqa: S311 - a drill, not a key
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(random_, list(people), first, plain)
    truth = Truth()
    shares = _shares(random_, rows, lists)
    for number, share in enumerate(shares, 1):
        day = until - timedelta(days=lists - number, hours=2)
        pen = _pen(random_, number, day)
        for _ in range(share):
            writer.add(pen)
        last = workbook and number == lists
        file = folder / f"{pen.name}.{'xlsx' if last else 'csv'}"
        told = _write_workbook(file, pen) if last else _write(file, pen)
        truth.lines += told
        truth.fates.update(line.fate for line in told)
        writer.earlier += [row for row in pen.rows if row[2] != "wrong_column_count"]
    return truth


def _shares(random_: random.Random, rows: int, lists: int) -> list[int]:
    weights = [random_.uniform(0.2, 2.0) for _ in range(lists)]
    shares = [max(int(rows * weight / sum(weights)), 1) for weight in weights]
    shares[-1] += rows - sum(shares)
    return shares


def _pen(random_: random.Random, number: int, day: datetime) -> _Pen:
    name = f"涉疫数据{day:%m.%d}第{number:02d}批" if number % 2 else f"预警推送{day:%m%d}_{number:02d}"
    return _Pen(
        name, random_.choice(ENCODINGS), random_.choice(",,,\t"), random_.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        random_.choice(TIMES), day,
    )  # fmt: skip


@dataclass(slots=True)
class _Writer:
    random_: random.Random
    known: list[Invented]
    next: int
    plain: bool
    people: list[Invented] = field(default_factory=list)
    earlier: list[tuple[list[str], int, str]] = field(default_factory=list)
    numbers: int = 0

    def add(self, pen: _Pen) -> None:
        """Add a row to a list: of somebody new, or of somebody again."""
        fate = "new" if self.plain else self.random_.choices(list(FATES), list(FATES.values()))[0]
        here = [row for row in pen.rows[-50:] if row[2] != "wrong_column_count"]
        if fate == "dup_in_file" and here:
            cells, who, _ = self.random_.choice(here)
            pen.rows.append((list(cells), who, fate))
        elif fate == "dup_between_files" and self.earlier:
            cells, who, _ = self.random_.choice(self.earlier)
            pen.rows.append((list(cells), who, fate))
        elif fate in ("repeat_push", "repush_corrected") and self.people:
            who = self.random_.randrange(len(self.people))
            pen.rows.append((self._row(pen, who), who, fate))
        else:
            fate = "new" if fate.startswith(("dup_", "rep")) else fate
            who = self._somebody()
            pen.rows.append((self._odd(self._row(pen, who), fate), who, fate))

    def _somebody(self) -> int:
        if self.known:
            self.people.append(self.known.pop(0))
        else:
            self.people.append(invent(self.random_, self.next))
            self.next += 1
        return len(self.people) - 1

    def _row(self, pen: _Pen, who: int) -> list[str]:
        self.numbers += 1
        person = self.people[who]
        at = pen.day - timedelta(hours=8) + timedelta(seconds=7 * len(pen.rows) % 28_000)
        return [
            f"YJ{pen.day:%m%d}{self.numbers:07d}", person.name, person.identifier, person.phone,
            f"甘州区{person.address}{self.random_.randint(101, 1899)}室", self.random_.choice(REASONS), at.strftime(pen.times),
            self.random_.choice(UNITS),
        ]  # fmt: skip

    def _odd(self, row: list[str], fate: str) -> list[str]:
        change = getattr(self, f"_{fate}", None)
        if change is not None:
            change(row)
        return row

    def _id_typo(self, row: list[str]) -> None:
        place = self.random_.randrange(6, 17)
        wrong = str((int(row[2][place]) + self.random_.randint(1, 9)) % 10)
        row[2] = row[2][:place] + wrong + row[2][place + 1 :]

    def _id_format(self, row: list[str]) -> None:
        row[2] = self.random_.choice(
            (f"'{row[2]}", row[2].lower(), f"{row[2][:6]} {row[2][6:14]} {row[2][14:]}")
        )

    def _name_variant(self, row: list[str]) -> None:
        row[1] = self.random_.choice(
            (f"{row[1][:1]} {row[1][1:]}", f"{row[1][:1]}\u3000{row[1][1:]}", f" {row[1]}")
        )

    def _phone_typo(self, row: list[str]) -> None:
        row[3] = row[3][:-1] + str((int(row[3][-1]) + 1) % 10)

    def _address_variant(self, row: list[str]) -> None:
        row[4] = row[4].replace("甘州区", "").replace("号", "#")

    def _embedded_newline(self, row: list[str]) -> None:
        row[4] = f"{row[4][:6]}\n{row[4][6:]}"

    def _nul_byte(self, row: list[str]) -> None:
        row[4] = f"{row[4][:4]}\0{row[4][4:]}"

    def _wrong_column_count(self, row: list[str]) -> None:
        if self.random_.random() < 0.5:
            row.pop()
        else:
            row.insert(5, row[4][-4:])


def _write(file: Path, pen: _Pen) -> list[Line]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=pen.delimiter, quoting=pen.quoting, lineterminator="\r\n")  # type: ignore[arg-type]
    writer.writerow(HEADINGS)
    told, line = [], 2
    for cells, who, fate in pen.rows:
        told.append(Line(file.name, line, who, fate))
        writer.writerow(cells)
        line += 1 + sum(cell.count("\n") for cell in cells)
    file.write_bytes(out.getvalue().encode(pen.encoding))
    return told


def _write_workbook(file: Path, pen: _Pen) -> list[Line]:
    told = []
    with xlsxwriter.Workbook(str(file), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADINGS)
        for number, (cells, who, fate) in enumerate(pen.rows, 1):
            fate = "new" if fate == "wrong_column_count" and len(cells) < len(HEADINGS) else fate  # noqa: PLW2901 - a sheet has all its cells
            for column, cell in enumerate(cells):
                page.write_string(number, column, cell.replace("\0", ""))
            told.append(Line(file.name, number + 1, who, fate))
    return told
